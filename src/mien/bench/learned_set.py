"""The learned opinion on labelled sets: the model as it is, nothing trained on anybody in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mien.bench.learned_set_rows import FIRM, rows_of
from mien.bench.result import Row
from mien.capture.learned.labels import CLASSES
from mien.capture.learned.opinion import Model, load, shipped
from mien.core.errors import InputError
from mien.core.face import Opinion
from mien.core.seams import Progress, Say, silent, unheard
from mien.flows.learned_set import held_of
from mien.learn.microexpression import answers
from mien.learn.microexpression.answers import Answer
from mien.learn.microexpression.coding import numbers
from mien.learn.microexpression.emotions import three_of
from mien.learn.microexpression.loso import AUDIT
from mien.learn.microexpression.sources import Labelled

_BATCH = 64


@dataclass(frozen=True)
class Measured:
    """What came out.

    Attributes:
        rows: the figures.
        files: the logs, where a folder was given.
    """

    rows: tuple[Row, ...]
    files: tuple[Path, ...]


def run(
    sets: Sequence[tuple[str, Path]],
    progress: Progress = silent,
    model: Path | None = None,
    out: Path | None = None,
    say: Say = unheard,
) -> Measured:
    """Ask a model about every labelled micro-expression of some sets.

    Args:
        sets: name, as for ``mien data``, and folder of each.
        progress: told about the clips.
        model: a file of ``mien train``; None: that of the package.
        out: keeps windows and logs; None: nothing is kept.
        say: is given a line about every clip that is left out.

    Raises:
        InputError: a set that cannot be used, sets that share somebody, or a folder that holds
            windows of something else, or the answers of a training.
        ModelError: a file that is no model.
        MissingExtraError: ONNX Runtime is not installed.
    """
    asked = shipped() if model is None else load(model)
    if out is not None and (out / AUDIT).exists():
        raise InputError(f"{out}: holds the answers of a training: give another folder with --out")
    kept = held_of(sets, out, progress, say)
    parts = [one.held for one in kept]
    said = [answer for part in parts for answer in said_of(asked, part.labelled)]
    files = [] if out is None else answers.write(parts, said, out)
    return Measured(tuple(rows_of(kept, said)), tuple(files))


def said_of(model: Model, labelled: Labelled) -> list[Answer]:
    """What a model says of clips, in the words of the logs.

    Args:
        model: to be asked.
        labelled: the clips.
    """
    found: list[Answer] = []
    for start in range(0, len(labelled), _BATCH):
        part = slice(start, start + _BATCH)
        windows, courses = labelled.windows[part], labelled.courses[part]
        emotions = model.emotions(windows, courses)
        told = zip(
            model.opinions(windows, courses),
            (model.story["emotions"][at] for at in emotions.argmax(axis=1)),
            three_of(emotions.astype(np.float64)),
            strict=True,
        )
        found += [_answer(*one) for one in told]
    return found


def _answer(opinion: Opinion, emotion: str, three: str) -> Answer:
    likeliest = next(iter(opinion.classes))
    return {
        "classes": next(name for name in opinion.classes if name in CLASSES[1:]),
        "emotions": emotion,
        "three": three,
        "aus": numbers({int(column[2:4]) for column in opinion.aus}),
        FIRM: "" if opinion.abstains else likeliest,
    }
