"""Action units (AUs) of the Facial Action Coding System: names, sides, muscles, exclusive pairs.

Names and muscles follow Ekman, Friesen & Hager, *FACS* (2002). ``L`` and ``R`` are the subject's
own sides. Intensities are real numbers from 0 to 5, where FACS writes A to E for 1 to 5.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import InputError

MAX_INTENSITY = 5.0


@dataclass(frozen=True)
class ActionUnit:
    """One action unit.

    Attributes:
        code: ``"AU12"``, or ``"AU30L"`` where the letter is part of the name.
        name: what the face does, in the words of FACS.
        muscles: the muscles that do it.
        sided: whether left and right move apart.
        region: ``brow``, ``eye``, ``nose``, ``cheek``, ``mouth``, ``chin`` or ``gaze``.
    """

    code: str
    name: str
    muscles: str
    sided: bool
    region: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Column names: ``("AU12L", "AU12R")`` where sided, else the code alone."""
        return (f"{self.code}L", f"{self.code}R") if self.sided else (self.code,)


ACTION_UNITS: tuple[ActionUnit, ...] = (
    ActionUnit("AU01", "inner brow raiser", "frontalis, medial part", True, "brow"),
    ActionUnit("AU02", "outer brow raiser", "frontalis, lateral part", True, "brow"),
    ActionUnit(
        "AU04",
        "brow lowerer",
        "corrugator, procerus, depressor supercilii",
        True,
        "brow",
    ),
    ActionUnit("AU05", "upper lid raiser", "levator palpebrae", True, "eye"),
    ActionUnit("AU06", "cheek raiser", "orbicularis oculi, orbital part", True, "cheek"),
    ActionUnit("AU07", "lid tightener", "orbicularis oculi, palpebral part", True, "eye"),
    ActionUnit("AU09", "nose wrinkler", "levator labii superioris alaeque nasi", True, "nose"),
    ActionUnit("AU10", "upper lip raiser", "levator labii superioris", True, "mouth"),
    ActionUnit("AU11", "nasolabial deepener", "zygomaticus minor", True, "cheek"),
    ActionUnit("AU12", "lip corner puller", "zygomaticus major", True, "mouth"),
    ActionUnit("AU13", "sharp lip puller", "levator anguli oris", True, "mouth"),
    ActionUnit("AU14", "dimpler", "buccinator", True, "mouth"),
    ActionUnit("AU15", "lip corner depressor", "depressor anguli oris", True, "mouth"),
    ActionUnit("AU16", "lower lip depressor", "depressor labii inferioris", True, "mouth"),
    ActionUnit("AU17", "chin raiser", "mentalis", False, "chin"),
    ActionUnit("AU18", "lip pucker", "incisivii labii", False, "mouth"),
    ActionUnit("AU20", "lip stretcher", "risorius", True, "mouth"),
    ActionUnit("AU22", "lip funneler", "orbicularis oris", False, "mouth"),
    ActionUnit("AU23", "lip tightener", "orbicularis oris", False, "mouth"),
    ActionUnit("AU24", "lip pressor", "orbicularis oris", False, "mouth"),
    ActionUnit("AU25", "lips part", "depressor labii, relaxed orbicularis oris", False, "mouth"),
    ActionUnit("AU26", "jaw drop", "masseter, relaxed", False, "chin"),
    ActionUnit("AU27", "mouth stretch", "pterygoids, digastric", False, "chin"),
    ActionUnit("AU28", "lip suck", "orbicularis oris", False, "mouth"),
    ActionUnit("AU30L", "jaw to the left", "right lateral pterygoid", False, "chin"),
    ActionUnit("AU30R", "jaw to the right", "left lateral pterygoid", False, "chin"),
    ActionUnit("AU43", "eyes closed", "levator palpebrae, relaxed; orbicularis oculi", True, "eye"),
    ActionUnit("AU61", "eyes turn left", "extraocular muscles", False, "gaze"),
    ActionUnit("AU62", "eyes turn right", "extraocular muscles", False, "gaze"),
    ActionUnit("AU63", "eyes up", "extraocular muscles", False, "gaze"),
    ActionUnit("AU64", "eyes down", "extraocular muscles", False, "gaze"),
)

COLUMNS: tuple[str, ...] = tuple(column for unit in ACTION_UNITS for column in unit.columns)
INDEX: dict[str, int] = {column: i for i, column in enumerate(COLUMNS)}
REGION: dict[str, str] = {c: unit.region for unit in ACTION_UNITS for c in unit.columns}

# The ARKit-style shapes that an AU at 5 is worth at weight 1 (sided AUs: this name with _L or _R).
# AU26 is the first half of AU27's jawOpen; 11, 13, 23 and 25 have no pair. Published maps
# disagree; this one wins here.
SHAPES: dict[str, tuple[str, ...]] = {
    "AU01": ("browInnerUp",),
    "AU02": ("browOuterUp",),
    "AU04": ("browDown",),
    "AU05": ("eyeWide",),
    "AU06": ("cheekSquint",),
    "AU07": ("eyeSquint",),
    "AU09": ("noseSneer",),
    "AU10": ("mouthUpperUp",),
    "AU12": ("mouthSmile",),
    "AU14": ("mouthDimple",),
    "AU15": ("mouthFrown",),
    "AU16": ("mouthLowerDown",),
    "AU17": ("mouthShrugLower",),
    "AU18": ("mouthPucker",),
    "AU20": ("mouthStretch",),
    "AU22": ("mouthFunnel",),
    "AU24": ("mouthPress_L", "mouthPress_R"),
    "AU27": ("jawOpen",),
    "AU28": ("mouthRollLower", "mouthRollUpper"),
    "AU30": ("jawLeft",),
    "AU43": ("eyeBlink",),
    "AU63": ("eyeLookUp_L", "eyeLookUp_R"),
    "AU64": ("eyeLookDown_L", "eyeLookDown_R"),
}

