"""The metrics of FFE-Bench as array functions, after PixelSmile (arXiv 2603.25728).

The paper's evaluation code is not public, and its text leaves some choices open; what is chosen
here stands in the docstrings. A value that cannot be had is NaN, and NaN in is NaN out.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Classes = NDArray[np.int64]
Kind = TypeVar("Kind", bound=np.generic)

BASIC = ("happy", "sad", "angry", "fear", "surprised", "disgust")
"""The six of Acc-6 and CLS-6."""
CONFUSABLE = (("fear", "surprised"), ("angry", "disgust"))
"""The pairs of mSCR; the paper names these two, as examples, and no others."""


def dominant(scores: Array) -> Classes:
    """The class that a judge sees in each picture: the one with the largest score.

    Args:
        scores: shape (n, k), every class of a picture with its score; a row with NaN is a picture
            that the judge could not answer for.

    Returns:
        Shape (n,), index of the class; -1 where the largest score is shared or there is none. Such
        a picture shows no class, so that no edit is right by the order of a table.
    """
    largest = scores.max(axis=1, keepdims=True)
    alone = (scores == largest).sum(axis=1) == 1
    return np.where(alone, scores.argmax(axis=1), -1)


def confusion(target: Classes, predicted: Classes, k: int) -> Array:
    """What is seen where a class was asked for: C(i → j), share of the pictures asked for i.

    Args:
        target: shape (n,), class that was asked for, 0 to k - 1.
        predicted: shape (n,), class that is seen, -1 for none.
        k: number of classes.

    Returns:
        Shape (k, k + 1); the last column is the share in which no class is seen, so that a row sums
        to 1. A row of NaN: nobody was asked for that class.
    """
    counts = np.zeros((k, k + 1))
    np.add.at(counts, (target, predicted), 1)  # -1 is the last column
    asked = counts.sum(axis=1, keepdims=True)
    return np.divide(counts, asked, out=np.full_like(counts, np.nan), where=asked > 0)


def accuracy(target: Classes, predicted: Classes) -> float:
    """Share of the pictures in which the class asked for is the one seen, 0 to 1.

    Acc-6 of the paper over the pictures of the six basic classes, Acc-12 over all. NaN without
    pictures.
    """
    return float((target == predicted).mean()) if len(target) else np.nan


def bcr(shares: Array, i: int, j: int) -> float:
    """Bidirectional confusion rate of a pair: (C(i → j) + C(j → i)) / 2, 0 to 1.

    Near 0.5 the two classes have become one. NaN where one of them was asked of nobody.

    Args:
        shares: of :func:`confusion`.
        i: a class.
        j: another one.
    """
    return float(shares[i, j] + shares[j, i]) / 2


def mscr(shares: Array, pairs: Sequence[tuple[int, int]]) -> float:
    """Mean structural confusion rate: the mean :func:`bcr` of the confusable pairs, 0 to 1.

    Args:
        shares: of :func:`confusion`.
        pairs: indices of classes. The paper names two pairs and leaves open whether there are
            more: :data:`CONFUSABLE`.

    Returns:
        NaN where there is no pair, or a pair of which one class was asked of nobody.
    """
    return float(np.mean([bcr(shares, i, j) for i, j in pairs])) if pairs else np.nan


def linearity(strength: Array, score: Array) -> Array:
    """How well a score follows strength in a straight line: Pearson's r of every course.

    A course is one person under one expression. The paper's CLS is a Pearson correlation too, but
    the paper does not say over which points; CLS here is the mean of the courses, with
    :func:`pooled_linearity` shown beside it.

    Args:
        strength: shape (s,) or (n, s), what was asked for.
        score: shape (n, s), the judge's score of the class that was asked for.

    Returns:
        Shape (n,), -1 to 1. A course that does not change counts 0: the slider has no effect.
    """
    strength = np.broadcast_to(strength, score.shape)
    return np.asarray(np.clip((_unit(strength) * _unit(score)).sum(axis=1), -1.0, 1.0))


def pooled_linearity(strength: Array, score: Array) -> float:
    """Pearson's r over all points of all courses at once, -1 to 1.

    Lower than the mean of :func:`linearity` where persons and expressions have lines of their own.

    Args:
        strength: shape (s,) or (n, s).
        score: shape (n, s).
    """
    strength = np.broadcast_to(strength, score.shape)
    return float(linearity(strength.reshape(1, -1), score.reshape(1, -1))[0])


def harmonic(expression: Array, identity: Array) -> Array:
    """HES of every picture: 2 E I / (E + I), 0 to 1; its mean is the HES of the paper.

    Args:
        expression: the judge's score of the class that was asked for, 0 to 1.
        identity: cosine of source and edit to a face recogniser, -1 to 1.

    Returns:
        0 where either is 0 or less: another person, or no expression, is no success.
    """
    lost = np.minimum(expression, identity) <= 0
    both = np.where(lost, 1.0, expression + identity)
    return np.where(lost, 0.0, 2.0 * expression * identity / both)


def by_person(
    values: NDArray[Kind],
    person: NDArray[Any],
    statistic: Callable[[NDArray[Kind]], float],
    draws: int = 1000,
    seed: int = 0,
) -> tuple[float, float]:
    """95 % percentile bootstrap interval that resamples people, all of a person's rows together.

    Pictures of one person are alike; drawing pictures would make the interval too narrow.

    Args:
        values: shape (n, ...), rows that the statistic is taken of.
        person: shape (n,), whose row it is.
        statistic: of such rows, in any order. Draws for which it is NaN are left out.
        draws: number of resamplings.
        seed: of the resampling.

    Returns:
        Low and high; NaN for fewer than two people, of whom nothing follows for others.
    """
    _, whose = np.unique(person, return_inverse=True)
    rows = [np.flatnonzero(whose == one) for one in range(whose.max(initial=-1) + 1)]
    if len(rows) < 2:
        return np.nan, np.nan
    rng = np.random.default_rng(seed)
    drawn = (rng.integers(len(rows), size=len(rows)) for _ in range(draws))
    found = np.array([statistic(values[np.concatenate([rows[p] for p in few])]) for few in drawn])
    found = found[~np.isnan(found)]
    if not len(found):
        return np.nan, np.nan
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)


def _unit(courses: Array) -> Array:
    """Every row less its mean, at length 1; 0 where it is constant."""
    away = courses - courses.mean(axis=1, keepdims=True)
    away[np.ptp(courses, axis=1) == 0] = 0.0  # the mean of equal numbers may be another one
    furthest = np.abs(away).max(axis=1, keepdims=True)
    away = away / np.where(furthest == 0, 1.0, furthest)  # squares of tiny numbers would vanish
    length = np.sqrt((away**2).sum(axis=1, keepdims=True))
    return np.asarray(away / np.where(length == 0, 1.0, length))
