"""The slopes of a flat picture, and the equations for motion that follow from them.

Where the picture has a slope, a small shift changes the brightness in proportion; least squares
over all px gives the shift (Lucas & Kanade, 1981). Px are gathered in cells first, so that cells
can be weighted and the fields of the units are needed only there.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.capture.skin import Skin

Array = NDArray[np.float64]
F32 = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Slopes:
    """Slopes of one picture of one face.

    Attributes:
        skin: of the face.
        across: per px, shape of the surface.
        down: per px, shape of the surface.
        information: sums over cells of squares and product of both, three of shape (cells,).
    """

    skin: Skin
    across: F32
    down: F32
    information: tuple[F32, F32, F32]

    def system(self, weight: F32) -> Array:
        """The left side of the equations, shape (unknowns, unknowns); weight of shape (cells,)."""
        x, y = self.skin.fields
        xx, xy, yy = (each * weight for each in self.information)
        return np.asarray((x * xx + y * xy) @ x.T + (x * xy + y * yy) @ y.T, np.float64)

    def pull(self, rest: F32, weight: F32) -> Array:
        """The right side, shape (unknowns,), of a difference of brightness on the surface."""
        x, y = self.skin.fields
        gathered = self.skin.surface.gathered
        pull = x @ (gathered(self.across * rest) * weight)
        pull += y @ (gathered(self.down * rest) * weight)
        return -np.asarray(pull, np.float64)

    def change(self, moved: tuple[F32, F32]) -> F32:
        """The change of brightness where cells move by so many px across and down."""
        across, down = (self.skin.spread(axis) for axis in moved)
        return self.across * across + self.down * down


def slopes_of(skin: Skin, picture: F32) -> Slopes:
    """The slopes of a flat picture, shape of the surface."""
    across, down = (
        cv2.Sobel(picture, cv2.CV_32F, *axis, ksize=3, scale=1 / 8) * skin.surface.skin
        for axis in ((1, 0), (0, 1))
    )
    gathered = skin.surface.gathered
    squares = gathered(across * across), gathered(across * down), gathered(down * down)
    return Slopes(skin, across, down, squares)
