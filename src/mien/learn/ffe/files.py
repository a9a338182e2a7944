"""FFE on disk: JSON lines are the master, Parquet and WebDataset shards are made of them.

    set.jsonl           one row on a line, paths from its folder
    set.parquet         the same columns, typed; the pictures stay where they are
    set-00000.tar       rows with their pictures, see :mod:`mien.learn.ffe.shards`

All are read in the same way.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from mien.core.errors import InputError
from mien.learn.ffe import jsonl, parquet, shards
from mien.learn.ffe.entry import Entry, row_at
from mien.learn.ffe.row import Picture, Row


def entries(path: Path) -> Iterator[Entry]:
    """Every row of a set, whatever its form.

    Args:
        path: a ``.jsonl`` or ``.parquet`` file, one ``.tar`` or a folder of them.

    Raises:
        InputError: no such file, or none of these.
        MissingExtraError: pyarrow is not installed.
    """
    if path.suffix == ".tar" or path.is_dir():
        yield from shards.entries(path)
        return
    if not path.is_file():
        raise InputError(f"{path}: no such file: give the rows of a set, such as ffe.jsonl")
    yield from (parquet if path.suffix == ".parquet" else jsonl).entries(path)


def read_rows(path: Path) -> list[Row]:
    """The rows of a set; all of it, or nothing.

    Raises:
        InputError: no such file, no rows, or one that is none; the message names file and line.
        MissingExtraError: pyarrow is not installed.
    """
    rows = [row_at(entry) for entry in entries(path)]
    if not rows:
        raise InputError(f"{path}: holds no rows: give the rows of a set, such as ffe.jsonl")
    return rows


def convert(source: Path, out: Path) -> list[Path]:
    """Write a set in another form.

    Args:
        source: as :func:`entries` takes it.
        out: ``.jsonl`` or ``.parquet``, whose paths lead to the same pictures; ``.tar``, made into
            ``NAME-00000.tar`` and so on, in place of all of that name; of shards a ``.jsonl``,
            beside which the pictures are put.

    Returns:
        The files written; pictures are not listed.

    Raises:
        InputError: a form that mien does not write, an output that would be the source, a row or
            picture that cannot be read.
        MediaError: a file cannot be written.
        MissingExtraError: pyarrow is not installed.
    """
    if out.suffix not in (".jsonl", ".parquet", ".tar"):
        raise InputError(f"{out}: give a name that ends in .jsonl, .parquet or .tar")
    if out.resolve() == source.resolve():
        raise InputError(f"{out}: is what is read: give another name")
    if out.suffix == ".tar" and source.resolve() in map(Path.resolve, shards.named(out)):
        raise InputError(f"{out}: {source.name} is one of its shards: give another name")
    if out.suffix == ".tar":
        return shards.write(entries(source), out)
    if source.suffix == ".tar" or source.is_dir():
        rows = shards.unpack(source, out.parent)
    else:
        rows = [moved(row, source.parent, out.parent) for row in read_rows(source)]
    (parquet if out.suffix == ".parquet" else jsonl).write(rows, out)
    return [out]


def moved(row: Row, before: Path, after: Path) -> Row:
    """The same row, told from another folder."""

    def told(picture: Picture) -> Picture:
        path = os.path.relpath(before / picture.image, after)
        return replace(picture, image=PurePosixPath(Path(path)).as_posix())

    if before.resolve() == after.resolve():
        return row
    first, second = (replace(one, picture=told(one.picture)) for one in row.dst)
    return replace(row, src=told(row.src), dst=(first, second))
