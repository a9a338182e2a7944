"""Fit the pulls of the muscle table to measured shapes; the sites and reaches stay.

Two kinds of measurement: sculpted shapes of single action units (ICT-FaceKit), and pairs of
pictures of one person, neutral and smiling, whose mixture of action units is not known. The
mixture and the pulls are found in turn, each by least squares; the shapes hold every action unit
to its meaning, the people correct what a sculptor could not know.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from mien.anatomy import topology
from mien.anatomy.fields import Pull, basis, reflect
from mien.anatomy.head import brought_over
from mien.anatomy.template import template
from mien.anatomy.topology import N_SKIN
from mien.core.facs import COLUMNS

Array = NDArray[np.float64]

# What single action units of real smiles are made of, by the fit that is judged.
SMILE_COLUMNS = ("AU06L", "AU06R", "AU10L", "AU10R", "AU12L", "AU12R", "AU25", "AU27")
# The people may bend the shapes of these; the others keep close to the sculptor's.
_SMILE = ("AU06", "AU10", "AU12", "AU25")
_HOLD_SMILE, _HOLD = 0.01, 0.03
_HOLD_FIRMLY = {"AU27": 0.3, "AU18": 0.09, "AU22": 0.09}
_HOLD_FORM = 0.3  # share of that for units without a sculpted shape, which keep to their form
# Intensity 5 in sculpted shapes at weight 1, where that is not 1: CANDIDE-3 lowers the brow by
# 0.19 IOD, ICT's browDown by a third of that.
ANCHOR = {"AU04": 1.8}
_DEPTH = 0.6  # weight of z: the people say nothing about it
_LIPS = 1.5  # weight of the lips, where a millimetre shows
_RIDGE = 0.02


@dataclass(frozen=True)
class Shape:
    """A sculpted action unit.

    Attributes:
        neutral: shape (478, 3), IOD, head's frame.
        displacement: shape (478, 3), IOD, at intensity 5, of the left side where it has sides.
    """

    neutral: Array
    displacement: Array


@dataclass(frozen=True)
class Pair:
    """One person neutral and smiling, aligned on still points.

    Attributes:
        neutral: shape (478, 3), IOD, x to the subject's left, y up, z out.
        displacement: shape (468, 2), IOD, neutral to smile.
        depth: shape (468,), IOD, of the neutral face, zero in the mean of the still points.
    """

    neutral: Array
    displacement: Array
    depth: Array


def pair_of(neutral: Array, smile: Array) -> Pair:
    """Align a smile to its neutral face by a similarity on still points.

    Args:
        neutral: shape (478, 3), px of a picture.
        smile: shape (478, 3), px of another picture.
    """
    still = list(topology.STILL)
    iod = float(np.hypot(*(neutral[topology.IRIS_LEFT] - neutral[topology.IRIS_RIGHT])[:2]))
    a = neutral[:, :2] @ (1, 1j)
    change = (brought_over(smile, smile, neutral) - neutral[:, :2]) @ (1, 1j)
    upright = np.exp(-1j * np.angle(a[topology.IRIS_LEFT] - a[topology.IRIS_RIGHT])) / iod
    moved = change[:N_SKIN] * upright
    middle = (a[topology.IRIS_LEFT] + a[topology.IRIS_RIGHT]) / 2
    place = (a - middle) * upright
    irises = neutral[[topology.IRIS_LEFT, topology.IRIS_RIGHT], 2].mean()
    mesh = np.stack([place.real, -place.imag, (irises - neutral[:, 2]) / iod], axis=1)
    depth = (neutral[:N_SKIN, 2] - neutral[still, 2].mean()) / iod
    return Pair(mesh, np.stack([moved.real, -moved.imag], axis=1), depth)


def explained(fields: Array, pair: Pair, columns: Sequence[str]) -> tuple[float, float]:
    """How much of a pair's displacement some action units explain, with a turned head allowed for.

    Non-negative least squares with four parallax columns (depth into x and y, both ways).

    Args:
        fields: shape (len(COLUMNS), 478, 3), of this person.
        pair: the person.
        columns: AU columns that may be used.

    Returns:
        Squared displacement left over, and squared displacement in all.
    """
    _, rest = _mixture(fields, pair, columns, ridge=0.0)
    return float(rest @ rest), float((pair.displacement**2).sum())


def fit_pulls(
    rows: Sequence[Pull], shapes: Mapping[str, Shape], pairs: Sequence[Pair], rounds: int = 6
) -> Array:
    """Pulls for the rows of the table.

    Args:
        rows: the table; pulls of rows without a shape are where the search starts.
        shapes: AU code to sculpted shape.
        pairs: people.
        rounds: how often mixture and pulls are found in turn.

    Returns:
        Shape (len(rows), 3).
    """
    hold, aim, pulls, free = _held(rows, shapes)
    moves = [_Moves(rows, pair.neutral) for pair in pairs]
    total = sum(float((pair.displacement**2).sum()) for pair in pairs)
    for _ in range(rounds if pairs else 1):
        left, right = hold.copy(), aim.copy()
        for pair, move in zip(pairs, moves, strict=True):
            fields = move.fields(pulls)
            for columns in (COLUMNS, SMILE_COLUMNS):
                mixture, _ = _mixture(fields, pair, columns, _RIDGE)
                design = _without_parallax(move.design(mixture, columns), pair)
                wanted = _without_parallax(pair.displacement.reshape(1, -1), pair)[0]
                left += design @ design.T / total
                right += design @ wanted / total
        flat = pulls.ravel()
        flat[free] = np.linalg.solve(
            left[np.ix_(free, free)], right[free] - left[np.ix_(free, ~free)] @ flat[~free]
        )
        pulls = flat.reshape(-1, 3)
    return _anchored(rows, shapes, pulls)


class _Moves:
    """What each row does to one person's face in x and y, per column of the AU table."""

    def __init__(self, rows: Sequence[Pull], neutral: Array) -> None:
        self.n = len(rows)
        self.by_column: dict[str, list[tuple[int, NDArray[np.float32]]]] = {}
        mirrored = reflect(neutral)
        for i, row in enumerate(rows):
            left = basis(row, neutral)
            right = np.stack([reflect(field) for field in basis(row, mirrored)])
            for column, move in _columns_of(row.au, left, right):
                flat = move[:, :N_SKIN, :2].reshape(3, -1).astype(np.float32)
                self.by_column.setdefault(column, []).append((i, flat))

    def fields(self, pulls: Array) -> Array:
        """Shape (len(COLUMNS), 478, 3); z and the irises stay zero."""
        fields = np.zeros((len(COLUMNS), 478, 3))
        for column, moves in self.by_column.items():
            flat = np.sum([pulls[i] @ move for i, move in moves], axis=0)
            fields[COLUMNS.index(column), :N_SKIN, :2] = flat.reshape(-1, 2)
        return fields

    def design(self, mixture: Array, columns: Sequence[str]) -> Array:
        """Displacement per unit of every pull, shape (3 * rows, 936)."""
        design = np.zeros((self.n, 3, 2 * N_SKIN))
        for share, column in zip(mixture, columns, strict=True):
            if share > 1e-6:
                for i, move in self.by_column.get(column, ()):
                    design[i] += share * move
        return design.reshape(3 * self.n, -1)


