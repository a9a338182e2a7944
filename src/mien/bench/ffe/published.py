"""What PixelSmile printed about itself and others, to stand beside what is measured here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from mien.bench.ffe.figures import COLUMNS


@dataclass(frozen=True)
class Row:
    """An editor as a table of the paper has it.

    Attributes:
        name: of the editor, or of the variant.
        figures: key of a column to its value; what is not printed is not there.
    """

    name: str
    figures: Mapping[str, float] = field(hash=False)


@dataclass(frozen=True)
class Table:
    """A table of the paper.

    Attributes:
        number: in the paper.
        title: what it compares.
        rows: in the order of the paper.
    """

    number: int
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Note:
    """What a reader must know about a printed figure.

    Attributes:
        figure: key of its column.
        names: rows it stands in.
        text: the note.
    """

    figure: str
    names: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Published:
    """All that is printed.

    Attributes:
        source: the paper.
        judge: who judged the expressions there.
        tables: 1 general editing, 2 linear control, 3 variants.
        notes: on single figures.
        sample: how many pictures stand behind the figures.
    """

    source: str
    judge: str
    tables: tuple[Table, ...]
    notes: tuple[Note, ...]
    sample: str


@cache
def published() -> Published:
    """The figures of PixelSmile's tables, as printed."""
    stored = json.loads((files("mien.bench.ffe") / "published.json").read_text("utf-8"))
    return Published(
        source=stored["source"],
        judge=stored["judge"],
        tables=tuple(
            Table(table["number"], table["title"], tuple(map(_row, table["rows"])))
            for table in stored["tables"]
        ),
        notes=tuple(
            Note(note["figure"], tuple(note["names"]), note["text"]) for note in stored["notes"]
        ),
        sample=stored["sample"],
    )


def _row(stored: dict[str, Any]) -> Row:
    figures = {column.key: stored[column.key] for column in COLUMNS if column.key in stored}
    return Row(stored["name"], MappingProxyType(figures))
