"""The square of a picture that an editor is given to redraw.

Points count from the outer corner of the first pixel, as landmarks do, so that one map holds at
every resolution; :func:`centred` turns such a map into one between pixel centres, for OpenCV.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.core.face import N_POINTS
from mien.edit.mesh.pixels import Floats, Image

MARGIN = 0.5  # of the face: room for hair above, chin and neck below
_LEAST = 1  # px: sides of squares and of their cuts


@dataclass(frozen=True)
class Square:
    """An upright square in whole pixels of a picture; it may stand out of the picture.

    Attributes:
        left: px, first column.
        top: px, first row.
        side: px.
        beyond: px by which it stands out of the picture on the left, top, right, bottom; there a
            cut repeats the picture's edge.
    """

    left: int
    top: int
    side: int
    beyond: tuple[int, int, int, int] = (0, 0, 0, 0)

    @property
    def centre(self) -> tuple[float, float]:
        """Column and row of its middle, px."""
        return self.left + self.side / 2, self.top + self.side / 2

    def to_picture(self, side_px: int) -> NDArray[np.float64]:
        """The map from its cut of ``side_px`` px to the picture, shape (2, 3)."""
        scale = self.side / side_px
        return np.array([[scale, 0.0, self.left], [0.0, scale, self.top]])

    def to_cut(self, points: Floats, side_px: int) -> NDArray[np.float64]:
        """Points of the picture, shape (n, 2 or 3), px, in its cut of ``side_px`` px."""
        points = np.asarray(points, np.float64)
        moved = points * (side_px / self.side)
        moved[:, :2] = (points[:, :2] - (self.left, self.top)) * (side_px / self.side)
        return moved


def square(points: Floats, size: tuple[int, int], margin: float = MARGIN) -> Square:
    """The square round a face, hair, chin and some of the neck with it.

    It moves by up to half its margin to stand out of the picture less.

    Args:
        points: landmarks, shape (478, 2 or 3), px.
        size: width and height of the picture, px.
        margin: room on every side, as a share of the longer side of the landmarks' box.

    Raises:
        ValueError: wrong shape, points that are not numbers or no face, a negative margin.
    """
    if points.shape not in ((N_POINTS, 2), (N_POINTS, 3)) or not np.isfinite(points).all():
        raise ValueError(f"expected {N_POINTS} landmarks, all of them numbers, got {points.shape}")
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    face = float((high - low).max())
    if face < 1 or margin < 0:
        raise ValueError(f"a face of {face:.2f} px with a margin of {margin:g} makes no square")
    side = max(round((1 + 2 * margin) * face), _LEAST)
    corner = (low + high) / 2 - side / 2
    most = margin * face / 2
    held = np.clip(corner, 0, np.maximum(np.array(size) - side, 0))
    fits = side <= np.array(size)
    corner = np.where(fits, np.clip(held, corner - most, corner + most), corner)
    left, top = (int(value) for value in np.rint(corner))
    right, bottom = left + side - size[0], top + side - size[1]
    return Square(left, top, side, (max(0, -left), max(0, -top), max(0, right), max(0, bottom)))


def cut(image: Image, square: Square, side_px: int) -> Image:
    """What a square shows, at the size that an editor wants.

    Args:
        image: RGB uint8, shape (H, W, 3).
        square: of :func:`square`.
        side_px: px; shrinking averages, enlarging is bicubic, the same size copies.

    Returns:
        Shape (side_px, side_px, 3); beyond the picture its edge is repeated.

    Raises:
        ValueError: the square lies wholly outside the picture, or the side is no size.
    """
    height, width = image.shape[:2]
    right, bottom = square.left + square.side, square.top + square.side
    left, top = max(square.left, 0), max(square.top, 0)
    part = image[top : max(bottom, 0), left : max(right, 0)]
    if not part.size or side_px < _LEAST:
        raise ValueError(f"{square} shows nothing of a picture of {width} x {height} px")
    out = (top - square.top, bottom - min(bottom, height), left - square.left)
    whole = cv2.copyMakeBorder(part, *out, right - min(right, width), cv2.BORDER_REPLICATE)
    if side_px == square.side:
        return np.asarray(whole, np.uint8)
    how = cv2.INTER_AREA if side_px < square.side else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(whole, (side_px, side_px), interpolation=how), np.uint8)


def centred(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """A map (2, 3) between points as one between pixel centres."""
    moved = matrix.copy()
    moved[:, 2] += 0.5 * matrix[:, :2].sum(axis=1) - 0.5
    return moved


def inverse(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """The map (2, 3) back."""
    linear = np.linalg.inv(matrix[:, :2])
    return np.concatenate([linear, -linear @ matrix[:, 2:]], axis=1)


def after(first: NDArray[np.float64], then: NDArray[np.float64]) -> NDArray[np.float64]:
    """One map (2, 3) for two, one after the other."""
    linear = then[:, :2] @ first[:, :2]
    return np.concatenate([linear, then[:, :2] @ first[:, 2:] + then[:, 2:]], axis=1)


def moved(points: Floats, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points (n, 2 or more) through a map (2, 3), shape (n, 2)."""
    return np.asarray(points[:, :2] @ matrix[:, :2].T + matrix[:, 2])
