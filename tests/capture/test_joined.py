"""Landmarks and skin made one: cheeks, true time, and long clips in blocks."""

import tracemalloc

import numpy as np
import pytest

from mien.anatomy.inverse import FREE
from mien.capture import filters
from mien.capture.course import ROW, Course, Stored
from mien.capture.joined import joined, put_motion
from mien.capture.tape import Tape
from mien.core.facs import COLUMNS, INDEX
from mien.core.signal import Track

RATE = 30.0


def walk(n: int, columns: int, seed: int) -> np.ndarray:
    """Some course that never repeats, 0 to 5."""
    steps = np.random.default_rng(seed).standard_normal((n, columns), dtype=np.float32)
    return np.clip(1.0 + np.cumsum(0.05 * steps, axis=0), 0.0, 5.0)


def course(n: int) -> Stored:
    tape, aus = Tape(ROW), walk(n, len(FREE), 1)
    nothing = np.zeros(len(FREE), np.bool_)
    for i in range(n):
        tape.add(i / RATE, i, 0, i == 0, 0.01, nothing, (0, 0, 0, 9, 9, 100), aus[i])
    return Stored(tape, np.arange(n))


def by_landmarks(n: int) -> Track:
    numbers = np.arange(n)
    return Track(
        time=numbers / RATE, pts=numbers, frame=numbers, face=np.zeros(n, dtype=np.int64),
        status=np.full(n, "lost", dtype="<U12"), confidence=np.ones(n), pose=np.ones((n, 3)),
        position=np.full((n, 3), 100.0), aus=walk(n, len(COLUMNS), 2).astype(np.float32),
        deviation=np.full((n, len(COLUMNS)), np.nan, np.float32),
    )  # fmt: skip


def test_every_block_looks_at_landmarks_not_at_what_was_joined() -> None:
    motion, track = course(8000), by_landmarks(8000)
    landmarks = track.aus.astype(np.float64)
    odd = np.zeros(8000, np.float32)
    put_motion(track, odd, motion, np.arange(8000))
    for rows, span in filters.blocks(motion.time):
        counts = span.contains(motion.time[rows])
        aus, deviation = joined(motion.select(rows), landmarks[rows])
        np.testing.assert_allclose(track.aus[rows][counts], aus[counts], atol=1e-5)
        assert track.deviation is not None
        found = track.deviation[rows][counts]
        np.testing.assert_allclose(found, deviation[counts].astype(np.float32), rtol=1e-4)
    assert track.pose == pytest.approx(np.ones((8000, 3)))
    assert odd == pytest.approx(0.01)


def test_a_longer_clip_takes_little_more() -> None:
    def most(n: int) -> int:
        motion, track, own = course(n), by_landmarks(n), np.arange(n)
        odd = np.zeros(n, np.float32)
        tracemalloc.start()
        put_motion(track, odd, motion, own)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    assert most(24_000) - most(6_000) < 150 * 18_000, "bytes a row"


CLOCK = np.arange(600) / RATE
RISEN = (CLOCK >= 8.0) & (CLOCK < 11.0)
TOP = (CLOCK >= 9.0) & (CLOCK < 10.0)


def on_skin(time: np.ndarray, **units: np.ndarray) -> Course:
    """A still head of whose skin some units move."""
    n = len(time)
    motion = np.zeros((n, len(FREE)))
    for name, values in units.items():
        motion[:, FREE.index(INDEX[name])] = values
    return Course(
        time=time, frame=np.arange(n), stretch=np.zeros(n, dtype=np.int64),
        key=np.zeros(n, dtype=np.bool_), odd=np.zeros(n),
        hidden=np.zeros((n, len(FREE)), dtype=np.bool_),
        pose=np.tile([0.0, 0.0, 0.0, 9.0, 9.0, 100.0], (n, 1)), aus=motion,
    )  # fmt: skip


