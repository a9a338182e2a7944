"""A camera as a clip that does not end by itself."""

import time
from collections.abc import Generator

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.core.errors import MediaError
from mien.core.hush import hushed

# Asked for; a driver takes the nearest it has. Most cameras are fast in Motion JPEG only.
_WANTED = (
    (cv2.CAP_PROP_FOURCC, float(cv2.VideoWriter.fourcc(*"MJPG"))),
    (cv2.CAP_PROP_FRAME_WIDTH, 1280.0),
    (cv2.CAP_PROP_FRAME_HEIGHT, 720.0),
    (cv2.CAP_PROP_FPS, 60.0),
)


def camera_pictures(number: int) -> Generator[tuple[float, NDArray[np.uint8]], None, None]:
    """Seconds from the first picture and RGB pixels, (H, W, 3) uint8, until it is closed.

    Times are those at which pictures arrive: cameras do not keep the rate they claim.

    Args:
        number: of the camera, from 0.

    Raises:
        MediaError: there is no such camera, or it stops.
    """
    with hushed():  # OpenCV reports every driver that it tries
        capture = cv2.VideoCapture(number)
    try:
        if not capture.isOpened():
            raise MediaError(
                f"camera {number}: cannot be opened: is it plugged in, free and allowed to mien?"
                " Numbers count from 0"
            )
        for key, value in _WANTED:
            capture.set(key, value)
        start = None
        while True:
            there, picture = capture.read()
            now = time.monotonic()
            if not there:
                raise MediaError(f"camera {number}: gives no pictures: plug it in again")
            start = now if start is None else start
            yield now - start, np.asarray(picture[..., ::-1], dtype=np.uint8, order="C")
    finally:
        capture.release()
