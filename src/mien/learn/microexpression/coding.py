"""What coders say of a clip, as numbers for training and as words for the logs."""

from collections.abc import Collection, Iterable

import numpy as np
from numpy.typing import NDArray

from mien.capture.learned.grid import APEX, RATE, STEPS
from mien.capture.learned.labels import CLASSES, EMOTIONS, UNITS
from mien.core.au_string import CodedUnit, parse, present
from mien.learn.datasets import megc
from mien.learn.datasets.objective import objective_class
from mien.learn.datasets.schema import Clip
from mien.learn.microexpression.emotions import NEGATIVE, THREE

F32 = NDArray[np.float32]

_THREE = {
    **{word: name for name, words in THREE.items() for word in (name, *words)},
    "repression": "negative",
}
_NUMBERS = {
    **{word: at for at, word in enumerate(EMOTIONS)},
    "negative": NEGATIVE,
    "repression": NEGATIVE,
    "positive": EMOTIONS.index("happiness"),
}


def apex(clip: Clip) -> float:
    """Frame of the apex; the middle where nobody said."""
    return (clip.onset + clip.offset) / 2 if clip.apex is None else clip.apex


def units(clip: Clip) -> F32:
    """1 where a unit is coded, NaN where the cell leaves it open, shape (len(UNITS),).

    Open is what has a question mark or is one of a choice, the side of a unit on one side, not said
    which, and all that is not coded where there is more than is coded.
    """
    if clip.aus is None:
        return np.full(len(UNITS), np.nan, np.float32)
    rest = np.nan if parse(clip.au_raw).incomplete else 0.0
    found = np.full(len(UNITS), rest, np.float32)
    scored = [one for one in clip.aus if one.kind == "AU" and not one.reference]
    sure = [one for one in scored if _sure(one)]
    for group, value in ((scored, np.nan), (sure, 1.0)):
        for one in group:
            found[_places(one)] = value
    return found


def klass(clip: Clip) -> int:
    """Index in CLASSES; -1 where nobody says, or where units that it hangs on are left open."""
    open_ = clip.aus is not None and not (
        all(one.certain and not one.alternative for one in clip.aus if one.kind == "AU")
        and not parse(clip.au_raw).incomplete
    )
    name = clip.objective_class or ("" if open_ else objective_class(clip.aus))
    return CLASSES.index(name) if name in CLASSES else -1


def emotion(clip: Clip) -> int:
    """Index in EMOTIONS, or NEGATIVE; -1 where the network has no place for the word."""
    return _NUMBERS.get(clip.emotion, -1)


def times(clip: Clip) -> F32:
    """Onset, apex and offset, shape (3,), steps; NaN where nobody says."""
    known = np.nan if clip.apex is None else clip.apex
    moments = np.array([clip.onset, known, clip.offset], np.float64)
    steps = APEX + RATE * (moments - apex(clip)) / clip.fps
    return np.clip(steps, 0, STEPS - 1).astype(np.float32)


def three(clip: Clip) -> str:
    """One of the three classes, as MEGC 2019 composes them; empty where a clip is in none.

    Of the sets that it is composed of, clips that the challenge leaves out are in none.
    """
    if clip.dataset in megc.PARTS and clip.emotion not in ("negative", "positive"):
        return megc.three_class(clip) or ""
    names = {_THREE.get(word, "") for word in clip.emotion.split("+")}
    return names.pop() if len(names) == 1 else ""


def coarse(clips: Iterable[Clip]) -> frozenset[str]:
    """The sets that know three classes only: there, surprise is a class and no emotion."""
    wide = {"negative", "positive"}
    return frozenset(one.dataset for one in clips if wide & set(one.emotion.split("+")))


def truths(clip: Clip, wide: Collection[str] = ()) -> dict[str, str]:
    """What a network can be compared with, in the words of a log, by what is asked.

    Args:
        clip: the label.
        wide: sets of :func:`coarse`.
    """
    there = klass(clip)
    found = {
        "classes": CLASSES[there] if there > 0 else "",
        "emotions": clip.emotion if clip.emotion in EMOTIONS and clip.dataset not in wide else "",
        "three": three(clip),
        "aus": "" if clip.aus is None else numbers(present(u for u in clip.aus if u.kind == "AU")),
    }
    return {kind: said for kind, said in found.items() if said}


def numbers(there: Iterable[int]) -> str:
    """Units in the words of a log, ``"1+2"``, ``"none"``."""
    return "+".join(map(str, sorted(there))) or "none"


def _sure(one: CodedUnit) -> bool:
    return one.certain and not one.alternative and not (one.side == "U" and len(_places(one)) > 1)


def _places(one: CodedUnit) -> list[int]:
    """Where a unit is among UNITS: the side that is coded, else both, or the middle."""
    code = f"AU{one.number:02d}"
    sided = [code + side for side in ((one.side,) if one.side in ("L", "R") else ("L", "R"))]
    return [UNITS.index(name) for name in (code, *sided) if name in UNITS]
