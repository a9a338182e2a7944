"""The learned opinion on events of real clips and of moved photos."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mien.capture.learned import opinion
from mien.capture.learned.grid import APEX, CHANNELS, SIDE, STEPS
from mien.core.face import Event, Opinion
from mien.export import events_json
from mien.flows import learned
from mien.flows.learned import Moment, windows
from mien.flows.read import Reading, read
from mien.media.writer import write_video
from mien.synth.clip import Clip

ONSET, PEAK, OFFSET = 0.6, 0.75, 1.0


@pytest.fixture(scope="module")
def clip(moved: Clip, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("learned") / "clip.mp4"
    write_video(path, moved.frames(), 100.0, 10)
    return path


@pytest.fixture(scope="module")
def reading(clip: Path) -> Reading:
    return read(clip)


def test_raised_brows_are_named(reading: Reading) -> None:
    (event,) = [one for one in reading.events if one.kind == "micro"]
    assert event.learned is not None
    assert {"AU01L", "AU01R"} & set(event.learned.aus)
    assert next(iter(event.learned.classes)) != "none"


def test_it_can_be_switched_off(clip: Path, reading: Reading) -> None:
    without = read(clip, learned=False)
    assert all(one.learned is None for one in without.events)
    bare = [replace(one, learned=None) for one in reading.events]
    assert bare == without.events


def test_it_is_left_out_without_the_runtime(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mien.flows.read.available", lambda: False)
    assert all(one.learned is None for one in read(clip).events)


def test_windows_that_overlap_are_those_seen_alone(clip: Path, reading: Reading) -> None:
    moments = [Moment(0, ONSET, PEAK), Moment(0, 0.7, 0.9)]
    both = windows(clip, reading.track, reading.neutrals, moments)
    alone = windows(clip, reading.track, reading.neutrals, moments[:1])[0]
    assert both[0] is not None
    assert alone is not None
    assert np.array_equal(both[0], alone)
    assert alone.shape == (STEPS, len(CHANNELS), SIDE, SIDE)
    assert np.hypot(*alone[APEX, :2]).max() == pytest.approx(1.5, abs=0.6)


def test_a_moment_outside_the_clip_is_none(clip: Path, reading: Reading) -> None:
    moments = [Moment(0, 50.0, 50.1), Moment(7, ONSET, PEAK)]
    assert windows(clip, reading.track, {**reading.neutrals, 7: np.zeros((478, 3))}, moments) == [
        None,
        None,
    ]


def told(nothing: float, kind: str = "micro") -> Event:
    classes: Mapping[str, float] = {"none": nothing, "VII": 1.0 - nothing}
    said = Opinion({}, dict(classes), abstains=False)
    return Event(kind, 0.0, 0.1, 0.2, 0, {"AU04L": 1.0}, "L", "brow", 0.5, learned=said)


def test_only_what_is_likely_nothing_falls() -> None:
    event, still, turned = told(0.0), 0.5, 8.0  # degrees

    def alone(nothing: float) -> Opinion:
        return Opinion({}, {"none": nothing, "VII": 1.0 - nothing}, abstains=False)

    assert opinion.stands(event, alone(opinion.NOTHING - 0.01), still)
    assert not opinion.stands(event, alone(opinion.NOTHING + 0.01), still)
    assert not opinion.stands(event, alone(opinion.NOTHING - 0.01), turned)
    assert opinion.stands(event, alone(opinion.NOTHING_TURNED - 0.01), turned)
    moving = Opinion({"AU04L": 0.6}, {"none": 0.9}, abstains=False)
    assert opinion.stands(event, moving, turned)
    assert opinion.stands(replace(event, confidence=opinion.SURE), alone(1.0), turned)
    assert opinion.stands(told(0.0, "macro"), alone(1.0), turned)
    assert opinion.stands(event, None, turned)


def test_what_falls_is_asked_of_the_motion_alone(
    clip: Path, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader cannot be a witness of itself."""

    class Believer:
        def opinions(self, windows: object, courses: np.ndarray) -> list[Opinion]:
            said = [0.0 if one.any() else 1.0 for one in courses]
            return [Opinion({}, {"none": one, "VII": 1.0 - one}, abstains=False) for one in said]

    monkeypatch.setattr(learned, "shipped", Believer)
    unsure = [replace(one, kind="micro", confidence=0.1) for one in reading.events[:1]]
    sure = [replace(unsure[0], confidence=1.0)]
    assert learned.judged(clip, reading.track, reading.neutrals, unsure) == []
    (kept,) = learned.judged(clip, reading.track, reading.neutrals, sure)
    assert kept.learned is not None
    assert kept.learned.classes["none"] == 0.0  # what is told is of both


def test_opinions_survive_the_file(tmp_path: Path) -> None:
    events = [told(0.25), replace(told(0.5), learned=None)]
    path = tmp_path / events_json.NAME
    events_json.write(events, path)
    assert events_json.read(path) == events
    stored = json.loads(path.read_text())
    assert stored[0]["learned"]["classes"] == {"none": 0.25, "VII": 0.75}
    assert stored[1]["learned"] is None
