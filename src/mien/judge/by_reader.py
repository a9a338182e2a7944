"""Twelve categories by mien's own reader: how far a face has gone towards each recipe.

    score = 2/3 * share of the recipe's length that the face has gone along it
                * share of what the face shows, in squares, that lies along it

so strength 1 of a recipe on a face at rest scores 2/3, and strength 1.5 scores 1. The second share
keeps a small recipe (anxious) from claiming the whole of a large one beside it (fear). The reader
and the mesh editor are one model read in two directions: on that editor this judge is no witness.
"""

import numpy as np
from numpy.typing import NDArray

from mien.core import facs
from mien.core.expression import MAX_STRENGTH
from mien.core.recipe import recipes
from mien.edit.portrait import faces_of, portrait
from mien.judge.judge import Image, Judge
from mien.judge.seal import code_seal

# What its answers rest on.
_CODE = ("core", "anatomy", "landmark", "edit/portrait.py", "judge/by_reader.py")

_WHOLE = 1.0 / MAX_STRENGTH  # its score of a whole recipe on a face at rest


def reader_judge() -> Judge:
    """The judge that measures action units, the face at rest being estimated."""
    named = {name: recipe for name, recipe in recipes().items() if recipe.aus}
    goals = {name: facs.vector(recipe.aus) for name, recipe in named.items()}

    def scores(image: Image) -> dict[str, float]:
        seen = portrait(faces_of(image, "the judged picture")[0]).visible_aus
        return {name: _towards(np.nan_to_num(seen), goal) for name, goal in goals.items()}

    return Judge("reader", code_seal(*_CODE), tuple(goals), scores, kin="mesh")


def _towards(seen: NDArray[np.float64], goal: NDArray[np.float64]) -> float:
    """Of intensities, shape (len(COLUMNS),), 0 to 5 each."""
    length, size = float(np.linalg.norm(seen)), float(np.linalg.norm(goal))
    if length == 0.0:
        return 0.0
    cosine = max(float(seen @ goal) / (length * size), 0.0)
    return min(_WHOLE * length * cosine / size * cosine**2, 1.0)
