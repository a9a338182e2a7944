from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.edit.points import Subject
from mien.landmark import lips
from mien.landmark.lips import checked
from mien.landmark.track import follow
from mien.media.image import load_image

Image = NDArray[np.uint8]
Array = NDArray[np.float64]


def opened(subject: Subject, gap: float) -> Array:
    """The puppet's landmarks with everything below the upper lip so many IOD lower."""
    points = subject.points.copy()
    points[points[:, 1] > points[13, 1] + 1e-9] += (0.0, gap * 60.0, 0.0)
    points[14] = points[13] + (0.0, gap * 60.0, 0.0)
    return points


@pytest.mark.parametrize(("gap", "believed"), [(0.02, 0.0), (0.07, 0.0), (0.115, 0.5), (0.25, 1.0)])
def test_an_open_mouth_is_believed_when_it_is_wide(
    monkeypatch: pytest.MonkeyPatch, backdrop: Image, subject: Subject, gap: float, believed: float
) -> None:
    again = opened(subject, gap)
    monkeypatch.setattr(lips, "read_near", lambda image, square: again)
    found = checked(backdrop, subject.points)
    share = (found[14] - subject.points[14])[1] / (gap * 60.0)
    assert share == pytest.approx(believed, abs=0.3)
    assert np.array_equal(found[[33, 263, 105, 334]], subject.points[[33, 263, 105, 334]])


def test_open_mouths_and_lost_faces_are_left(
    monkeypatch: pytest.MonkeyPatch, backdrop: Image, subject: Subject
) -> None:
    monkeypatch.setattr(lips, "read_near", lambda image, square: None)
    assert checked(backdrop, subject.points) is subject.points
    monkeypatch.setattr(lips, "read_near", lambda image, square: pytest.fail("looked again"))
    wide = opened(subject, 0.2)
    assert checked(backdrop, wide) is wide


@pytest.mark.parametrize("name", ["002", "024", "114"])
def test_shut_mouths_stay_shut(data: Path, name: str) -> None:
    image = load_image(data / "london" / "neutral" / f"{name}.jpg").pixels
    ((face,),) = follow([(0.0, image)])
    assert np.array_equal(checked(image, face.points), face.points)
