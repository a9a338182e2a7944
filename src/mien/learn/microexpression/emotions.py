"""Emotions by the three classes in which all sets are compared (MEGC 2019).

Some sets say no more of a clip than that it is negative: then nothing says which emotion it is, but
the chances of all negative ones are to add up to 1.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from mien.capture.learned.labels import EMOTIONS

Array = NDArray[np.float64]
F32 = NDArray[np.float32]

THREE: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "negative": frozenset(("sadness", "fear", "anger", "disgust", "contempt")),
        "positive": frozenset(("happiness",)),
        "surprise": frozenset(("surprise",)),
    }
)
"""Others are in none of them."""
NEGATIVE = len(EMOTIONS)
"""The number of an emotion that is negative, not said which."""


@cache
def shares() -> F32:
    """What each number of an emotion says, shape (len(EMOTIONS) + 1, len(EMOTIONS)).

    :data:`NEGATIVE` is shared out evenly among the negative ones.
    """
    open_ = np.array([[name in THREE["negative"] for name in EMOTIONS]], np.float32)
    return np.vstack([np.eye(len(EMOTIONS), dtype=np.float32), open_ / open_.sum()])


def three_of(chances: Array) -> list[str]:
    """The likeliest of the three classes.

    Args:
        chances: shape (n, len(EMOTIONS)), probabilities.
    """
    names = tuple(THREE)
    inside = np.array([[one in THREE[name] for name in names] for one in EMOTIONS], np.float64)
    return [names[at] for at in (chances @ inside).argmax(axis=1)]
