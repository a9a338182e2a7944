"""Rows as JSON lines, the master form; paths count from the folder of the file."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from mien.core.errors import InputError
from mien.learn.ffe.entry import Entry, Read, parsed
from mien.learn.ffe.row import Row, row_json
from mien.media.files import atomic


def write(rows: Iterable[Row], path: Path) -> None:
    """Write rows.

    Raises:
        MediaError: the file cannot be written.
    """
    with atomic(path) as part, part.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write(json.dumps(row_json(row), ensure_ascii=False) + "\n")


def entries(path: Path) -> Iterator[Entry]:
    """Every line that is not blank.

    Raises:
        InputError: no text in UTF-8.
    """
    read = pictures_in(path.parent)
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    stored, problem = parsed(line)
                    yield Entry(f"{path}:{number}", stored, problem, read)
    except UnicodeDecodeError:
        raise InputError(f"{path}: is no text in UTF-8: give rows as JSON lines") from None


def pictures_in(folder: Path) -> Read:
    """What reads the pictures below a folder; None where there is none."""

    def read(name: str) -> bytes | None:
        try:
            return (folder / name).read_bytes()
        except OSError:
            return None

    return read
