"""Sheets of every kind: the table is found, and what is wrong is told with file and row."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import InputError
from mien.learn.datasets.grids import grids
from mien.learn.datasets.sheets import Row, table

COLUMNS = {"who": ("Subject",), "on": ("OnsetFrame", "Onset"), "off": ("OffsetFrame",)}
HEADER = ["Subject", None, "Onset Frame", "OffsetFrame ", None]


def test_preamble_unnamed_columns_and_other_sheets(book, tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        Empty=[],
        Words=[["nothing", "here"]],
        Codes=[["Some words"], [], HEADER, [1, None, 4, 9, "x"], [], [2, None, 5.0, "7", None]],
    )
    rows = table(path, COLUMNS)
    assert [row.number for row in rows] == [4, 6]
    assert [(row.text("who"), row.frame("on"), row.frame("off")) for row in rows] == [
        ("1", 4, 9),
        ("2", 5, 7),
    ]
    assert [row.index for row in rows] == [0, 2]


def test_text_below_the_table_is_no_row(book, tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx", Codes=[HEADER, [1, None, 4, 9], [], ["Remark: on and off"], ["More"]]
    )
    assert len(table(path, COLUMNS)) == 1


def test_text_between_rows_is_one(book, tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", Codes=[HEADER, ["3"], [1, None, 4, 9]])
    assert [row.number for row in table(path, COLUMNS)] == [2, 3]


def test_xls(old_book, tmp_path: Path) -> None:
    path = old_book(
        tmp_path / "a.xls",
        eye__blink=[["nothing"]],
        Codes=[["Subject", "Onset", "OffsetFrame"], ["spNO.1", 4, 9], [2, 5, 7]],
    )
    assert list(grids(path)) == ["eye blink", "Codes"]
    rows = table(path, COLUMNS)
    assert [(row.text("who"), row.frame("on")) for row in rows] == [("spNO.1", 4), ("2", 5)]
    assert rows[1].where == "a.xls row 3"


def test_csv(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('﻿Subject,Onset,OffsetFrame\n"a\nb",1,2\n', encoding="utf-8")
    assert table(path, COLUMNS)[0].text("who") == "a\nb"


@pytest.mark.parametrize("cell", ["", "x", 1.5, "1.5", "nan", "inf", True, None, "1" * 5000])
def test_no_frame_number(cell: object) -> None:
    row = Row("a.xlsx", 7, 5, 9, {"on": cell}, {"on": "Onset"})
    with pytest.raises(InputError, match=r"a\.xlsx row 7, Onset: .* write a whole number"):
        row.frame("on")


@pytest.mark.parametrize("cell", ["/", "", None, "?", " nan "])
def test_unknown_frame(cell: object) -> None:
    assert Row("a", 2, 0, 1, {"on": cell}, {}).frame_if_any("on") is None


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.xlsx", b"PK\x03\x04 broken", "cannot be read as a sheet"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 broken", "cannot be read as a sheet"),
        ("a.xls", b"no sheet at all", "cannot be read as a sheet"),
        ("a.csv", b"\xff\xfe\x00", "save it as csv in UTF-8"),
        ("a.csv", b"", "is empty"),
        ("a.ods", b"x", "give xlsx, xls or csv"),
        ("a.csv", b"Subject,On\n1,2\n", "missing: OnsetFrame, OffsetFrame"),
    ],
)
def test_unusable(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=says) as raised:
        table(path, COLUMNS)
    assert "\n" not in str(raised.value)


@given(st.lists(st.lists(st.text(max_size=5), max_size=4), max_size=6))
def test_any_text_is_a_table_or_an_error(cells: list[list[str]]) -> None:
    import csv
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        with path.open("w", encoding="utf-8", errors="surrogatepass", newline="") as file:
            csv.writer(file).writerows([["Subject", "Onset", "OffsetFrame"], *cells])
        try:
            rows = table(path, COLUMNS)
        except InputError:
            return
        assert all(row.number >= 2 for row in rows)
