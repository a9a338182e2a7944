"""STRS, the spot-then-recognise score, as the official script counts it and as it is meant.

STRS = F1 of spotting x F1 of analysis (Liong, See & Chan, Signal Processing: Image Communication
110, 2023). Analysis looks at spotted expressions only, and of these at those whose labelled class
is evaluated: its F1 is the harmonic mean of macro-precision and macro-recall, which is not UF1. A
class without a value counts 0 in both means.

``strict`` pairs one to one over every subject and clip. ``official`` does what the authors' script
(github.com/genbing99/STRS-Metric) does, for comparison with figures made by it:

1. a prediction counts as a hit once for *each* label that it overlaps by half, in the order of the
   files, so that hits can outnumber predictions;
2. subjects without any prediction are left out, and their labels are no misses;
3. clips without a label are left out, and predictions on them are no false alarms;
4. what it calls UAR is the mean precision;
5. a class counts 0 where every expression that was spotted is of it and called it, since the
   script's two-by-two table then has one cell;
6. without a right class the score is NaN, not 0. With nothing spotted the script ends in an
   error; here that is NaN too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from mien.bench.micro.estimate import Estimate, estimate
from mien.bench.micro.metrics import Array, Counted, f1, ratio
from mien.bench.micro.spans import Marked, by_clip
from mien.bench.micro.spotting import Match, count, matches
from mien.bench.spotting_metrics import OVERLAP, Counts, iou

Mode = Literal["official", "strict"]
MODES: tuple[Mode, ...] = ("official", "strict")
_HEAD = 3  # tp, fp, fn before the table of classes


@dataclass(frozen=True)
class Score:
    """All that is said of a spotter that names what it spots.

    Attributes:
        spotted: counts of spotting.
        spotting: precision, recall and F1 of spotting, 0 to 1.
        analysis: macro-precision, macro-recall and their harmonic mean, 0 to 1.
        uf1: mean F1 of the classes among what was spotted.
        uar: mean recall of the classes; in the official mode their mean precision.
        strs: F1 of spotting times F1 of analysis.
    """

    spotted: Counts
    spotting: tuple[float, float, float]
    analysis: tuple[float, float, float]
    uf1: float
    uar: float
    strs: float


@dataclass(frozen=True)
class Overlooked:
    """What the official script does not count, or counts more than once.

    Attributes:
        labels: of subjects without a prediction.
        predictions: on clips without a label.
        twice: hits beyond the first of a prediction.
    """

    labels: int
    predictions: int
    twice: int


def classes_of(true: Iterable[Marked]) -> tuple[str, ...]:
    """The classes that are evaluated unless others are named: all that are labelled."""
    return tuple(sorted({span.emotion for span in true}))


def score(
    predicted: Sequence[Marked],
    true: Sequence[Marked],
    mode: Mode = "strict",
    classes: Sequence[str] | None = None,
) -> Score:
    """STRS and what it is made of.

    Args:
        predicted: with emotion; of micro-expressions.
        true: likewise, at least one.
        mode: see the head of this module.
        classes: emotions that are evaluated; None: all that are labelled.
    """
    named = tuple(classes_of(true) if classes is None else classes)
    if mode == "strict":
        return _scored(strict_counts(predicted, true, named).sum(axis=0), mode)
    pairs, spotted = _official(predicted, true)
    counts = (spotted.tp, spotted.fp, spotted.fn)
    return _scored(np.concatenate([counts, _table(pairs, named).ravel()]), mode)


def strict_counts(
    predicted: Sequence[Marked], true: Sequence[Marked], classes: Sequence[str]
) -> Counted:
    """What each subject adds to the strict score.

    Returns:
        Shape (subjects, 3 + k (k + 1)): true and false positives and misses of spotting, then the
        table of k labelled classes by k called ones and any other.
    """
    people: dict[str, list[Match]] = {}
    for row in matches(predicted, true):
        people.setdefault(row.either.subject, []).append(row)
    rows = []
    for own in people.values():
        spotted = count(own)
        pairs = [(row.predicted, row.truth) for row in own if row.predicted and row.truth]
        head = (spotted.tp, spotted.fp, spotted.fn)
        rows.append(np.concatenate([head, _table(pairs, classes).ravel()]))
    return np.array(rows, dtype=np.int64)


def strict_estimate(counts: Counted) -> Estimate:
    """The strict STRS with its interval over subjects.

    Args:
        counts: of :func:`strict_counts`.
    """
    return estimate(counts, lambda total: _scored(total, "strict").strs)


def overlooked(predicted: Sequence[Marked], true: Sequence[Marked]) -> Overlooked:
    """How much the official mode leaves out or counts twice."""
    who = {span.subject for span in predicted}
    labelled = by_clip(true)
    pairs, _ = _official(predicted, true)
    return Overlooked(
        labels=sum(span.subject not in who for span in true),
        predictions=sum((span.subject, span.video) not in labelled for span in predicted),
        twice=len(pairs) - len({id(called) for called, _ in pairs}),
    )


def _official(
    predicted: Sequence[Marked], true: Sequence[Marked]
) -> tuple[list[tuple[Marked, Marked]], Counts]:
    """Hits as pairs (prediction, label), and counts, with defects 1 to 3."""
    who = {span.subject for span in predicted}
    called = by_clip(predicted)
    pairs: list[tuple[Marked, Marked]] = []
    alarms = missed = 0
    for clip, wanted in by_clip(true).items():
        if clip[0] not in who:
            continue
        left = list(wanted)
        for one in called.get(clip, []):
            hit = [label for label in left if iou(one.span, label.span) >= OVERLAP]
            left = [label for label in left if label not in hit]
            pairs += [(one, label) for label in hit]
            alarms += not hit
        missed += len(left)
    return pairs, Counts(len(pairs), alarms, missed)


def _table(pairs: Iterable[tuple[Marked, Marked]], classes: Sequence[str]) -> Counted:
    """Labelled classes by called ones, shape (k, k + 1); the last column is any other class."""
    index = {name: i for i, name in enumerate(classes)}
    table = np.zeros((len(classes), len(classes) + 1), dtype=np.int64)
    for called, label in pairs:
        if label.emotion in index:
            table[index[label.emotion], index.get(called.emotion, -1)] += 1
    return table


def _scored(counts: Counted, mode: Mode) -> Score:
    spotted = Counts(*(int(n) for n in counts[:_HEAD]))
    k = round((np.sqrt(4 * (len(counts) - _HEAD) + 1) - 1) / 2)  # k (k + 1) cells
    table = counts[_HEAD:].reshape(k, k + 1)
    tp = np.diag(table[:, :k])
    if mode == "official":
        tp = np.where(tp == table.sum(), 0, tp)
    fp, fn = table[:, :k].sum(axis=0) - np.diag(table), table.sum(axis=1) - np.diag(table)
    each = [_known(ratio(tp, tp + fp)), _known(ratio(tp, tp + fn))]
    precision, recall = (float(values.mean()) for values in each)
    neither = float("nan") if mode == "official" else 0.0
    both = 2 * precision * recall / (precision + recall) if precision + recall else neither
    spotting = (spotted.precision, spotted.recall, spotted.f1)
    p, r, found = (0.0 if np.isnan(value) else value for value in spotting)
    uf1 = float(_known(f1(tp, fp, fn)).mean())
    uar = precision if mode == "official" else recall
    return Score(spotted, (p, r, found), (precision, recall, both), uf1, uar, found * both)


def _known(values: Array) -> Array:
    return np.nan_to_num(values, nan=0.0)
