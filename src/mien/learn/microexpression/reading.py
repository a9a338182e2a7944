"""What a reader of action units would find of motion that was made, with a reader's errors.

A reader fits fields of its own to what moves, so a unit is taken in part for others like it, and no
two readers agree how far; what it finds is noisy, drifts a little, and sometimes is not there.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.fields import fields_of
from mien.anatomy.template import template
from mien.capture.learned.grid import STEPS
from mien.core.facs import COLUMNS, MAX_INTENSITY
from mien.learn.microexpression.fields import PX
from mien.learn.microexpression.happenings import Motion

Array = NDArray[np.float64]
F32 = NDArray[np.float32]

_BLIND = 0.2  # share of windows of which nothing was read
_UNREAD = 0.05  # share of the units that one reader does not tell
_STIFF = (0.003, 0.1)  # of the fit, as a share of what the fields explain
_GAIN = 0.35  # of the logarithm, from unit to unit
_LEAKY, _LEAK = 0.3, 1.0  # share of the units of the same skin that another goes into; how far
_LEAST, _MOST = 0.004, 0.04  # standard deviation of a step, intensity
_BEAT = 0.6  # correlation of the noise from step to step
_DRIFT = 0.04  # intensity
_SMALLEST = 0.03  # IOD; no field is taken to be smaller at full intensity


def reading(random: np.random.Generator, motions: Sequence[Motion], shown: Array) -> F32:
    """Intensities against rest, as of :func:`mien.capture.learned.courses.courses`.

    Args:
        random: the chance.
        motions: what moves.
        shown: shape (STEPS, len(motions)), how much of each a step shows against rest.

    Returns:
        Shape (STEPS, len(COLUMNS)).
    """
    count = len(COLUMNS)
    if random.random() < _BLIND:
        return np.zeros((STEPS, count), np.float32)
    low, high = np.log(_STIFF)
    taken = _taken(float(np.exp(random.uniform(low, high))))
    leaks = (random.random((count, count)) < _LEAKY) * random.uniform(0.0, _LEAK, (count, count))
    taken = taken + leaks * _near()
    units = [motion.unit for motion in motions]
    moved = np.array([motion.pixels for motion in motions]) * PX / 100.0  # IOD
    full = _sizes()
    strength = MAX_INTENSITY * moved / full[units]
    found = (shown * strength) @ taken[units] if units else np.zeros((STEPS, count))
    found = found * np.exp(random.normal(0.0, _GAIN, count))
    found += _noise(random) * float(np.median(full)) / full
    found[:, random.random(count) < _UNREAD] = 0.0
    return np.asarray(found, np.float32)


def _noise(random: np.random.Generator) -> Array:
    level = float(np.exp(random.uniform(np.log(_LEAST), np.log(_MOST))))
    fresh = random.normal(0.0, level, (STEPS + 1, len(COLUMNS)))
    for at in range(1, len(fresh)):
        fresh[at] = _BEAT * fresh[at - 1] + np.sqrt(1.0 - _BEAT**2) * fresh[at]
    slope = random.exponential(_DRIFT) * random.normal(size=len(COLUMNS))
    return np.asarray(fresh[1:] + slope * np.linspace(-0.5, 1.0, STEPS)[:, None])


@cache
def _fields() -> Array:
    """What each unit does to the average face at full intensity, shape (len(COLUMNS), 478, 2)."""
    return fields_of(template())[..., :2]


@cache
def _sizes() -> Array:
    """How far each unit moves it, shape (len(COLUMNS),), IOD."""
    return np.asarray(np.maximum(np.linalg.norm(_fields(), axis=-1).max(axis=1), _SMALLEST))


@cache
def _near() -> Array:
    """How far two units move the same skin, whichever way; 0 for a unit and itself."""
    size = np.linalg.norm(_fields(), axis=-1)
    size /= np.maximum(np.linalg.norm(size, axis=1, keepdims=True), 1e-9)
    return np.asarray(size @ size.T * (1.0 - np.eye(len(COLUMNS))))


@cache
def _ways() -> tuple[Array, Array]:
    """Eigenvalues and eigenvectors of the products of the units' fields."""
    flat = _fields().reshape(len(COLUMNS), -1)
    return np.linalg.eigh(flat @ flat.T)


def _taken(stiff: float) -> Array:
    """Intensity that is found in every unit (columns) where one (rows) is at 1; none below 0.

    A ridge regression on the units' fields, whose stiffness is a share of their mean square.
    """
    values, ways = _ways()
    shares = values / (values + stiff * values.mean())
    return np.asarray(np.maximum(ways * shares @ ways.T, 0.0))
