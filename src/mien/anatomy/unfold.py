"""Keep a displaced mesh from folding over itself.

The mesh is finest where the skin moves most: some triangles at the corners of the mouth are a
hundredth of an IOD wide, and no smooth field spares them all. Each triangle that would turn over
is opened again by the smallest motion of its corners that does so (the area constraint of position
based dynamics, Mueller et al. 2007), until none is left. Nothing else moves.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.topology import triangles

Array = NDArray[np.float64]

_KEEP = 0.03  # share of its area that a triangle keeps
_AIM = 0.2  # share aimed at, so that rounding and neighbours do not undo it
_ROUNDS = 400


def unfolded(source: Array, target: Array, held: Sequence[int] = ()) -> Array:
    """The target with no triangle turned over that faces the viewer in the source.

    Args:
        source: shape (478, 2 or more), px; x to the right, y down.
        target: the same shape; only x and y are changed.
        held: points that do not give way.

    Returns:
        The same shape; the target itself wherever nothing folds.
    """
    before = _areas(source)
    front = before > 0.0
    opened = target.copy()
    free = np.ones(len(target), dtype=np.bool_)
    free[list(held)] = False
    for _ in range(_ROUNDS):
        after = _areas(opened)
        bad = np.flatnonzero(front & (after < _KEEP * before))
        if not len(bad):
            break
        opened[:, :2] += _steps(opened, bad, _AIM * before[bad] - after[bad], free)
    return opened


def _areas(points: Array) -> Array:
    """Twice the signed area of each triangle on the picture, px²."""
    a, b, c = (points[triangles()[:, k], :2] for k in range(3))
    ab, ac = b - a, c - a
    return np.asarray(ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0])


def _steps(
    points: Array, which: NDArray[np.int64], missing: Array, free: NDArray[np.bool_]
) -> Array:
    """Smallest motions that give some triangles the area they miss, shape (n, 2)."""
    corners = triangles()[which]
    place = points[corners, :2]
    opposite = np.roll(place, -1, axis=1) - np.roll(place, -2, axis=1)
    slope = np.stack([opposite[..., 1], -opposite[..., 0]], axis=-1) * free[corners][..., None]
    share = missing / np.maximum((slope**2).sum(axis=(1, 2)), 1e-12)
    steps, counts = np.zeros((len(points), 2)), np.zeros(len(points))
    np.add.at(steps, corners, share[:, None, None] * slope)
    np.add.at(counts, corners, 1.0)
    # Triangles that share a corner pull it together, up to nearly twice: their mean converges
    # slowly.
    return np.asarray(1.8 * steps / np.maximum(counts, 1.8)[:, None])
