"""Recognition of micro-expressions in the way of MEGC 2019: UF1 and UAR, pooled over LOSO folds."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from mien.bench.micro.audited import audited
from mien.bench.micro.clips import Clip, classes, grouped, places
from mien.bench.micro.estimate import Estimate, estimate
from mien.bench.micro.logs import read_clips
from mien.bench.micro.metrics import (
    Counted,
    accuracy,
    class_f1,
    class_recall,
    confusion,
    uar,
    uf1,
)
from mien.bench.micro.published import beside
from mien.bench.micro.report import Report, Table, shown, told, write_figures
from mien.core.errors import InputError
from mien.learn import clip_log

COMPOSITE = ("negative", "positive", "surprise")
"""The classes of the composite, in the order of its labels 0, 1, 2."""
_CLIPS, _PEOPLE = 442, 68  # of the composite
_SCORES: dict[str, Callable[[Counted], float]] = {"UF1": uf1, "UAR": uar, "accuracy": accuracy}


def run(
    predicted: Path,
    names: Sequence[str] = COMPOSITE,
    audit: Path | None = None,
    log: Path | None = None,
    out: Path | None = None,
) -> Report:
    """All figures of a closed-set recogniser.

    Args:
        predicted: a log of the challenge, or a csv; see :func:`mien.bench.micro.logs.read_clips`.
        names: of the classes, two or more; their places are the labels of a log.
        audit: what was chosen on whom; see :mod:`mien.learn.audit`.
        log: written as a log of the challenge, with places as labels.
        out: written with the figures as JSON.

    Raises:
        InputError: a file that cannot be used, a label that is no class, or an audit that leaks.
    """
    if len(set(names)) < max(2, len(names)):
        raise InputError(f"classes {', '.join(names)}: name two or more, each once")
    known = places(names)
    clips = read_clips(predicted, lambda word: word.lower() in known)
    placed = classes(clips, names)
    lines = audited(audit, {clip.person for clip in clips})
    each = [confusion([one], [other], len(names)) for one, other in zip(*placed, strict=True)]
    groups = grouped(clips, each)
    scores = {
        name: {score: estimate(people, of) for score, of in _SCORES.items()}
        for name, people in groups.items()
    }
    total = groups["all sets"].sum(axis=0)
    tables, read_with = beside(_protocol(names))
    report = Report(
        (_summary(groups, scores, names), _each(total, names), *tables),
        (*lines, *_complete(groups["all sets"], names), *read_with),
        {"classes": list(names), "confusion": total.tolist(), "of": scores, "audit": lines},
    )
    if log is not None:
        clip_log.write(_numbered(clips, *placed), log)
    if out is not None:
        write_figures(report, out)
    return report


def _summary(
    groups: Mapping[str, Counted],
    scores: Mapping[str, Mapping[str, Estimate]],
    names: Sequence[str],
) -> Table:
    rows = [
        (name, str(people.sum()), str(len(people)), *map(shown, scores[name].values()))
        for name, people in groups.items()
    ]
    total = groups["all sets"].sum(axis=0)
    commonest = int(total.sum(axis=1).argmax())
    alone = np.zeros_like(total)
    alone[:, commonest] = total.sum(axis=1)
    baseline = [told(score(alone)) for score in _SCORES.values()]
    rows.append((f"always {names[commonest]}", str(total.sum()), "", *baseline))
    return Table(
        "recognition, pooled over folds; intervals over people",
        ("", "clips", "people", *_SCORES),
        tuple(rows),
    )


def _each(total: Counted, names: Sequence[str]) -> Table:
    rows = [
        (name, str(own.sum()), *map(str, own), told(f1), told(recall))
        for name, own, f1, recall in zip(
            names, total, class_f1(total), class_recall(total), strict=True
        )
    ]
    return Table(
        "classes: labelled (rows), called (columns)",
        ("", "clips", *names, "F1", "recall"),
        tuple(rows),
    )


def _protocol(names: Sequence[str]) -> str:
    """The published figures that stand beside one's own; none for other classes than theirs."""
    if tuple(names) == COMPOSITE:
        return "megc"
    return "five" if len(names) == 5 else ""


def _complete(people: Counted, names: Sequence[str]) -> list[str]:
    """Whether the composite is all there; figures on less of it are of another set."""
    there = (int(people.sum()), len(people))
    if tuple(names) != COMPOSITE or there == (_CLIPS, _PEOPLE):
        return []
    whole = f"the composite has {_CLIPS} clips of {_PEOPLE} people"
    return [f"{whole}, this file {there[0]} of {there[1]}"]


def _numbered(clips: Sequence[Clip], truth: Sequence[int], called: Sequence[int]) -> list[Clip]:
    return [
        Clip(clip.set, clip.subject, clip.file, str(one), str(other))
        for clip, one, other in zip(clips, truth, called, strict=True)
    ]
