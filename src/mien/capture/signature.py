"""Which action units make up one movement of the skin.

The units pull overlapping skin, so least squares shares one movement among many. Here the units are
taken one after the other, each time the one (or the pair, or what often goes with it) that explains
most of what is left, until little is: matching pursuit (Mallat & Zhang, IEEE Trans. Signal
Processing 1993) with non-negative sizes. What was taken first keeps its size.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from mien.anatomy.inverse import RARITY, Prepared
from mien.anatomy.topology import N_SKIN
from mien.capture.clutter import NAMES, SPOTTED, wander
from mien.capture.matched import patterns
from mien.core.facs import EXCLUSIVE

Array = NDArray[np.float64]

_ROUGH = 0.12  # share of the farthest movement by which a real face strays from its model
_EVEN = 0.1  # share of the largest size of a pattern that its other units must have
_USUAL = 0.3  # share of the farthest movement that any part of the skin may go
_OPPOSED = [*EXCLUSIVE, *((other, one) for one, other in EXCLUSIVE)]
_GAIN = 0.1  # share of the movement that one more unit must explain
_MOST = 6  # units
# Brief ones are rarer still beside AU12, whose skin they pull: 75 and hardly any in 2,031 clips of
# real micro-expressions, where AU12 is in 176 (CD6ME).
_RARITY = {**RARITY, "AU10": 2.0, "AU16": 6.0}
_RARE = 0.6  # power of the rarity that a unit's gain is divided by
_PLAIN = 0.15  # power of the number of units that is, too


def field_of(prepared: Prepared, movement: Array) -> Array:
    """How a movement displaces the skin, shape (478, 3), IOD.

    Args:
        prepared: the face.
        movement: shape (columns,), in intensities of :data:`mien.capture.clutter.NAMES`.
    """
    return np.asarray(np.tensordot(movement, prepared.columns[SPOTTED], axes=1))


def farthest(field: Array) -> float:
    """How far the skin moves where it moves most, IOD, of a field (478, 3)."""
    return float(np.sqrt((field[:N_SKIN, :2] ** 2).sum(axis=1).max()))


def strayed(covariance: Array, far: float) -> Array:
    """The background of a movement: what the face does anyway, and how models and codecs stray.

    Args:
        covariance: shape (columns, columns), of the background.
        far: IOD; how far the movement moves the skin where it moves it most.
    """
    return np.asarray(covariance + wander(_ROUGH * far))


def believed(movement: Array, covariance: Array, far: float) -> Array:
    """A movement less what the background may explain of it, shape (columns,): a Wiener filter.

    Args:
        movement: shape (columns,).
        covariance: shape (columns, columns), of the background.
        far: IOD; how far the movement moves the skin where it moves it most.
    """
    likely = wander(_USUAL * far)
    return np.asarray(likely @ np.linalg.solve(likely + covariance, movement))


def action_units_of(movement: Array, covariance: Array) -> dict[str, float]:
    """Action units of a movement and their size in intensities, in the order of the table.

    Args:
        movement: shape (columns,).
        covariance: shape (columns, columns), of :func:`strayed`.
    """
    root = np.linalg.inv(np.linalg.cholesky(covariance))
    rest = root @ movement
    whole = float(rest @ rest)
    found: dict[str, float] = {}
    while len(found) < _MOST:
        gain, columns, sizes = max(_explanations(root, rest, set(found)), key=lambda one: one[0])
        if gain <= (_GAIN * whole if found else 0.0):
            break
        for at, size in zip(columns, sizes, strict=True):
            found[NAMES[at]] = found.get(NAMES[at], 0.0) + float(size)
        rest = rest - root[:, columns] @ sizes
    return {name: found[name] for name in NAMES if name in found}


def _explanations(
    root: Array, rest: Array, found: set[str]
) -> list[tuple[float, list[int], Array]]:
    """What each pattern would explain of the rest: its gain, its columns, their sizes.

    Patterns that a face cannot show beside what was found explain nothing.
    """
    whole = float(rest @ rest)
    options = []
    for names in patterns()[0]:
        if any(one in names and other in found for one, other in _OPPOSED):
            continue
        columns = [NAMES.index(name) for name in names]
        sizes, left = nnls(root[:, columns], rest)
        if sizes.min() <= _EVEN * sizes.max():
            options.append((0.0, columns, sizes))
            continue
        rare = max(_RARITY.get(name[:4], 1.0) for name in names)
        gain = (whole - left**2) / (rare**_RARE * len(columns) ** _PLAIN)
        options.append((gain, columns, sizes))
    return options
