"""Animated GIF, PNG, WebP and AVIF as clips."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mien.media.files import clear_errors
from mien.media.still import opened

_UNSAID = 100.0  # ms; what browsers show a frame for that says 0 to 10 ms
_SHORTEST = 10.0  # ms

Shown = tuple[int, NDArray[np.uint8]]


def shown(path: Path, max_megapixels: float) -> Iterator[Shown]:
    """Start (whole milliseconds) and RGB pixels, (H, W, 3), of every frame.

    What is transparent is shown on white.

    Raises:
        MediaError: too large, truncated or damaged.
    """
    start = 0.0
    with opened(path, max_megapixels) as image:
        for index in range(_count(image, path)):
            with clear_errors(path, f"cannot be decoded from frame {index} on"):
                image.seek(index)
                pixels = _on_white(image)
                duration = _duration(image)
            yield round(start), pixels
            start += duration


def measured(path: Path, max_megapixels: float) -> tuple[int, int, int, Fraction]:
    """Width, height (px), number of frames, duration (seconds)."""
    total = 0.0
    with opened(path, max_megapixels) as image, clear_errors(path, "cannot be decoded"):
        count = _count(image, path)
        for index in range(count):
            image.seek(index)
            image.load()  # some formats know how long a frame lasts only then
            total += _duration(image)
        return image.width, image.height, count, Fraction(round(total), 1000)


def _count(image: Image.Image, path: Path) -> int:
    with clear_errors(path, "cannot be decoded"):
        return int(getattr(image, "n_frames", 1))


def _duration(image: Image.Image) -> float:
    """How long the current frame is shown, in milliseconds."""
    duration = float(image.info.get("duration") or 0.0)
    return duration if duration > _SHORTEST else _UNSAID


def _on_white(image: Image.Image) -> NDArray[np.uint8]:
    if not image.has_transparency_data:
        return np.array(image.convert("RGB"))
    white = Image.new("RGBA", image.size, "white")
    return np.array(Image.alpha_composite(white, image.convert("RGBA")).convert("RGB"))
