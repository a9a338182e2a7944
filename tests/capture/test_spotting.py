"""Events against courses whose onset, apex and offset are known."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from mien.anatomy.inverse import FREE, freed, prepare
from mien.anatomy.model import face_model
from mien.anatomy.template import template
from mien.capture import spotting
from mien.capture.course import Course
from mien.capture.limits import Limits
from mien.core.face import Event
from mien.core.signal import Track

Build = Callable[..., Track]
CLOCK = np.arange(400) / 100
FACE = prepare(face_model(template()))


def spot(
    track: Track, limits: Limits | None = None, key: float = np.inf, yaw: float = 0.0
) -> list[Event]:
    """Events of a track whose numbers are both the motion of the skin and what landmarks say.

    The codec begins anew at one moment, in seconds; the head turns by so many degrees a second.
    """
    seen = track.select(track.status == "ok")
    n = len(seen)
    course = Course(
        time=seen.time,
        frame=seen.frame,
        stretch=np.zeros(n, dtype=np.int64),
        key=np.abs(seen.time - key) < 1e-6,
        odd=np.zeros(n),
        hidden=np.zeros((n, len(FREE)), dtype=np.bool_),
        pose=np.outer(seen.time, [yaw, 0, 0, 0, 0, 0]) + np.array([0.0, 0.0, 0.0, 0.0, 0.0, 100.0]),
        aus=freed(seen.aus),
    )
    return spotting.spot(course, seen.aus, FACE, limits=limits)


def course(time, onset: float, apex: float, offset: float, peak: float = 1.0):  # type: ignore[no-untyped-def]
    """Half a cosine up and half a cosine down."""
    up = np.clip((time - onset) / (apex - onset), 0, 1)
    down = np.clip((offset - time) / (offset - apex), 0, 1)
    share = np.where(time < apex, up, down)
    return peak * (1 - np.cos(np.pi * share)) / 2


@pytest.mark.parametrize("noise", [0.0, 0.03])
@pytest.mark.parametrize(
    ("times", "kind"),
    [
        ((1.0, 1.1, 1.3), "micro"),
        ((1.0, 1.2, 1.45), "micro"),
        ((2.005, 2.13, 2.4), "micro"),
        ((1.0, 1.35, 1.6), "macro"),
    ],
)
def test_times(track_of: Build, times: tuple[float, ...], kind: str, noise: float) -> None:
    movement = course(CLOCK, *times, peak=1.2)
    (event,) = spot(track_of(CLOCK, {"AU12L": movement, "AU06L": movement}, noise))
    assert event.kind == kind
    assert (event.onset, event.apex, event.offset) == pytest.approx(times, abs=0.0151 + noise / 5)
    assert event.aus == pytest.approx({"AU06L": 1.2, "AU12L": 1.2}, abs=0.15)
    assert (event.side, event.region, event.face) == ("L", "mouth", 0)
    assert event.confidence > 0.5


def test_a_long_expression(track_of: Build) -> None:
    smile = course(CLOCK, 0.5, 1.5, 3.5, peak=3.0)
    (event,) = spot(track_of(CLOCK, {"AU12L": smile, "AU12R": smile}, 0.03))
    assert (event.kind, event.side) == ("macro", "both")
    assert (event.onset, event.apex, event.offset) == pytest.approx((0.5, 1.5, 3.5), abs=0.15)


def test_one_that_never_ends_ends_with_the_clip(track_of: Build) -> None:
    smile = 3.0 / (1 + np.exp(-12 * (CLOCK - 2)))
    (event,) = spot(track_of(CLOCK, {"AU12L": smile, "AU12R": smile}, 0.03))
    assert event.kind == "macro"
    assert event.offset == CLOCK[-1]
    assert event.onset == pytest.approx(1.7, abs=0.15)


def test_noise_alone_is_no_event(track_of: Build) -> None:
    time = np.arange(3000) / 100
    assert [e for seed in range(4) for e in spot(track_of(time, {}, 0.1, seed=seed))] == []


def test_a_small_movement_counts_where_the_track_is_quiet(track_of: Build) -> None:
    movement = course(CLOCK, 1.0, 1.15, 1.4, peak=0.5)
    assert len(spot(track_of(CLOCK, {"AU12R": movement}, 0.01))) == 1
    assert spot(track_of(CLOCK, {"AU12R": movement}, 0.4)) == []


def test_a_brief_movement_on_top_of_a_long_one(track_of: Build) -> None:
    time = np.arange(800) / 100
    smile = course(time, 1.0, 2.0, 7.0, peak=1.5)
    flash = course(time, 4.0, 4.15, 4.35, peak=1.5)
    events = spot(track_of(time, {"AU12L": smile, "AU12R": smile, "AU04L": flash, "AU04R": flash}))
    assert "AU04L" in {name for event in events for name in event.aus}


def test_apart_in_time_is_apart(track_of: Build) -> None:
    brow = course(CLOCK, 0.5, 0.65, 0.9)
    mouth = course(CLOCK, 2.5, 2.65, 2.9)
    events = spot(track_of(CLOCK, {"AU01L": brow, "AU01R": brow, "AU15R": mouth}))
    assert [(event.region, event.side) for event in events] == [("brow", "both"), ("mouth", "R")]


def test_what_follows_without_a_pause_is_one(track_of: Build) -> None:
    """A codec that freezes a face and puts it right later shows one movement as two."""
    first, second = course(CLOCK, 1.0, 1.1, 1.32), course(CLOCK, 1.3, 1.45, 1.7)
    (event,) = spot(track_of(CLOCK, {"AU12L": first, "AU04L": 1.5 * second, "AU04R": second}, 0.01))
    assert event.offset - event.onset <= Limits().micro


@pytest.mark.parametrize(("frozen", "key", "count"), [
    (False, 1.02, 1), (True, 1.02, 0), (True, 1.1, 1), (True, 2.0, 1),
])  # fmt: skip
def test_nothing_begins_with_another_drawing_of_a_frozen_face(
    track_of: Build, frozen: bool, key: float, count: int
) -> None:
    track = track_of(CLOCK, {"AU12L": course(CLOCK, 1.0, 1.15, 1.4)}, 0.02)
    assert len(spot(track, Limits(frozen=frozen), key)) == count


def test_a_blink_hides_no_movement_elsewhere(track_of: Build) -> None:
    """What stands out most may be no expression; what stands beside it in time still counts."""
    blink, mouth = course(CLOCK, 1.0, 1.1, 1.3, peak=2.0), course(CLOCK, 1.02, 1.2, 1.4)
    (event,) = spot(track_of(CLOCK, {"AU43L": blink, "AU43R": blink, "AU15R": mouth}, 0.02))
    assert set(event.aus) == {"AU15R"}


@pytest.mark.parametrize("at", [2.0, 2.8, 3.1])
def test_a_blink_during_a_smile_is_no_part_of_it(track_of: Build, at: float) -> None:
    time = np.arange(800) / 100
    smile = course(time, 1.0, 2.5, 5.0, peak=2.0)
    blink = course(time, at, at + 0.1, at + 0.3, peak=4.0)
    units = {"AU12L": smile, "AU12R": smile, "AU43L": blink, "AU43R": blink}
    (event,) = spot(track_of(time, units, 0.02))
    assert set(event.aus) == {"AU12L", "AU12R"}
    assert event.apex == pytest.approx(2.5, abs=0.3)


def test_a_movement_ends_before_the_next_rise(track_of: Build) -> None:
    time = np.arange(900) / 100
    smile = np.interp(time, [1.0, 1.6, 2.3, 3.2, 5.0, 6.0], [0.0, 3.0, 1.2, 3.0, 3.0, 0.0])
    events = spot(track_of(time, {"AU12L": smile, "AU12R": smile}, 0.02))
    assert all(one.offset <= other.onset + 0.1 for one, other in pairwise(events))


def test_a_long_expression_shows_all_that_is_plain(track_of: Build) -> None:
    time = np.arange(800) / 100
    smile = course(time, 1.0, 1.5, 3.0, peak=1.0)
    units = {"AU12L": 3.0 * smile, "AU12R": 3.0 * smile, "AU25": 4.0 * smile, "AU06L": 1.6 * smile}
    (event,) = spot(track_of(time, units, 0.02))
    assert set(event.aus) == set(units)


def test_a_blink_is_no_expression(track_of: Build) -> None:
    blink = course(CLOCK, 1.0, 1.1, 1.3, peak=4.0)
    squeeze = course(CLOCK, 1.0, 1.1, 1.3)
    courses = {"AU43L": blink, "AU43R": blink, "AU06L": squeeze, "AU06R": squeeze}
    assert spot(track_of(CLOCK, courses)) == []


def test_gaze_is_no_expression(track_of: Build) -> None:
    assert spot(track_of(CLOCK, {"AU61": course(CLOCK, 1.0, 1.1, 1.3, peak=4.0)})) == []


def test_a_short_gap_changes_nothing(track_of: Build) -> None:
    lost = (CLOCK > 1.95) & (CLOCK < 2.1)
    assert spot(track_of(CLOCK, {"AU12L": np.full(400, 2.0)}, 0.02, lost)) == []
    movement = course(CLOCK, 1.0, 1.2, 1.45)
    (event,) = spot(track_of(CLOCK, {"AU12L": movement}, 0.02, lost))
    assert event.offset == pytest.approx(1.45, abs=0.02)


def test_a_movement_cut_by_a_gap_is_no_micro_expression(track_of: Build) -> None:
    lost = CLOCK > 1.2
    assert spot(track_of(CLOCK, {"AU12L": course(CLOCK, 1.0, 1.2, 1.45)}, 0.0, lost)) == []


def test_lost_all_the_time(track_of: Build) -> None:
    assert spot(track_of(CLOCK, {}, lost=np.ones(400, dtype=bool))) == []


def test_true_time_not_frame_numbers(track_of: Build) -> None:
    steps = np.random.default_rng(1).uniform(0.006, 0.014, 500)
    time = np.concatenate([[0.0], np.cumsum(steps)])
    (event,) = spot(track_of(time, {"AU12L": course(time, 2.0, 2.2, 2.45)}))
    assert (event.onset, event.apex, event.offset) == pytest.approx((2.0, 2.2, 2.45), abs=0.015)


def test_too_few_frames_claim_nothing_brief(track_of: Build) -> None:
    time = np.arange(96) / 24
    assert spot(track_of(time, {"AU12L": course(time, 1.0, 1.2, 1.45, peak=3.0)})) == []
    long = spot(track_of(time, {"AU12L": course(time, 1.0, 1.5, 3.0, peak=3.0)}))
    assert [event.kind for event in long] == ["macro"]


def test_limits_are_the_callers(track_of: Build) -> None:
    track = track_of(CLOCK, {"AU12L": course(CLOCK, 1.0, 1.2, 1.45)})
    assert [event.kind for event in spot(track, Limits(micro=0.3))] == ["macro"]


def test_jaw_is_one_travel(track_of: Build) -> None:
    travel = course(CLOCK, 1.0, 1.5, 2.5)
    drop, wide = np.where(travel > 0.5, 0, 10 * travel), np.where(travel > 0.5, 5 * travel, 0)
    (event,) = spot(track_of(CLOCK, {"AU26": drop, "AU27": wide}))
    assert event.aus == pytest.approx({"AU27": 5.0}, abs=0.1)


def test_frames_that_only_repeat_others_claim_nothing_brief(track_of: Build) -> None:
    movement = course(CLOCK, 1.0, 1.1, 1.3, peak=1.2)
    track = track_of(CLOCK, {"AU12L": movement}, 0.01)
    assert len(spot(track)) == 1
    assert spot(track, Limits(rate=20.0)) == []


@pytest.mark.parametrize(("apex", "kind"), [(1.259, "micro"), (1.275, "micro"), (1.30, "macro")])
def test_an_onset_may_seem_longer_by_the_error_of_its_moments(
    track_of: Build, apex: float, kind: str
) -> None:
    time = np.arange(800) / 200
    (event,) = spot(track_of(time, {"AU12L": course(time, 1.0, apex, 1.45)}))
    assert event.apex - event.onset == pytest.approx(apex - 1.0, abs=0.006)
    assert event.kind == kind


@pytest.mark.parametrize(("unit", "yaw", "count"), [
    ("AU25", 0.0, 1), ("AU25", 5.0, 1), ("AU25", 15.0, 0), ("AU17", 15.0, 1),
])  # fmt: skip
def test_a_jaw_that_seems_to_move_while_the_head_turns(
    track_of: Build, unit: str, yaw: float, count: int
) -> None:
    track = track_of(CLOCK, {unit: course(CLOCK, 1.0, 1.15, 1.4)}, 0.02)
    assert len(spot(track, yaw=yaw)) == count
