"""Every message conforms to the schema, whatever is in it."""

import json
import math
import os
from collections.abc import Callable

import numpy as np
import pytest

from mien.anatomy.head import View, rotation_of
from mien.anatomy.inverse import FREE
from mien.capture.causal_face import Now
from mien.capture.micromotion import Motion
from mien.core.face import Event
from mien.core.facs import COLUMNS
from mien.flows.live import messages
from mien.flows.live.latency import Latency
from mien.flows.live.lines import lines

Faults = Callable[[str, object], list[str]]
VIEW = View(rotation_of(10.0, -5.0, 2.0), 90.0, np.array([100.0, -120.0, 0.0]))
MOTION = Motion(np.zeros(len(FREE)), VIEW, 0.0, np.zeros(len(FREE), np.bool_))
AUS = np.linspace(0.0, 5.0, len(COLUMNS))
EVENT = Event("micro", 1.0, 1.1, 1.3, 0, {"AU12L": 0.2}, "L", "mouth", 0.7, velocity=0.1)


def hidden() -> np.ndarray:
    aus = AUS.copy()
    aus[3] = np.nan
    return aus


ALL = {
    "hello": messages.hello("camera", "0", 1.7e9, "start"),
    "frame": messages.frame(
        1.0, 30, Now("ok", 0.8, VIEW, AUS, MOTION), settled=True, latency=0.0123
    ),
    "hidden": messages.frame(
        1.0, 30, Now("occluded", 0.8, VIEW, hidden(), MOTION), settled=True, latency=0.0123
    ),
    "lost": messages.frame(1.0, 31, None, settled=False, latency=0.0123),
    "event": messages.event(EVENT, 1.36, 0.02),
    "still": messages.event(Event(**{**vars(EVENT), "velocity": math.nan}), 1.36, 0.02),
    "status": messages.status(
        2.0, "lost", 60, 29.97, {"source": 3}, (8.25, None), [{"id": 1, "dropped": 2}]
    ),
}


@pytest.mark.parametrize("name", ALL)
def test_conform_and_survive_the_wire(faults: Faults, name: str) -> None:
    text = messages.text_of(ALL[name])
    assert "\n" not in text
    assert json.loads(text) == ALL[name]
    assert faults("live", ALL[name]) == []


@pytest.mark.parametrize("name", ALL)
def test_the_schema_is_strict(faults: Faults, name: str) -> None:
    assert faults("live", ALL[name] | {"mood": "good"})
    for field in ALL[name]:
        assert faults("live", {key: value for key, value in ALL[name].items() if key != field})


def test_what_they_say() -> None:
    assert ALL["frame"]["pose"] == {"yaw": 10.0, "pitch": -5.0, "roll": 2.0}
    assert list(ALL["frame"]["aus"]) == ALL["hello"]["units"] == list(COLUMNS)
    assert ALL["hidden"]["aus"][COLUMNS[3]] is None
    assert ALL["event"]["delay"] == pytest.approx(80.0)
    assert [name for name, one in ALL.items() if messages.is_frame(one)] == [
        "frame", "hidden", "lost",
    ]  # fmt: skip


def test_lines() -> None:
    read, write = os.pipe()
    sink = lines(write)
    for message in ALL.values():
        sink(message)
    os.close(write)
    with os.fdopen(read) as pipe:
        assert [json.loads(line) for line in pipe] == list(ALL.values())


def test_nobody_reads_any_more() -> None:
    read, write = os.pipe()
    os.close(read)
    with pytest.raises(BrokenPipeError):
        lines(write)(ALL["hello"])
    os.close(write)


def test_latency() -> None:
    late = Latency()
    assert late.percentile(50.0) is None
    for i in range(100):
        late.add(i / 1000)
    late.add(1e9)
    assert late.count == 101
    assert late.percentile(50.0) == pytest.approx(50.0, abs=1.0)
    assert late.percentile(95.0) == pytest.approx(95.0, abs=1.5)
    assert late.percentile(100.0) == 1000.0
