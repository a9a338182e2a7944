"""From what was said about every picture to the figures of the benchmark."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from mien.bench.ffe.cases import TWELVE
from mien.bench.ffe.conditions import conditions
from mien.bench.ffe.figures import Content, Figure, JudgeFigures, Structure
from mien.bench.ffe.metrics import (
    BASIC,
    CONFUSABLE,
    accuracy,
    by_person,
    confusion,
    dominant,
    harmonic,
    linearity,
    mscr,
    pooled_linearity,
)
from mien.bench.ffe.run import Verdicts
from mien.bench.ffe.said import likeness_said, said
from mien.bench.ffe.sheet import sitters
from mien.bench.ffe.witnesses import Witness
from mien.judge.judge import Judge

Array = NDArray[np.float64]
Names = NDArray[np.str_]
Rows = NDArray[np.int64]  # shape (n, 2): the class that was asked for, the class that is seen
Kind = TypeVar("Kind", np.float64, np.int64)

AT = 1.0  # strength at which a class is named, and likeness and build are compared


def content(
    editor: str,
    found: Sequence[Verdicts],
    judges: Sequence[Judge],
    likeness: Witness,
    build: Witness,
    strengths: Sequence[float],
    data: str,
) -> Content:
    """All that the page shows.

    Args:
        editor: name of the editor.
        found: what was said, by portrait.
        judges: of expression.
        likeness: the witness of identity.
        build: the witness of the face's build.
        strengths: the grid, rising, with 1 in it.
        data: where the portraits are from, for the page.
    """
    grid = np.asarray(strengths, np.float64)
    asked = [name for name in TWELVE if _people(found, (name,)).size]
    alike = {name: likeness_said(found, likeness, name, grid) for name in asked}
    return Content(
        editor=editor,
        judges=tuple(_judge(one, editor, found, alike, grid) for one in judges),
        portraits=len(found),
        pictures=sum(len(one.pictures) for one in found),
        strengths=grid,
        at=AT,
        identity=alike,
        sheet=sitters(found, AT),
        structure=tuple(_structure(name, build, found) for name in asked),
        conditions=conditions(found, judges, likeness, data, AT),
    )


def _judge(
    judge: Judge,
    editor: str,
    found: Sequence[Verdicts],
    alike: Mapping[str, Array],
    grid: Array,
) -> JudgeFigures:
    """What one judge's scores come to."""
    index = {name: i for i, name in enumerate(judge.classes)}
    told = [name for name in alike if name in index]
    every = {name: said(found, judge.fingerprint, name, grid, judge.classes) for name in told}
    scores = {name: every[name][..., index[name]] for name in told}
    # An edit that leaves no face to judge shows nothing and nobody: it must not gain by that.
    shown = {name: np.nan_to_num(scores[name]) for name in told}
    here = int(np.flatnonzero(grid == AT)[0])
    # Rows of a class that was asked for and the class that is seen, category after category.
    named = {
        name: np.stack([np.full(len(seen), index[name]), seen], axis=1)
        for name in told
        for seen in (dominant(every[name][:, here]),)
    }
    figures, pooled = {}, {}
    for key, names in (("6", BASIC), ("12", TWELVE)):
        if set(names) <= set(told):
            people, courses = _people(found, names), _joined(shown, names)
            figures[f"acc{key}"] = _figure(_joined(named, names), people, _hits)
            figures[f"cls{key}"] = _figure(linearity(grid, courses), people)
            pooled[f"cls{key}"] = _figure(courses, people, lambda c: pooled_linearity(grid, c))
    people, likeness = _people(found, told), np.nan_to_num(_joined(alike, told)[:, here])
    figures["hes"] = _figure(harmonic(_joined(shown, told)[:, here], likeness), people)
    figures["id"] = _figure(likeness, people)
    pairs = [(index[a], index[b]) for a, b in CONFUSABLE if {a, b} <= set(told)]
    if pairs:
        figures["mscr"] = _figure(
            _joined(named, told), people, lambda rows: mscr(_shares(rows, len(index)), pairs)
        )
    return JudgeFigures(
        judge=judge.name,
        kin=bool(judge.kin) and judge.kin == editor.partition(":")[0],  # less its settings
        figures=figures,
        classes=judge.classes,
        confusion=_shares(_joined(named, told), len(index)),
        scores=scores,
        pooled=pooled,
    )


def _people(found: Sequence[Verdicts], names: Sequence[str]) -> Names:
    """Whose row it is, category after category."""
    return np.array(
        [one.portrait.name for name in names for one in found if name in one.portrait.wanted]
    )


def _joined(values: Mapping[str, NDArray[Kind]], names: Sequence[str]) -> NDArray[Kind]:
    """Rows category after category."""
    return np.concatenate([values[name] for name in names])


def _shares(rows: Rows, count: int) -> Array:
    return confusion(rows[:, 0], rows[:, 1], count)


def _hits(rows: Rows) -> float:
    return accuracy(rows[:, 0], rows[:, 1])


def _mean(values: Array) -> float:
    return float(values.mean())


def _figure(
    values: NDArray[Kind], people: Names, statistic: Callable[..., float] = _mean
) -> Figure:
    """A statistic of the rows in which all is known, with its interval by person."""
    there = np.isfinite(values).reshape(len(values), -1).all(axis=1)
    values, people = values[there], people[there]
    if not len(values):
        return Figure(np.nan, 0)
    low, high = by_person(values, people, statistic)
    return Figure(statistic(values), len(values), low, high)


def _structure(name: str, build: Witness, found: Sequence[Verdicts]) -> Structure:
    """Means over people of what was said of the build."""
    people = _people(found, (name,))
    built = said(found, build.fingerprint, name, np.array([AT]), build.keys)[:, 0]
    nose, face, sharpness = (_figure(column, people) for column in built.T)
    return Structure(name, nose, face, sharpness)
