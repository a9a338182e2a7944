import numpy as np
import pytest
from numpy.typing import NDArray

from mien.core import facs
from mien.edit.points import Subject, moved
from mien.edit.video import Painter, redrawn

Image = NDArray[np.uint8]
REST = np.zeros(len(facs.COLUMNS))


@pytest.fixture
def wide(backdrop: Image) -> Image:
    """The puppet's picture in the corner of a larger one."""
    return np.tile(backdrop, (3, 3, 1))


def smile(subject: Subject, share: float = 1.0) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    change = share * facs.vector({"AU12": 3.0})
    return moved(subject, change), change


def test_only_what_is_near_the_face_changes(wide: Image, subject: Subject) -> None:
    ready = Painter().prepare(wide, 0.0, subject.points, subject.points[:, :2])
    drawn = redrawn(ready, *smile(subject))
    rows, columns = np.nonzero((drawn != wide).any(axis=2))
    assert len(rows)
    assert rows.max() < 250
    assert columns.max() < 250
    assert np.array_equal(redrawn(ready, subject.points, REST), wide)


def test_the_same_frame_gives_the_same_picture(wide: Image, subject: Subject) -> None:
    painter = Painter()
    made = [
        redrawn(
            painter.prepare(wide, i / 30, subject.points, subject.points[:, :2]), *smile(subject)
        )
        for i in range(3)
    ]
    assert all(np.array_equal(made[0], other) for other in made[1:])


def test_a_face_at_the_edge_of_the_picture(backdrop: Image, subject: Subject) -> None:
    shifted = subject.points - (110.0, 0.0, 0.0)
    ready = Painter().prepare(backdrop, 0.0, shifted, shifted[:, :2])
    to, change = smile(subject)
    drawn = redrawn(ready, to - (110.0, 0.0, 0.0), change)
    assert drawn.shape == backdrop.shape
