"""A run from pictures to messages: in order, complete, counted, whatever listens or fails."""

import threading
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.bench.people import people, pixels
from mien.core.envelope import Envelope
from mien.core.errors import MediaError
from mien.core.memory import give_back
from mien.edit.portrait import faces_of, neutral_model, portrait
from mien.flows.live.outlet import Outlet
from mien.flows.live.run import Summary, Told, live
from mien.flows.live.source import Source, Taken, from_camera, from_file
from mien.media.writer import write_video
from mien.synth.camera import Camera
from mien.synth.clip import Clip, film
from mien.synth.movement import by_aus
from mien.synth.plate import plate_of
from mien.synth.scene import Scene

Faults = Callable[[str, object], list[str]]
BLACK = np.zeros((120, 160, 3), np.uint8)


def black(count: int, step: float = 0.01, pause: float = 0.0) -> Source:
    """Pictures of nothing."""

    def pictures(stop: threading.Event, told: object) -> Iterator[Taken]:
        for i in range(count):
            if stop.wait(pause):
                return
            yield Taken(i, i * step, BLACK, time.monotonic())

    return pictures


@pytest.fixture(scope="module")
def moved(data: Path) -> Clip:
    """Somebody's brows, raised by 2 px from 1.2 to 1.6 s, at 100 frames a second."""
    photo = pixels(people(data)[0].neutral)
    subject = portrait(faces_of(photo, "photo")[0], neutral_model(photo)).subject
    plate = plate_of(photo, subject, 300.0, (400, 480))
    both = by_aus(subject.model, {"AU01": 1.0, "AU02": 1.0}, Envelope(1.2, 1.35, 1.6), pixels=2.0)
    return film(plate, Scene(2.1, (both,)), Camera(rate=100.0, noise=1.5))


