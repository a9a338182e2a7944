"""What a moving head adds to the readings of a face, taken off.

Depths are known only roughly, so a head that turns seems to pull its own skin: as much as a
micro-expression, and in step with the turn. Expressions are not in step with it. So the part of
every reading that follows pose and its square is found by a fit that gives little weight to moments
that stand out, and is taken off.
"""

import numpy as np
from numpy.typing import NDArray

from mien.capture import filters

Array = NDArray[np.float64]

# How far a head must move until the fit is free to follow it: degrees of yaw, pitch and roll, the
# logarithm of its size, inter-ocular distances.
_FREE = np.array([2.0, 2.0, 4.0, 0.02, 0.1, 0.1])
_ROUNDS = 3
_FAR = 2.5  # standard deviations from which a moment loses weight
_FEWEST = 10  # rows per unknown


def compensated(brief: Array, pose: Array, rate: float) -> Array:
    """Readings without what follows the head, shape (n, k).

    Args:
        brief: shape (n, k), over their running median, at equal steps.
        pose: shape (n, 6), yaw, pitch, roll in degrees, x, y, scale in px.
        rate: rows per second.
    """
    follows = _features(pose, rate)
    if len(brief) < _FEWEST * follows.shape[1]:
        return brief
    weight = np.ones(len(brief))
    for _ in range(_ROUNDS):
        weighted = follows * weight[:, None]
        # One pseudo-moment per unknown keeps a head that hardly moves from explaining anything.
        left = weighted.T @ follows + weight.sum() * np.eye(follows.shape[1])
        rest = brief - follows @ np.linalg.solve(left, weighted.T @ brief)
        spread = filters.spread(rest) + 1e-9
        far = np.sqrt(((rest / spread) ** 2).mean(axis=1))
        weight = 1.0 / np.maximum(far / (_FAR * max(float(np.median(far)), 1e-9)), 1.0) ** 2
    return np.asarray(rest)


def _features(pose: Array, rate: float) -> Array:
    """Pose and its squares, brief like the readings, in units of what the fit is free to follow."""
    yaw, pitch, roll, x, y, scale = pose.T
    middle = float(np.median(scale))
    place = np.stack([yaw, pitch, roll, np.log(scale / middle), x / middle, y / middle], axis=1)
    place = (place - np.median(place, axis=0)) / _FREE
    turns = place[:, :2]
    products = [turns[:, :1] * turns, turns[:, 1:] ** 2]
    return filters.brief(np.concatenate([place, *products], axis=1), rate)
