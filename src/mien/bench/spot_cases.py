"""Which clips spotting is measured on: the whole matrix as a list.

A case is a few words and numbers from which its clip is made again, bit by bit, on any machine: the
person, what moves when and how far, how it is filmed. Everything that is drawn is drawn from the
name of the case.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from mien.bench.spot_courses import HELD_OUT, OURS
from mien.bench.spot_motion import SIDES, SMILE, UNITS

FACE = 300.0  # px, width of the face
RATES = (200.0, 100.0, 60.0, 30.0)
AMPLITUDES = (0.5, 1.0, 2.0, 3.0)  # px
CURVE = "held-out curve"
SOURCES = ("sculpted", SMILE, CURVE)
CONFOUNDS = (
    "noise", "compression", "flicker", "roll", "yaw", "translation", "blink", "speech",
)  # fmt: skip

HAND = "hand"  # passes before a face on which nothing happens

# Seconds: an event clip is six times the reach of MDMD, which needs that.
_SECONDS, _QUIET_SECONDS, _MACRO_SECONDS, _FOOTAGE_SECONDS = 2.4, 1.6, 5.0, 20.0
_SLOW = 60.0  # frames per second of the longer clips
_CLEAN, _CONFOUNDED, _QUIET, _MACRO, _FOOTAGE = 16, 18, 100, 12, 60  # cases per cell
_HANDS = 24
_ABLATED = 4  # each so-manieth case of a cell is read again with something left out
_COMPARED = 2  # each so-manieth is given to the baselines, too
_PLAIN = ("AU01", "AU02", "AU04", "AU05", "AU07", "AU09", "AU06")  # what speech does not move
_SEED = 4


@dataclass(frozen=True)
class Happening:
    """An expression.

    Attributes:
        source: one of :data:`SOURCES`.
        unit: an AU of ``spot_motion.UNITS``, or ``"smile"``.
        side: ``"L"``, ``"R"`` or ``"both"``.
        pixels: the furthest that any point of the skin goes, on a face of :data:`FACE` px.
        onset: seconds.
        apex: seconds.
        offset: seconds.
        family: of the curve, see ``spot_courses``.
    """

    source: str
    unit: str
    side: str
    pixels: float
    onset: float
    apex: float
    offset: float
    family: str


@dataclass(frozen=True)
class Case:
    """One clip.

    Attributes:
        name: says all about it, and is like no other.
        group: ``"clean"``, ``"confound"``, ``"macro"``, ``"quiet"`` (nothing happens), ``"still"``
            or ``"talking"`` (footage).
        confound: one of :data:`CONFOUNDS`, :data:`HAND`, or nothing.
        rate: frames per second.
        seconds: length.
        person: a number, counted round the people there are.
        seed: of all that is drawn when it is filmed.
        happening: the event, or None.
        ablated: whether it is also read with something left out.
        compared: whether the baselines are run on it.
    """

    name: str
    group: str
    confound: str
    rate: float
    seconds: float
    person: int
    seed: int
    happening: Happening | None
    ablated: bool = False
    compared: bool = False


def matrix() -> list[Case]:
    """All cases: 1,296 clips of 59 minutes, 20 of them footage in which nothing happens."""
    return [*_clean(), *_confounded(), *_macro(), *_quiet(), *_hands(), *_footage()]


def subset(cases: list[Case], share: float) -> list[Case]:
    """A share of every cell of the matrix, at least one case of each.

    Args:
        cases: of :func:`matrix`.
        share: above 0, up to 1.
    """
    cells = defaultdict(list)
    for case in cases:
        pixels = case.happening.pixels if case.happening else 0.0
        cells[case.group, case.confound, case.rate, pixels].append(case)
    return [c for cell in cells.values() for c in cell[: max(round(share * len(cell)), 1)]]


def _clean() -> list[Case]:
    return [
        _case(f"clean/{rate:g}fps/{pixels:g}px/{i}", "clean", "", rate, _SECONDS, (pixels, i))
        for rate, pixels, i in product(RATES, AMPLITUDES, range(_CLEAN))
    ]


def _confounded() -> list[Case]:
    """Amplitudes of 1, 2 and 3 px: what is smaller drowns in these, as it should."""
    cells = product(CONFOUNDS, AMPLITUDES[1:], range(_CONFOUNDED // 3))
    return [
        _case(f"confound/{what}/{px:g}px/{i}", "confound", what, RATES[0], _SECONDS, (px, i))
        for what, px, i in cells
    ]


def _macro() -> list[Case]:
    return [
        _case(f"macro/{i}", "macro", "", _SLOW, _MACRO_SECONDS, (AMPLITUDES[-1], i))
        for i in range(_MACRO)
    ]


def _quiet() -> list[Case]:
    """At all rates: what flicker looks like depends on the rate."""
    return [
        _case(f"quiet/{what}/{rate:g}fps/{i}", "quiet", what, rate, _QUIET_SECONDS, None)
        for what, rate, i in product(CONFOUNDS, RATES, range(_QUIET // len(RATES)))
    ]


def _hands() -> list[Case]:
    """Each is read without the search for hands as well."""
    cases = [
        _case(f"quiet/{HAND}/{rate:g}fps/{i}", "quiet", HAND, rate, _SECONDS, None)
        for rate, i in product(RATES, range(_HANDS // len(RATES)))
    ]
    return [replace(case, ablated=True) for case in cases]


def _footage() -> list[Case]:
    """Twenty minutes."""
    return [
        _case(f"{kind}/{i}", kind, "", _SLOW, _FOOTAGE_SECONDS, None)
        for kind, i in product(("still", "talking"), range(_FOOTAGE // 2))
    ]


def _case(
    name: str,
    group: str,
    confound: str,
    rate: float,
    seconds: float,
    moving: tuple[float, int] | None,
) -> Case:
    """A case with all that is drawn for it.

    Args:
        name: of the case; what is drawn depends on nothing else.
        group: see :class:`Case`.
        confound: see :class:`Case`.
        rate: frames per second.
        seconds: length.
        moving: pixels and number in the cell; or None.
    """
    random = np.random.default_rng([_SEED, *name.encode()])
    person, seed = (int(drawn) for drawn in random.integers(2**31, size=2))
    if moving is None:
        i = int(name.rpartition("/")[2])
        ablated = group == "quiet" and not i % _ABLATED
        return Case(name, group, confound, rate, seconds, person, seed, None, ablated=ablated)
    pixels, i = moving
    onset, apex, offset = _long(random) if group == "macro" else _brief(random)
    source, unit, family = _drawn(random, i, smiles=confound != "speech")
    side = str(random.choice(SIDES))
    happening = Happening(source, unit, side, pixels, onset, apex, offset, family)
    ablated, compared = not i % _ABLATED, not i % _COMPARED
    return Case(name, group, confound, rate, seconds, person, seed, happening, ablated, compared)


def _brief(random: np.random.Generator) -> tuple[float, float, float]:
    """A micro-expression: 200 to 480 ms, the onset phase at most 240, about the clip's middle."""
    onset, whole = random.uniform(0.95, 1.15), random.uniform(0.20, 0.48)
    return onset, onset + min(random.uniform(0.3, 0.6) * whole, 0.24), onset + whole


def _long(random: np.random.Generator) -> tuple[float, float, float]:
    """A macro-expression of 0.8 to 2 s."""
    onset, whole = random.uniform(1.0, 2.0), random.uniform(0.8, 2.0)
    return onset, onset + random.uniform(0.3, 0.6) * whole, onset + whole


def _drawn(random: np.random.Generator, i: int, *, smiles: bool) -> tuple[str, str, str]:
    """Source, unit and family of the i-th case of a cell."""
    unit = str(random.choice(UNITS if smiles else _PLAIN))
    known, unknown = str(random.choice(OURS)), str(random.choice(list(HELD_OUT)))
    source = SOURCES[i % len(SOURCES)]
    if source == CURVE:
        return source, SMILE if smiles and random.random() < 0.5 else unit, unknown
    return (source, SMILE, known) if smiles and source == SMILE else (SOURCES[0], unit, known)
