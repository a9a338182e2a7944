"""The motion of one face over a clip."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Course:
    """What the skin of one face did, row by row.

    Attributes:
        time: shape (n,), seconds, rising.
        frame: shape (n,), int64, rising.
        stretch: shape (n,), int64; a face that was lost and found again begins a new one, whose
            zero is its own.
        key: shape (n,), whether the codec began anew with this frame.
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

    def select(self, rows: NDArray[np.bool_] | NDArray[np.int64] | slice) -> Course:
        """The rows of a mask, shape (n,), of indices, or of a slice."""
        return Course(*(getattr(self, item.name)[rows] for item in fields(self)))
