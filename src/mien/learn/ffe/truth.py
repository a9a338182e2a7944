"""Scores without a judge, where the generator is exact: what was asked, and what looks like it.

The categories that were asked for get their strength. Any other gets what the intensities on the
face amount to of it: the share of the recipe's length that the face has gone along it, times the
share of what the face shows, in squares, that lies along it. Annotators are that and chance.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.core import facs
from mien.core.errors import InputError
from mien.core.recipe import recipes
from mien.learn.ffe.row import CATEGORIES, Target

Array = NDArray[np.float64]

_GOALS = {name: facs.vector(recipes()[name].aus) for name in CATEGORIES}


@dataclass(frozen=True)
class Annotators:
    """Several people who score as well as people do.

    Attributes:
        count: how many.
        noise: standard deviation of a score.
        seed: of their chance.

    Raises:
        InputError: no annotator, or a noise that is none.
    """

    count: int = 3
    noise: float = 0.05
    seed: int = 0

    def __post_init__(self) -> None:
        if self.count < 1 or not 0.0 <= self.noise <= 1.0:
            raise InputError("give 1 annotator or more, and a noise from 0 to 1")

    @property
    def name(self) -> str:
        """As rows have it."""
        return f"truth with {self.count} x noise {self.noise:g}" if self.noise else "truth"


def exact(target: Target) -> Array:
    """Scores in the order of the categories, shape (12,), 0 to 1.

    Raises:
        InputError: the target does not say what was asked for and drawn.
    """
    if not target.asked or not target.aus:
        raise InputError(
            f"{target.picture.image}: its row does not say what was drawn: ask a judge instead"
        )
    seen = facs.vector(target.aus)
    return np.array(
        [
            min(target.asked[name], 1.0) if name in target.asked else _towards(seen, goal)
            for name, goal in _GOALS.items()
        ]
    )


def annotated(target: Target, who: Annotators) -> Array:
    """What each annotator says, shape (count, 12), 0 to 1.

    It depends on the target and the seed alone.

    Raises:
        InputError: as :func:`exact`.
    """
    own = hashlib.sha256(target.picture.image.encode()).digest()[:8]
    chance = np.random.default_rng((who.seed, int.from_bytes(own, "big")))
    noise = chance.normal(0.0, 1.0, (who.count, len(CATEGORIES)))
    return np.asarray(np.clip(exact(target) + who.noise * noise, 0.0, 1.0))


def _towards(seen: Array, goal: Array) -> float:
    length, size = float(np.linalg.norm(seen)), float(np.linalg.norm(goal))
    if length == 0.0:
        return 0.0
    cosine = max(float(seen @ goal) / (length * size), 0.0)
    return min(length * cosine / size * cosine**2, 1.0)
