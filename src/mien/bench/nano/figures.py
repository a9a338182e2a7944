"""The metrics of FFE-Bench over people and seeds, with intervals that draw both anew.

Pictures of one person are alike, and so are those of one training: neither may make an interval
narrower than it is. Differences draw the same people and seeds on both sides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.bench.ffe.figures import COLUMNS
from mien.bench.ffe.metrics import (
    BASIC,
    CONFUSABLE,
    accuracy,
    confusion,
    dominant,
    harmonic,
    linearity,
    mscr,
)
from mien.bench.nano.seen import Seen
from mien.bench.nano.tested import GRID
from mien.learn.ffe.row import CATEGORIES

Array = NDArray[np.float64]

KEYS = tuple(column.key for column in COLUMNS)
DRAWS = 1000
_COUNT = len(CATEGORIES)
_SIX = [CATEGORIES.index(name) for name in BASIC]
_PAIRS = [(CATEGORIES.index(a), CATEGORIES.index(b)) for a, b in CONFUSABLE]
_AT = GRID.index(1.0)  # where classes and persons are compared


@dataclass(frozen=True, eq=False)
class Table:
    """What came of every seed, person and category; every array is (seeds, people, 12).

    Attributes:
        seen: number of the category that is seen at strength 1, -1 for none.
        course: Pearson's r of score and strength.
        both: harmonic mean of score and likeness at strength 1.
        likeness: at strength 1.
    """

    seen: NDArray[np.int64]
    course: Array
    both: Array
    likeness: Array


@dataclass(frozen=True)
class Estimate:
    """A value and its 95 % interval, NaN where there is none."""

    value: float
    low: float
    high: float


def table(found: Sequence[Seen]) -> Table:
    """The table of what was seen of each seed."""
    shape = (len(found), len(found[0].scores), _COUNT)
    scores = np.stack([one.scores for one in found])  # seeds, people, 12, strengths, 12
    own = np.stack([scores[:, :, number, :, number] for number in range(_COUNT)], axis=2)
    likeness = np.stack([one.likeness[..., _AT] for one in found])
    return Table(
        dominant(scores[..., _AT, :].reshape(-1, _COUNT)).reshape(shape),
        linearity(np.array(GRID), own.reshape(-1, len(GRID))).reshape(shape),
        harmonic(own[..., _AT], likeness),
        likeness,
    )


def measured(one: Table) -> Array:
    """The figures of a table, in the order of :data:`KEYS`."""
    asked = np.broadcast_to(np.arange(_COUNT), one.seen.shape)
    shares = confusion(asked.ravel(), one.seen.ravel(), _COUNT)
    values: Mapping[str, float] = {
        "mscr": mscr(shares, _PAIRS),
        "acc6": accuracy(asked[..., _SIX].ravel(), one.seen[..., _SIX].ravel()),
        "acc12": accuracy(asked.ravel(), one.seen.ravel()),
        "cls6": float(one.course[..., _SIX].mean()),
        "cls12": float(one.course.mean()),
        "hes": float(one.both.mean()),
        "id": float(one.likeness.mean()),
    }
    return np.array([values[key] for key in KEYS])


def drawn(one: Table, draws: int = DRAWS, seed: int = 0) -> Array:
    """The figures of many tables of seeds and people drawn anew, shape (draws, figures).

    Tables of as many seeds and people are drawn alike, so that their rows belong together.
    """
    seeds, people = one.seen.shape[:2]
    chance = np.random.default_rng(seed)
    found = []
    for _ in range(draws):
        some = np.ix_(chance.integers(seeds, size=seeds), chance.integers(people, size=people))
        part = Table(one.seen[some], one.course[some], one.both[some], one.likeness[some])
        found.append(measured(part))
    return np.stack(found)


def estimates(one: Table) -> list[Estimate]:
    """The figures with intervals, in the order of :data:`KEYS`."""
    return _estimates(measured(one), drawn(one), one)


def differences(one: Table, other: Table) -> list[Estimate]:
    """The figures of one table less those of another one, of the same seeds and people."""
    return _estimates(measured(one) - measured(other), drawn(one) - drawn(other), one)


def _estimates(values: Array, draws: Array, of: Table) -> list[Estimate]:
    if of.seen.shape[1] < 2:  # of one person nothing follows for others
        return [Estimate(float(value), np.nan, np.nan) for value in values]
    low, high = np.percentile(draws, [2.5, 97.5], axis=0)
    return [Estimate(*map(float, each)) for each in zip(values, low, high, strict=True)]
