"""A puppet made ready for filming, and how its pictures are measured."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from mien.anatomy import topology as topo
from mien.anatomy.head import View
from mien.edit.points import Subject
from mien.synth.plate import Plate, plate_of

Image = NDArray[np.uint8]


@pytest.fixture(scope="session")
def sitter(subject: Subject) -> tuple[Image, Subject]:
    """The puppet of the other tests, 180 px between the pupils, on fine grain, 720 × 720 px."""
    grain = np.random.default_rng(7).normal(0.0, 1.0, (720, 720, 3))
    grain = cv2.GaussianBlur(grain, (0, 0), 2.5)
    image = np.clip(128 + 45 * grain / grain.std(), 0, 255).astype(np.uint8)
    view = View(subject.view.rotation, 180.0, np.array([360.0, -330.0, 0.0]))
    return image, Subject(view.to_picture(subject.model.neutral), subject.model, view, subject.aus)


@pytest.fixture(scope="session")
def plate(sitter: tuple[Image, Subject]) -> Plate:
    """The puppet at half its size: 90 px between the pupils, on a film of 360 × 360 px."""
    image, subject = sitter
    wide = np.ptp(subject.points[list(topo.OVAL), 0])
    return plate_of(image, subject, wide / 2, (360, 360))


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
