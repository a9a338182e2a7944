"""Rows of FFE as three squares each: somebody, and two edits, cut in one way."""

import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from mien.core.errors import InputError
from mien.learn.ffe.check import trainable
from mien.learn.ffe.entry import Entry, row_at
from mien.learn.ffe.files import entries
from mien.learn.ffe.row import Box, Picture, Row, row_json

TRAIN = ("train", "")  # rows without a split are trained on
WATCH = ("validation",)
TIGHT = 1.2  # sides of the face's box that nano sees


@dataclass(frozen=True, eq=False)
class Crop:
    """A row with its squares.

    Attributes:
        row: it.
        squares: RGB, shape (3, S, S, 3): source, edit a, edit b.
        digest: hash of the row and of its pictures, hexadecimal.
    """

    row: Row
    squares: NDArray[np.uint8]
    digest: str


def crops(
    path: Path, side: int, tight: float | None, splits: tuple[str, ...] = TRAIN
) -> Iterator[Crop]:
    """The rows of some splits, in order.

    Args:
        path: as :func:`mien.learn.ffe.files.entries` takes it.
        side: px, S.
        tight: side of the square in sides of the face's box; None for the largest square there is.
        splits: which.

    Raises:
        InputError: a row or picture that cannot be trained on; the message names file and line.
    """
    for entry, row in _rows(path, splits):
        contents = _contents(entry, row)
        squares = [
            squared(pixels, picture.boxes or row.src.boxes, side, tight)
            for picture, pixels in zip(row.pictures, _decoded(entry, row, contents), strict=True)
        ]
        yield Crop(row, np.stack(squares), _digest(row, contents))


def digests(path: Path, splits: tuple[str, ...] = TRAIN) -> list[str]:
    """Those of the crops, for which no picture is decoded.

    Raises:
        InputError: as :func:`crops`, but for pictures that cannot be decoded or lack a box.
    """
    return [_digest(row, _contents(entry, row)) for entry, row in _rows(path, splits)]


def together(digests: list[str]) -> str:
    """The hash of a set, from those of its rows."""
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def place(size: tuple[int, int], box: Box | None, tight: float | None) -> Box:
    """Where a square is cut: around the face as far as the picture reaches, never beyond it.

    Args:
        size: width and height of the picture, px.
        box: of the face; None for the middle.
        tight: see :func:`crops`; without a box the square is the largest.
    """
    edge = float(min(size))
    left, top, right, bottom = box or (0.0, 0.0, float(size[0]), float(size[1]))
    if box is not None and tight is not None:
        edge = min(edge, tight * max(right - left, bottom - top))
    x = min(max((left + right - edge) / 2, 0.0), size[0] - edge)
    y = min(max((top + bottom - edge) / 2, 0.0), size[1] - edge)
    return x, y, x + edge, y + edge


def squared(
    pixels: NDArray[np.uint8], box: Box | None, side: int, tight: float | None
) -> NDArray[np.uint8]:
    """The square of a picture that is trained on, shape (side, side, 3).

    Args:
        pixels: RGB, shape (H, W, 3).
        box: see :func:`place`.
        side: px.
        tight: see :func:`crops`.
    """
    image = Image.fromarray(pixels)
    where = place(image.size, box, tight)
    return np.asarray(image.resize((side, side), Image.Resampling.LANCZOS, box=where))


def _rows(path: Path, splits: tuple[str, ...]) -> Iterator[tuple[Entry, Row]]:
    """The rows of some splits; that ids and people are apart is asked of all rows before them."""
    ids: dict[str, str] = {}
    homes: dict[str, tuple[str, str]] = {}  # identity to split, where
    for entry in entries(path):
        row, where = row_at(entry), entry.where
        first = ids.setdefault(row.id, where)
        if first != where:
            raise InputError(f"{where}: id: {row.id} is that of {first} already")
        split, who = row.split or TRAIN[0], row.src.identity
        home, there = homes.setdefault(who, (split, where))
        if home != split:
            raise InputError(f"{where}: split: {who!a} is in {split}, and in {home} at {there}")
        if row.split in splits:
            for problem in trainable(row):
                raise InputError(f"{where}: {problem}")
            yield entry, row


def _contents(entry: Entry, row: Row) -> list[bytes]:
    """The files of source and edits."""
    found = []
    for picture in row.pictures:
        content = entry.read(picture.image)
        if content is None:
            raise InputError(f"{entry.where}: {picture.image}: there is no such picture")
        found.append(content)
    return found


def _digest(row: Row, contents: list[bytes]) -> str:
    told = json.dumps(row_json(row), sort_keys=True).encode()
    hashes = b"".join(hashlib.sha256(one).digest() for one in (told, *contents))
    return hashlib.sha256(hashes).hexdigest()


def _decoded(entry: Entry, row: Row, contents: list[bytes]) -> list[NDArray[np.uint8]]:
    """Source and edits; the box of a source is no place in an edit of another size."""
    found = [
        _pixels(entry, picture, content)
        for picture, content in zip(row.pictures, contents, strict=True)
    ]
    there = found[0].shape
    for number, (target, edit) in enumerate(zip(row.dst, found[1:], strict=True)):
        if target.picture.boxes is None and edit.shape != there:
            raise InputError(
                f"{entry.where}: dst[{number}].boxes: is missing: {edit.shape[1]} x"
                f" {edit.shape[0]} px are not the {there[1]} x {there[0]} px of the source"
            )
    return found


def _pixels(entry: Entry, picture: Picture, content: bytes) -> NDArray[np.uint8]:
    try:
        with Image.open(io.BytesIO(content)) as stored:
            return np.asarray(ImageOps.exif_transpose(stored).convert("RGB"))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InputError(
            f"{entry.where}: {picture.image}: cannot be decoded: run mien ffe check"
        ) from error