def _columns_of(au: str, left: Array, right: Array) -> list[tuple[str, Array]]:
    if au in COLUMNS:
        return [("AU61", left), ("AU62", right)] if au == "AU61" else [(au, left + right)]
    return [(f"{au}L", left), (f"{au}R", right)]


def _mixture(
    fields: Array, pair: Pair, columns: Sequence[str], ridge: float
) -> tuple[Array, Array]:
    """Intensities as shares of 5, and what is left of the displacement."""
    chosen = fields[[COLUMNS.index(column) for column in columns], :N_SKIN, :2]
    columns_flat = chosen.reshape(len(chosen), -1).T
    both_ways = np.concatenate([_parallax(pair), -_parallax(pair)], axis=1)
    matrix = np.concatenate([both_ways, columns_flat], axis=1)
    wanted = pair.displacement.ravel()
    damped, aim = matrix, wanted
    if ridge:
        extra = np.concatenate([np.zeros((len(chosen), 4)), ridge * np.eye(len(chosen))], axis=1)
        damped, aim = (
            np.concatenate([matrix, extra]),
            np.concatenate([wanted, np.zeros(len(extra))]),
        )
    x, _ = nnls(damped, aim)
    return x[4:], wanted - matrix @ x


def _parallax(pair: Pair) -> Array:
    """Depth moving into x and into y, shape (936, 2)."""
    none = np.zeros_like(pair.depth)
    into_x, into_y = np.stack([pair.depth, none], 1), np.stack([none, pair.depth], 1)
    return np.stack([into_x.ravel(), into_y.ravel()], axis=1)


