"""How far an edit has gone towards each recipe, as mien's reader measures it from the source.

    share = units · recipe / recipe · recipe

with the action units of the edit against the source, which counts as the person at rest. It is read
from one picture, which shows less than there is, and less of one expression than of another; what
it says is a measure only beside what it says of the mesh, whose strength 1 is the recipe.
"""

from functools import lru_cache

import numpy as np

from mien.anatomy.model import FaceModel
from mien.bench.ffe.cases import TWELVE
from mien.bench.ffe.witnesses import Said, Shown, Witness
from mien.core import facs
from mien.core.recipe import recipes
from mien.edit.portrait import neutral_model, portrait
from mien.judge.seal import code_seal

READING = "reading"
# What its answers rest on.
_CODE = ("core", "anatomy", "landmark", "edit/portrait.py", "bench/ffe/reading.py")


def reading() -> Witness:
    """The witness that measures action units against the source."""
    return Witness(READING, code_seal(*_CODE), _read, TWELVE)


def _read(source: Shown, edit: Shown) -> Said:
    if source.face is None or edit.face is None:
        return {}
    seen = np.nan_to_num(portrait(edit.face, _at_rest(source)).visible_aus)
    goals = {name: facs.vector(recipes()[name].aus) for name in TWELVE}
    return {name: float(seen @ goal / (goal @ goal)) for name, goal in goals.items()}


@lru_cache(maxsize=1)
def _at_rest(source: Shown) -> FaceModel | None:
    return neutral_model(source.image)
