"""The learned opinion on events of real clips and of moved photos."""

import csv
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mien.bench.people import people, pixels
from mien.capture.learned import opinion
from mien.capture.learned.grid import APEX, CHANNELS, SIDE, STEPS
from mien.core.envelope import Envelope
from mien.core.face import Event, Opinion
from mien.edit.portrait import faces_of, neutral_model, portrait
from mien.export import events_json
from mien.flows import learned_set
from mien.flows.learned import Moment, windows
from mien.flows.read import Reading, read
from mien.learn.datasets.table import load
from mien.learn.microexpression.config import Config
from mien.learn.microexpression.sources import Labelled, write_windows
from mien.learn.microexpression.synthetic import sample
from mien.media.image import save_image
from mien.media.writer import write_video
from mien.synth.camera import Camera
from mien.synth.clip import Clip, film
from mien.synth.movement import by_aus
from mien.synth.plate import plate_of
from mien.synth.scene import Scene

ONSET, PEAK, OFFSET = 0.6, 0.75, 1.0


@pytest.fixture(scope="module")
def moved(data: Path) -> Clip:
    """Somebody's brows, raised by 2 px for 0.4 s at 100 frames a second."""
    photo = pixels(people(data)[0].neutral)
    subject = portrait(faces_of(photo, "photo")[0], neutral_model(photo)).subject
    plate = plate_of(photo, subject, 300.0, (400, 480))
    course = Envelope(ONSET, PEAK, OFFSET)
    both = by_aus(subject.model, {"AU01": 1.0, "AU02": 1.0}, course, pixels=2.0)
    return film(plate, Scene(1.5, (both,)), Camera(rate=100.0, noise=1.5))


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
    still, turned = 0.5, 8.0  # degrees
    assert opinion.stands(told(opinion.NOTHING - 0.01), still)
    assert not opinion.stands(told(opinion.NOTHING + 0.01), still)
    assert not opinion.stands(told(opinion.NOTHING - 0.01), turned)
    assert opinion.stands(told(opinion.NOTHING_TURNED - 0.01), turned)
    moving = Opinion({"AU04L": 0.6}, {"none": 0.9}, abstains=False)
    assert opinion.stands(replace(told(0.9), learned=moving), turned)
    assert opinion.stands(replace(told(1.0), confidence=opinion.SURE), turned)
    assert opinion.stands(told(1.0, "macro"), turned)
    assert opinion.stands(replace(told(1.0), learned=None), turned)


def test_opinions_survive_the_file(tmp_path: Path) -> None:
    events = [told(0.25), replace(told(0.5), learned=None)]
    path = tmp_path / events_json.NAME
    events_json.write(events, path)
    assert events_json.read(path) == events
    stored = json.loads(path.read_text())
    assert stored[0]["learned"]["classes"] == {"none": 0.25, "VII": 0.75}
    assert stored[1]["learned"] is None


def test_a_set_is_trained_and_tested_on_at_once(tmp_path: Path) -> None:
    samples = [sample(3, number) for number in range(6)]
    held = Labelled(
        np.stack([one.window for one in samples]).astype(np.float16),
        np.stack([one.aus for one in samples]),
        np.array([one.klass for one in samples]),
        np.array([one.emotion for one in samples]),
        np.stack([one.times for one in samples]),
        ("a", "a", "b", "b", "c", "c"),
        tuple("uvwxyz"),
    )
    write_windows(held, tmp_path / learned_set.WINDOWS)  # as an earlier run left them
    config = Config(network="ststnet", steps=2, batch=2, validation=20)
    said: list[str] = []
    written = learned_set.left_out(config, "toy", tmp_path, tmp_path, say=said.append)
    assert written[-1].name == "audit.json"
    assert said[0] == "leak audit: 3 folds, nobody trained on is tested"


def test_windows_of_a_set(moved: Clip, tmp_path: Path) -> None:
    folder = tmp_path / "anna" / "brows"
    folder.mkdir(parents=True)
    for number, (_, frame) in enumerate(moved.frames(), start=1):
        if 40 <= number <= 140:
            save_image(folder / f"img{number}.png", frame)
    with (tmp_path / "clips.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("subject", "clip", "fps", "onset", "apex", "offset", "aus", "emotion"))
        rows.writerow(("anna", "brows", 100, 61, 76, 101, "1+2", "surprise"))
    (one,) = load("folder", tmp_path).clips
    found = learned_set.windows_of([one], tmp_path)
    assert found.subjects == ("anna",)
    assert found.classes.tolist() == [2]
    assert int(found.aus.sum()) == 4
    assert np.hypot(*found.windows[0, APEX, :2].astype(float)).max() == pytest.approx(1.5, abs=0.6)
