"""What covers a face in a clip: looked for now and then, and held steady in between.

The mask is kept in the face's own coordinates, so it goes along with the head. What appears counts
at once, what is gone fades: edges of hair that are seen now here, now there come to rest at the
outer one.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.landmark.cover.occlusion import occluders
from mien.landmark.cover.upright import SIZE, crop_to_picture

Image = NDArray[np.uint8]
Array = NDArray[np.float64]
F32 = NDArray[np.float32]

_EVERY = 0.09  # seconds between two looks
# Seconds in which something comes and goes: hands are missed for half a second now and then.
_COMES, _GOES = 0.05, 0.8


class Cover:
    """Follows what covers one face of one clip."""

    def __init__(self) -> None:
        self._mask: F32 | None = None  # in the coordinates of an upright face
        self._time = -math.inf

    def at(self, image: Image, time: float, points: Array) -> F32:
        """What is not the face on the next frame.

        Args:
            image: RGB, shape (H, W, 3).
            time: seconds, later than the frame before.
            points: the face's landmarks, shape (478, 3), px.

        Returns:
            Shape (H, W), 0 (face) to 1 (something else).
        """
        to_picture = crop_to_picture(points)
        elapsed = time - self._time
        if elapsed >= _EVERY:
            seen = occluders(image, points)
            flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            now = np.asarray(cv2.warpAffine(seen, to_picture, SIZE, flags=flags), np.float32)
            before = now if self._mask is None or elapsed > 1.0 else self._mask
            slow = np.where(now > before, _COMES, _GOES).astype(np.float32)
            self._mask = before + (1 - np.exp(-np.float32(elapsed) / slow)) * (now - before)
            self._time = time
        assert self._mask is not None
        height, width = image.shape[:2]
        return np.asarray(cv2.warpAffine(self._mask, to_picture, (width, height)), np.float32)
