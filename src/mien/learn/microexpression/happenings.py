"""What happens in a training window: which units, how strongly, when, and what moves besides."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.capture.learned.grid import APEX, RATE, STEPS
from mien.capture.learned.labels import members
from mien.core.envelope import FAMILIES, Envelope
from mien.core.facs import INDEX, expand

Array = NDArray[np.float64]

KINDS = ("expression", "nothing", "blink", "speech")

# Times an AU is coded in six sets (CD6ME), evened out by a power; those that they do not count get
# as much as the rarest.
_COUNTED = {
    "AU04": 708, "AU01": 304, "AU02": 280, "AU14": 277, "AU07": 252, "AU12": 176, "AU05": 134,
    "AU09": 117, "AU17": 86, "AU10": 75, "AU06": 60, "AU15": 52, "AU20": 52, "AU23": 30, "AU24": 30,
    "AU25": 30, "AU26": 20,
}  # fmt: skip
_EVEN = 0.3
_TOGETHER = (
    "1+2", "1+2", "1+4", "1+2+4", "1+2+5", "4+5", "4+7", "4+7", "4+9", "4+6", "4+5+7", "4+7+9",
    "6+12", "6+12", "6+7+12", "7+12", "7+10", "9+10", "9+17", "10+17", "12+14", "10+14", "14+17",
    "15+17", "1+15", "1+4+15", "6+15", "5+20", "2+5", "7+9", "4+10", "4+14", "4+17", "12+25",
    "25+26", "17+24", "14+23", "1+2+25", "6+9", "10+12",
)  # fmt: skip
_LEAST, _MOST = 0.35, 6.0  # px
_SMILES = 0.10  # of the expressions
_WITH_SMILE = {"AU10": 0.55, "AU11": 0.3, "AU07": 0.2, "AU20": 0.25, "AU25": 0.5, "AU26": 0.3}
_SPOKEN = ("AU25", "AU26", "AU16", "AU18", "AU20", "AU22", "AU10")
_LIDS = [INDEX[f"AU43{side}"] for side in "LR"]
_GAZE = [INDEX[f"AU{code}"] for code in (63, 64)]


@dataclass(frozen=True, eq=False)
class Motion:
    """One unit that moves.

    Attributes:
        unit: index of the column.
        pixels: how far at most, on a face of 300 px.
        course: a moment in seconds to the share of that.
        named: whether it is part of the label.
    """

    unit: int
    pixels: float
    course: "Course"
    named: bool


@dataclass(frozen=True, eq=False)
class Course:
    """When something comes and goes, its way there quicker or slower first.

    Attributes:
        envelope: up, down.
        bend: power of the share; 1 leaves it.
    """

    envelope: Envelope
    bend: float = 1.0

    def value(self, time: Array) -> Array:
        """Share of the peak, 0 to 1."""
        return np.asarray(self.envelope.value(time) ** self.bend)


@dataclass(frozen=True, eq=False)
class Happening:
    """All that happens.

    Attributes:
        kind: one of :data:`KINDS`.
        motions: what moves.
        onset: seconds, 0 at the middle of the window; of the expression.
        apex: seconds.
        offset: seconds.
        away: seconds; by which onset and apex are believed to be elsewhere.
    """

    kind: str
    motions: tuple[Motion, ...]
    onset: float
    apex: float
    offset: float
    away: tuple[float, float]


def happening(random: np.random.Generator) -> Happening:
    """What happens in one window; a blink may come along with anything."""
    kind = str(random.choice(KINDS, p=(0.78, 0.10, 0.06, 0.06)))
    away = float(random.normal(0.0, 0.02)), float(random.normal(0.0, 0.02))
    envelope = _envelope(random)
    motions: list[Motion] = []
    if kind == "expression":
        motions = _expression(random, envelope)
    if kind == "speech" or (kind == "expression" and random.random() < 0.03):
        motions += _speech(random)
    if kind == "blink" or random.random() < 0.06:
        motions += _blink(random)
    if random.random() < 0.08:
        motions += _gaze(random)
    return Happening(kind, tuple(motions), envelope.onset, envelope.apex, envelope.offset, away)


def units(random: np.random.Generator) -> list[str]:
    """Codes of units that move together: common ones, ones of each class alike, or any."""
    way = random.random()
    if way < 0.3:
        return [f"AU{int(one):02d}" for one in str(random.choice(_TOGETHER)).split("+")]
    if way < 0.6:
        sets = members()[int(random.integers(len(members())))]
        return sorted(sets[int(random.integers(len(sets)))])
    weights = np.array(list(_COUNTED.values())) ** _EVEN
    count = int(random.choice([1, 2, 3], p=(0.62, 0.28, 0.10)))
    chosen = random.choice(len(_COUNTED), count, replace=False, p=weights / weights.sum())
    return [list(_COUNTED)[at] for at in chosen.tolist()]


def _envelope(random: np.random.Generator) -> Envelope:
    family = str(random.choice(list(FAMILIES)))
    if random.random() < 0.85:
        whole = random.uniform(0.16, 0.5)
        onset = min(random.uniform(0.25, 0.65) * whole, 0.26)
        return Envelope(-onset, 0.0, whole - onset, family)
    onset = random.uniform(0.15, 0.6)
    return Envelope(-onset, 0.0, random.uniform(0.4, 2.0), family)


def _expression(random: np.random.Generator, envelope: Envelope) -> list[Motion]:
    size = float(np.exp(random.uniform(np.log(_LEAST), np.log(_MOST))))
    if random.random() < _SMILES:
        return _smile(random, envelope, size)
    side = str(random.choice(["both", "L", "R"], p=(0.6, 0.2, 0.2)))
    uneven = float(random.uniform(0.55, 1.0)) ** float(random.integers(2))
    weaker = str(random.choice(["L", "R"]))
    found = []
    for at, code in enumerate(units(random)):
        own = size * (1.0 if at == 0 else random.uniform(0.4, 1.0))
        course = _shifted(random, envelope) if at else Course(envelope, random.uniform(0.7, 1.5))
        where = side if random.random() < 0.9 else str(random.choice(["both", "L", "R"]))
        for column in expand(code):
            sided = column != code
            if sided and where not in ("both", column[-1]):
                continue
            share = uneven if sided and column[-1] == weaker and where == "both" else 1.0
            found.append(Motion(INDEX[column], own * share, course, named=True))
    if random.random() < 0.25:  # something that nobody would code
        unit = int(random.integers(len(INDEX)))
        if unit not in [one.unit for one in found]:
            faint = size * random.uniform(0.03, 0.15)
            found.append(Motion(unit, faint, Course(envelope), named=False))
    return found


def _smile(random: np.random.Generator, envelope: Envelope, size: float) -> list[Motion]:
    """Lip corners that take the upper lip along and part the lips, as those of most people do."""
    course = Course(envelope, random.uniform(0.7, 1.5))
    sides = [("L", "R"), ("L",), ("R",)][int(random.choice(3, p=(0.6, 0.2, 0.2)))]
    cheeks = random.uniform(0.0, 0.9)
    found = [Motion(INDEX[f"AU12{side}"], size, course, named=True) for side in sides]
    if cheeks > 0.25:
        found += [Motion(INDEX[f"AU06{s}"], cheeks * size, course, named=True) for s in sides]
    for code, most in _WITH_SMILE.items():
        share = random.uniform(0.0, most)
        for column in expand(code):
            if column == code or column[-1] in sides:
                found.append(Motion(INDEX[column], share * size, course, named=False))
    return found


def _shifted(random: np.random.Generator, envelope: Envelope) -> Course:
    """The same course a little earlier or later."""
    by = float(np.clip(random.normal(0.0, 0.015), -0.04, 0.04))
    moved = Envelope(envelope.onset + by, envelope.apex + by, envelope.offset + by, envelope.family)
    return Course(moved, random.uniform(0.7, 1.5))


def _blink(random: np.random.Generator) -> list[Motion]:
    start = random.uniform(-0.5, 0.4)
    course = Course(Envelope(start, start + 0.09, start + random.uniform(0.2, 0.35), "gamma"))
    size = random.uniform(5.0, 14.0)
    beside = [Motion(unit, size, course, named=True) for unit in _LIDS]
    if random.random() < 0.5:  # brow and cheek come along
        beside += [
            Motion(INDEX[column], random.uniform(0.1, 0.8), course, named=False)
            for column in (*expand("AU04"), *expand("AU06"))
        ]
    return beside


def _speech(random: np.random.Generator) -> list[Motion]:
    found, at, last = [], -0.6, STEPS / RATE - APEX / RATE + 0.2
    while at < last:
        long = random.uniform(1 / 6, 1 / 3)
        course = Course(Envelope(at, at + 0.5 * long, at + 1.2 * long))
        for code in random.choice(_SPOKEN, 3, replace=False).tolist():
            size = float(np.exp(random.uniform(np.log(0.5), np.log(8.0))))
            found += [Motion(INDEX[column], size, course, named=False) for column in expand(code)]
        at += long + (0.3 if random.random() < 0.1 else 0.0)
    return found


def _gaze(random: np.random.Generator) -> list[Motion]:
    """Lids go with the eyes."""
    start = random.uniform(-0.4, 0.3)
    course = Course(Envelope(start, start + 0.05, start + random.uniform(0.3, 1.0), "linear"))
    unit = _GAZE[int(random.integers(2))]
    return [Motion(unit, random.uniform(0.5, 4.0), course, named=False)]
