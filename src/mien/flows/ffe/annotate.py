"""The fourth stage: twelve scores for every target, and how far those who gave them agree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import InputError
from mien.core.seams import Progress, silent
from mien.flows.engine import Engine
from mien.flows.ffe.said import judges_of, ratings_of, said
from mien.learn.ffe import jsonl
from mien.learn.ffe.agreement import alpha, confusion, icc2k
from mien.learn.ffe.files import read_rows
from mien.learn.ffe.row import CATEGORIES, Row, Target
from mien.learn.ffe.truth import Annotators, annotated

Array = NDArray[np.float64]

TOGETHER = "median of the categories"


@dataclass(frozen=True)
class Judging:
    """Who scores.

    Attributes:
        judges: as :func:`mien.judge.table.judge_named` takes them; empty for the truth.
        models: folder of the local ones.
        annotators: who know the truth, where no judge is asked.

    Raises:
        InputError: a judge that is named twice.
    """

    judges: tuple[str, ...] = ()
    models: Path = Path()
    annotators: Annotators = field(default_factory=Annotators)

    def __post_init__(self) -> None:
        for name in self.judges:
            if self.judges.count(name) > 1:  # it would agree with itself
                raise InputError(f"judge {name} is named twice: name each once")

    @property
    def names(self) -> tuple[str, ...]:
        """As rows have them."""
        return self.judges or (self.annotators.name,)

    def known(self) -> tuple[str, ...]:
        """The categories of which somebody can say something.

        Raises:
            InputError: no such judge, or its model is not there.
            MissingExtraError: ONNX Runtime is not installed.
        """
        if not self.judges:
            return CATEGORIES
        told = {name for one in judges_of(self.judges, self.models) for name in one.classes}
        return tuple(name for name in CATEGORIES if name in told)


@dataclass(frozen=True)
class Agreement:
    """How far judges agree on a category.

    Attributes:
        icc: ICC(2,k), of their mean.
        alpha: Krippendorff's, of each of them.
    """

    icc: float
    alpha: float


@dataclass(frozen=True)
class Annotated:
    """Rows with scores.

    Attributes:
        rows: with the mean of those who said something, None where nobody did.
        agreement: by category, and the median of those that tell; empty with one judge.
        confused: pairs of categories that are among the targets, most alike first, see
            :func:`mien.learn.ffe.agreement.confusion`.
        unsaid: categories that no judge knows.
        unseen: pictures of which nobody said anything: no judge sees a face on them.
        simulated: whether those who scored are annotators, not judges who looked.
    """

    rows: tuple[Row, ...]
    agreement: Mapping[str, Agreement]
    confused: Mapping[tuple[str, str], float]
    unsaid: tuple[str, ...]
    unseen: tuple[str, ...]
    simulated: bool = False


def annotate(
    rows: Sequence[Row],
    folder: Path,
    judging: Judging,
    *,
    jobs: int | None = None,
    engine: Engine = "local",
    progress: Progress = silent,
) -> Annotated:
    """Score the targets of rows.

    Args:
        rows: of a set.
        folder: that their paths count from.
        judging: who scores.
        jobs: how many processes share the pictures.
        engine: who works, see :func:`mien.flows.engine.each`.
        progress: told about the pictures.

    Raises:
        InputError: an unknown judge, or rows without the truth that is asked for.
        MienError: a picture cannot be read, or a judge not be asked; what was said is kept.
    """
    targets = {one.picture.image: one for row in rows for one in row.dst}
    if judging.judges:
        pictures = [one.picture for one in targets.values()]
        told = said(
            pictures,
            folder,
            judging.judges,
            judging.models,
            jobs=jobs,
            engine=engine,
            progress=progress,
        )
        ratings = {image: ratings_of(answers, CATEGORIES) for image, answers in told.items()}
    else:
        ratings = {image: annotated(one, judging.annotators) for image, one in targets.items()}
    scores = {image: _mean(given) for image, given in ratings.items()}

    def scored(target: Target) -> Target:
        return replace(target, scores=scores[target.picture.image])

    made = [
        replace(row, dst=(scored(row.dst[0]), scored(row.dst[1])), judges=judging.names)
        for row in rows
    ]
    everything = np.array(list(ratings.values())).reshape(len(ratings), -1, len(CATEGORIES))
    known = judging.known()
    return Annotated(
        tuple(made),
        _agreement(everything),
        confusion([one.category for one in targets.values()], list(scores.values())),
        tuple(name for name in CATEGORIES if name not in known),
        tuple(image for image, given in ratings.items() if np.isnan(given).all()),
        simulated=not judging.judges,
    )


def annotate_file(
    path: Path,
    out: Path,
    judging: Judging,
    *,
    jobs: int | None = None,
    engine: Engine = "local",
    progress: Progress = silent,
) -> Annotated:
    """Score the targets of a file of rows, and write it, or another one beside it.

    Args:
        path: JSON lines.
        out: JSON lines in the same folder, as their paths count from it; may be the same file.
        judging: who scores.
        jobs: how many processes share the pictures.
        engine: who works, see :func:`mien.flows.engine.each`.
        progress: told about the pictures.

    Raises:
        InputError: another form of file or another folder, a row that is none, or as
            :func:`annotate`.
        MienError: as :func:`annotate`.
    """
    for file in (path, out):
        if file.suffix != ".jsonl":
            raise InputError(f"{file}: scores are written into .jsonl: see mien ffe convert")
    if path.resolve().parent != out.resolve().parent:
        raise InputError(f"{out}: give a name in the folder of {path}, whose paths it keeps")
    rows = read_rows(path)
    found = annotate(rows, path.parent, judging, jobs=jobs, engine=engine, progress=progress)
    jsonl.write(found.rows, out)
    return found


def _mean(ratings: Array) -> dict[str, float | None]:
    """The mean of those who say something, by category."""
    there = np.isfinite(ratings)
    sums = np.where(there, ratings, 0.0).sum(axis=0)
    counts = there.sum(axis=0)
    return {
        name: round(float(total / count), 4) if count else None
        for name, total, count in zip(CATEGORIES, sums, counts, strict=True)
    }


def _agreement(ratings: Array) -> dict[str, Agreement]:
    """Of ratings of shape (pictures, judges, categories).

    Categories are never pooled: that some are scored higher than others would pass as agreement.
    """
    if ratings.shape[1] < 2:
        return {}
    found = {name: ratings[:, :, i] for i, name in enumerate(CATEGORIES)}
    heard = {name: one[:, np.isfinite(one).any(axis=0)] for name, one in found.items()}
    each = {name: Agreement(icc2k(one), alpha(one)) for name, one in heard.items()}
    told = [
        (one.icc, one.alpha) for one in each.values() if np.isfinite([one.icc, one.alpha]).all()
    ]
    middle = np.median(told, axis=0) if told else (np.nan, np.nan)
    return each | {TOGETHER: Agreement(*map(float, middle))}
