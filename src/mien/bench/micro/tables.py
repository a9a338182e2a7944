"""The user's csv files, read strictly: what is wrong is told with file and line."""

import csv
import io
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mien.core.errors import InputError
from mien.learn.datasets.grids import separator
from mien.media.files import readable


@dataclass(frozen=True)
class Row:
    """A line of a table.

    Attributes:
        where: file and line, for messages.
        cells: name of a column, in small letters, to its text without blanks around it.
    """

    where: str
    cells: Mapping[str, str] = field(hash=False)

    def text(self, column: str) -> str:
        """What a column says.

        Raises:
            InputError: nothing.
        """
        if not self.cells[column]:
            raise InputError(f"{self.where}: {column} is empty")
        return self.cells[column]

    def number(self, column: str) -> float:
        """The finite number in a column.

        Raises:
            InputError: none.
        """
        text = self.text(column)
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise InputError(f"{self.where}: {column}: {text!r} is no number")
        return value

    def frame(self, column: str) -> int:
        """The frame number in a column; 12.0 is 12.

        Raises:
            InputError: no whole number.
        """
        value = self.number(column)
        if not value.is_integer():
            raise InputError(f"{self.where}: {column}: {value:g} is no whole frame")
        return int(value)


def text_of(path: Path) -> str:
    """What is in a text file.

    Raises:
        InputError: no such file, an empty one, or no text.
    """
    try:
        return readable(path).read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path}: is no text in UTF-8: save it as UTF-8") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None


def rows_of(
    path: Path,
    needed: Iterable[str],
    instead: Mapping[str, str] | None = None,
    *,
    empty: bool = False,
) -> list[Row]:
    """The rows of a csv file whose first line names the columns; more columns do no harm.

    Commas separate the cells, or semicolons.

    Args:
        path: of the file.
        needed: columns that must be there.
        instead: what a column may be called where it is not there by its own name.
        empty: whether there may be no row.

    Raises:
        InputError: no such file, no text, a column that is missing or there twice, a row of
            another length, or no row.
    """
    text = text_of(path)
    table = csv.reader(io.StringIO(text, newline=""), delimiter=separator(text))
    try:
        lines = [(table.line_num, [cell.strip() for cell in line]) for line in table if any(line)]
    except csv.Error as error:
        raise InputError(f"{path}: line {table.line_num}: is no csv: {error}") from None
    if not lines:
        raise InputError(f"{path}: is empty: its first line must name the columns")
    names = _names(lines[0][1], instead or {})
    wanted = tuple(needed)
    for name in wanted:
        if names.count(name) != 1:
            told = "is there twice" if name in names else "is missing"
            raise InputError(f"{path}: column {name} {told}: it needs {', '.join(wanted)}")
    if len(lines) == 1 and not empty:
        raise InputError(f"{path}: has no row below its first line")
    rows = []
    for line, cells in lines[1:]:
        where = f"{path}: line {line}"
        if len(cells) != len(names):
            raise InputError(f"{where}: has {len(cells)} columns, the first line {len(names)}")
        rows.append(Row(where, dict(zip(names, cells, strict=True))))
    return rows


def _names(cells: Iterable[str], instead: Mapping[str, str]) -> list[str]:
    names = [cell.lower() for cell in cells]
    own = {other: name for name, other in instead.items() if name not in names}
    return [own.get(name, name) for name in names]
