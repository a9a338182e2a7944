"""How clearly each known movement stands out of the background, moment by moment.

The adaptive matched filter of radar (Robey et al., IEEE Trans. AES 1992): readings are compared
with a pattern after the directions in which this clip wanders anyway have been weighed down, so
that a brow is seen while the mouth talks, and a lip corner, too, as far as talking leaves it still.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from mien.capture.clutter import NAMES
from mien.core.facs import ACTION_UNITS

Array = NDArray[np.float64]

# What often moves together (prototypes of Ekman, Friesen & Hager, 2002).
_TOGETHER = (("AU01", "AU02"), ("AU04", "AU07"), ("AU06", "AU12"), ("AU09", "AU10"))


@cache
def patterns() -> tuple[tuple[tuple[str, ...], ...], Array]:
    """The movements that are looked for.

    Returns:
        Their columns, and their directions, shape (patterns, columns).
    """
    named: list[tuple[str, ...]] = [(name,) for name in NAMES]
    sided = {u.code: u.columns for u in ACTION_UNITS if u.columns[-1] in NAMES and u.sided}
    named += list(sided.values())
    for codes in _TOGETHER:
        pairs = [sided[code] for code in codes]
        named += [tuple(pair[side] for pair in pairs) for side in range(2)]
        named.append(tuple(column for pair in pairs for column in pair))
    directions = np.zeros((len(named), len(NAMES)))
    for row, names in enumerate(named):
        directions[row, [NAMES.index(name) for name in names]] = 1.0
    return tuple(named), directions


def scores(values: Array, covariance: Array) -> Array:
    """Height of each pattern in standard deviations of the background, shape (n, patterns).

    Args:
        values: shape (n, columns), over their baseline.
        covariance: shape (columns, columns), of the background.
    """
    _, directions = patterns()
    whitened = np.linalg.solve(covariance, directions.T)
    return np.asarray(values @ whitened / np.sqrt((directions.T * whitened).sum(axis=0)))
