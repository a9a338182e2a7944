"""The motion of one face over a clip."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.inverse import FREE
from mien.capture.tape import Tape

Array = NDArray[np.float64]
Chosen = NDArray[np.bool_] | NDArray[np.int64] | slice
"""Rows as a mask, shape (n,), as indices that rise, or as a slice."""

ROW = np.dtype(
    [
        ("time", "<f8"),
        ("frame", "<i8"),
        ("stretch", "<i8"),
        ("key", "?"),
        ("odd", "<f4"),
        ("hidden", "?", (len(FREE),)),
        ("pose", "<f4", (6,)),
        ("aus", "<f4", (len(FREE),)),
    ]
)
"""A course on disk: the fields of :class:`Course`."""


@dataclass(frozen=True)
class Course:
    """What the skin of one face did, row by row.

    Attributes:
        time: shape (n,), seconds, rising.
        frame: shape (n,), int64, rising.
        stretch: shape (n,), int64, rising; a face that was lost and found again begins a new one,
            whose zero is its own.
        key: shape (n,), whether the codec began anew with this frame, or with one left out before.
        odd: shape (n,), share of the skin that is covered or does not fit the face, 0 to 1.
        hidden: shape (n, len(FREE)), whether most of what a unit moves is.
        pose: shape (n, 6), yaw, pitch, roll in degrees, x, y, scale in px.
        aus: shape (n, len(FREE)), intensities of the columns :data:`mien.anatomy.inverse.FREE`;
            signed, since the zero is only an estimate.
    """

    time: Array
    frame: NDArray[np.int64]
    stretch: NDArray[np.int64]
    key: NDArray[np.bool_]
    odd: Array
    hidden: NDArray[np.bool_]
    pose: Array
    aus: Array

    def __len__(self) -> int:
        return len(self.time)

    def select(self, rows: Chosen) -> Course:
        """Some of the rows."""
        return Course(*(getattr(self, item.name)[rows] for item in fields(Course)))


class Stored(Course):
    """A long course: times, frames, stretches and keys in memory, the rest on disk.

    :meth:`Course.select` reads the rows it is asked for and no others; the other fields are read
    whole whenever they are asked for.

    Args:
        tape: of rows of type :data:`ROW`.
        rows: their numbers, shape (n,), rising.
        keys: shape (n,), what to say of the key frames; None: what the rows say.
    """

    def __init__(
        self, tape: Tape, rows: NDArray[np.int64], keys: NDArray[np.bool_] | None = None
    ) -> None:
        self._tape, self._rows = tape, rows
        for name in ("time", "frame", "stretch", "key"):
            object.__setattr__(self, name, tape.column(name, rows))
        if keys is not None:
            object.__setattr__(self, "key", keys)

    def __getattr__(self, name: str) -> NDArray[Any]:
        if name not in (ROW.names or ()):
            raise AttributeError(name)
        return _wide(self._tape.column(name, self._rows))

    def select(self, rows: Chosen) -> Course:
        """Some of the rows, in memory."""
        part = self._tape.read(self._rows[rows])
        found = Course(*(_wide(part[item.name]) for item in fields(Course)))
        return replace(found, key=self.key[rows])

    def only(self, rows: NDArray[np.bool_]) -> Stored:
        """Those of a mask, shape (n,), on disk still; a key frame left out counts for the next."""
        if rows.all():
            return self
        begun = np.cumsum(self.key)[rows]
        return Stored(self._tape, self._rows[rows], np.diff(begun, prepend=0) > 0)


def _wide(values: NDArray[Any]) -> NDArray[Any]:
    """The same in double precision, if it is in single."""
    return values.astype(np.float64) if values.dtype == np.float32 else values
