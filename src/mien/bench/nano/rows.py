"""Figures of every variant, and what is expected of their differences."""

from collections.abc import Mapping

import numpy as np

from mien.bench.ffe.figures import COLUMNS
from mien.bench.nano.figures import KEYS, Estimate, Table, differences, estimates
from mien.bench.nano.runs import FULL
from mien.bench.result import Row

CEILING, FLOOR = "mesh (ceiling)", "source (floor)"
# Variant and figure to whether full should have less of it.
EXPECTED: Mapping[tuple[str, str], bool] = {
    ("no-contrast", "mscr"): True,
    ("not-symmetric", "mscr"): True,
    ("one-hot", "cls12"): False,
}
"""Less confusion by the symmetric contrast, as in tables 2 and 3 of the paper; more linear control
by continuous scores, which the paper says and does not measure alone."""


def variant_rows(name: str, table: Table) -> list[Row]:
    """All figures of one variant."""
    found = estimates(table)
    return [
        Row(f"{name}: {column.title}", "", _number(one.value), _counted(table), _between(one), None)
        for column, one in zip(COLUMNS, found, strict=True)
    ]


def difference_rows(tables: Mapping[str, Table]) -> list[Row]:
    """Full less every other variant; where one is expected, all of the interval must agree.

    One seed says nothing of others: its intervals are those of the people alone, and hold nothing.

    Args:
        tables: variant to its table, of the same seeds and people.
    """
    if FULL not in tables:
        return []
    rows = []
    several = len(tables[FULL].seen) > 1
    for variant, table in tables.items():
        if variant == FULL:
            continue
        found = differences(tables[FULL], table)
        for column, key, one in zip(COLUMNS, KEYS, found, strict=True):
            lower = EXPECTED.get((variant, key))
            asked = "" if lower is None else ("< 0" if lower else "> 0")
            agrees = bool(one.high < 0 if lower else one.low > 0)
            held = agrees if several and lower is not None else None
            figure = f"{column.title}: {FULL} − {variant}"
            rows.append(
                Row(figure, asked, _number(one.value), _counted(table), _between(one), held)
            )
    return rows


def _counted(table: Table) -> str:
    seeds, people = table.seen.shape[:2]
    return f"{people} people, {seeds} seed{'s' * (seeds != 1)}"


def _number(value: float) -> str:
    return f"{value:.4f}"


def _between(one: Estimate) -> str:
    return "" if np.isnan(one.low) else f"{one.low:.3f} to {one.high:.3f}"
