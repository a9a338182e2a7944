"""How pictures of the puppet are measured."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

Image = NDArray[np.uint8]


@pytest.fixture(scope="session")
def displaced() -> Callable[[Image, Image, Sequence[float]], NDArray[np.float64]]:
    """By how many px the patch round a point has moved from one picture to another (LK)."""

    def found(before: Image, after: Image, point: Sequence[float]) -> NDArray[np.float64]:
        grey = [cv2.cvtColor(one, cv2.COLOR_RGB2GRAY) for one in (before, after)]
        start = np.array([[point[:2]]], np.float32)
        stop = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 100, 1e-4)
        end, status, _ = cv2.calcOpticalFlowPyrLK(
            *grey, start, None, winSize=(11, 11), maxLevel=3, criteria=stop
        )
        assert status.all()
        return np.asarray((end - start)[0, 0], np.float64)

    return found
