"""How well movements are named: by a model, or by the rules of the training-free reader."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.bench.learned_clips import Seen
from mien.bench.micro.metrics import (
    Counted,
    binary_f1,
    class_f1,
    confusion,
    macro_f1,
    mean,
    presence_counts,
)
from mien.bench.result import interval
from mien.bench.spot_motion import SMILE
from mien.capture.learned.labels import CLASSES, CODES, class_of, code_of
from mien.capture.learned.opinion import Model

Bools = NDArray[np.bool_]

# What a smile is made of besides AU12 differs from one person to the next, and nobody coded these.
_UNCODED = ("AU06", "AU10", "AU25", "AU26")


@dataclass(frozen=True)
class Named:
    """What was said of one movement.

    Attributes:
        aus: codes of units.
        name: objective class; empty where none is named.
        nothing: probability that nothing moves, 0 where nobody says.
    """

    aus: frozenset[str]
    name: str
    nothing: float = 0.0


@dataclass(frozen=True)
class Score:
    """Scores of some movements.

    Attributes:
        aus: F1 of presence, mean over the units that occur, 0 to 1.
        balanced: macro-F1 as CD6ME has it: with the F1 of absence.
        classes: UF1: the mean F1 of the objective classes that are in the truth, 0 to 1. A movement
            that nobody names is a miss of its class; ``none`` is no class of its own here, or one
            such miss would cost an eighth of the whole.
        count: movements.
        spread: 95 % intervals of ``aus`` and ``classes`` over people.
    """

    aus: float
    balanced: float
    classes: float
    count: int
    spread: tuple[tuple[float, float], tuple[float, float]]


def by_model(model: Model, seen: Sequence[Seen], batch: int = 64) -> list[Named]:
    """What a model says; nothing where too little was seen."""
    there = [(one.window, one.courses) for one in seen if one.window is not None]
    said = []
    for start in range(0, len(there), batch):
        windows, courses = zip(*there[start : start + batch], strict=True)
        said += model.opinions(np.stack(windows), np.stack(courses))
    answers = iter(said)
    found = []
    for one in seen:
        if one.window is None:
            found.append(Named(frozenset(), ""))
            continue
        opinion = next(answers)
        name = next(kind for kind in opinion.classes if kind != "none")
        codes = frozenset(code_of(column) for column in opinion.aus)
        found.append(Named(codes, name, opinion.classes["none"]))
    return found


def by_rules(seen: Sequence[Seen]) -> list[Named]:
    """What the reader says without the model."""
    return [Named(frozenset(map(_code, one.rules)), one.rule_class) for one in seen]


def scored(seen: Sequence[Seen], said: Sequence[Named]) -> Score:
    """Scores, pooled over people.

    Args:
        seen: the movements.
        said: of each.
    """
    people = sorted({one.person for one in seen})
    who = np.array([people.index(one.person) for one in seen])
    aus, classes = _unit_counts(seen, said), _class_counts(seen, said)
    own = [
        (aus[who == at].sum(axis=0), classes[who == at].sum(axis=0)) for at in range(len(people))
    ]
    each = np.stack([np.concatenate([a.ravel(), c.ravel()]) for a, c in own]).astype(np.float64)

    def units(drawn: NDArray[np.float64]) -> float:
        counts = drawn.sum(axis=0)[: aus[0].size].astype(np.int64).reshape(aus[0].shape)
        return mean(binary_f1(counts[_there(counts)]))

    def kinds(drawn: NDArray[np.float64]) -> float:
        table = drawn.sum(axis=0)[aus[0].size :].astype(np.int64).reshape(classes[0].shape)
        return mean(class_f1(table)[table.sum(axis=1) > 0])

    counts = aus.sum(axis=0)
    spread = _spread(each, units), _spread(each, kinds)
    balanced = mean(macro_f1(counts[_there(counts)]))
    return Score(units(each), balanced, kinds(each), len(seen), spread)


def unit_table(seen: Sequence[Seen], said: Sequence[Named]) -> dict[str, float]:
    """F1 of each unit that occurs."""
    counts = _unit_counts(seen, said).sum(axis=0)
    return {CODES[at]: float(binary_f1(counts[at])) for at in np.flatnonzero(_there(counts))}


def _spread(
    each: NDArray[np.float64], of: Callable[[NDArray[np.float64]], float]
) -> tuple[float, float]:
    return interval(each, of) if len(each) > 1 else (float("nan"), float("nan"))


def _there(counts: Counted) -> Bools:
    """Units that occur."""
    return np.asarray(counts[:, 0] + counts[:, 2] > 0)


def _unit_counts(seen: Sequence[Seen], said: Sequence[Named]) -> Counted:
    """Presence counts of every movement and unit, shape (n, len(CODES), 4)."""
    found = []
    for one, other in zip(seen, said, strict=True):
        true = {code_of(column) for column in one.aus}
        counts = presence_counts(_row(true), _row(other.aus))
        if one.happening.units == SMILE:
            counts[[CODES.index(code) for code in _UNCODED]] = 0
        found.append(counts)
    return np.stack(found)


def _class_counts(seen: Sequence[Seen], said: Sequence[Named]) -> Counted:
    """Confusion of every movement, shape (n, len(CLASSES), len(CLASSES)); unnamed is none."""
    found = []
    for one, other in zip(seen, said, strict=True):
        true, name = CLASSES.index(class_of(one.aus)), CLASSES.index(other.name or "none")
        found.append(confusion([true], [name], len(CLASSES)))
    return np.stack(found)


def _row(codes: frozenset[str] | set[str]) -> Bools:
    return np.array([[code in codes for code in CODES]])


def _code(column: str) -> str:
    return column if column[-1] not in "LR" else column[:-1]
