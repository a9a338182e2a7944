"""The parting of the lips, which action units explain only in part.

A grin parts the lips further at the sides than AU25 does. What is left over belongs to the
expression, not to the person: at rest lips meet.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.template import distances
from mien.anatomy.topology import LOWER_LIP_INNER, UPPER_LIP_INNER

_UPPER, _LOWER = list(UPPER_LIP_INNER), list(LOWER_LIP_INNER)
_UPPER_SHARE = 0.4  # how much of the way the upper lip comes; the lower one and the chin are freer
_ALONG = 0.06  # IOD; how far along the lip neighbours are blended
_REACH = 0.35  # IOD; how far the skin follows a lip


def partings(mesh: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far the lips are apart, shape (11,), IOD, from the subject's right corner to the left.

    Args:
        mesh: shape (478, 3), IOD, head's frame.
    """
    return np.asarray(mesh[_UPPER, 1] - mesh[_LOWER, 1])


def closing(parted: NDArray[np.float64]) -> NDArray[np.float64]:
    """What brings parted lips together, and the skin with them, shape (478, 3), IOD.

    Args:
        parted: shape (11,), IOD, as from :func:`partings`; nothing moves where it is negative.
    """
    shift = np.zeros((len(distances()), 3))
    shift[:, 1] = _followers() @ np.maximum(parted, 0.0)
    return shift


def touching(neutral: NDArray[np.float64], moved: NDArray[np.float64]) -> NDArray[np.float64]:
    """What keeps the lips of a moved face from passing through each other, shape (478, 3), IOD.

    Args:
        neutral: shape (478, 3), IOD; lips that overlap here already may do so as far.
        moved: shape (478, 3), IOD.
    """
    overlap = np.minimum(partings(moved) - np.minimum(partings(neutral), 0.0), 0.0)
    shift = np.zeros_like(moved)
    shift[:, 1] = _followers() @ overlap
    return shift


def closed(mesh: NDArray[np.float64]) -> NDArray[np.float64]:
    """A mesh, shape (478, 3), IOD, head's frame, with its lips together."""
    return np.asarray(mesh + closing(partings(mesh)))


@cache
def _followers() -> NDArray[np.float64]:
    """How much each point rises when the lips close, per IOD of each parting, shape (478, 11)."""
    upper, lower = distances()[:, _UPPER], distances()[:, _LOWER]
    # The corners belong to both lips: the points between them tell which one is near.
    below = lower[:, 1:-1].min(axis=1) < upper[:, 1:-1].min(axis=1)
    near = np.where(below[:, None], lower, upper)
    finite = np.where(np.isfinite(near), near, 1e3)
    weight = np.exp(-((finite - finite.min(axis=1, keepdims=True)) ** 2) / _ALONG**2)
    weight /= weight.sum(axis=1, keepdims=True)
    weight *= (1.0 + np.cos(np.pi * np.minimum(finite.min(axis=1) / _REACH, 1.0)))[:, None] / 2.0
    rise = np.where(below, 1.0 - _UPPER_SHARE, -_UPPER_SHARE)[:, None] * weight
    rise[_UPPER], rise[_LOWER] = (
        -_UPPER_SHARE * np.eye(len(_UPPER)),
        (1.0 - _UPPER_SHARE) * np.eye(len(_LOWER)),
    )
    return np.asarray(rise)
