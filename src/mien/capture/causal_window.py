"""The last seconds of a face as a course: what a spotter that cannot wait looks at."""

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.inverse import FREE
from mien.capture.course import Course
from mien.capture.micromotion import Motion
from mien.core.facs import COLUMNS

Array = NDArray[np.float64]

RATE = 100.0  # rows per second that are kept, at most; the smoothing leaves nothing that is faster

_N, _ALL = len(FREE), len(COLUMNS)
# Columns of the table: time, key, odd; then hidden, pose, the skin's motion, intensities.
_HIDDEN, _POSE, _MOTION = 3, 3 + _N, 9 + _N
_AUS, _WIDTH = 9 + 2 * _N, 9 + 2 * _N + _ALL


class Window:
    """Rows of a face, frames of the same hundredth of a second made one; memory does not grow.

    Args:
        seconds: how long a row is kept.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._table = np.empty((2 * round(seconds * RATE) + 2, _WIDTH))
        self._first = self._end = 0  # rows that count
        self._open: list[Array] = []  # frames of the hundredth that is not over

    def __len__(self) -> int:
        return self._end - self._first

    @property
    def end(self) -> float:
        """Seconds, of the newest row; there is at least one."""
        return float(self._table[self._end - 1, 0])

    def clear(self) -> None:
        """Forget everything: the face was lost."""
        self._first = self._end = 0
        self._open = []

    def add(self, time: float, motion: Motion, aus: Array, *, key: bool = False) -> None:
        """Take in a frame.

        Args:
            time: seconds, rising.
            motion: of the skin.
            aus: shape (len(COLUMNS),), intensities.
            key: whether the codec began anew.
        """
        pose = motion.view.pose
        place = (pose.yaw, pose.pitch, pose.roll, pose.x, pose.y, pose.scale)
        row = np.concatenate([(time, key, motion.odd), motion.hidden, place, motion.aus, aus])
        if self._open and int(time * RATE) != int(self._open[0][0] * RATE):
            self._close()
        self._open.append(row)

    def course(self) -> tuple[Course, Array]:
        """The motion, and the intensities of the same rows, shape (n, len(COLUMNS))."""
        rows = self._table[self._first : self._end]
        n = len(rows)
        course = Course(
            time=rows[:, 0],
            frame=np.arange(n),
            stretch=np.zeros(n, np.int64),
            key=rows[:, 1] > 0.0,
            odd=rows[:, 2],
            hidden=rows[:, _HIDDEN:_POSE] >= 0.5,
            pose=rows[:, _POSE:_MOTION],
            aus=rows[:, _MOTION:_AUS],
        )
        return course, rows[:, _AUS:]

    def recent(self, seconds: float) -> tuple[Array, Array, Array]:
        """Times, motion and intensities of the last seconds only."""
        rows = self._table[self._first : self._end]
        rows = rows[np.searchsorted(rows[:, 0], rows[-1, 0] - seconds) :] if len(rows) else rows
        return rows[:, 0], rows[:, _MOTION:_AUS], rows[:, _AUS:]

    def copy(self) -> "Window":
        """The same rows, to look at while others are added."""
        other = Window(self._seconds)
        n = len(self)
        other._table[:n] = self._table[self._first : self._end]
        other._end = n
        return other

    def _close(self) -> None:
        if self._end == len(self._table):
            kept = self._table[self._first : self._end].copy()
            self._table[: len(kept)] = kept
            self._first, self._end = 0, len(kept)
        self._table[self._end] = np.mean(self._open, axis=0)
        self._end += 1
        self._open = []
        newest = self._table[self._end - 1, 0]
        while newest - self._table[self._first, 0] > self._seconds:
            self._first += 1
