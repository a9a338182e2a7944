"""Spotting over a data set, in the way of the challenges (MEGC 2019 to 2025).

Pairs, counts and F1 are those of :mod:`mien.bench.spotting_metrics`: IoU ≥ 0.5 in whole frames with
both ends included, the best one-to-one pairing, a sum over all clips. Here they are applied to
tables of many subjects, and kept row by row for the log.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mien.bench.micro.estimate import Estimate
from mien.bench.micro.spans import Marked
from mien.bench.spotting_metrics import KINDS, OVERLAP, Counts, f1_interval, matched, pooled


@dataclass(frozen=True)
class Match:
    """What became of a label or of a prediction; both where they are a pair.

    Attributes:
        truth: the labelled expression; None for a false alarm.
        predicted: the prediction; None for a miss.
    """

    truth: Marked | None
    predicted: Marked | None

    @property
    def either(self) -> Marked:
        """The label, or else the prediction: they agree in subject, clip and kind."""
        found = self.truth or self.predicted
        assert found is not None
        return found

    def of(self, subject: str) -> "Match":
        """The same of somebody."""
        truth, predicted = (
            one and replace(one, subject=subject) for one in (self.truth, self.predicted)
        )
        return Match(truth, predicted)

    @property
    def result(self) -> str:
        """``"TP"``, ``"FP"`` or ``"FN"``."""
        if self.truth is None:
            return "FP"
        return "FN" if self.predicted is None else "TP"


def matches(
    predicted: Sequence[Marked], true: Sequence[Marked], least: float = OVERLAP
) -> list[Match]:
    """Every label and every prediction once: as a pair, as a miss, as a false alarm.

    Args:
        predicted: of any subjects, clips and kinds; only what agrees in all three can be a pair.
        true: likewise.
        least: IoU from which two spans may be a pair.
    """
    clips: dict[tuple[str, str, str], tuple[list[Marked], list[Marked]]] = {}
    for side, spans in enumerate((true, predicted)):
        for span in spans:
            clips.setdefault((span.subject, span.video, span.kind), ([], []))[side].append(span)
    found = []
    for wanted, called in clips.values():
        pairs = {
            t: p for p, t in matched([c.span for c in called], [w.span for w in wanted], least)
        }
        found += [
            Match(one, called[pairs[t]] if t in pairs else None) for t, one in enumerate(wanted)
        ]
        used = set(pairs.values())
        found += [Match(None, one) for p, one in enumerate(called) if p not in used]
    return found


def count(matched_rows: Iterable[Match], kind: str = "all") -> Counts:
    """Pooled counts of one kind, or of ``"all"``.

    Args:
        matched_rows: of :func:`matches`.
        kind: ``"micro"``, ``"macro"`` or ``"all"``, the sum of both.
    """
    rows = [row for row in matched_rows if kind in ("all", row.either.kind)]
    return pooled(
        Counts(row.result == "TP", row.result == "FP", row.result == "FN") for row in rows
    )


def f1(rows: Sequence[Match], kind: str = "all") -> Estimate:
    """F1 of the pooled counts, with its interval over subjects.

    Args:
        rows: of :func:`matches`.
        kind: ``"micro"``, ``"macro"`` or ``"all"``.
    """
    people: dict[str, list[Match]] = {}
    for row in rows:
        people.setdefault(row.either.subject, []).append(row)
    value = count(rows, kind).f1
    if len(people) < 2:
        return Estimate(value, math.nan, math.nan)
    return Estimate(value, *f1_interval({who: [count(own, kind)] for who, own in people.items()}))


def kinds_in(rows: Iterable[Match]) -> list[str]:
    """The kinds that occur, and ``"all"`` where there is more than one."""
    there = {row.either.kind for row in rows}
    kinds = [kind for kind in KINDS if kind in there]
    return [*kinds, "all"] if len(kinds) > 1 else kinds
