"""Events as they end: the same as offline, each said once, soon, and never before its end."""

from collections.abc import Callable

import numpy as np
import pytest

from mien.anatomy.head import View
from mien.anatomy.inverse import FREE, freed, prepare
from mien.anatomy.model import face_model
from mien.anatomy.template import template
from mien.capture.causal import LIMITS, CausalSpotter
from mien.capture.causal_window import RATE, Window
from mien.capture.micromotion import Motion
from mien.core.face import Event
from mien.core.facs import COLUMNS, INDEX
from mien.core.signal import Track

Build = Callable[..., Track]
FACE = prepare(face_model(template()))
VIEW = View(np.eye(3), 100.0, np.array([200.0, -200.0, 0.0]))
BARE = np.zeros(len(FREE), np.bool_)


def motion(aus: np.ndarray) -> Motion:
    return Motion(freed(aus), VIEW, 0.0, BARE)


def said(track: Track, every: float = 0.02) -> list[tuple[float, Event]]:
    """Each event of a track played row by row, and when it was said."""
    spotter, window, following, found = CausalSpotter(FACE), Window(6.0), 0.0, []
    for time, aus in zip(track.time.tolist(), track.aus, strict=True):
        window.add(time, motion(aus), aus)
        if time >= following:
            following = time + every
            found += [(time, event) for event in spotter.look(window)]
    return found


def rise(
    time: np.ndarray, onset: float, apex: float, offset: float, peak: float = 1.2
) -> np.ndarray:
    """Half a cosine up and half a cosine down."""
    up = np.clip((time - onset) / (apex - onset), 0, 1)
    down = np.clip((offset - time) / (offset - apex), 0, 1)
    return peak * (1 - np.cos(np.pi * np.where(time < apex, up, down))) / 2


@pytest.mark.parametrize("rate", [30.0, 60.0, 100.0, 200.0])
def test_said_once_and_soon(track_of: Build, rate: float) -> None:
    clock = np.arange(round(4.0 * rate)) / rate
    movement = rise(clock, 2.5, 2.65, 2.9)
    ((when, event),) = said(track_of(clock, {"AU12L": movement}, 0.03))
    assert event.kind == "micro"
    assert (event.onset, event.offset) == pytest.approx((2.5, 2.9), abs=0.05)
    assert max(event.aus, key=lambda name: event.aus[name]) == "AU12L"
    assert event.offset + LIMITS.after <= when + 1e-9
    assert when <= 2.9 + 0.15


def test_two_are_two(track_of: Build) -> None:
    clock = np.arange(500) / 100
    both = rise(clock, 1.5, 1.65, 1.9) + rise(clock, 3.0, 3.15, 3.4)
    first, second = said(track_of(clock, {"AU01L": both, "AU01R": both}, 0.03))
    assert first[0] < 2.5 < second[0]


def test_a_long_one_is_said_when_it_is_over(track_of: Build) -> None:
    clock = np.arange(500) / 100
    smile = rise(clock, 1.0, 1.8, 3.0, peak=3.0)
    ((when, event),) = said(track_of(clock, {"AU12L": smile, "AU12R": smile}, 0.03))
    assert (event.kind, event.side) == ("macro", "both")
    assert event.offset == pytest.approx(3.0, abs=0.2)
    assert when >= event.offset


def test_one_that_goes_on_is_not_said(track_of: Build) -> None:
    clock = np.arange(400) / 100
    smile = 3.0 / (1 + np.exp(-12 * (clock - 2)))
    assert said(track_of(clock, {"AU12L": smile, "AU12R": smile}, 0.03)) == []


def test_noise_alone_is_nothing_sure(track_of: Build) -> None:
    """Every look is another chance of an error, so there are more than offline, and weak ones."""
    clock = np.arange(800) / 100
    found = said(track_of(clock, {}, 0.1))
    assert len(found) <= 1
    assert all(event.confidence < 0.5 for _, event in found)


def test_too_little_to_look_at() -> None:
    assert CausalSpotter(FACE).look(Window(1.0)) == []


def test_the_window_is_the_last_seconds() -> None:
    window = Window(2.0)
    for i in range(5000):
        aus = np.zeros(len(COLUMNS))
        aus[INDEX["AU12L"]] = i % 5
        window.add(i / 250, motion(aus), aus)
    course, aus = window.course()
    assert course.time[-1] - course.time[0] == pytest.approx(2.0, abs=2 / RATE)
    assert course.time[-1] == window.end == pytest.approx(4999 / 250, abs=2 / RATE)
    assert np.diff(course.time).min() > 0.5 / RATE
    assert len(course) == len(aus) == pytest.approx(2.0 * RATE, rel=0.02)
    assert aus[:, INDEX["AU12L"]].mean() == pytest.approx(2.0, abs=0.3)
    again, _ = window.copy().course()
    assert np.array_equal(again.aus, course.aus)
    window.clear()
    assert not len(window)


def test_below_the_rate_every_frame_is_a_row() -> None:
    window = Window(5.0)
    for i in range(60):
        window.add(i / 30, motion(np.full(len(COLUMNS), 0.1)), np.zeros(len(COLUMNS)), key=i == 30)
    course, _ = window.course()
    assert len(course) == 59  # the newest one may get company still
    assert course.key.nonzero()[0].tolist() == [30]
