"""Action units of micro-expressions: F1 of presence and macro-F1, as CD6ME reports them."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from mien.bench.micro.audited import audited
from mien.bench.micro.clips import Clip, grouped
from mien.bench.micro.estimate import Estimate, estimate
from mien.bench.micro.logs import read_clips
from mien.bench.micro.metrics import (
    Array,
    Counted,
    always_positive,
    binary_f1,
    macro_f1,
    mean,
    presence_counts,
)
from mien.bench.micro.published import beside
from mien.bench.micro.report import Report, Table, shown, told, write_figures
from mien.core.errors import InputError
from mien.learn import clip_log

CD6ME = (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17)
"""The units of the cross-dataset protocol CD6ME."""
_UNIT = re.compile(r"(?:AU)?0*([1-9]\d?)[LR]?", re.IGNORECASE)
_SCORES: dict[str, Callable[[Counted], Array]] = {"binary F1": binary_f1, "macro F1": macro_f1}


def run(
    predicted: Path,
    units: Sequence[int] = CD6ME,
    audit: Path | None = None,
    log: Path | None = None,
    out: Path | None = None,
) -> Report:
    """All figures of a reader of action units.

    Args:
        predicted: a csv or a log, see :func:`mien.bench.micro.logs.read_clips`, with units such as
            ``1+2`` or ``none`` as labels; both sides count as one unit.
        units: that are evaluated; others are passed over.
        audit: what was chosen on whom; see :mod:`mien.learn.audit`.
        log: written with a fold per subject.
        out: written with the figures as JSON.

    Raises:
        InputError: a file that cannot be used, a label that names no units, or an audit that leaks.
    """
    clips = read_clips(predicted, _is_label)
    each = [_counts(clip, units) for clip in clips]
    lines = audited(audit, {clip.person for clip in clips})
    groups = grouped(clips, each)
    scores = {name: _scores(people) for name, people in groups.items()}
    total = groups["all sets"].sum(axis=0)
    tables, read_with = beside("au")
    report = Report(
        (_summary(groups, scores), _each(total, units), *tables),
        (*lines, *read_with),
        {"units": list(units), "counts": total.tolist(), "of": scores, "audit": lines},
    )
    if log is not None:
        clip_log.write([_normal(clip) for clip in clips], log)
    if out is not None:
        write_figures(report, out)
    return report


def units_of(text: str) -> tuple[int, ...]:
    """The units in a label, rising: ``"AU12L+1"`` is ``(1, 12)``; ``none`` and ``0`` are no unit.

    Raises:
        InputError: something that is no unit.
    """
    parts = [part for part in re.split(r"[+;,\s]+", text) if part]
    if len(parts) == 1 and parts[0].lower() in {"none", "0"}:
        return ()
    found = [_UNIT.fullmatch(part) for part in parts]
    if not found or None in found:
        raise InputError(f"{text!r} names no action units: write 1+2, AU12L or none")
    return tuple(sorted({int(match[1]) for match in found if match}))


def _is_label(word: str) -> bool:
    """Whether a word names units; numbers with zeros before them are rather subjects."""
    try:
        units_of(word)
    except InputError:
        return False
    return word == "0" or not word.startswith("0")


def _counts(clip: Clip, units: Sequence[int]) -> Counted:
    try:
        there = [units_of(text) for text in (clip.truth, clip.predicted)]
    except InputError as error:
        raise InputError(f"{clip.where}: {error}") from None
    truth, called = (np.array([[unit in own for unit in units]]) for own in there)
    return presence_counts(truth, called)


def _scores(people: Counted) -> dict[str, Estimate]:
    def over_units(score: Callable[[Counted], Array]) -> Estimate:
        return estimate(people, lambda total: _mean(score, total))

    return {name: over_units(score) for name, score in _SCORES.items()}


def _mean(score: Callable[[Counted], Array], total: Counted) -> float:
    """Over the units that occur, so that whoever calls none of the others gains nothing by it."""
    return mean(score(total)[total[:, 0] + total[:, 2] > 0])


def _summary(groups: Mapping[str, Counted], scores: Mapping[str, Mapping[str, Estimate]]) -> Table:
    rows = [
        (name, str(people[:, 0].sum()), str(len(people)), *map(shown, scores[name].values()))
        for name, people in groups.items()
    ]
    always = always_positive(groups["all sets"].sum(axis=0))
    baseline = [told(_mean(score, always)) for score in _SCORES.values()]
    rows.append(("always there", str(always[0].sum()), "", *baseline))
    return Table(
        "action units, mean over those that occur; intervals over people",
        ("", "clips", "people", *_SCORES),
        tuple(rows),
    )


def _each(total: Counted, units: Sequence[int]) -> Table:
    always = binary_f1(always_positive(total))
    columns = (*(score(total) for score in _SCORES.values()), always)
    rows = [
        (f"AU{unit:02d}", str(own[0] + own[2]), *map(str, own), *map(told, figures))
        for unit, own, *figures in zip(units, total, *columns, strict=True)
    ]
    heads = ("unit", "present", "TP", "FP", "FN", "TN", *_SCORES, "binary F1, always there")
    return Table("each unit, pooled", heads, tuple(rows))


def _normal(clip: Clip) -> Clip:
    sides = (clip.truth, clip.predicted)
    labels = ("+".join(map(str, units_of(text))) or "none" for text in sides)
    return Clip(clip.set, clip.subject, clip.file, *labels)
