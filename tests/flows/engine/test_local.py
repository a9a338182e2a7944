"""Processes of this machine."""

import os
import time
from functools import partial
from operator import call
from pathlib import Path
from types import ModuleType

import pytest

from mien.core.errors import InputError
from mien.flows.engine import each, finished


def test_in_order_and_as_they_come(deeds: ModuleType) -> None:
    assert list(each(deeds.double, range(5), 2)) == [(i, 2 * i) for i in range(5)]
    assert sorted(finished(deeds.double, range(5))) == [(i, 2 * i) for i in range(5)]


def test_a_process_that_dies_takes_only_its_item_along(deeds: ModuleType) -> None:
    work = partial(deeds.die_at, 1)
    found = dict(finished(work, range(4), 2, lost=lambda item, why: (item, why)))
    assert found.pop(1) == (
        1,
        "two processes were lost over it: killed, as happens where memory is short",
    )
    assert found == {0: 0, 2: 4, 3: 6}


def test_who_dies_once_is_forgiven(deeds: ModuleType, tmp_path: Path) -> None:
    assert list(finished(deeds.die_once, [tmp_path / "trace"])) == [(0, "alive")]


def test_what_the_work_raises_is_raised_here(deeds: ModuleType) -> None:
    with pytest.raises(InputError, match="is not wanted"):
        list(finished(deeds.refuse, range(3), 2))


def test_broken_off_it_cleans_up(deeds: ModuleType, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    work = finished(call, [partial(deeds.double, 1), partial(deeds.take_long, trace)], 2)
    assert next(work) == (0, 2)
    while not trace.exists():
        time.sleep(0.05)
    begun = time.monotonic()
    work.close()
    assert time.monotonic() - begun < 30
    assert trace.read_text() == "cleaned up"


def test_one_thread_each(deeds: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    assert list(finished(deeds.threads, [0])) == [(0, ("1", 1))]
    assert os.environ["OMP_NUM_THREADS"] == "7"
