"""Published figures, to stand beside one's own.

They come from other code, other alignments, and some from a choice of the epoch on the people who
were tested, so they say where a field stands and are never a comparison under equal conditions.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from mien.bench.micro.report import NONE, Table

LEAKS = ("yes", "no", "not known")


@dataclass(frozen=True)
class Row:
    """A method as it was published.

    Attributes:
        name: of the method.
        year: of the publication.
        figures: a cell for each column of its table, with one value per part; None is not printed.
        recalled: columns whose figures were noted from memory and wait for a check.
        leaks: whether a choice was made on tested people; one of :data:`LEAKS`.
        note: what else must be known.
        source: who printed it.
    """

    name: str
    year: int
    figures: tuple[tuple[float | None, ...] | None, ...]
    recalled: tuple[str, ...]
    leaks: str
    note: str
    source: str


@dataclass(frozen=True)
class Group:
    """Methods under one protocol.

    Attributes:
        suite: whose figures they stand beside.
        title: the protocol.
        columns: data sets, or what else a cell is about.
        parts: what the values in a cell are.
        rows: in the order of their figures.
    """

    suite: str
    title: str
    columns: tuple[str, ...]
    parts: tuple[str, ...]
    rows: tuple[Row, ...]


@cache
def published() -> tuple[Group, ...]:
    """All that is held."""
    stored = json.loads((files("mien.bench.micro") / "published.json").read_text("utf-8"))
    return tuple(_group(one) for one in stored["groups"])


def beside(suite: str) -> tuple[tuple[Table, ...], tuple[str, ...]]:
    """The tables of a suite, and the lines that must be read with them.

    Args:
        suite: ``megc``, ``five``, ``au``, ``spotting`` or ``strs``; nothing stands beside others.
    """
    groups = [group for group in published() if group.suite == suite]
    rows = [row for group in groups for row in group.rows]
    sources = list(dict.fromkeys(row.source for row in rows))
    lines = [f"[{i}] {source}" for i, source in enumerate(sources, start=1)]
    if any(row.recalled for row in rows):
        lines.insert(0, "? noted from memory: check it before you cite it")
    return tuple(_table(group, sources) for group in groups), tuple(lines)


def _table(group: Group, sources: list[str]) -> Table:
    rows = []
    for row in group.rows:
        cells = [
            _cell(values) + ("?" if column in row.recalled and values else "")
            for column, values in zip(group.columns, row.figures, strict=True)
        ]
        leaks = f"{row.leaks}; {row.note}" if row.note else row.leaks
        number = f"[{sources.index(row.source) + 1}]"
        rows.append((f"{row.name} ({row.year})", *cells, leaks, number))
    title = f"as published, not under equal conditions: {group.title}, {' / '.join(group.parts)}"
    return Table(title, ("method", *group.columns, "leaks", "source"), tuple(rows))


def _cell(values: tuple[float | None, ...] | None) -> str:
    if values is None:
        return NONE
    return " / ".join(NONE if value is None else f"{value:.3f}" for value in values)


def _group(stored: dict[str, Any]) -> Group:
    named = {name: tuple(stored[name]) for name in ("columns", "parts")}
    rows = tuple(_row(one, named["columns"]) for one in stored["rows"])
    return Group(stored["suite"], stored["title"], **named, rows=rows)


def _row(stored: dict[str, Any], columns: tuple[str, ...]) -> Row:
    figures = [stored["figures"].get(column) for column in columns]
    return Row(
        name=stored["name"],
        year=stored["year"],
        figures=tuple(None if values is None else tuple(values) for values in figures),
        recalled=tuple(stored.get("recalled", ())),
        leaks=stored.get("leaks", "not known"),
        note=stored.get("note", ""),
        source=stored["source"],
    )
