"""The 478-point mesh: its triangles, its mirror, and the contours that anatomy needs.

Point numbers are MediaPipe's; 468 and 473 are the iris centres. "Left" is the subject's left. The
triangles are the 852 faces of MediaPipe's published tessellation edges; twelve of them do not
mirror onto a triangle, where it splits a square the other way.
"""

from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from mien.core.face import N_POINTS

N_SKIN = 468  # the points before the irises
IRIS_RIGHT, IRIS_LEFT = 468, 473
IRIS_RING_RIGHT, IRIS_RING_LEFT = (469, 470, 471, 472), (474, 475, 476, 477)

# Outer corner to inner corner.
UPPER_LID_RIGHT = (33, 246, 161, 160, 159, 158, 157, 173, 133)
LOWER_LID_RIGHT = (33, 7, 163, 144, 145, 153, 154, 155, 133)
UPPER_LID_LEFT = (263, 466, 388, 387, 386, 385, 384, 398, 362)
LOWER_LID_LEFT = (263, 249, 390, 373, 374, 380, 381, 382, 362)

# The skin next to each inner point of a lid, in the same order.
LID_RINGS: dict[tuple[int, ...], tuple[int, ...]] = {
    UPPER_LID_RIGHT: (247, 30, 29, 27, 28, 56, 190),
    LOWER_LID_RIGHT: (25, 110, 24, 23, 22, 26, 112),
    UPPER_LID_LEFT: (467, 260, 259, 257, 258, 286, 414),
    LOWER_LID_LEFT: (255, 339, 254, 253, 252, 256, 341),
}

# Subject's right corner to left corner.
UPPER_LIP_OUTER = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
LOWER_LIP_OUTER = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
UPPER_LIP_INNER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
LOWER_LIP_INNER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)

NOSTRILS = (48, 115, 220, 45, 4, 275, 440, 344, 278, 327, 326, 2, 97, 98)

# Upper and lower edge of each brow, from its tail inwards.
BROW_EDGES = {
    "right": ((70, 63, 105, 66, 107), (46, 53, 52, 65, 55)),
    "left": ((300, 293, 334, 296, 336), (276, 283, 282, 295, 285)),
}
# Closed contours, the right one first where there are two.
BROWS = tuple((*upper, *lower[::-1]) for upper, lower in BROW_EDGES.values())
EYES = (
    (*UPPER_LID_RIGHT, *LOWER_LID_RIGHT[-2:0:-1]),
    (*UPPER_LID_LEFT, *LOWER_LID_LEFT[-2:0:-1]),
)
MOUTH = (*UPPER_LIP_OUTER, *LOWER_LIP_OUTER[-2:0:-1])

LIPS = tuple(sorted({*UPPER_LIP_OUTER, *LOWER_LIP_OUTER, *UPPER_LIP_INNER, *LOWER_LIP_INNER}))

# From the top of the forehead along the subject's left side and back up the right.
OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152,
    148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip

# Points that no action unit moves much: bridge of the nose, eye corners, forehead, temples.
STILL = (6, 168, 197, 195, 5, 33, 263, 133, 362, 10, 151, 9, 127, 356, 234, 454)


@cache
def triangles() -> NDArray[np.int64]:
    """Triangles of the skin, shape (852, 3); clockwise as seen on a frontal picture (y down).

    The openings of the eyes and the mouth are holes; the irises belong to no triangle.
    """
    return _table("triangles.csv")


@cache
def mirror() -> NDArray[np.int64]:
    """For each point the one on the other side, shape (478,); its own inverse."""
    pairs = _table("mirror.csv")
    mirrored = np.empty(N_POINTS, dtype=np.int64)
    mirrored[pairs[:, 0]] = pairs[:, 1]
    mirrored[pairs[:, 1]] = pairs[:, 0]
    return mirrored


def _table(name: str) -> NDArray[np.int64]:
    with (files("mien.anatomy") / name).open() as file:
        return np.loadtxt(file, delimiter=",", skiprows=1, dtype=np.int64)
