"""Files of cells: xlsx, xls and csv, as they are."""

import csv
import io
import warnings
from collections.abc import Sequence
from pathlib import Path

from mien.core.errors import InputError
from mien.core.extras import require
from mien.media.files import clear_errors, readable

Grid = Sequence[Sequence[object]]


def grids(path: Path) -> dict[str, Grid]:
    """Every sheet of a file as rows of cells, by its name; a csv file is one sheet.

    Raises:
        InputError: the file cannot be read.
        MissingExtraError: the library for such files is not installed.
    """
    readable(path)
    readers = {".xlsx": _xlsx, ".xlsm": _xlsx, ".xls": _xls, ".csv": _csv}
    reader = readers.get(path.suffix.casefold())
    if reader is None:
        raise InputError(f"{path}: is no sheet that can be read: give xlsx, xls or csv")
    with clear_errors(path, "cannot be read as a sheet"):
        return reader(path)


def _xlsx(path: Path) -> dict[str, Grid]:
    openpyxl = require("openpyxl", "train")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and checks that only concern a spreadsheet
        book = openpyxl.load_workbook(path, data_only=True)
    return {
        sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)]
        for sheet in book.worksheets
    }


def _xls(path: Path) -> dict[str, Grid]:
    xlrd = require("xlrd", "train")
    with path.open("rb") as file, xlrd.open_workbook(file_contents=file.read()) as book:
        return {
            sheet.name: [sheet.row_values(at) for at in range(sheet.nrows)]
            for sheet in book.sheets()
        }


def _csv(path: Path) -> dict[str, Grid]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path}: is no text in UTF-8: save it as csv in UTF-8") from None
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator(text), strict=True)
    return {path.stem: list(rows)}


def separator(text: str) -> str:
    """What separates the cells of a csv file: a comma, or a semicolon.

    Spreadsheets write semicolons in countries with a decimal comma; the first line tells.
    """
    first = next((line for line in text.splitlines() if line.strip()), "")
    return ";" if first.count(";") > first.count(",") else ","


def cell_text(cell: object) -> str:
    """A cell as text without blanks around it; a whole number without ``.0``."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
