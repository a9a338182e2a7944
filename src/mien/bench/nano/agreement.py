"""How far the small judge is to be trusted: on edits of people it has never seen, truth known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mien.bench.ffe.metrics import (
    CONFUSABLE,
    accuracy,
    bcr,
    by_person,
    confusion,
    dominant,
    linearity,
    pooled_linearity,
)
from mien.bench.nano.likeness import Likeness, Photos, area, cosines
from mien.bench.result import Row
from mien.learn.ffe.row import CATEGORIES

if TYPE_CHECKING:
    from mien.learn.pixelsmile.crops import Crop
    from mien.learn.pixelsmile.small_judge import SmallJudge

Array = NDArray[np.float64]

_CLEAR = 0.5  # strength from which an expression is to be told


@dataclass(frozen=True, eq=False)
class Asked:
    """Edits, their truth, and what the judge says.

    Attributes:
        truth: scores, shape (n, 12).
        said: likewise.
        category: number of what was asked for, shape (n,).
        person: whose edit it is, shape (n,).
    """

    truth: Array
    said: Array
    category: NDArray[np.int64]
    person: NDArray[np.str_]


def asked(judge: "SmallJudge", rows: "Sequence[Crop]") -> Asked:
    """The judge on the edits of some rows."""
    targets = [target for row in rows for target in row.row.dst]
    squares = np.concatenate([row.squares[1:] for row in rows])
    truth = [[target.scores[name] for name in CATEGORIES] for target in targets]
    return Asked(
        np.array(truth, np.float64),
        judge.scores(squares),
        np.array([CATEGORIES.index(target.category) for target in targets]),
        np.array([target.picture.identity for target in targets]),
    )


def judge_rows(name: str, of: Asked) -> list[Row]:
    """How often it names the category that was asked for, and how its scores go with the truth."""
    own = of.truth[np.arange(len(of.truth)), of.category]
    named = np.stack([of.category, dominant(of.said)], axis=1)
    strong = own >= _CLEAR
    found = [
        _row(f"{name}: category, edits from {_CLEAR:g}", named[strong], of.person[strong], _hits),
        _row(f"{name}: category, all edits", named, of.person, _hits),
    ]
    both = np.stack([of.truth, of.said], axis=1)  # n, 2, 12
    found += [
        _row(f"{name}: scores, r within a category, mean", both, of.person, _within),
        _row(f"{name}: scores, r over all", both, of.person, _over),
    ]
    for pair in CONFUSABLE:
        i, j = (CATEGORIES.index(one) for one in pair)
        some = strong & np.isin(of.category, (i, j))

        def mistaken(rows: NDArray[np.int64], i: int = i, j: int = j) -> float:
            return bcr(confusion(rows[:, 0], rows[:, 1], len(CATEGORIES)), i, j)

        told = f"{name}: {pair[0]} and {pair[1]} mistaken, edits from {_CLEAR:g}"
        found.append(_row(told, named[some], of.person[some], mistaken))
    return found


def likeness_row(likeness: Likeness, some: Photos) -> Row:
    """How well persons are told apart, with an interval over people."""
    alike = cosines(likeness, some)
    people = np.arange(len(alike))

    def of(rows: NDArray[np.int64]) -> float:
        alone = np.unique(rows)  # somebody who is drawn twice is no other person
        return area(alike[np.ix_(alone, alone)])

    low, high = by_person(people, people, of)
    value = area(alike)
    figure = f"{likeness.name}: the same person looks more alike than another"
    return Row(figure, "", f"{value:.3f}", f"{len(people)} people", _between(low, high), None)


def _hits(rows: NDArray[np.int64]) -> float:
    return accuracy(rows[:, 0], rows[:, 1])


def _within(both: Array) -> float:
    return float(linearity(both[:, 0].T, both[:, 1].T).mean())


def _over(both: Array) -> float:
    return pooled_linearity(both[:, 0], both[:, 1])


def _row(
    figure: str, values: NDArray[Any], person: NDArray[np.str_], of: Callable[..., float]
) -> Row:
    if not len(values):
        return Row(figure, "", "nan", "0 edits", "", None)
    low, high = by_person(values, person, of)
    return Row(figure, "", f"{of(values):.3f}", f"{len(values)} edits", _between(low, high), None)


def _between(low: float, high: float) -> str:
    return "" if np.isnan(low) else f"{low:.3f} to {high:.3f}"
