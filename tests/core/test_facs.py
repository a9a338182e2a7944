"""Names, vectors and what a face can show."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mien.core.errors import InputError
from mien.core.facs import (
    ACTION_UNITS,
    COLUMNS,
    EXCLUSIVE,
    INDEX,
    expand,
    is_au,
    jaw_travel,
    resolve,
    split_jaw,
    to_dict,
    vector,
)

wild = st.floats(-20, 20) | st.just(float("nan"))
wild_vectors = arrays(np.float64, len(COLUMNS), elements=wild)
intensities = arrays(np.float64, len(COLUMNS), elements=st.floats(0, 5))


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("AU12", ("AU12L", "AU12R")),
        ("au12l", ("AU12L",)),
        ("AU1", ("AU01L", "AU01R")),
        ("AU01R", ("AU01R",)),
        ("1", ("AU01L", "AU01R")),
        (" AU26 ", ("AU26",)),
        ("AU30L", ("AU30L",)),
        ("au61", ("AU61",)),
    ],
)
def test_expand(name: str, columns: tuple[str, ...]) -> None:
    assert expand(name) == columns


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("AU99", "unknown action unit 'AU99'"),
        ("smile", "unknown action unit 'smile'"),
        ("", "unknown action unit ''"),
        ("AU12X", "unknown action unit"),
        ("AU26L", "AU26 has no sides"),
        ("AU45", "AU43"),
        ("AU30", "AU30L or AU30R"),
    ],
)
def test_expand_refuses(name: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        expand(name)
    assert "\n" not in str(caught.value)


def test_table() -> None:
    sided = {int(unit.code[2:4]) for unit in ACTION_UNITS if unit.sided}
    assert sided == {1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 20, 43}
    assert len(set(COLUMNS)) == len(COLUMNS)
    assert all(expand(column) == (column,) for column in COLUMNS)
    assert all(first in INDEX and second in INDEX for first, second in EXCLUSIVE)


@pytest.mark.parametrize(("name", "written"), [("AU12L", True), ("au 1", True), ("happy", False)])
def test_is_au(name: str, written: bool) -> None:
    assert is_au(name) is written


@given(intensities)
def test_vector_is_the_inverse_of_to_dict(values: np.ndarray) -> None:
    assert np.array_equal(vector(to_dict(values)), values)


def test_vector_fills() -> None:
    values = vector({"AU12": 2, "AU12L": 3}, fill=1.0)
    assert values[INDEX["AU12L"]] == 3
    assert values[INDEX["AU12R"]] == 2
    assert values[INDEX["AU26"]] == 1


@pytest.mark.parametrize("value", ["much", None])
def test_vector_refuses(value: object) -> None:
    with pytest.raises(InputError, match="a number from 0 to 5"):
        vector({"AU12": value})


@given(wild_vectors)
def test_resolved_is_what_a_face_can_show(values: np.ndarray) -> None:
    shown = resolve(values)
    assert ((shown >= 0) & (shown <= 5)).all()
    for first, second in (*EXCLUSIVE, ("AU26", "AU27")):
        assert min(shown[INDEX[first]], shown[INDEX[second]]) == 0


@given(wild_vectors)
def test_resolve_is_idempotent(values: np.ndarray) -> None:
    once = resolve(values)
    assert np.allclose(resolve(once), once, atol=1e-12)


@given(arrays(np.float64, (3, len(COLUMNS)), elements=wild))
def test_resolve_takes_rows_at_once_and_leaves_its_input(rows: np.ndarray) -> None:
    before = rows.copy()
    together = resolve(rows)
    assert np.array_equal(together, np.stack([resolve(row) for row in rows]))
    assert np.array_equal(rows, before, equal_nan=True)


@given(st.floats(0, 1))
def test_jaw_has_one_travel(travel: float) -> None:
    assert jaw_travel(*split_jaw(np.array(travel))) == pytest.approx(travel, abs=1e-12)
