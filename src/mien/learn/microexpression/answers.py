"""What was said of clips, beside what is labelled: as logs, and in one line."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from mien.capture.learned.labels import CLASSES, CODES
from mien.learn import clip_log
from mien.learn.microexpression.calibrate import class_f1, f1_of
from mien.learn.microexpression.held import Held

Answer = Mapping[str, str]
"""What is asked, see :data:`LOGS`, to the word of the log."""

LOGS = {
    "classes": "classes.log",
    "emotions": "emotions.log",
    "three": "three.log",
    "aus": "aus.log",
}


def lines(parts: Sequence[Held], said: Sequence[Answer], kind: str) -> list[clip_log.Line]:
    """Label and answer of every clip of which this is labelled.

    Args:
        parts: sets.
        said: of each of their clips, set after set.
        kind: what is asked.
    """
    clips = (
        clip
        for part in parts
        for clip in zip(
            part.sets, part.labelled.subjects, part.labelled.names, part.truths, strict=True
        )
    )
    return [
        clip_log.Line(name, who, what, truth[kind], answer[kind])
        for (name, who, what, truth), answer in zip(clips, said, strict=True)
        if kind in truth
    ]


def write(parts: Sequence[Held], said: Sequence[Answer], out: Path) -> list[Path]:
    """Write a log for each kind that is labelled at all, and remove those of others; their paths.

    Args:
        parts: as for :func:`lines`.
        said: likewise.
        out: folder of the logs.
    """
    found = {name: lines(parts, said, kind) for kind, name in LOGS.items()}
    written = {out / name: own for name, own in found.items() if own}
    for name in found:  # nothing of an earlier set stays beside them
        (out / name).unlink(missing_ok=True)
    for path, own in written.items():
        clip_log.write(own, path)
    return [*written]


def summary(parts: Sequence[Held], said: Sequence[Answer]) -> str:
    """How well classes and units were named, over those that are labelled.

    Args:
        parts: as for :func:`lines`.
        said: likewise.
    """
    told = []
    if classes := lines(parts, said, "classes"):
        true, called = np.array(
            [[CLASSES.index(word) for word in (one.truth, one.predicted)] for one in classes]
        ).T
        score = float(class_f1(called, true).mean())
        told.append(f"objective-class UF1 {score:.3f} over {len(classes)} clips")
    if units := lines(parts, said, "aus"):
        true, called = (
            np.array([_row(word) for word in words])
            for words in ([one.truth for one in units], [one.predicted for one in units])
        )
        each = f1_of(called, true)[true.any(axis=0)]
        score = float(each.mean()) if len(each) else float("nan")
        told.append(f"AU F1 {score:.3f} over {len(each)} units and {len(units)} clips")
    return "; ".join(told) or "nothing that is asked is labelled"


def _row(word: str) -> list[bool]:
    """Which units a word of the log names."""
    there = {f"AU{int(number):02d}" for number in word.split("+") if number != "none"}
    return [code in there for code in CODES]
