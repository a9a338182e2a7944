"""The eight ways a camera can lie on its side."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Turn(NamedTuple):
    """Rows and columns exchanged first, then mirrored left to right, then flipped upside down."""

    swap: bool = False
    mirror: bool = False
    flip: bool = False

    def apply(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The picture, shape (H, W) or (H, W, channels), turned; contiguous."""
        if self.swap:
            pixels = pixels.swapaxes(0, 1)
        if self.mirror:
            pixels = pixels[:, ::-1]
        if self.flip:
            pixels = pixels[::-1]
        return np.ascontiguousarray(pixels)

    @property
    def degrees(self) -> int:
        """The rotation in it, clockwise: 0, 90, 180 or 270."""
        if self.swap:
            return 90 if self.mirror else 270
        return 180 if self.flip else 0


# Orientation tag of EXIF 2.32, 4.6.4 (values 1 to 8) to the turn that brings the picture upright.
EXIF_TURNS: dict[int, Turn] = {
    1: Turn(),
    2: Turn(mirror=True),
    3: Turn(mirror=True, flip=True),
    4: Turn(flip=True),
    5: Turn(swap=True),
    6: Turn(swap=True, mirror=True),
    7: Turn(swap=True, mirror=True, flip=True),
    8: Turn(swap=True, flip=True),
}


def from_display_matrix(matrix: NDArray[np.int32]) -> Turn:
    """The turn nearest to a clip's display matrix.

    Args:
        matrix: 9 numbers a b u c d v x y w, which show pixel (p, q) at (a p + c q, b p + d q)
            (ISO/IEC 14496-12, 6.2.2).
    """
    a, b, _, c, d = (int(value) for value in matrix[:5])
    if abs(b) > abs(a):
        return Turn(swap=True, mirror=c < 0, flip=b < 0)
    return Turn(mirror=a < 0, flip=d < 0)
