"""How far judges agree, and which categories they take for one another; arrays in, numbers out."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

CONFUSABLE = 0.25  # of :func:`confusion`; the other gets a third of what the own category gets


def icc2k(ratings: Array) -> float:
    """ICC(2,k): how reliable the mean of k judges is, judges being drawn from many.

    Two-way random effects, absolute agreement, average of k (Shrout & Fleiss, Psychological
    Bulletin 1979):

        (MS_rows - MS_error) / (MS_rows + (MS_judges - MS_error) / n)

    Args:
        ratings: shape (n, k); rows with a NaN are left out.

    Returns:
        1 where all agree; NaN with fewer than two judges or pictures, or where nothing varies.
    """
    whole = ratings[np.isfinite(ratings).all(axis=1)]
    n, k = whole.shape
    if n < 2 or k < 2:
        return float("nan")
    mean, rows, judges = whole.mean(), whole.mean(axis=1), whole.mean(axis=0)
    ms_rows = k * ((rows - mean) ** 2).sum() / (n - 1)
    ms_judges = n * ((judges - mean) ** 2).sum() / (k - 1)
    rest = whole - rows[:, None] - judges + mean
    ms_error = (rest**2).sum() / ((n - 1) * (k - 1))
    below = ms_rows + (ms_judges - ms_error) / n
    return float((ms_rows - ms_error) / below) if below > 0 else float("nan")


def alpha(ratings: Array) -> float:
    """Krippendorff's alpha for numbers: 1 - disagreement seen / disagreement by chance.

    The difference is squared (interval metric). After Krippendorff, "Computing Krippendorff's
    Alpha-Reliability" (2011); pictures that fewer than two judges scored are left out.

    Args:
        ratings: shape (n, k), NaN where a judge says nothing.

    Returns:
        1 where all agree, about 0 by chance; NaN where nothing is comparable or nothing varies.
    """
    there = np.isfinite(ratings)
    pairable = there.sum(axis=1) >= 2
    values, there = np.where(there, ratings, 0.0)[pairable], there[pairable]
    counts = there.sum(axis=1)
    total = counts.sum()
    if total < 2:
        return float("nan")
    # Squared differences of all ordered pairs of m values add up to 2 (m sum x^2 - (sum x)^2).
    seen = 2 * (counts * (values**2).sum(axis=1) - values.sum(axis=1) ** 2) / (counts - 1)
    chance = 2 * (total * (values**2).sum() - values.sum() ** 2) / (total - 1)
    return float(1 - seen.sum() / chance) if chance > 1e-12 else float("nan")


def confusion(
    categories: Sequence[str], scores: Sequence[Mapping[str, float | None]]
) -> dict[tuple[str, str], float]:
    """How alike two categories look to those who score, 0 to 1.

        rise(k) = mean score of k on pictures of i - its mean on pictures of neither i nor j, >= 0
        share   = rise(j) / (rise(i) + rise(j)), then the mean of the same with i and j exchanged

    It is 0 where the other is never seen instead, 1/2 where the two cannot be told apart, more
    where they are mistaken for one another: the soft form of the mean of C(i to j) and C(j to i) by
    which FFE-Bench counts confusion. That only a rise counts keeps out a judge's favourite word.

    Args:
        categories: of each picture.
        scores: of each picture; None counts as not said.

    Returns:
        Pairs in the order of the alphabet, most alike first; without those of which nothing is
        said.
    """
    names = sorted({*categories})
    given = [[np.nan if one.get(n) is None else one[n] for n in names] for one in scores]
    table = np.array(given, np.float64).reshape(len(scores), len(names))
    own = np.array([names.index(name) for name in categories], np.int64)
    found = {}
    for i, j in combinations(range(len(names)), 2):
        shares = [_mistaken(table, own, *pair) for pair in ((i, j), (j, i))]
        if np.isfinite(shares).all():
            found[names[i], names[j]] = float(np.mean(shares))
    return dict(sorted(found.items(), key=lambda one: -one[1]))


def _mistaken(table: Array, own: NDArray[np.int64], i: int, j: int) -> float:
    """How much of what is seen on pictures of i is j; NaN where nothing is."""
    rises = []
    for k in (i, j):
        there = np.isfinite(table[:, k])
        here, rest = (there & rows for rows in (own == i, (own != i) & (own != j)))
        if not here.any():
            return float("nan")
        base = table[rest, k].mean() if rest.any() else 0.0
        rises.append(max(float(table[here, k].mean() - base), 0.0))
    return rises[1] / sum(rises) if sum(rises) > 0 else float("nan")


def confusable(
    confused: Mapping[tuple[str, str], float], least: float = CONFUSABLE
) -> tuple[tuple[str, str], ...]:
    """The pairs that are confused by so much or more, worst first."""
    return tuple(pair for pair, share in confused.items() if share >= least)
