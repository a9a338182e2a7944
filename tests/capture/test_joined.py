"""A long clip is joined in blocks: without a seam, and in little memory."""

import tracemalloc

import numpy as np
import pytest

from mien.anatomy.inverse import FREE
from mien.capture import filters
from mien.capture.course import ROW, Stored
from mien.capture.joined import joined, put_motion
from mien.capture.tape import Tape
from mien.core.facs import COLUMNS
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
