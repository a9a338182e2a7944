"""What moves on a face when nothing happens: grain, compression, a restless head, speech.

Every clip has directions in which its readings wander: two action units that pull the same skin
trade places, a talking mouth moves all the time. They are described by one covariance, estimated
from the calmer part of the clip, so that a rare movement is no part of its own background.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.fields import fields_of
from mien.anatomy.inverse import FREE
from mien.anatomy.template import template
from mien.anatomy.topology import N_SKIN
from mien.capture import filters
from mien.core.facs import COLUMNS, MAX_INTENSITY, REGION

Array = NDArray[np.float64]

# Places in FREE of what is looked at: the gaze is no expression.
SPOTTED = [at for at, column in enumerate(FREE) if REGION[COLUMNS[column]] != "gaze"]
NAMES = [COLUMNS[FREE[at]] for at in SPOTTED]
LIDS = [NAMES.index(name) for name in ("AU43L", "AU43R")]

_CALM = 0.7  # share of the rows that is taken for background
_ROUNDS = 4
_SHRINK = 0.3  # share of the covariances between units that is not believed
_FINEST = 0.0003  # IOD; no face is known to hold stiller than this


def background(values: Array) -> Array:
    """Covariance of rows in which mostly nothing happens, shape (k, k).

    Concentration steps as for the minimum covariance determinant (Rousseeuw & van Driessen,
    Technometrics 1999), shrunk towards the diagonal, plus what no camera can hold still.

    Args:
        values: shape (n, k), centred on zero; columns :data:`NAMES`.
    """
    count, columns = values.shape
    spread = filters.spread(values) + 1e-9
    distance = ((values / spread) ** 2).sum(axis=1)
    floor = wander(_FINEST)
    for _ in range(_ROUNDS):
        calm = values[np.argsort(distance)[: max(int(_CALM * count), 3)]]
        found = calm.T @ calm / len(calm)
        found = (1.0 - _SHRINK) * found + _SHRINK * np.diag(np.diag(found))
        whitened = np.linalg.solve(np.linalg.cholesky(found + floor), values.T)
        distance = (whitened**2).sum(axis=0)
    return np.asarray(found * max(float(np.median(distance)) / columns, 1.0) + floor)


def wander(far: float) -> Array:
    """Covariance of readings that are off by so much everywhere on the skin, shape (k, k).

    Args:
        far: IOD.
    """
    return np.asarray(far**2 * _anywhere())


@cache
def _anywhere() -> Array:
    """:func:`wander` at 1 IOD."""
    gram = _fields().reshape(len(NAMES), -1)
    gram = gram @ gram.T
    ridge = 1e-4 * np.trace(gram) / len(gram) * np.eye(len(gram))
    return np.asarray(np.linalg.inv(gram + ridge) + np.diag(reach() ** -2.0))


@cache
def reach() -> Array:
    """How far each unit moves the point it moves most, shape (k,), IOD per unit of intensity."""
    return np.asarray(np.sqrt((_fields() ** 2).sum(axis=2).max(axis=1)))


def _fields() -> Array:
    """What one unit of intensity does to the average face, shape (k, 468, 2), IOD."""
    columns = [FREE[at] for at in SPOTTED]
    return fields_of(template())[columns][:, :N_SKIN, :2] / MAX_INTENSITY
