"""A camera is opened, read in RGB, and let go whatever happens."""

from contextlib import closing

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from mien.core.errors import MediaError
from mien.media.camera import camera_pictures


class FakeCapture:
    """Stands in for OpenCV's: some blue pictures, then none."""

    left = 3
    released = 0

    def __init__(self, number: int) -> None:
        self.number = number

    def isOpened(self) -> bool:  # noqa: N802 (OpenCV's name)
        return self.number == 0

    def set(self, key: int, value: float) -> bool:
        return False  # a camera that can do nothing of what is asked

    def read(self) -> tuple[bool, NDArray[np.uint8] | None]:
        self.left -= 1
        blue = np.zeros((4, 6, 3), np.uint8)
        blue[..., 0] = 255  # BGR
        return (True, blue) if self.left >= 0 else (False, None)

    def release(self) -> None:
        FakeCapture.released += 1


@pytest.fixture(autouse=True)
def _fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cv2, "VideoCapture", FakeCapture)
    monkeypatch.setattr(FakeCapture, "released", 0)


def test_pictures_are_rgb_and_time_does_not_fall() -> None:
    with closing(camera_pictures(0)) as pictures:
        (first, one), (second, _) = next(pictures), next(pictures)
    assert first == 0 <= second
    assert one.shape == (4, 6, 3)
    assert one[0, 0].tolist() == [0, 0, 255]
    assert FakeCapture.released == 1


def test_a_camera_that_stops() -> None:
    with pytest.raises(MediaError, match="camera 0: gives no pictures"):
        list(camera_pictures(0))
    assert FakeCapture.released == 1


def test_no_such_camera() -> None:
    with pytest.raises(MediaError, match="camera 7: cannot be opened"):
        next(camera_pictures(7))
    assert FakeCapture.released == 1
