"""Which two expressions everybody is turned into, and how exactly: pairs of targets by chance.

A model learns to tell look-alikes apart only from look-alikes. So many pairs are of two categories
that are taken for one another, and their recipes are brought closer: every unit that both name goes
a part of the way to the other's intensity, and some of those that only one names, such as a little
of the wrinkled nose of disgust on an angry face. Never half of the way or more, so that each target
stays nearer to its own recipe than to the other's, unit by unit, before the jitter of all units.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from mien.core import facs
from mien.core.errors import InputError
from mien.core.recipe import recipes
from mien.learn.ffe.row import CATEGORIES

Array = NDArray[np.float64]

TWINS = (("fear", "surprised"), ("angry", "disgust"))  # those that the paper names

# Pulls at one part of the mouth that no face shows together, beside the exclusive pairs of FACS.
_OPPOSED = (
    ("AU12", "AU15"), ("AU18", "AU20"), ("AU22", "AU24"), ("AU24", "AU26"), ("AU24", "AU27"),
    ("AU25", "AU28"),
)  # fmt: skip
_CLEAR = 1.0  # intensity from which two of them contradict each other; less is a trace
_TRIES = 100
# Of each column the number of its unit.
_UNIT = np.repeat(np.arange(len(facs.ACTION_UNITS)), [len(u.columns) for u in facs.ACTION_UNITS])


@dataclass(frozen=True)
class Composition:
    """How targets are chosen.

    Attributes:
        pairs: of each portrait.
        confusable: share of the pairs that are of look-alikes, 0 to 1.
        overlap: how far look-alikes go towards each other at most, 0 (not) to 1 (half of the way).
        jitter: standard deviation of the logarithm of a unit's intensity.
        blends: share of the targets into which a third category is mixed, 0 to 1.
        one_sided: share of the targets of which one half of the face stays at rest, 0 to 1.
        strengths: least and largest strength, 0 to 1.5; any between is as likely.
        twins: pairs of categories that are taken for one another.
        categories: that may be asked for, at least two; for blends three.

    Raises:
        InputError: a value that is none.
    """

    pairs: int = 6
    confusable: float = 0.5
    overlap: float = 1.0
    jitter: float = 0.2
    blends: float = 0.0
    one_sided: float = 0.0
    strengths: tuple[float, float] = (0.2, 1.0)
    twins: tuple[tuple[str, str], ...] = TWINS
    categories: tuple[str, ...] = CATEGORIES

    def __post_init__(self) -> None:
        for name in ("confusable", "overlap", "blends", "one_sided"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise InputError(f"{name} {getattr(self, name):g}: is a share from 0 to 1")
        low, high = self.strengths
        if not 0.0 < low <= high <= 1.5:
            raise InputError(f"strengths {low:g},{high:g}: give two rising ones, up to 1.5")
        if self.pairs < 1 or not 0.0 <= self.jitter <= 1.0:
            raise InputError("give 1 pair or more of each portrait, and a jitter from 0 to 1")
        if len({*self.categories} & {*CATEGORIES}) < 2:
            raise InputError("two categories or more are needed to make a pair")
        if self.blends and len({*self.categories}) < 3:
            raise InputError("blends are with a third category, and there are two: leave them out")

    @property
    def likely(self) -> tuple[tuple[str, str], ...]:
        """The look-alikes among the categories."""
        return tuple(pair for pair in self.twins if {*pair} <= {*self.categories})


@dataclass(frozen=True)
class Wanted:
    """One target.

    Attributes:
        category: that it shows most.
        asked: category to strength, of a blend two.
        aus: column to intensity at strength 1, 0 to 5, those above 0.
        strength: of the whole.
    """

    category: str
    asked: Mapping[str, float]
    aus: Mapping[str, float]
    strength: float


def compose(name: str, how: Composition, seed: int = 0) -> list[tuple[Wanted, Wanted]]:
    """The pairs of targets of a portrait; they depend on nothing but the arguments.

    More pairs begin with the same ones, and no other portrait has a part in it.

    Args:
        name: of the portrait.
        how: they are chosen.
        seed: of the chance.
    """
    own = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    return [_pair(how, np.random.default_rng((seed, own, i))) for i in range(how.pairs)]


def impossible(aus: Array) -> bool:
    """Whether units contradict each other: two opposite pulls at one part, both clear.

    Args:
        aus: shape (len(COLUMNS),), 0 to 5.
    """
    pairs = [*facs.EXCLUSIVE]
    for one, other in _OPPOSED:
        sides = facs.expand(one), facs.expand(other)
        both = len(sides[0]) == len(sides[1])
        pairs += zip(*sides, strict=True) if both else [(a, b) for a in sides[0] for b in sides[1]]
    clear = {column for column, value in facs.to_dict(aus).items() if value >= _CLEAR}
    return any(clear.issuperset(pair) for pair in pairs)


def closer(own: Array, other: Array, overlap: float, chance: Generator) -> Array:
    """A recipe that has gone towards another one, less than half of the way in each unit.

    Args:
        own: shape (len(COLUMNS),), 0 to 5.
        other: the same shape.
        overlap: 0 stays, 1 goes up to half of the way.
        chance: how far it goes, and which of the units go that only one of them names.
    """
    far = 0.5 * overlap * chance.uniform(0.0, 1.0)
    both = (own > 0) & (other > 0)
    some = (chance.uniform(size=len(facs.ACTION_UNITS)) < 0.5)[_UNIT]
    return own + far * (other - own) * (both | some)


def _pair(how: Composition, chance: Generator) -> tuple[Wanted, Wanted]:
    likely = how.likely
    pairs: Sequence[tuple[str, str]] = [*permutations(how.categories, 2)]
    alike = bool(likely) and chance.uniform() < how.confusable
    first, second = (likely if alike else pairs)[chance.integers(len(likely if alike else pairs))]
    if alike and chance.uniform() < 0.5:
        first, second = second, first
    return _wanted(first, second, alike, how, chance), _wanted(second, first, alike, how, chance)


def _wanted(category: str, other: str, alike: bool, how: Composition, chance: Generator) -> Wanted:
    strength = round(float(chance.uniform(*how.strengths)), 3)
    for _ in range(_TRIES):
        aus, shares = _recipe(category), {category: 1.0}
        if alike:
            aus = closer(aus, _recipe(other), how.overlap, chance)
        if chance.uniform() < how.blends:
            mixed = chance.choice([one for one in how.categories if one not in (category, other)])
            part = round(float(chance.uniform(0.2, 0.4)), 3)
            aus = (1 - part) * aus + part * _recipe(str(mixed))
            shares = {category: 1 - part, str(mixed): part}
        if chance.uniform() < how.one_sided:
            aus = _one_side(aus, str(chance.choice(["L", "R"])))
        aus = _jittered(aus, how.jitter, chance)
        if not impossible(max(strength, 1.0) * aus):
            break
    else:
        aus, shares = _recipe(category), {category: 1.0}
    asked = {name: round(share * strength, 3) for name, share in shares.items()}
    named = {c: round(value, 3) for c, value in facs.to_dict(aus).items() if value >= 0.001}
    return Wanted(category, asked, named, strength)


def _recipe(category: str) -> Array:
    return facs.vector(recipes()[category].aus)


def _jittered(aus: Array, size: float, chance: Generator) -> Array:
    """Each unit stronger or weaker, its sides a quarter as much apart; nothing new moves."""
    whole = chance.normal(0.0, size, len(facs.ACTION_UNITS))[_UNIT]
    sides = chance.normal(0.0, size / 4, len(facs.COLUMNS))
    return np.asarray(np.minimum(aus * np.exp(whole + sides), facs.MAX_INTENSITY))


def _one_side(aus: Array, side: str) -> Array:
    """The other side at rest; what is on that one alone is mirrored."""
    kept = aus.copy()
    for unit in facs.ACTION_UNITS:
        if unit.sided:
            left, right = (facs.INDEX[column] for column in unit.columns)
            stays, goes = (left, right) if side == "L" else (right, left)
            kept[stays], kept[goes] = max(aus[left], aus[right]), 0.0
    return kept
