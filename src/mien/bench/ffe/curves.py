"""What the strengths of an editor draw, as mien's reader sees it: curves to calibrate a slider.

    gone(a)  = reading(a) - reading(0)                    for each person
    curve(a) = median of gone(a) / median of the mesh's gone(1), made to rise

so 1 is as far as the mesh goes at strength 1, whatever the editor calls it: the reader sees less of
an expression than there is, of both alike. An edit that leaves no face has no expression and no
likeness.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mien.bench.ffe.cases import TWELVE
from mien.bench.ffe.run import Verdicts
from mien.bench.ffe.said import likeness_said, said
from mien.bench.ffe.witnesses import Witness
from mien.edit.strengths import Curve, Strengths

Array = NDArray[np.float64]

_RISE = 0.02  # of the recipe, of a step of the grid: less is no more expression
_READ = 0.05  # share of the recipe; where less is seen of the mesh's, the rest is chance
_ALIKE = 0.5  # cosine: below it the authors of FFE-Bench see another person


def measured_strengths(
    found: Sequence[Verdicts],
    mesh: Sequence[Verdicts],
    reading: Witness,
    likeness: Witness,
    strengths: Sequence[float],
    made_with: Mapping[str, object],
) -> Strengths | None:
    """A curve for each of the twelve that was asked of everybody and can be read.

    People on whose portrait the reader sees no face are left out.

    Args:
        found: what was said, by portrait.
        mesh: what was said of the mesh's edits of the same portraits, at 0 and 1.
        reading: of :func:`mien.bench.ffe.reading.reading`.
        likeness: the witness of identity.
        strengths: the grid, rising from 0.
        made_with: what drew the pictures.

    Returns:
        None where nobody's face was read, or nothing was asked of everybody.
    """
    grid = np.asarray(strengths, np.float64)
    shared = [name for name in TWELVE if all(name in one.portrait.wanted for one in found)]
    edits = {name: said(found, reading.fingerprint, name, grid, (name,))[..., 0] for name in shared}
    if not edits:
        return None
    read = np.all([np.isfinite(rows[:, 0]) for rows in edits.values()], axis=0)
    if not read.any():
        return None
    curves = {}
    for name, rows in edits.items():
        ends = said(mesh, reading.fingerprint, name, np.array([0.0, 1.0]), (name,))[read, :, 0]
        whole = float(np.median(gone(ends)[:, 1]))
        if whole > _READ:
            alike = np.nan_to_num(likeness_said(found, likeness, name, grid)[read])
            curves[name] = curve_of(grid, gone(rows[read]) / whole, alike)
    return Strengths(curves, made_with, int(read.sum()))


def gone(readings: Array) -> Array:
    """How far every person has gone from strength 0.

    Args:
        readings: shape (people, s); NaN where the reader saw no face, which counts as not at all.
    """
    return np.nan_to_num(readings - readings[:, :1])


def curve_of(grid: Array, shares: Array, alike: Array) -> Curve:
    """The curve of one expression.

    Its limit is the last strength of the grid at which it still rises, by 0.02 or more from the
    one before, and up to which the median likeness stays at 0.5 or above; 0 where there is none.

    Args:
        grid: shape (s,), rising from 0.
        shares: shape (people, s), of the recipe.
        alike: shape (people, s), likeness, -1 to 1.
    """
    measured = rising(np.maximum(np.median(shares, axis=0), 0.0))
    rises = np.flatnonzero(np.diff(measured) >= _RISE) + 1
    others = np.flatnonzero(np.median(alike, axis=0) < _ALIKE)
    last = min(rises.max(initial=0), others.min(initial=len(grid)) - 1)
    return Curve(tuple(grid.tolist()), tuple(measured.round(4).tolist()), float(grid[max(last, 0)]))


def rising(values: Array) -> Array:
    """The nearest values, in least squares, that never fall, by pooling adjacent violators.

    Args:
        values: shape (n,).
    """
    pools: list[tuple[float, int]] = []  # mean, how many
    for value in values.tolist():
        mean, count = value, 1
        while pools and pools[-1][0] > mean:
            before, many = pools.pop()
            mean, count = (before * many + mean * count) / (many + count), many + count
        pools.append((mean, count))
    means, counts = zip(*pools, strict=True)
    return np.repeat(np.array(means, np.float64), counts)
