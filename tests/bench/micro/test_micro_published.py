"""Published figures are held with their source, and shown as such."""

import json
from importlib.resources import files

import pytest

from mien.bench.micro.published import LEAKS, beside, published

SUITES = ("megc", "five", "au", "spotting", "strs")


def test_every_row_has_a_source_and_figures_that_can_be() -> None:
    for group in published():
        assert group.suite in SUITES
        assert len({(row.name, row.year) for row in group.rows}) == len(group.rows)
        for row in group.rows:
            assert row.source
            assert row.leaks in LEAKS
            assert any(row.figures), row.name
            assert set(row.recalled) <= set(group.columns)
            for values in filter(None, row.figures):
                assert len(values) == len(group.parts)
                assert all(value is None or 0 <= value <= 1 for value in values)


def test_nothing_stored_is_lost() -> None:
    stored = json.loads((files("mien.bench.micro") / "published.json").read_text("utf-8"))
    for group in stored["groups"]:
        for row in group["rows"]:
            assert set(row["figures"]) <= set(group["columns"]), row["name"]
            assert set(row) <= {"name", "year", "figures", "recalled", "leaks", "note", "source"}


@pytest.mark.parametrize("suite", SUITES)
def test_what_stands_beside_a_suite(suite) -> None:
    tables, lines = beside(suite)
    assert tables
    for table in tables:
        assert "not under equal conditions" in table.title
        for row in table.rows:
            assert len(row) == len(table.columns)
            number = row[-1]
            assert any(line.startswith(number) for line in lines)


def test_known_leaks_are_marked() -> None:
    leaks = {row.name: row.leaks for group in published() for row in group.rows}
    assert leaks["HTNet"] == leaks["MMNet"] == leaks["STSTNet, re-run, with the leak"] == "yes"
    assert leaks["STSTNet, re-run, no leak"] == "no"