# Pairs that pull the same part opposite ways (FACS 2002, and the directions of gaze and jaw).
EXCLUSIVE: tuple[tuple[str, str], ...] = (
    ("AU05L", "AU43L"),
    ("AU05R", "AU43R"),
    ("AU18", "AU28"),
    ("AU24", "AU25"),
    ("AU30L", "AU30R"),
    ("AU61", "AU62"),
    ("AU63", "AU64"),
)

_FIRST = [INDEX[first] for first, _ in EXCLUSIVE]
_SECOND = [INDEX[second] for _, second in EXCLUSIVE]

_SIDES = {"L": "R", "R": "L"}
_GAZE = {"AU61": "AU62", "AU62": "AU61"}
_CODES = {unit.code: unit for unit in ACTION_UNITS}
_NAME = re.compile(r"^(?:AU)?0*(\d{1,2})([LR]?)$", re.IGNORECASE)


def mirrored(column: str) -> str:
    """The column that stands for this one on the mirrored face: ``"AU12R"`` for ``"AU12L"``."""
    if column in _GAZE:
        return _GAZE[column]
    return column[:-1] + _SIDES[column[-1]] if column[-1] in _SIDES else column


def expand(name: str) -> tuple[str, ...]:
    """Columns that an AU name stands for: ``"au12"`` is ``("AU12L", "AU12R")``.

    Raises:
        InputError: the name is not an AU of the table.
    """
    match = _NAME.match(name.strip())
    if match:
        code = f"AU{int(match[1]):02d}"
        sided_code = code + match[2].upper()
        if sided_code in INDEX:
            return (sided_code,)
        if not match[2] and code in _CODES:
            return _CODES[code].columns
        if code in _CODES:
            raise InputError(f"{code} has no sides: write {code} instead of {name!r}")
        if code in ("AU45", "AU46"):
            raise InputError(f"{name!r}: blinks and winks are AU43 here (AU43L, AU43R)")
        if code == "AU30":
            raise InputError("AU30 needs a direction: write AU30L or AU30R")
    known = ", ".join(unit.code for unit in ACTION_UNITS)
    raise InputError(f"unknown action unit {name!r}: use one of {known}, with L or R where sided")


def is_au(name: str) -> bool:
    """Whether a name is written like an action unit (``AU12L``, ``au1``), known or not."""
    return re.match(r"^au\s*\d", name.strip(), re.IGNORECASE) is not None


def vector(aus: Mapping[str, float], fill: float = 0.0) -> NDArray[np.float64]:
    """AU values as an array in the order of :data:`COLUMNS`.

    Args:
        aus: AU name to value; a name without a side sets both.
        fill: value of the columns that are not named.

    Returns:
        Shape (len(COLUMNS),).

    Raises:
        InputError: an unknown name or a value that is not a number.
    """
    values = np.full(len(COLUMNS), fill, dtype=np.float64)
    for name, value in aus.items():
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise InputError(f"{name}={value!r}: an intensity is a number from 0 to 5") from None
        for column in expand(name):
            values[INDEX[column]] = number
    return values


def to_dict(values: NDArray[np.float64]) -> dict[str, float]:
    """The inverse of :func:`vector`: every column with its value."""
    return {column: float(value) for column, value in zip(COLUMNS, values, strict=True)}


def resolve(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """An intensity vector that a face can show: within 0 to 5 and without exclusive pairs.

    Of two units that pull one part opposite ways only the difference is left, so that blends stay
    continuous. AU26 and AU27 are two names for one travel of the jaw: AU26 is its first half
    (5 at half of the full opening), AU27 the whole (5 at the full opening).

    Args:
        values: shape (..., len(COLUMNS)), may lie outside 0 to 5; NaN counts as 0.
    """
    resolved = np.array(values, dtype=np.float64)
    resolved[np.isnan(resolved)] = 0.0
    common = np.maximum(np.minimum(resolved[..., _FIRST], resolved[..., _SECOND]), 0.0)
    resolved[..., _FIRST] -= common
    resolved[..., _SECOND] -= common
    drop, stretch = INDEX["AU26"], INDEX["AU27"]
    travel = jaw_travel(resolved[..., drop], resolved[..., stretch])
    resolved[..., drop], resolved[..., stretch] = split_jaw(travel)
    return np.minimum(np.maximum(resolved, 0.0), MAX_INTENSITY)


def jaw_travel(drop: NDArray[np.float64], stretch: NDArray[np.float64]) -> NDArray[np.float64]:
    """Opening of the jaw, 0 to 1, from AU26 and AU27 (which add up)."""
    return np.minimum(np.maximum(drop / 10.0 + stretch / 5.0, 0.0), 1.0)


def split_jaw(
    travel: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """AU26 and AU27 of an opening of the jaw (0 to 1): AU26 up to one half, AU27 beyond."""
    wide = travel > 0.5
    return np.where(wide, 0.0, travel * 10.0), np.where(wide, travel * 5.0, 0.0)
