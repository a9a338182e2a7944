"""A sheet to look at: some of the people who are tested, by the mesh and by two models."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from mien.bench.nano.tested import GRID, Tested
from mien.learn.ffe.row import CATEGORIES
from mien.media.files import atomic

Pictures = NDArray[np.uint8]

_MOST = 3  # people
_ZOOM, _GAP, _HEAD, _SIDE = 2, 6, 16, 76  # times; px: between blocks, above, at the left


def sheet(tested: Tested, made: Mapping[str, Pictures], path: Path) -> None:
    """Write a PNG: a row is a person and a category; the source, then a block of strengths each.

    Args:
        tested: the people; at most three of them, spread over all, are shown.
        made: name to pictures, shape (n, 12, len(GRID), 32, 32, 3), a block each.
        path: of the file.

    Raises:
        MediaError: the file cannot be written.
    """
    count = min(_MOST, len(tested.names))
    chosen = [number * len(tested.names) // count for number in range(count)]
    lines = [
        _line(tested.sources[one], made, one, c) for one in chosen for c in range(len(CATEGORIES))
    ]
    grid = np.concatenate(lines)
    high, wide = grid.shape[:2]
    canvas = Image.new("RGB", (wide + _SIDE, high + _HEAD), "white")
    canvas.paste(Image.fromarray(grid), (_SIDE, _HEAD))
    pen = ImageDraw.Draw(canvas)
    side = len(lines[0])
    for number in range(len(lines)):
        pen.text(
            (4, _HEAD + number * side + side // 3), CATEGORIES[number % len(CATEGORIES)], "black"
        )
    pen.text((_SIDE, 2), "source", "black")
    block = side * len(GRID) + _GAP
    for number, name in enumerate(made):
        told = f"{name}, {GRID[0]:g} to {GRID[-1]:g}"
        pen.text((_SIDE + side + _GAP + number * block, 2), told, "black")
    with atomic(path) as part:
        canvas.save(part)


def _line(source: Pictures, made: Mapping[str, Pictures], person: int, category: int) -> Pictures:
    """One row of the sheet."""
    gap = np.full((len(source), _GAP // _ZOOM, 3), 255, np.uint8)
    parts = [source]
    for pictures in made.values():
        parts += [gap, *pictures[person, category]]
    line = np.concatenate(parts, axis=1)
    return line.repeat(_ZOOM, axis=0).repeat(_ZOOM, axis=1)
