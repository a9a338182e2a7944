"""Rows with their pictures in plain tar files, in the order that WebDataset reads.

    anna-000.json              the row; its paths say where the pictures were
    anna-000.src.jpg           the source
    anna-000.a.jpg             the first target
    anna-000.b.jpg             the second

Members of one row follow each other and share all before the first dot, as WebDataset
(github.com/webdataset/webdataset) groups them. A picture of several rows is there several times.
Nothing in a member depends on the clock or the user, so that the same rows make the same bytes.
"""

import io
import json
import re
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import groupby, islice
from pathlib import Path, PurePosixPath

from mien.core.errors import InputError
from mien.learn.ffe.entry import Entry, parsed, row_at
from mien.learn.ffe.row import Row, row_json
from mien.media.files import atomic

ROWS = 1000  # of a shard
_PARTS = ("src", "a", "b")
_END = 1024  # bytes, empty, that close a tar
_STEP = 2**20  # bytes
_LARGEST = 256 * 2**20  # bytes of a member; no picture is larger


def write(source: Iterable[Entry], out: Path, rows: int = ROWS) -> list[Path]:
    """Write shards ``NAME-00000.tar`` and so on, where ``NAME.tar`` was given.

    All of them appear together, and take the place of all that had the name before.

    Args:
        source: of :func:`mien.learn.ffe.files.entries`.
        out: the name.
        rows: of a shard.

    Raises:
        InputError: a row that is none, an id that is there twice, or a picture that is missing.
        MediaError: a file cannot be written.
    """
    written: list[Path] = []
    ids: set[str] = set()
    rest = iter(source)
    with ExitStack() as finished:
        while part := list(islice(rest, rows)):
            path = out.with_name(f"{out.stem}-{len(written):05d}.tar")
            with tarfile.open(finished.enter_context(atomic(path)), "w") as tar:
                for entry in part:
                    _add(tar, entry, ids)
            written.append(path)
        if not written:
            raise InputError(f"{out}: there are no rows to write")
    for path in named(out):
        if path not in written:
            path.unlink()
    return written


def named(out: Path) -> list[Path]:
    """The shards that are there of a name, as :func:`write` takes it."""
    ours = re.compile(rf"{re.escape(out.stem)}-[0-9]{{5,}}\.tar")
    return [path for path in sorted(out.parent.glob("*.tar")) if ours.fullmatch(path.name)]


def entries(path: Path) -> Iterator[Entry]:
    """The rows of a shard, or of all shards of a folder; a damaged one is an entry with a problem.

    Raises:
        InputError: no such file, or a folder without shards.
    """
    shards = sorted(path.glob("*.tar")) if path.is_dir() else [path]
    if not shards:
        raise InputError(
            f"{path}: holds no shards (.tar): give the rows of a set, such as {path / 'ffe.jsonl'}"
        )
    for shard in shards:
        if not shard.is_file():
            raise InputError(f"{shard}: no such file: give a shard, or the folder of all")
        try:
            yield from _of_shard(shard)
        except (tarfile.TarError, OSError, EOFError) as error:
            what = f"is damaged: {str(error) or type(error).__name__}: copy or write it again"
            yield Entry(str(shard), None, what, lambda _: None)


def unpack(path: Path, folder: Path) -> list[Row]:
    """Put the pictures of shards where their rows say, below a folder.

    Args:
        path: as :func:`entries` takes it.
        folder: nothing is written outside it.

    Returns:
        The rows; their paths count from the folder.

    Raises:
        InputError: a damaged shard, a row that is none, a path that leads out of the folder, or
            pictures there of which the rows know nothing.
        MediaError: a picture cannot be written.
    """
    _check_alone(path, folder)
    rows = []
    for entry in entries(path):
        row = row_at(entry)
        for picture in row.pictures:
            content = entry.read(picture.image)
            if content is None:
                raise InputError(f"{entry.where}: {picture.image}: is missing in the shard")
            if ".." in PurePosixPath(picture.image).parts:
                raise InputError(f"{entry.where}: {picture.image}: leads out of {folder}")
            with atomic(folder / picture.image) as temporary:
                temporary.write_bytes(content)
        rows.append(row)
    return rows


