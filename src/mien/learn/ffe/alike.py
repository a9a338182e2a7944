"""Pictures that are nearly the same: difference hashes of the face.

Each bit says whether a small grey cell is darker than its right neighbour (Krawetz, "Kind of like
that", 2013). Portraits of one studio share ground and frame, so that only the face is hashed.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

BITS = 256
_SIDE = 16  # cells down; one more across
# Bits. Neutral faces of 52 people of the London Set differ by 34 and more from one another; of
# twelve of them a copy at half the size by 13 at most, one cropped, brighter and at JPEG quality 40
# by 11, and the same person's smile by 15 and more.
NEAR = 14


def dhash(image: NDArray[np.uint8], box: Sequence[float] | None = None) -> int:
    """The hash of the face in a box, or of the whole picture.

    Args:
        image: RGB, shape (H, W, 3).
        box: left, top, right, bottom, px.
    """
    height, width = image.shape[:2]
    left, top, right, bottom = (round(side) for side in box or (0, 0, width, height))
    part = image[max(top, 0) : max(bottom, top + 1), max(left, 0) : max(right, left + 1)]
    part = part if part.size else image
    grey = cv2.cvtColor(part, cv2.COLOR_RGB2GRAY)
    cells = cv2.resize(grey, (_SIDE + 1, _SIDE), interpolation=cv2.INTER_AREA)
    bits = np.packbits(cells[:, :-1] < cells[:, 1:])
    return int.from_bytes(bits.tobytes(), "big")


def apart(first: int, second: int) -> int:
    """In how many of 256 bits two hashes differ."""
    return (first ^ second).bit_count()
