"""The metrics of FFE-Bench over people and seeds, with intervals for other people and seeds.

Pictures of one person are alike, and so are those of one training: neither may make an interval
narrower than it is. Three seeds drawn anew are hardly other seeds, so that their part is taken from
how far they lie apart, the part of the people from drawing these anew; the two are put together
as Welch and Satterthwaite have it (Satterthwaite, Biometrics Bulletin 2, 1946). Of a difference
both sides have the same people and seeds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

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
    """A value and its 95 % interval.

    Attributes:
        value: over all people and seeds.
        low: of the interval, NaN where there is one person; of one seed it says nothing of others.
        high: likewise.
    """

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


def estimates(one: Table) -> list[Estimate]:
    """The figures with intervals, in the order of :data:`KEYS`."""
    return _estimates(measured(one), _by_seed(one), _by_people(one), one)


def differences(one: Table, other: Table) -> list[Estimate]:
    """The figures of one table less those of another one, of the same seeds and people."""
    return _estimates(
        measured(one) - measured(other),
        _by_seed(one) - _by_seed(other),
        _by_people(one) - _by_people(other),
        one,
    )


def _by_seed(one: Table) -> Array:
    """The figures of each seed alone, shape (seeds, figures)."""
    return np.stack([measured(_part(one, slice(at, at + 1))) for at in range(len(one.seen))])


def _by_people(one: Table) -> Array:
    """The figures of people drawn anew, shape (DRAWS, figures).

    Tables of as many people are drawn alike, so that their rows belong together.
    """
    count = one.seen.shape[1]
    some = np.random.default_rng(0).integers(count, size=(DRAWS, count))
    return np.stack([measured(_part(one, slice(None), people)) for people in some])


def _part(one: Table, seeds: slice, people: NDArray[np.int64] | None = None) -> Table:
    def of(part: NDArray[Any]) -> NDArray[Any]:
        return part[seeds] if people is None else part[seeds][:, people]

    return Table(of(one.seen), of(one.course), of(one.both), of(one.likeness))


def _estimates(values: Array, by_seed: Array, by_people: Array, of: Table) -> list[Estimate]:
    seeds, people = of.seen.shape[:2]
    if people < 2:  # of one person nothing follows for others
        return [Estimate(float(value), np.nan, np.nan) for value in values]
    theirs = by_people.var(axis=0) * people / (people - 1)
    its = by_seed.var(axis=0, ddof=1) / seeds if seeds > 1 else np.zeros_like(theirs)
    freedom = (theirs + its) ** 2 / np.maximum(
        theirs**2 / (people - 1) + its**2 / max(seeds - 1, 1), np.finfo(float).tiny
    )
    wide = student.ppf(0.975, np.maximum(freedom, 1.0)) * np.sqrt(theirs + its)
    found = zip(values, values - wide, values + wide, strict=True)
    return [Estimate(*map(float, each)) for each in found]