def _check_alone(path: Path, folder: Path) -> None:
    """That no picture of somebody else stays beside: people who are gone shall be gone."""
    images = {one.image for entry in entries(path) for one in row_at(entry).pictures}
    known = {folder / image for image in images if ".." not in PurePosixPath(image).parts}
    for place in sorted({one.parent for one in known}):
        for file in sorted(place.iterdir()) if place.is_dir() else ():
            if file.is_file() and file not in known:
                raise InputError(
                    f"{file}: belongs to none of these rows: give a folder without pictures"
                )


def _add(tar: tarfile.TarFile, entry: Entry, ids: set[str]) -> None:
    """Add a row, and its id to those that are there."""
    row = row_at(entry)
    if row.id in ids:  # members are told apart by it
        raise InputError(f"{entry.where}: id: {row.id} is there already: give every row its own")
    ids.add(row.id)
    text = json.dumps(row_json(row), ensure_ascii=False).encode()
    members = [(f"{row.id}.json", text)]
    for part, picture in zip(_PARTS, row.pictures, strict=True):
        content = entry.read(picture.image)
        if content is None:
            raise InputError(f"{entry.where}: {picture.image}: there is no such picture")
        members.append((f"{row.id}.{part}{PurePosixPath(picture.image).suffix}", content))
    for name, content in members:
        about = tarfile.TarInfo(name)
        about.size = len(content)
        tar.addfile(about, io.BytesIO(content))


def _of_shard(shard: Path) -> Iterator[Entry]:
    with tarfile.open(shard, "r:") as tar:
        members = ((m.name, _content(tar, m)) for m in tar if m.isfile())
        for key, group in groupby(members, lambda pair: pair[0].partition(".")[0]):
            yield _entry(f"{shard}: {key}", [(n.partition(".")[2], c) for n, c in group])
        end = tar.offset
    _check_end(shard, end)


def _check_end(shard: Path, end: int) -> None:
    """Where members end, a tar is empty to its own end, two blocks at least.

    One that was cut, or has a damaged header inside, opens all the same, with fewer rows.
    """
    if shard.stat().st_size < end + _END:
        raise tarfile.ReadError("its end is missing")
    with shard.open("rb") as file:
        file.seek(end)
        while part := file.read(_STEP):
            if part.strip(b"\0"):
                raise tarfile.ReadError(f"no member begins at byte {end}, and it goes on")


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    if member.size > _LARGEST:
        raise tarfile.ReadError(f"{member.name} has {member.size} bytes")
    file = tar.extractfile(member)
    content = b"" if file is None else file.read()
    if len(content) < member.size:
        raise tarfile.ReadError(f"{member.name} is cut off")
    return content


def _entry(where: str, found: list[tuple[str, bytes]]) -> Entry:
    members = dict(found)
    pictures = {name.partition(".")[0]: content for name, content in members.items()}
    if len(members) < len(found):
        return Entry(where, None, "is there twice: write the shard again", lambda _: None)
    if "json" not in members:
        return Entry(where, None, "has no .json: write the shard again", lambda _: None)
    try:
        stored, problem = parsed(members["json"].decode())
    except UnicodeDecodeError:
        stored, problem = None, "is no text in UTF-8"
    names = dict(zip(_names(stored), _PARTS, strict=False))
    return Entry(where, stored, problem, lambda name: pictures.get(names.get(name, "")))


def _names(stored: object) -> list[str]:
    """The paths of source and targets in the JSON of a row, which may be none."""
    if not isinstance(stored, dict):
        return []
    targets = stored.get("dst")
    pictures = [stored.get("src"), *(targets if isinstance(targets, list) else ())]
    return [str(one.get("image", "")) if isinstance(one, dict) else "" for one in pictures]
