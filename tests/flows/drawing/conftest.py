"""What draws here is the mesh, clumsily: shifted, off in colour. It is known what is to mend."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

import mien
from mien.flows.drawing import redraw
from mien.media.image import load_image

Image = NDArray[np.uint8]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict[str, float], str]]:
    """Puts the clumsy artist in place; what it was asked for, strengths and domain."""
    asked: list[tuple[dict[str, float], str]] = []

    def clumsy(pipe: object, squares: Sequence[Image], wishes: Sequence, *_: object, **__: object):
        asked.extend((dict(wish.strengths), wish.domain) for wish in wishes)
        return [
            square if wish.idle else _shifted(mien.edit(square, wish.strengths).image)
            for square, wish in zip(squares, wishes, strict=True)
        ]

    monkeypatch.setattr(redraw, "loaded", lambda model: None)
    monkeypatch.setattr(redraw, "redraw", clumsy)
    monkeypatch.setattr(redraw, "check_files", lambda model: None)
    return asked


def _shifted(image: Image) -> Image:
    moved = cv2.warpAffine(
        image, np.float32([[1, 0, 4], [0, 1, -3]]), image.shape[1::-1], borderMode=1
    )
    return np.clip(moved * np.array([1.05, 1.0, 0.95]) + 3, 0, 255).astype(np.uint8)


@pytest.fixture
def photo(data: Path) -> Image:
    """A portrait."""
    return load_image(data / "london" / "neutral" / "024.jpg").pixels
