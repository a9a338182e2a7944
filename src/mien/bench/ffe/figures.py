"""What an editor got in FFE-Bench: the values that its page shows. Arrays only, no files."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mien.edit.strengths import Curve

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Column:
    """A figure of the benchmark.

    Attributes:
        key: in :attr:`JudgeFigures.figures` and in the published rows.
        title: as the paper writes it.
        meaning: in a few words.
        lower: whether less is better.
    """

    key: str
    title: str
    meaning: str
    lower: bool = False


COLUMNS = (
    Column("mscr", "mSCR", "look-alike expressions mistaken for one another", lower=True),
    Column("acc6", "Acc-6", "the expression asked for is the one seen, of the six basic ones"),
    Column("acc12", "Acc-12", "the same, of all twelve"),
    Column("cls6", "CLS-6", "the score follows the strength in a straight line, r, basic six"),
    Column("cls12", "CLS-12", "the same, all twelve"),
    Column("hes", "HES", "expression and likeness in one: their harmonic mean"),
    Column("id", "ID Sim", "likeness to the source: cosine to a face recogniser"),
)


@dataclass(frozen=True)
class Figure:
    """A measured value.

    Attributes:
        value: of all the people; NaN where it could not be had.
        n: how many pictures, or courses, are behind it.
        low: lower end of the 95 % interval by person, NaN where there is none.
        high: upper end.
    """

    value: float
    n: int
    low: float = np.nan
    high: float = np.nan


@dataclass(frozen=True, eq=False)
class JudgeFigures:
    """What one judge says.

    Attributes:
        judge: its name.
        kin: whether it is built on the same model as the editor.
        figures: key of a column to its figure; what it cannot say is left out.
        pooled: Pearson's r over all points at once, by the keys ``cls6`` and ``cls12``.
        classes: what it tells apart, k names.
        confusion: shape (k, k + 1), see :func:`mien.bench.ffe.metrics.confusion`.
        scores: expression to its score at every strength, shape (people, s), 0 to 1, NaN where the
            judge had no answer. Only expressions it can tell.
    """

    judge: str
    kin: bool
    figures: Mapping[str, Figure]
    classes: tuple[str, ...]
    confusion: Array
    scores: Mapping[str, Array]
    pooled: Mapping[str, Figure] = field(default_factory=dict)


@dataclass(frozen=True)
class Sitter:
    """A row of the contact sheet.

    Attributes:
        name: as it stands under the source.
        source: the picture as it was, a JPEG.
        edited: expression to the edited picture, a JPEG.
    """

    name: str
    source: bytes
    edited: Mapping[str, bytes] = field(hash=False)


@dataclass(frozen=True)
class Structure:
    """What an expression did to the face beside the expression, at :attr:`Content.at`.

    Attributes:
        expression: its name, or any other name of the row.
        nose: relative change of the width of the nose, 0.02 for 2 % wider.
        face: the same of the face.
        sharpness: of the edit over that of the source, 1 for as sharp.
    """

    expression: str
    nose: Figure
    face: Figure
    sharpness: Figure


@dataclass(frozen=True, eq=False)
class Content:
    """All that the page shows.

    Attributes:
        editor: its name.
        judges: at least one.
        portraits: number of source pictures.
        pictures: number of edited pictures, of all strengths.
        strengths: shape (s,), the grid, rising.
        at: strength at which the judges name a class.
        identity: expression to the likeness at every strength, shape (people, s), NaN where none.
        sheet: people of the contact sheet.
        structure: rows of the last table.
        conditions: lines on how it was made (data set, seed, steps), in plain words.
        curves: expression to what the strengths draw, where mien's reader has said.
    """

    editor: str
    judges: tuple[JudgeFigures, ...]
    portraits: int
    pictures: int
    strengths: Array
    at: float = 1.0
    identity: Mapping[str, Array] = field(default_factory=dict)
    sheet: tuple[Sitter, ...] = ()
    structure: tuple[Structure, ...] = ()
    conditions: tuple[str, ...] = ()
    curves: Mapping[str, Curve] = field(default_factory=dict)
