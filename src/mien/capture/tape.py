"""Rows of numbers on disk: memory does not grow with how many there are.

The temporary file has no name where the system allows that, and goes with the process whatever
happens.
"""

import os
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import InputError

_CHUNK = 4096  # rows of a column that are read at once
_NEAR = 64  # rows; what lies closer together is read at once


class Tape:
    """Rows of one type; closed at the latest when nobody has it any more.

    Args:
        row: type of the rows.

    Raises:
        InputError: the temporary folder is full, or cannot be used; also of every method.
    """

    def __init__(self, row: np.dtype[np.void]) -> None:
        self._row = row
        with _told():
            self._file = tempfile.TemporaryFile(prefix="mien-")  # noqa: SIM115 (closed below)
        self._count = 0
        self.close = weakref.finalize(self, _close, self._file)

    def __len__(self) -> int:
        return self._count

    def add(self, *values: Any) -> int:
        """Write a row, its fields in order; returns its number."""
        row = np.zeros(1, self._row)
        row[0] = values
        with _told():
            self._file.write(row.tobytes())
        self._count += 1
        return self._count - 1

    def read(self, rows: NDArray[np.int64]) -> NDArray[np.void]:
        """The rows of these numbers, which rise."""
        runs = np.split(rows, np.flatnonzero(np.diff(rows) > _NEAR) + 1)
        return np.concatenate([self._run(run) for run in runs])

    def column(self, name: str, rows: NDArray[np.int64]) -> NDArray[Any]:
        """One field of the rows of these numbers, which rise; nothing else of them is kept."""
        starts = range(0, max(len(rows), 1), _CHUNK)
        return np.concatenate([self.read(rows[i : i + _CHUNK])[name].copy() for i in starts])

    def _run(self, rows: NDArray[np.int64]) -> NDArray[np.void]:
        if not len(rows):
            return np.empty(0, self._row)
        first, size = int(rows[0]), self._row.itemsize
        with _told():  # what still waits in memory is written now
            self._file.seek(first * size)
            whole = self._file.read((int(rows[-1]) + 1 - first) * size)
            self._file.seek(0, os.SEEK_END)  # where the next row goes
        return np.asarray(np.frombuffer(whole, self._row)[rows - first])


@contextmanager
def _told() -> Iterator[None]:
    """Errors of the disk as ours: what the system raises does not say where the file is."""
    try:
        yield
    except OSError as error:
        try:
            where = f"{tempfile.gettempdir()}: "
        except OSError:  # there is none that can be written: this is what was said
            where = ""
        raise InputError(
            f"{where}{error.strerror or error}: what is seen of a clip waits there; make room, or "
            "name another folder for temporary files in TMPDIR"
        ) from error


def _close(file: IO[bytes]) -> None:
    """Close for good; on a full disk even that fails, and what was not written is not missed."""
    with suppress(OSError):
        file.close()
