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
import tarfile
from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from pathlib import Path, PurePosixPath

from mien.core.errors import InputError
from mien.learn.ffe.entry import Entry, parsed, row_at
from mien.learn.ffe.row import Row, row_json
from mien.media.files import atomic

ROWS = 1000  # of a shard
_PARTS = ("src", "a", "b")
_END = 1024  # bytes
_LARGEST = 256 * 2**20  # bytes of a member; no picture is larger


def write(source: Iterable[Entry], out: Path, rows: int = ROWS) -> list[Path]:
    """Write shards ``NAME-00000.tar`` and so on, where ``NAME.tar`` was given.

    Args:
        source: of :func:`mien.learn.ffe.files.entries`.
        out: the name.
        rows: of a shard.

    Raises:
        InputError: a row that is none, or a picture that is missing.
        MediaError: a file cannot be written.
    """
    written: list[Path] = []
    rest = iter(source)
    while part := list(islice(rest, rows)):
        path = out.with_name(f"{out.stem}-{len(written):05d}.tar")
        with atomic(path) as temporary, tarfile.open(temporary, "w") as tar:
            for entry in part:
                _add(tar, entry)
        written.append(path)
    if not written:
        raise InputError(f"{out}: there are no rows to write")
    return written


def entries(path: Path) -> Iterator[Entry]:
    """The rows of a shard, or of all shards of a folder; a damaged one is an entry with a problem.

    Raises:
        InputError: no such file, or a folder without shards.
    """
    shards = sorted(path.glob("*.tar")) if path.is_dir() else [path]
    if not shards:
        raise InputError(f"{path}: holds no shards (.tar): give the rows of a set")
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
        InputError: a damaged shard, a row that is none, or a path that leads out of the folder.
        MediaError: a picture cannot be written.
    """
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


def _add(tar: tarfile.TarFile, entry: Entry) -> None:
    row = row_at(entry)
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
    _check_end(shard)
    with tarfile.open(shard, "r:") as tar:
        members = ((m, _content(tar, m)) for m in tar if m.isfile())
        for key, group in groupby(members, lambda pair: pair[0].name.partition(".")[0]):
            yield _entry(f"{shard}: {key}", {m.name.partition(".")[2]: c for m, c in group})


def _check_end(shard: Path) -> None:
    """A tar ends with two empty blocks; one that was cut opens all the same, with fewer rows."""
    with shard.open("rb") as file:
        file.seek(-min(_END, shard.stat().st_size), io.SEEK_END)
        if file.read().rstrip(b"\0"):
            raise tarfile.ReadError("its end is missing")


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    if member.size > _LARGEST:
        raise tarfile.ReadError(f"{member.name} has {member.size} bytes")
    file = tar.extractfile(member)
    content = b"" if file is None else file.read()
    if len(content) < member.size:
        raise tarfile.ReadError(f"{member.name} is cut off")
    return content


def _entry(where: str, members: dict[str, bytes]) -> Entry:
    pictures = {name.partition(".")[0]: content for name, content in members.items()}
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
