"""All that would stop or spoil a training, found before it: with file and line, one by one."""

import hashlib
import io
import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from mien.core.errors import InputError, MediaError
from mien.core.seams import Progress, silent
from mien.learn.ffe.alike import NEAR, Hashes, apart, hashes
from mien.learn.ffe.entry import Entry
from mien.learn.ffe.files import entries
from mien.learn.ffe.form import pictures, problems
from mien.learn.ffe.row import Row, row_of
from mien.media.files import clear_errors

_TURNED = (5, 6, 7, 8)  # values of EXIF's orientation that swap width and height
_ORIENTATION = 0x0112
_TWICE = "dst: one picture twice: source and targets are three pictures"


@dataclass(frozen=True)
class Finding:
    """Something that is wrong.

    Attributes:
        where: file and line.
        what: is wrong; it begins with the field.
    """

    where: str
    what: str


@dataclass(frozen=True)
class Checked:
    """A set as it is.

    Attributes:
        rows: that have the form of rows, in order.
        findings: in the order of the file.
    """

    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Seen:
    """A picture that was opened: why it cannot be used, its size, the hashes of bytes and face."""

    problem: str
    size: tuple[int, int] = (0, 0)
    digest: bytes = b""
    near: Hashes = ()


@dataclass
class _Memory:
    """What the rows before have shown, for what concerns several of them."""

    ids: dict[str, str] = field(default_factory=dict)
    split_of: dict[str, tuple[str, str]] = field(default_factory=dict)  # identity to split, where
    shown: dict[bytes, tuple[str, str]] = field(default_factory=dict)  # picture to split, where
    # Hashes and split of a source to its bytes' hash, where.
    faces: dict[tuple[Hashes, str], tuple[bytes, str]] = field(default_factory=dict)


def check(path: Path, *, pixels: bool = True, progress: Progress = silent) -> Checked:
    """Look at every row and every picture of a set.

    Args:
        path: as :func:`mien.learn.ffe.files.entries` takes it.
        pixels: whether pictures are decoded to the end; else their headers are read.
        progress: told about the rows.

    Raises:
        InputError: nothing there, no rows in it, or no form that is known.
        MissingExtraError: pyarrow is not installed.
    """
    rows: list[Row] = []
    findings: list[Finding] = []
    memory, seen = _Memory(), dict[str, _Seen]()
    number = 0
    for number, entry in enumerate(entries(path), start=1):
        found = [entry.problem] if entry.problem else list(problems(entry.stored))
        wrong = bool(found)
        found += _pictures(entry, seen, pixels=pixels)
        if not wrong:
            row = row_of(entry.stored)
            rows.append(row)
            found += [*trainable(row), *_apart(row, seen)]
            found += _shared(row, entry.where, memory, seen)
        findings += [Finding(entry.where, what) for what in found]
        progress("check", number, None)
        if path.suffix == ".tar" or path.is_dir():
            seen.clear()  # names in shards are those of their rows
    if not number:
        raise InputError(f"{path}: holds no rows: give the rows of a set, such as ffe.jsonl")
    return Checked(tuple(rows), tuple(findings))


def trainable(row: Row) -> Iterator[str]:
    """What keeps a row of the right form from being an example."""
    first, second = row.dst
    if first.category == second.category:
        yield f"dst: {first.category} twice: the two targets are of different categories"
    if len(_paths(row)) < len(row.pictures):
        yield _TWICE
    for number, target in enumerate(row.dst):
        where = f"dst[{number}]"
        if target.picture.identity != row.src.identity:
            yield (
                f"{where}.identity: {target.picture.identity!a} is not that of the source,"
                f" {row.src.identity!a}"
            )
        if not target.scores:
            yield f"{where}.scores: there are none: run mien ffe annotate"
        elif target.scores[target.category] is None:
            yield f"{where}.scores.{target.category}: is null: no judge could say, ask another one"


def _pictures(entry: Entry, seen: dict[str, _Seen], *, pixels: bool) -> Iterator[str]:
    for where, image, box in pictures(entry.stored):
        if image not in seen:
            face = box if where == "src" else None
            seen[image] = _opened(entry.read(image), face, pixels=pixels)
        shown = seen[image]
        if shown.problem:
            yield f"{where}.image: {image}: {shown.problem}"
        elif box is not None and _outside(box, shown.size):
            told, size = ", ".join(f"{side:g}" for side in box), shown.size
            yield f"{where}.boxes: [{told}] leaves the picture of {size[0]} x {size[1]} px"


def _opened(content: bytes | None, box: Sequence[float] | None, *, pixels: bool) -> _Seen:
    if content is None:
        return _Seen("there is no such picture")
    try:
        with clear_errors(Path(), "damaged"), Image.open(io.BytesIO(content)) as image:
            width, height = image.size
            # PNG is left out: it would be decoded for its EXIF, which hardly any has.
            if image.format != "PNG" and image.getexif().get(_ORIENTATION) in _TURNED:
                width, height = height, width
            near = hashes(np.asarray(image.convert("RGB")), box) if pixels else ()
    except MediaError:
        return _Seen("cannot be decoded: copy or make it again")
    return _Seen("", (width, height), hashlib.sha256(content).digest(), near)


def _outside(box: Sequence[float], size: tuple[int, int]) -> bool:
    return min(box[:2]) < 0 or box[2] > size[0] or box[3] > size[1]


def _paths(row: Row) -> set[str]:
    """The pictures of a row, however their paths are written."""
    return {posixpath.normpath(picture.image) for picture in row.pictures}


def _apart(row: Row, seen: dict[str, _Seen]) -> Iterator[str]:
    """What is wrong between the three pictures of a row."""
    shown = [seen[picture.image] for picture in row.pictures]
    if any(one.problem for one in shown):
        return
    if len({one.digest for one in shown}) < len(_paths(row)):
        yield _TWICE
    for number, (target, one) in enumerate(zip(row.dst, shown[1:], strict=True)):
        if target.picture.boxes is None and one.size != shown[0].size:
            here, there = (f"{size[0]} x {size[1]} px" for size in (one.size, shown[0].size))
            yield f"dst[{number}].boxes: is missing: {here} are not the {there} of the source"


def _shared(row: Row, where: str, memory: _Memory, seen: dict[str, _Seen]) -> Iterator[str]:
    """What is wrong only together with rows before."""
    first = memory.ids.setdefault(row.id, where)
    if first != where:
        yield f"id: {row.id} is that of {first} already"
    split, there = memory.split_of.setdefault(row.src.identity, (row.split, where))
    if split != row.split:
        who, other = f"{row.src.identity!a} is in {_split(row.split)}", _split(split)
        yield f"split: {who}, and in {other} at {there}"
    for picture in row.pictures:
        about = seen[picture.image]
        if about.digest:
            split, there = memory.shown.setdefault(about.digest, (row.split, where))
            if split != row.split:
                yield f"split: {picture.image} is in {_split(split)} too, at {there}"
    source, digests = seen[row.src.image], [seen[one.image].digest for one in row.pictures]
    if any(source.near) and (source.near, row.split) not in memory.faces:
        for (face, split), (digest, there) in memory.faces.items():
            near = split != row.split and apart(face, source.near) <= NEAR
            if near and digest not in digests:  # the same bytes are told above
                yield f"split: {row.src.image} is nearly a picture in {_split(split)}, at {there}"
        memory.faces[source.near, row.split] = (source.digest, where)


def _split(name: str) -> str:
    return name or "no split"