@pytest.fixture(scope="module")
def filmed(moved: Clip, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("live") / "clip.mp4"
    write_video(path, moved.frames(), 100.0, 10)
    return path


@pytest.fixture(scope="module")
def read(filmed: Path) -> tuple[list[dict[str, Any]], Summary]:
    """All that is told of the clip, nothing thrown away."""
    messages: list[dict[str, Any]] = []
    told = Told("file", filmed.name)
    return messages, live(
        from_file(filmed, fast=True), {"list": messages.append}, told=told, fast=True
    )


def test_every_frame_and_the_event(read, faults: Faults, moved: Clip) -> None:
    messages, summary = read
    assert not [fault for one in messages for fault in faults("live", one)]
    assert messages[0]["type"] == "hello"
    assert messages[-1]["type"] == "status"
    assert messages[-1]["source"] == "ended"
    frames = [one for one in messages if one["type"] == "frame"]
    assert [one["frame"] for one in frames] == list(range(len(moved.time)))
    assert [one["time"] for one in frames] == pytest.approx(moved.time.tolist(), abs=1e-3)
    assert {one["status"] for one in frames} == {"ok"}
    assert (summary.frames, summary.events) == (len(frames), 1)
    assert not any(summary.dropped.values())
    (event,) = (one for one in messages if one["type"] == "event")
    assert event["kind"] == "micro"
    assert event["region"] == "brow"
    assert (event["onset"], event["offset"]) == pytest.approx((1.2, 1.6), abs=0.06)
    assert event["time"] - event["offset"] <= 0.15


def test_the_brows_rise_and_fall(read) -> None:
    frames = [one for one in read[0] if one["type"] == "frame"]
    value = np.array([one["aus"]["AU02L"] + one["aus"]["AU02R"] for one in frames])
    clock = np.array([one["time"] for one in frames])
    assert 1.25 < clock[value.argmax()] < 1.5
    assert value.max() > np.median(value[clock > 1.8]) + 0.1


def test_same_clip_same_messages(read, filmed: Path) -> None:
    again: list[dict[str, Any]] = []
    live(
        from_file(filmed, fast=True),
        {"list": again.append},
        told=Told("file", filmed.name),
        fast=True,
    )

    def timeless(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
        kept = [one for one in messages if one["type"] in {"frame", "event"}]
        return [{k: v for k, v in one.items() if k not in {"latency", "delay"}} for one in kept]

    assert timeless(again) == timeless(read[0])


def test_nobody_there(faults: Faults) -> None:
    messages: list[dict[str, Any]] = []
    summary = live(black(20), {"list": messages.append}, fast=True)
    frames = [one for one in messages if one["type"] == "frame"]
    assert {(one["status"], one["aus"]) for one in frames} == {("lost", None)}
    assert (summary.frames, summary.events) == (20, 0)
    assert not [fault for one in messages for fault in faults("live", one)]


def test_a_slow_listener_misses_frames_and_nobody_else_does() -> None:
    quick: list[dict[str, Any]] = []
    slow: list[dict[str, Any]] = []
    enough = threading.Event()

    def take(message: dict[str, Any]) -> None:
        quick.append(message)
        if len(quick) > 150:
            enough.set()

    def stall(message: dict[str, Any]) -> None:
        slow.append(message)
        enough.wait(60.0)

    summary = live(black(10**6, pause=0.001), {"quick": take, "slow": stall}, stop=enough)
    assert summary.dropped["quick"] == 0
    assert summary.dropped["slow"] > 0
    assert slow[0]["type"] == "hello"
    assert slow[-1]["source"] == "ended"
    total = sum(one["type"] == "frame" for one in quick)
    assert sum(one["type"] == "frame" for one in slow) + summary.dropped["slow"] == total


def test_a_listener_that_goes_ends_it() -> None:
    def gone(message: dict[str, Any]) -> None:
        if message["type"] == "frame":
            raise BrokenPipeError

    start = time.monotonic()
    summary = live(black(10_000, pause=0.002), {"pipe": gone})
    assert summary.frames < 10_000
    assert time.monotonic() - start < 15.0


def test_a_listener_with_a_bug_is_heard_of() -> None:
    def broken(message: dict[str, Any]) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        live(black(100, pause=0.002), {"broken": broken})


def test_no_camera() -> None:
    def missing(number: int) -> Iterator[tuple[float, np.ndarray]]:
        raise MediaError(f"camera {number}: cannot be opened")
        yield

    with pytest.raises(MediaError, match="camera 3"):
        live(from_camera(3, missing), {})


def test_a_camera_pulled_out_is_told() -> None:
    tries = iter(range(9))

    def loose(number: int) -> Iterator[tuple[float, np.ndarray]]:
        if next(tries) > 1:
            stop.set()
        for i in range(5):
            yield i / 30, BLACK
        raise MediaError("camera 0: gives no pictures")

    stop, said, messages = threading.Event(), [], []
    source = from_camera(0, loose, pause=0.05)
    live(source, {"list": messages.append}, stop=stop, say=said.append)
    assert said[:2] == ["camera 0: gives no pictures", "camera 0: is back"]
    states = [one["source"] for one in messages if one["type"] == "status"]
    assert "lost" in states
    assert "ok" in states[states.index("lost") :]


def test_stopped_from_outside() -> None:
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    assert live(black(10**6, pause=0.002), {}, stop=stop).frames < 10**6


def test_threads_end() -> None:
    live(black(5), {}, fast=True)
    give_back()
    assert not [one for one in threading.enumerate() if one.name.startswith("mien-")]


def test_an_outlet_that_has_ended_takes_nothing() -> None:
    outlet = Outlet("list", [].append, lambda: None)
    outlet.close()
    outlet.put({"type": "frame"})
    outlet.work()
    assert outlet.dropped == 0


def test_threads_end_where_a_stage_fails() -> None:
    def broken(stop: threading.Event, told: object) -> Generator[Taken]:
        raise MediaError("gone")
        yield

    with pytest.raises(MediaError, match="gone"):
        live(broken, {"list": [].append})
    give_back()
    assert not [one for one in threading.enumerate() if one.name.startswith("mien-")]
