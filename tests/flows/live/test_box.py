"""The newest wins, order stays, and every drop is counted."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.flows.live.box import Box, ClosedError


@given(st.lists(st.one_of(st.integers(0, 99), st.none()), max_size=60), st.integers(1, 5))
def test_nothing_is_lost_uncounted(steps: list[int | None], size: int) -> None:
    """A number puts something in, None takes something out."""
    box, put, got = Box[int](size), 0, []
    for step in steps:
        if step is not None:
            box.put(put)
            put += 1
        elif put - len(got) - box.dropped:
            got.append(box.get())
    left = box.newest()
    assert len(left) <= size
    assert put == len(got) + len(left) + box.dropped
    assert [*got, *left] == sorted({*got, *left})
    assert not put or not left or left[-1] == put - 1


def test_what_may_not_be_spared_stays() -> None:
    box = Box[str](3, spare=str.islower)
    for item in ("A", "b", "C", "d", "E"):
        box.put(item)
    assert box.newest() == ["A", "C", "E"]
    box.put("F")
    for _ in range(3):
        box.put("G")
    assert box.newest() == ["G", "G", "G"]
    assert box.dropped == 3


def test_waiting_for_room() -> None:
    box, got = Box[int](1, wait=True), []
    work = threading.Thread(target=lambda: [box.put(i) for i in range(50)])
    work.start()
    got = [box.get() for _ in range(50)]
    work.join()
    assert (got, box.dropped) == (list(range(50)), 0)


def test_closed() -> None:
    box = Box[int](1, wait=True)
    box.put(1)
    threading.Timer(0.05, box.close).start()
    box.put(2)  # waits until the box is closed, and is not taken
    assert box.get() == 1
    with pytest.raises(ClosedError):
        box.get()
    box.put(3)
    assert box.newest() == []
