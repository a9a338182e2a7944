"""Tables of labels, read strictly, with file and row in every complaint.

A table begins below the row that holds the names of its columns, wherever in the file that is;
columns without a name and sheets without the table are left alone, and so is text below it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mien.core.errors import InputError
from mien.learn.datasets.grids import Grid, cell_text, grids
from mien.learn.datasets.schema import Entry, Finding

Columns = Mapping[str, tuple[str, ...]]

_HEADER_WITHIN = 60  # rows; the longest preamble that is known has 14
_NOTHING = frozenset(("", "/", "-", "?", "？", "nan", "none", "n/a"))


@dataclass(frozen=True)
class Row:
    """A row below the header.

    Attributes:
        file: name of the file.
        number: as a spreadsheet counts, from 1.
        index: below the header, from 0.
        count: rows that the table has, empty ones among them counted.
        cells: by the key of the column; a column that is not there is missing.
        names: by the same key, what the column is called.
    """

    file: str
    number: int
    index: int
    count: int
    cells: Mapping[str, object]
    names: Mapping[str, str]

    @property
    def where(self) -> str:
        """For messages."""
        return f"{self.file} row {self.number}"

    def text(self, key: str) -> str:
        """A cell as text without blanks around it; a whole number without ``.0``."""
        return cell_text(self.cells.get(key))

    def named(self, key: str) -> str:
        """Like :meth:`text`, where something must stand.

        Raises:
            InputError: the cell is empty.
        """
        if not (text := self.text(key)):
            raise self.complaint(key, "is empty: fill it in from the set's own sheet")
        return text

    def frame(self, key: str) -> int:
        """A frame number.

        Raises:
            InputError: anything but a whole number.
        """
        try:
            value = float(self.text(key))
        except ValueError:
            value = float("nan")
        if not value.is_integer():
            raise self.complaint(
                key, f"{self.text(key)!r} is no frame number: write a whole number"
            )
        return int(value)

    def frame_if_any(self, key: str) -> int | None:
        """A frame number, or None for an empty cell, ``/``, ``?`` and the like.

        Raises:
            InputError: something else that is no whole number.
        """
        return None if self.text(key).casefold() in _NOTHING else self.frame(key)

    def complaint(self, key: str, what: str) -> InputError:
        """An error about a cell."""
        return InputError(f"{self.where}, {self.names.get(key, key)}: {what}")


@dataclass(frozen=True)
class Read:
    """What a sheet gave: its entries, and what is wrong with the rows that gave none."""

    entries: tuple[Entry, ...]
    findings: tuple[Finding, ...]


def collect(rows: Sequence[Row], entry: Callable[[Row], Entry | None]) -> Read:
    """Make entries of rows; one bad row does not hide the others.

    Args:
        rows: of a table.
        entry: makes one, or None for a row that is none of the set; may raise an InputError.
    """
    entries: list[Entry] = []
    findings: list[Finding] = []
    for row in rows:
        try:
            made = entry(row)
        except InputError as error:
            what = str(error).removeprefix(f"{row.where}, ")
            findings.append(Finding("error", row.where, what))
        else:
            entries += [made] if made is not None else []
    return Read(tuple(entries), tuple(findings))


def table(path: Path, columns: Columns, optional: Columns | None = None) -> list[Row]:
    """The rows of the first sheet that has the columns.

    Args:
        path: of the file.
        columns: key to the names that the column may have; all of them must be there.
        optional: the same for columns that may be missing.

    Raises:
        InputError: the file cannot be read, or no sheet has the columns.
        MissingExtraError: the library for such files is not installed.
    """
    best: set[str] = set()
    for grid in grids(path).values():
        for at, cells in enumerate(grid[:_HEADER_WITHIN]):
            found = _places(cells, columns)
            if len(found) == len(columns):
                found |= _places(cells, optional or {})
                return list(_rows(path.name, grid, at, found, tuple(columns)))
            best = max(best, set(found), key=len)
    lacking = ", ".join(names[0] for key, names in columns.items() if key not in best)
    raise InputError(
        f"{path}: no sheet has a row with all of the columns that are needed; missing: {lacking}:"
        " give the set's own, unchanged sheet"
    )


def headerless(path: Path, grid: Grid, keys: Sequence[str]) -> list[Row]:
    """The rows of a sheet without names of columns; empty ones are left out.

    Args:
        path: of the file.
        grid: the sheet.
        keys: of its columns, in order.
    """
    places = {key: at for at, key in enumerate(keys)}
    rows = [
        Row(path.name, index + 1, index, len(grid), _cells(cells, places), {})
        for index, cells in enumerate(grid)
    ]
    return [row for row in rows if any(row.text(key) for key in keys)]


def _places(cells: Sequence[object], columns: Columns) -> dict[str, int]:
    """Key to place in the row, of the columns that are there."""
    here: dict[str, int] = {}
    for at, cell in enumerate(cells):
        here.setdefault(_plain(cell_text(cell)), at)
    found = {}
    for key, names in columns.items():
        places = [here[_plain(name)] for name in names if _plain(name) in here]
        if places:
            found[key] = places[0]
    return found


def _rows(
    file: str, grid: Grid, header: int, places: Mapping[str, int], needed: Sequence[str]
) -> Iterator[Row]:
    """Rows below a header, without empty ones and without text below the table."""
    names = {key: cell_text(grid[header][at]) for key, at in places.items()}
    below = [_cells(cells, places) for cells in grid[header + 1 :]]
    filled = [sum(bool(cell_text(cells[key])) for key in needed) for cells in below]
    count = 1 + max((at for at, many in enumerate(filled) if many > 1), default=-1)
    for index, (cells, many) in enumerate(zip(below[:count], filled, strict=False)):
        if many:
            yield Row(file, header + index + 2, index, count, cells, names)


def _cells(cells: Sequence[object], places: Mapping[str, int]) -> dict[str, object]:
    return {key: cells[at] if at < len(cells) else None for key, at in places.items()}


def _plain(name: str) -> str:
    """A column's name without blanks, underscores and capitals."""
    return "".join(name.split()).replace("_", "").casefold()
