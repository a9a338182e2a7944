"""Numbers go to disk and come back, those that are asked for; a disk that is full says so."""

import errno
import io
import tempfile

import numpy as np
import pytest

from mien.capture.rows import Rows
from mien.capture.tape import Tape
from mien.core.errors import InputError

ROW = np.dtype([("frame", "<i8"), ("numbers", "<f4", (3,))])


@pytest.fixture
def tape() -> Tape:
    tape = Tape(ROW)
    assert [tape.add(10 * i, (i, i + 1, i + 2)) for i in range(6000)] == list(range(6000))
    return tape


@pytest.mark.parametrize(
    "rows", [[], [0], [5999], [0, 5999], [7, 8, 9], [3, 60, 200, 201, 4000], range(0, 6000, 50)]
)
def test_rows_that_are_asked_for(tape: Tape, rows: list[int]) -> None:
    wanted = np.array(rows, dtype=np.int64)
    assert tape.read(wanted)["frame"].tolist() == [10 * i for i in rows]
    assert tape.read(wanted)["numbers"][:, 2].tolist() == [i + 2 for i in rows]


def test_a_column_of_many_rows(tape: Tape) -> None:
    assert len(tape) == 6000
    assert np.array_equal(tape.column("numbers", np.arange(6000))[:, 1], np.arange(1, 6001))
    assert tape.column("frame", np.arange(0)).tolist() == []


def test_written_and_read_in_turn(tape: Tape) -> None:
    tape.read(np.array([3]))
    last = tape.add(-1, (0, 0, 0))
    assert tape.read(np.array([0, last]))["frame"].tolist() == [0, -1]


class Full(io.RawIOBase):
    """A file on a disk without room."""

    def readable(self) -> bool:
        return True

    writable = seekable = readable

    def seek(self, offset: int, whence: int = 0) -> int:
        return 0

    def write(self, _: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    """No room where temporary files go; some bytes are taken in before that shows."""
    monkeypatch.setattr(tempfile, "gettempdir", lambda: "/somewhere")
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: io.BufferedRandom(Full()))


FULL = r"^/somewhere: No space left on device: .* TMPDIR$"


@pytest.mark.usefixtures("full")
def test_a_full_disk_while_writing() -> None:
    def write() -> None:
        with Rows() as rows:
            for frame in range(1000):
                rows.add(frame, 0, np.ones((478, 3)))

    with pytest.raises(InputError, match=FULL):
        write()


@pytest.mark.usefixtures("full")
def test_a_full_disk_that_shows_when_it_is_read() -> None:
    tape = Tape(ROW)
    tape.add(0, (1, 2, 3))
    with pytest.raises(InputError, match=FULL):
        tape.read(np.array([0]))
    tape.close()


def test_no_folder_for_temporary_files(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(**_: object) -> None:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']")

    monkeypatch.setattr(tempfile, "TemporaryFile", none)
    monkeypatch.setattr(tempfile, "gettempdir", none)
    with pytest.raises(InputError, match=r"^No usable temporary directory .* TMPDIR$"):
        Tape(ROW)
