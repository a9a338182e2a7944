"""Pictures that are nearly the same: difference hashes of the face, as it is and mirrored.

Each bit says whether a small grey cell is darker than its right neighbour (Krawetz, "Kind of like
that", 2013). Portraits of one studio share ground and frame, so that only the face is hashed. The
box of a mirrored face is not quite the mirrored box, as the eye of a detector is not symmetric: so
the mirror image is hashed with the box slid a little to both sides, too.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

BITS = 256
_SIDE = 16  # cells down; one more across
# Bits. Neutral faces of 52 people of the London Set differ by 34 and more from one another; of
# twelve of them a copy at half the size by 13 at most, one cropped, brighter and at JPEG quality 40
# by 11, and the same person's smile by 15 and more. Mirrored copies of the 52 differ by 13 at most
# (one of 256 px by 18), and mirrored faces of other people by 27 and more.
NEAR = 14
# Of the width of the face. The boxes of the 52 and of their mirror images were 0.02 apart at most.
_SLIDES = (-0.016, -0.008, 0.0, 0.008, 0.016)

Hashes = tuple[int, ...]  # of a face as it is, then of its mirror image, once for each slide


def hashes(image: NDArray[np.uint8], box: Sequence[float] | None = None) -> Hashes:
    """The hashes of the face in a box, or of the whole picture.

    Args:
        image: RGB, shape (H, W, 3).
        box: left, top, right, bottom, px.
    """
    left, top, right, bottom = box or (0, 0, image.shape[1], image.shape[0])
    slides = (slide * (right - left) for slide in _SLIDES)
    slid = (_cells(image, (left + px, top, right + px, bottom)) for px in slides)
    here = _hash(_cells(image, (left, top, right, bottom)))
    return here, *(_hash(cells[:, ::-1]) for cells in slid)


def apart(first: Hashes, second: Hashes) -> int:
    """In how many of 256 bits two faces differ, or one and the mirror image of the other."""
    ways = (*(first[0] ^ one for one in second), *(second[0] ^ one for one in first[1:]))
    return min(way.bit_count() for way in ways)


def _cells(image: NDArray[np.uint8], box: Sequence[float]) -> NDArray[np.uint8]:
    """Mean grey of the cells of a box."""
    left, top, right, bottom = (round(side) for side in box)
    part = image[max(top, 0) : max(bottom, top + 1), max(left, 0) : max(right, left + 1)]
    part = part if part.size else image
    grey = cv2.cvtColor(part, cv2.COLOR_RGB2GRAY)
    cells = cv2.resize(grey, (_SIDE + 1, _SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(cells, np.uint8)


def _hash(cells: NDArray[np.uint8]) -> int:
    return int.from_bytes(np.packbits(cells[:, :-1] < cells[:, 1:]).tobytes(), "big")
