"""Edits made elsewhere, after ``prompts.jsonl``: a folder with a picture for each name."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.core.errors import InputError
from mien.edit.portrait import faces_of
from mien.media.image import load_image

Image = NDArray[np.uint8]

_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
_SHAPE = 0.02  # by which the ratio of the sides may be off


def file_of(folder: Path, name: str) -> Path | None:
    """The picture of a name, None where there is none."""
    paths = [folder / f"{name}{suffix}" for suffix in _SUFFIXES]
    return next((path for path in paths if path.is_file()), None)


def picture(folder: Path, name: str, source: Image) -> Image | str:
    """The picture of a name at the size of its source, or why it cannot be used.

    Args:
        folder: of the pictures.
        name: as ``prompts.jsonl`` has it.
        source: RGB, shape (H, W, 3), whose frame it keeps.
    """
    file = file_of(folder, name)
    if file is None:
        return f"there is no {name}{_SUFFIXES[0]} in the folder of pictures"
    try:
        pixels = load_image(file).pixels
        faces_of(pixels, file.name)
    except InputError as error:
        return " ".join(str(error).split())
    (height, width), (tall, wide) = pixels.shape[:2], source.shape[:2]
    if abs(width / height * tall / wide - 1) > _SHAPE:
        return f"has another shape than its source: {width} x {height} px for {wide} x {tall}"
    how = cv2.INTER_AREA if height > tall else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, (wide, tall), interpolation=how), np.uint8)
