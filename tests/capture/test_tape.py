"""Numbers go to disk and come back, those that are asked for."""

import numpy as np
import pytest

from mien.capture.tape import Tape

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