def landmarks_of(**units: np.ndarray) -> np.ndarray:
    landmarks = np.zeros((len(next(iter(units.values()))), len(COLUMNS)))
    for name, values in units.items():
        landmarks[:, INDEX[name]] = values
    return landmarks


@pytest.mark.parametrize(("skin", "beside"), [(1.0, 2.0), (2.0, 1.0)])
@pytest.mark.parametrize("unit", ["AU07", "AU09", "AU10", "AU12"])
@pytest.mark.parametrize("side", ["L", "R"])
def test_a_cheek_rises_as_far_as_the_skin_and_a_unit_beside_it_say(
    skin: float, beside: float, unit: str, side: str
) -> None:
    motion = on_skin(CLOCK, **{f"AU06{side}": skin * RISEN})
    aus, _ = joined(motion, landmarks_of(**{f"{unit}{side}": beside * RISEN}))
    cheek, other = (aus[:, INDEX[f"AU06{one}"]] for one in (side, "RL"[side == "R"]))
    assert cheek[TOP] == pytest.approx(1.0, abs=0.05)
    assert np.abs(cheek[(CLOCK < 7.0) | (CLOCK > 12.0)]).max() < 0.05
    assert np.abs(other).max() < 0.05


@pytest.mark.parametrize("units", [(), ("AU12R",), ("AU01L", "AU04L", "AU15L", "AU43L")])
def test_skin_alone_raises_no_cheek(units: tuple[str, ...]) -> None:
    """It drifts: without anything on that side that lifts the cheek along, it is not believed."""
    motion = on_skin(CLOCK, AU06L=1.0 * RISEN)
    shown = {"AU12L": 0.0 * CLOCK, **dict.fromkeys(units, 2.0 * RISEN)}
    aus, _ = joined(motion, landmarks_of(**shown))
    assert np.abs(aus[TOP, INDEX["AU06L"]]).max() < 0.05


def test_landmarks_alone_raise_no_cheek() -> None:
    aus, _ = joined(on_skin(CLOCK), landmarks_of(AU12L=2.0 * RISEN))
    assert np.abs(aus[TOP, INDEX["AU06L"]]).max() < 0.05


@pytest.mark.parametrize(("hidden", "cheek"), [(("AU12L",), 0.0), (("AU10L", "AU12R"), 1.0)])
def test_a_unit_that_is_hidden_bears_no_cheek_out(hidden: tuple[str, ...], cheek: float) -> None:
    motion = on_skin(CLOCK, AU06L=1.0 * RISEN)
    motion.hidden[:, [FREE.index(INDEX[name]) for name in hidden]] = True
    aus, _ = joined(motion, landmarks_of(AU12L=2.0 * RISEN))
    assert aus[TOP, INDEX["AU06L"]] == pytest.approx(cheek, abs=0.05)


@pytest.mark.parametrize("middle", [5.0, 15.0])
def test_what_lasts_two_seconds_is_not_brief_at_any_frame_rate(middle: float) -> None:
    """Landmarks alone tell it, and it is too small for them to be believed in what is brief."""
    time = np.concatenate([np.arange(600) / 60.0, 10.0 + np.arange(150) / 15.0])
    apart = np.abs(time - middle)
    aus, _ = joined(on_skin(time), landmarks_of(AU12L=0.3 * (apart < 1.0)))
    smile = aus[:, INDEX["AU12L"]]
    assert smile[apart < 0.3] == pytest.approx(0.3, abs=0.03)
    assert np.abs(smile[apart > 2.0]).max() < 0.03


@pytest.mark.parametrize("middle", [5.0, 15.0])
def test_what_is_brief_is_the_skins_at_any_frame_rate(middle: float) -> None:
    time = np.concatenate([np.arange(600) / 60.0, 10.0 + np.arange(150) / 15.0])
    apart = np.abs(time - middle)
    aus, _ = joined(on_skin(time), landmarks_of(AU12L=0.3 * (apart < 0.2)))
    assert np.abs(aus[:, INDEX["AU12L"]]).max() < 0.1
