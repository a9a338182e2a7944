"""Lips and jaw of somebody who talks: syllables and pauses, and nothing that is an expression.

Syllables follow one another three to six times a second (Greenberg, Speech Communication 1999;
Chandrasekaran et al., PLoS Comput. Biol. 2009, for the movement of the mouth).
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mien.core import facs
from mien.core.errors import InputError

Array = NDArray[np.float64]

# Shapes of the mouth at the middle of a syllable, by their vowels.
_SHAPES = tuple(
    facs.vector(shape)
    for shape in (
        {"AU25": 1.4, "AU26": 1.3, "AU16": 0.5},  # a
        {"AU25": 1.2, "AU26": 0.8, "AU20": 0.7},  # e
        {"AU25": 0.9, "AU20": 1.1, "AU10": 0.4},  # i
        {"AU25": 1.2, "AU26": 1.0, "AU18": 0.9},  # o
        {"AU25": 0.8, "AU18": 1.4, "AU22": 0.8},  # u
        {"AU25": 0.6, "AU16": 0.7, "AU10": 0.4},  # f, v
    )
)
_SYLLABLE = (1 / 6, 1 / 3)  # seconds
_PHRASE = (4, 13)  # syllables
_PAUSE = (0.25, 0.8)  # seconds
_BLOCK = 60.0  # seconds of a talk that are thought out at a time


@dataclass(frozen=True)
class Speech:
    """Somebody talks.

    Attributes:
        start: seconds, of the first syllable.
        end: seconds.
        size: how lively, 1 is usual.
        seed: of the words.

    Raises:
        InputError: a talk that cannot be.
    """

    start: float = 0.0
    end: float = np.inf
    size: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not (0.0 <= self.start < self.end and 0.0 < self.size <= 1.8):
            raise InputError("a talk has a start before its end, and a size above 0 up to 1.8")

    def aus(self, time: Array) -> Array:
        """Change of intensity, shape (n, len(COLUMNS)), at seconds of shape (n,)."""
        last = float(time.max(initial=0.0))
        syllables = _syllables(self, _BLOCK * (1 + int(last // _BLOCK)))
        start, long, strength, shape = syllables
        now = np.searchsorted(start, time, side="right") - 1
        share = (time - start[now]) / long[now]
        spoken = (now >= 0) & (share < 1.0)
        opened = np.where(spoken, strength[now] * np.sin(np.pi * share) ** 2, 0.0)
        return np.asarray(opened[:, None] * shape[now])


@lru_cache(maxsize=64)
def _syllables(speech: Speech, until: float) -> tuple[Array, Array, Array, Array]:
    """Start, length, strength and shape of the mouth of each syllable, the first ones of a talk.

    Args:
        speech: the talk.
        until: seconds up to which all are listed; a longer list begins with a shorter one.
    """
    random = np.random.default_rng((speech.seed, 0x5A1D))
    found: list[tuple[float, float, float, int]] = [(speech.start, 1.0, 0.0, 0)]
    at, end = speech.start, min(speech.end, until)
    while at < end:
        for _ in range(int(random.integers(*_PHRASE))):
            long = float(random.uniform(*_SYLLABLE))
            shape = int(random.integers(len(_SHAPES)))
            strength = speech.size * float(random.uniform(0.6, 1.1))
            if at + long <= speech.end:
                found.append((at, long, strength, shape))
            at += long
        at += float(random.uniform(*_PAUSE))
    start, longs, strengths, shapes = zip(*found, strict=True)
    return np.array(start), np.array(longs), np.array(strengths), np.stack(_SHAPES)[list(shapes)]
