"""Figures of what a model said of labelled clips.

UF1 is the mean F1 of the objective classes that are in the truth, UAR the mean share of their clips
that are named right; a clip is named by the likeliest of the seven, also where the model abstains
or holds that nothing moves. AU F1 is that of presence, both sides as one unit, mean over the units
that somebody coded. Counts are pooled over clips; intervals resample subjects.
"""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from mien.bench.micro.estimate import estimate
from mien.bench.micro.metrics import (
    Counted,
    binary_f1,
    class_f1,
    confusion,
    mean,
    presence_counts,
    ratio,
    uar,
)
from mien.bench.result import Row
from mien.bench.suites.au import units_of
from mien.capture.learned.labels import CLASSES, CODES
from mien.flows.learned_set import Kept
from mien.learn.clip_log import Line
from mien.learn.microexpression import answers
from mien.learn.microexpression.answers import Answer
from mien.learn.splits import person

FIRM = "firm"
"""Word of an answer beside those of the logs: the likeliest of all classes, empty where the model
abstains."""
_NAMES = CLASSES[1:]


def rows_of(kept: Sequence[Kept], said: Sequence[Answer]) -> list[Row]:
    """The figures; what nobody labelled has none.

    Args:
        kept: the sets.
        said: of each of their clips, set after set, with :data:`FIRM`.
    """
    parts = [one.held for one in kept]
    rows = [_used(one) for one in kept]
    classes, units = (answers.lines(parts, said, kind) for kind in ("classes", "aus"))
    sets = list(dict.fromkeys(name for part in parts for name in part.sets))
    for name in ["", *(sets if len(sets) > 1 else [])]:
        of = f"{name}: " if name else ""
        rows += _classes(of, [one for one in classes if name in ("", one.set)])
        rows += _units(of, [one for one in units if name in ("", one.set)])
    firm = [{"classes": one[FIRM]} for one in said]
    rows += _abstaining(answers.lines(parts, firm, "classes"))
    return rows + _each_unit(units)


def _used(one: Kept) -> Row:
    held = one.held
    uncoded = sum("aus" not in truth for truth in held.truths)
    return Row(
        f"{held.origin.name}: clips used; left out; used, without action units",
        "",
        f"{len(held.sets)}; {one.left}; {uncoded}",
        f"{len(held.sets) + one.left} clips",
        "",
        None,
    )


def _classes(of: str, clips: Sequence[Line]) -> list[Row]:
    places = {name: at for at, name in enumerate(_NAMES)}
    counts = [confusion([places[one.truth]], [places[one.predicted]], len(_NAMES)) for one in clips]
    n = f"{len(clips)} clips"
    return _rows(
        clips,
        counts,
        (
            (f"{of}objective-class UF1", n, lambda table: mean(class_f1(table)[table.any(axis=1)])),
            (f"{of}objective-class UAR", n, uar),
        ),
    )


def _units(of: str, clips: Sequence[Line]) -> list[Row]:
    counts = [_present(one) for one in clips]
    coded = int(_coded(np.sum(counts, axis=0)).sum()) if counts else 0
    n = f"{len(clips)} clips, {coded} units"
    return _rows(
        clips, counts, ((f"{of}AU F1", n, lambda all_: mean(binary_f1(all_[_coded(all_)]))),)
    )


def _each_unit(clips: Sequence[Line]) -> list[Row]:
    counts = [_present(one) for one in clips]
    rows = []
    for at in np.flatnonzero(_coded(np.sum(counts, axis=0))) if counts else ():
        own = [one[at] for one in counts]
        coded = sum(int(one[0] + one[2]) for one in own)
        rows += _rows(clips, own, ((f"{CODES[at]}: F1", f"in {coded} clips", _f1),))
    return rows


def _abstaining(clips: Sequence[Line]) -> list[Row]:
    """How often it names no class, and how often it is right where it does."""
    counts = [
        np.array([not one.predicted, bool(one.predicted), one.predicted == one.truth], np.int64)
        for one in clips
    ]
    named = sum(bool(one.predicted) for one in clips)
    return _rows(
        clips,
        counts,
        (
            (
                "abstains on the class",
                f"{len(clips)} clips",
                lambda c: float(ratio(c[0], c[0] + c[1])),
            ),
            ("class right where it does not", f"{named} clips", lambda c: float(ratio(c[2], c[1]))),
        ),
    )


def _rows(
    clips: Sequence[Line],
    counts: Sequence[Counted],
    scores: Iterable[tuple[str, str, Callable[[Counted], float]]],
) -> list[Row]:
    """Scores of counts, added up; their intervals over subjects."""
    if not clips:
        return []
    people: dict[str, list[Counted]] = {}
    for clip, own in zip(clips, counts, strict=True):
        people.setdefault(person(clip.set, clip.subject), []).append(own)
    each = np.array([np.sum(own, axis=0) for own in people.values()])
    rows = []
    for figure, n, score in scores:
        found = estimate(each, score)
        spread = "" if np.isnan(found.low) else f"{found.low:.3f} to {found.high:.3f}"
        measured = "–" if np.isnan(found.value) else f"{found.value:.3f}"
        rows.append(Row(figure, "", measured, f"{n}, {len(people)} people", spread, None))
    return rows


def _present(clip: Line) -> Counted:
    """Presence counts of every unit of the model, shape (len(CODES), 4)."""
    there = ({f"AU{unit:02d}" for unit in units_of(text)} for text in (clip.truth, clip.predicted))
    true, called = (np.array([[code in own for code in CODES]]) for own in there)
    return presence_counts(true, called)


def _coded(counts: Counted) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.asarray(counts[:, 0] + counts[:, 2] > 0)


def _f1(counts: Counted) -> float:
    return float(binary_f1(counts[None])[0])
