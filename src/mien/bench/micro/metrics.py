"""Scores of closed-set recognition and of action units, from counts that are pooled over folds.

A fold of one subject holds too few clips for an F1 of its own, and some classes not at all: counts
are added over all folds first, and F1 is taken of the sums (MEGC 2019, Forman & Scholz 2010).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Counted = NDArray[np.int64]


def confusion(truth: Sequence[int], predicted: Sequence[int], k: int) -> Counted:
    """How often each class was called what.

    Args:
        truth: shape (n,), classes from 0 to k - 1.
        predicted: shape (n,), likewise.
        k: number of classes.

    Returns:
        Shape (k, k), rows are the truth. Of several folds: add them.
    """
    counts = np.zeros((k, k), dtype=np.int64)
    np.add.at(counts, (np.asarray(truth, dtype=int), np.asarray(predicted, dtype=int)), 1)
    return counts


def f1(tp: Counted, fp: Counted, fn: Counted) -> Array:
    """2 tp / (2 tp + fp + fn), element by element, 0 to 1; NaN where all three are 0."""
    return ratio(2 * tp, 2 * tp + fp + fn)


def ratio(part: Counted, whole: Counted) -> Array:
    """Part over whole, element by element; NaN where the whole is 0."""
    part, whole = np.asarray(part, dtype=float), np.asarray(whole, dtype=float)
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)


def mean(values: Array) -> float:
    """The mean of what is known; NaN where nothing is."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")


def class_f1(counts: Counted) -> Array:
    """F1 of every class; NaN for one that is neither there nor called.

    Args:
        counts: shape (k, k), of :func:`confusion`.

    Returns:
        Shape (k,), 0 to 1.
    """
    tp = np.diag(counts)
    return f1(tp, counts.sum(axis=0) - tp, counts.sum(axis=1) - tp)


def class_recall(counts: Counted) -> Array:
    """Share of the clips of a class that are called by it; NaN for a class without clips.

    Args:
        counts: shape (k, k), of :func:`confusion`.

    Returns:
        Shape (k,), 0 to 1.
    """
    return ratio(np.diag(counts), counts.sum(axis=1))


def uf1(counts: Counted) -> float:
    """Unweighted F1: the mean of :func:`class_f1`, 0 to 1.

    MEGC 2019 means over all the classes of its list, so a listed class that is called without being
    there counts 0; one that is neither there nor called has no F1 and is left out. Where classes
    are not a list that everybody must call from, mean over those with a label instead.

    Args:
        counts: shape (k, k), of :func:`confusion`.
    """
    return mean(class_f1(counts))


def uar(counts: Counted) -> float:
    """Unweighted average recall: the mean of :func:`class_recall`, so over classes with clips."""
    return mean(class_recall(counts))


def accuracy(counts: Counted) -> float:
    """Share of all clips that are called right; the commonest class alone may reach much of it."""
    return float(ratio(np.trace(counts), counts.sum()))


def presence_counts(truth: NDArray[np.bool_], predicted: NDArray[np.bool_]) -> Counted:
    """Right and wrong calls of every action unit.

    Args:
        truth: shape (n, a), whether a unit is in a clip.
        predicted: shape (n, a), whether it was called.

    Returns:
        Shape (a, 4): true and false positives, false and true negatives. Of several folds: add.
    """
    cells = (truth & predicted, ~truth & predicted, truth & ~predicted, ~truth & ~predicted)
    return np.stack([cell.sum(axis=0, dtype=np.int64) for cell in cells], axis=-1)


def binary_f1(counts: Counted) -> Array:
    """F1 of the presence of each unit; NaN for one that is neither there nor called.

    Args:
        counts: shape (a, 4), of :func:`presence_counts`.

    Returns:
        Shape (a,), 0 to 1.
    """
    tp, fp, fn, _ = counts.T
    return f1(tp, fp, fn)


def macro_f1(counts: Counted) -> Array:
    """Mean of the F1 of presence and the F1 of absence of each unit, as CD6ME reports it.

    Most units are absent from most clips, so this lies far above :func:`binary_f1`: never compare
    one with the other.

    Args:
        counts: shape (a, 4), of :func:`presence_counts`.

    Returns:
        Shape (a,), 0 to 1; NaN where either F1 has no value.
    """
    tp, fp, fn, tn = counts.T
    return (f1(tp, fp, fn) + f1(tn, fn, fp)) / 2


def always_positive(counts: Counted) -> Counted:
    """The counts of one who calls every unit in every clip: what any figure must beat.

    Args:
        counts: shape (a, 4), of :func:`presence_counts`; only what is true is looked at.
    """
    tp, fp, fn, tn = counts.T
    none = np.zeros_like(tp)
    return np.stack([tp + fn, fp + tn, none, none], axis=-1)
