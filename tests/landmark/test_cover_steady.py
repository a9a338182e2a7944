import numpy as np
import pytest
from numpy.typing import NDArray

from mien.edit.points import Subject
from mien.landmark.cover import steady as cover
from mien.landmark.cover.steady import Cover

Image = NDArray[np.uint8]
F32 = NDArray[np.float32]
STEP = 0.1  # seconds


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[F32]:
    """What is found on the next looks; the last one stays."""
    masks: list[F32] = []

    def occluders(image: Image, points: NDArray[np.float64]) -> F32:
        return masks.pop(0) if len(masks) > 1 else masks[0]

    monkeypatch.setattr(cover, "occluders", occluders)
    return masks


def block(image: Image, shift: int = 0) -> F32:
    mask = np.zeros(image.shape[:2], np.float32)
    mask[120:160, 100 + shift : 130 + shift] = 1.0
    return mask


def test_comes_at_once_and_goes_slowly(seen: list[F32], backdrop: Image, subject: Subject) -> None:
    nothing, hand = np.zeros(backdrop.shape[:2], np.float32), block(backdrop)
    seen += [nothing, hand, nothing]
    held = Cover()
    shown = [held.at(backdrop, i * STEP, subject.points) for i in range(30)]
    course = [float(mask[140, 115]) for mask in shown]
    assert course[0] == 0.0
    assert course[1] > 0.5
    assert course[4] > 0.5
    assert course[-1] < 0.1
    assert (np.diff(course[1:]) <= 0).all()


def test_goes_along_with_the_face(seen: list[F32], backdrop: Image, subject: Subject) -> None:
    seen.append(block(backdrop))
    held = Cover()
    first = held.at(backdrop, 0.0, subject.points)
    assert first == pytest.approx(block(backdrop), abs=0.6)
    moved = subject.points + np.array([8.0, 0.0, 0.0])
    between = held.at(backdrop, 0.03, moved)
    assert np.abs(between - block(backdrop, 8)).mean() < 0.01
