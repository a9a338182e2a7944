"""How well events are spotted, in the way of the spotting challenges (MEGC 2019 to 2025).

A predicted event is right where it overlaps a true one of its kind by IoU ≥ 0.5, counted in whole
frames with both ends included. A prediction and a truth are used at most once: of all one-to-one
pairings the one with the most pairs counts, and of those the one that overlaps most (the challenge
leaves the pairing open; its first-come rule is a lower bound of this one). Counts are pooled over
all clips before precision, recall and F1 are taken. ``all`` is the sum of the micro and the macro
counts, as in the challenge's log: a micro-expression called a macro one is an error of both.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.stats import chi2

from mien.bench.result import interval
from mien.core.face import Event

Array = NDArray[np.float64]
Span = tuple[int, int]
"""First and last frame, both included."""

KINDS = ("micro", "macro")
OVERLAP = 0.5


@dataclass(frozen=True)
class Counts:
    """Right predictions, wrong ones, and truths that were missed."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn)

    @property
    def precision(self) -> float:
        """Share of the predictions that are right, 0 to 1; NaN without a prediction."""
        return _share(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> float:
        """Share of the truths that are found, 0 to 1; NaN without a truth."""
        return _share(self.tp, self.tp + self.fn)

    @property
    def f1(self) -> float:
        """2 tp / (2 tp + fp + fn), 0 to 1; NaN where there is neither prediction nor truth."""
        return _share(2 * self.tp, 2 * self.tp + self.fp + self.fn)


def span_of(event: Event, time: Array) -> Span:
    """The presented frames nearest to onset and offset.

    Args:
        event: in seconds.
        time: shape (n,), seconds of the frames, rising; n at least 1.
    """
    first, last = (int(np.abs(time - moment).argmin()) for moment in (event.onset, event.offset))
    return first, last


def iou(one: Span, other: Span) -> float:
    """Frames in common over frames in either, 0 to 1."""
    shared = min(one[1], other[1]) - max(one[0], other[0]) + 1
    union = (one[1] - one[0] + 1) + (other[1] - other[0] + 1) - max(shared, 0)
    return max(shared, 0) / union


def matched(
    predicted: Sequence[Span], true: Sequence[Span], least: float = OVERLAP
) -> list[tuple[int, int]]:
    """Pairs (index of a prediction, index of a truth) of the best one-to-one pairing.

    Args:
        predicted: spans.
        true: spans.
        least: IoU from which two spans may be a pair.
    """
    if not predicted or not true:
        return []
    overlap = np.array([[iou(p, t) for t in true] for p in predicted])
    # One pair more outweighs all overlap together.
    gain = np.where(overlap >= least, 1.0 + overlap / (min(overlap.shape) + 1), 0.0)
    rows, columns = linear_sum_assignment(gain, maximize=True)
    return [(int(p), int(t)) for p, t in zip(rows, columns, strict=True) if gain[p, t] > 0.0]


def pairs_of(
    predicted: Sequence[Event], true: Sequence[Event], time: Array, kind: str
) -> list[tuple[Event, Event]]:
    """Predicted and true events of one kind that match, in one clip.

    Args:
        predicted: of any kind.
        true: of any kind.
        time: shape (n,), seconds of the frames.
        kind: ``"micro"`` or ``"macro"``.
    """
    found, wanted = ([e for e in each if e.kind == kind] for each in (predicted, true))
    pairs = matched([span_of(e, time) for e in found], [span_of(e, time) for e in wanted])
    return [(found[p], wanted[t]) for p, t in pairs]


def counts_of(predicted: Sequence[Event], true: Sequence[Event], time: Array) -> dict[str, Counts]:
    """Counts of one clip for ``micro``, ``macro`` and ``all``.

    Args:
        predicted: events.
        true: events.
        time: shape (n,), seconds of the frames.
    """
    counts = {}
    for kind in KINDS:
        hits = len(pairs_of(predicted, true, time, kind))
        n, m = (sum(e.kind == kind for e in each) for each in (predicted, true))
        counts[kind] = Counts(hits, n - hits, m - hits)
    return {**counts, "all": counts["micro"] + counts["macro"]}


def pooled(counts: Iterable[Counts]) -> Counts:
    """The sum over clips."""
    return sum(counts, Counts())


def f1_interval(by_person: Mapping[str, Iterable[Counts]], seed: int = 0) -> tuple[float, float]:
    """95 % bootstrap interval of the pooled F1, resampling people and not clips.

    Args:
        by_person: counts of each person's clips.
        seed: of the resampling.
    """
    sums = [pooled(counts) for counts in by_person.values()]
    table = np.array([(one.tp, one.fp, one.fn) for one in sums], dtype=np.float64)

    def f1(drawn: Array) -> float:
        tp, fp, fn = drawn.sum(axis=0)
        return float(2.0 * tp / max(2.0 * tp + fp + fn, 1.0))

    return interval(table, f1, seed)


def rate_interval(count: int, exposure: float, level: float = 0.95) -> tuple[float, float]:
    """Exact interval of a Poisson rate (Garwood, Biometrika 1936).

    Where nothing was counted the lower end is known to be 0, so all the doubt is on the upper one:
    at 95 % it is 3.0 over the exposure ("rule of three").

    Args:
        count: events seen, at least 0.
        exposure: minutes (or clips) in which they were seen, above 0.
        level: 0 to 1.

    Returns:
        Lower and upper rate per unit of exposure.
    """
    if count == 0:
        return 0.0, float(chi2.ppf(level, 2)) / 2.0 / exposure
    tail = (1.0 - level) / 2.0
    low = float(chi2.ppf(tail, 2 * count)) / 2.0
    high = float(chi2.ppf(1.0 - tail, 2 * count + 2)) / 2.0
    return low / exposure, high / exposure


@dataclass(frozen=True)
class Spread:
    """Size of the errors of one moment.

    Attributes:
        median: seconds, of the absolute errors; NaN without a pair.
        p90: seconds, their 90th percentile.
        bias: seconds, median of the signed errors; positive is late.
        n: number of errors.
    """

    median: float
    p90: float
    bias: float
    n: int


def spread_of(errors: Sequence[float]) -> Spread:
    """Size of signed errors in seconds, predicted less true."""
    if not errors:
        return Spread(math.nan, math.nan, math.nan, 0)
    size = np.abs(errors)
    p90 = float(np.percentile(size, 90.0))
    return Spread(float(np.median(size)), p90, float(np.median(errors)), len(errors))


def strongest(event: Event) -> str:
    """The AU column with the highest peak, the first in order where two are equal; or nothing."""
    return max(event.aus, key=lambda column: event.aus[column], default="")


def names_strongest(found: Event, accepted: Collection[str]) -> bool:
    """Whether the strongest AU of an event is one of those that are right.

    Args:
        found: the predicted event.
        accepted: AU columns, such as ``{"AU12L", "AU12R"}`` for a smile of both sides.
    """
    return strongest(found) in accepted


def _share(part: int, whole: int) -> float:
    return part / whole if whole else math.nan
