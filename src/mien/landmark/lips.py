"""A second look at a mouth that seems shut.

The canonical square is placed by points that no expression moves. A jaw that drops comes close to
its lower edge, and there the mesh network may take a wide open mouth for a closed one, frame after
frame. In a square a little farther down it sees the chin again.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.template import template
from mien.core.ease import minimum_jerk
from mien.landmark.backends.mediapipe import Square
from mien.landmark.detect import lips_apart, square_of
from mien.landmark.track import read_near

Image = NDArray[np.uint8]
Array = NDArray[np.float64]

_SHUT = 0.08  # IOD between them, as read, from which no second look is taken
_DOWN = 0.05  # sizes of the square by which the second one lies lower
# IOD by which the second look must see them farther apart: nothing below, believed above. A mouth
# that is shut reads within .06 of itself in both.
_DOUBT, _SURE = 0.08, 0.14


def checked(image: Image, points: Array) -> Array:
    """Landmarks with the lower face as a second look sees it, where that sees an open mouth.

    Args:
        image: RGB, shape (H, W, 3).
        points: shape (478, 3), px, as read in the canonical square.

    Returns:
        Shape (478, 3), px; the points themselves in most cases.
    """
    before = float(lips_apart(points))
    if before > _SHUT:
        return points
    square = square_of(points)
    down = _DOWN * square.size
    x, y = square.x - down * np.sin(square.angle), square.y + down * np.cos(square.angle)
    again = read_near(image, Square(float(x), float(y), square.size, square.angle))
    if again is None:
        return points
    farther = (float(lips_apart(again)) - before - _DOUBT) / (_SURE - _DOUBT)
    share = float(minimum_jerk(np.array(farther)))
    return points + share * _lower_face()[:, None] * (again - points) if share else points


@cache
def _lower_face() -> Array:
    """1 from the tip of the nose down, 0 from the eyes up, shape (478,)."""
    height = template()[:, 1]
    return minimum_jerk((0.0 - height) / (0.0 - height[4]))