def _without_parallax(rows: Array, pair: Pair) -> Array:
    q, _ = np.linalg.qr(_parallax(pair))
    return np.asarray(rows - (rows @ q) @ q.T)


def _held(
    rows: Sequence[Pull], shapes: Mapping[str, Shape]
) -> tuple[Array, Array, Array, NDArray[np.bool_]]:
    """Normal equations of the shapes, the pulls that suit them best, and which pulls may move."""
    n = 3 * len(rows)
    left, right = np.zeros((n, n)), np.zeros(n)
    pulls = np.array([row.pull for row in rows])
    free = np.array([_may_move(row) for row in rows]).ravel()
    for au in dict.fromkeys(row.au for row in rows):
        own = [i for i, row in enumerate(rows) if row.au == au]
        at = np.array([3 * i + k for i in own for k in range(3)])
        shape = shapes.get(au)
        design, wanted = shape_design([rows[i] for i in own], shape)
        hold = _HOLD_FIRMLY.get(au, _HOLD_SMILE if au in _SMILE else _HOLD)
        if shape is None:
            wanted, hold = pulls[own].ravel() @ design, hold * _HOLD_FORM
        hold /= max(float(wanted @ wanted), 1e-9)
        normal = design @ design.T
        damping = 1e-3 * np.maximum(np.diag(normal), 1e-3 / max(hold, 1e-9) * 1e-3)
        movable = free[at]
        if shape is not None and movable.any():
            start = pulls[own].ravel()
            damped = (normal + np.diag(damping))[np.ix_(movable, movable)]
            start[movable] = np.linalg.solve(damped, (design @ wanted)[movable])
            pulls[own] = start.reshape(-1, 3)
        left[np.ix_(at, at)] += hold * (normal + np.diag(damping))
        right[at] += hold * (design @ wanted + damping * pulls[own].ravel())
    return left, right, pulls, free


def _may_move(row: Pull) -> tuple[bool, bool, bool]:
    if row.au == "AU43" or row.site == "iris":
        return (False, False, False)
    return (True, False, False) if row.site.endswith("_lid") else (True, True, True)


def shape_design(rows: Sequence[Pull], shape: Shape | None) -> tuple[Array, Array]:
    """What the pulls do to the sculpted neutral face, and the sculpted displacement, weighted."""
    neutral = template() if shape is None else shape.neutral
    weights = np.tile((1.0, 1.0, _DEPTH), (N_SKIN, 1))
    weights[list(topology.LIPS)] *= _LIPS
    mirrored = reflect(neutral)
    design = []
    for row in rows:
        move = basis(row, neutral)
        if row.au in COLUMNS:
            move = move + np.stack([reflect(field) for field in basis(row, mirrored)])
        design.append((move[:, :N_SKIN] * weights).reshape(3, -1))
    wanted = np.zeros(3 * N_SKIN)
    if shape is not None:
        wanted = (shape.displacement[:N_SKIN] * weights).ravel()
    return np.concatenate(design), wanted


def _anchored(rows: Sequence[Pull], shapes: Mapping[str, Shape], pulls: Array) -> Array:
    """Scaled to the size of the shapes: intensity 5 is a shape at weight 1, or as ANCHOR says."""
    anchored = pulls.copy()
    for au, shape in shapes.items():
        own = [i for i, row in enumerate(rows) if row.au == au]
        if not own or not any(any(_may_move(rows[i])) for i in own):
            continue
        design, wanted = shape_design([rows[i] for i in own], shape)
        flat = np.arange(len(wanted)) % 3 < 2
        field = pulls[own].ravel() @ design
        size = ANCHOR.get(au, 1.0) * (wanted[flat] @ wanted[flat]) / (field[flat] @ wanted[flat])
        anchored[own] *= size
    return anchored
