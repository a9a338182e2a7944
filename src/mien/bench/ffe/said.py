"""What was said of edits, as arrays: one row for a person, NaN where nothing was said."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mien.bench.ffe.run import Verdicts
from mien.bench.ffe.witnesses import Witness

Array = NDArray[np.float64]


def said(
    found: Sequence[Verdicts], by: str, category: str, grid: Array, keys: Sequence[str]
) -> Array:
    """What somebody said of one category, shape (people, s, keys).

    Args:
        found: what was said, by portrait; those of whom the category is not wanted are left out.
        by: fingerprint of the judge or witness.
        category: that was asked for.
        grid: shape (s,), strengths.
        keys: names of what was said.
    """
    return np.array(
        [
            [[one.said[category, float(s)].get(by, {}).get(k, np.nan) for k in keys] for s in grid]
            for one in found
            if category in one.portrait.wanted
        ],
        np.float64,
    ).reshape(-1, len(grid), len(keys))


def likeness_said(
    found: Sequence[Verdicts], likeness: Witness, category: str, grid: Array
) -> Array:
    """The mean cosine of all recognisers, -1 to 1, shape (people, s); as :func:`said`."""
    cosines = said(found, likeness.fingerprint, category, grid, likeness.keys)
    return np.asarray(cosines.mean(axis=-1))
