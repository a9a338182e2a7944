"""The face model run backward: displaced mesh in, action units per side out.

A picture shows x and y of (neutral + fields @ aus) under a view that is known only roughly. So the
intensities, 0 to 5, are fitted by least squares to x and y alone, together with seven free motions
of the rigid head (shift, size, turn, nod, tip): a head that turned a little more than thought is
not read as an expression, and MediaPipe's invented depth is not used. Where the neutral face is
not known, the ways in which faces differ are free too, with their natural spread as the prior (see
``identity``).

Fields that look alike (AU12, 13, 20) would share one real smile between them. Against that the fit
is sparse: an action unit costs as much as the part of the picture it acts on is badly explained
anyway (the scaled lasso of Sun & Zhang, Biometrika 2012, point by point), and the cost fades as
the unit grows (reweighting after Candes, Wakin & Boyd, 2008). A shape that the model can make is
therefore read back unchanged, a real face is read as few units, and twice the displacement reads
as twice the intensity.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from scipy.linalg.lapack import dposv
from scipy.optimize import nnls

from mien.anatomy import topology
from mien.anatomy.head import View, nudged, view_of
from mien.anatomy.model import FaceModel
from mien.core.face import N_POINTS
from mien.core.facs import COLUMNS, INDEX, MAX_INTENSITY, jaw_travel, resolve

Array = NDArray[np.float64]

# AU26 is the first half of AU27's travel, so one column carries both.
FREE = [i for i, column in enumerate(COLUMNS) if column != "AU26"]
_N = len(FREE)
_JAW = FREE.index(INDEX["AU27"])
RIGID = 7
_OVAL_WEIGHT = 0.25  # the outline slides along the skin
_IRIS_WEIGHT = 4.0  # ten points carry all that is known about the gaze
_FLOOR = 0.0015  # IOD; jitter left after averaging, below which nothing is believed
_SUSPICION = 0.2  # share of the unexplained motion that any action unit must beat
_FADE = 0.5  # intensity at which the cost of an action unit has halved
_EXCHANGES = 12
_NOISE = 0.06  # IOD, summed over the mesh; how far a real face strays from its model

# How much rarer than the usual ones: these pull the same skin as a commoner unit does.
RARITY = {
    "AU11": 9.0, "AU13": 9.0, "AU14": 2.0, "AU15": 6.0, "AU16": 2.0, "AU18": 2.0, "AU20": 6.0,
    "AU22": 4.0, "AU23": 9.0, "AU24": 6.0, "AU28": 6.0, "AU30": 4.0,
}  # fmt: skip
_COST = np.array([RARITY.get(COLUMNS[i][:4], 1.0) for i in FREE])


@dataclass(frozen=True)
class Prepared:
    """What the inverse of one face needs, computed once per face.

    Attributes:
        neutral: shape (478, 3), IOD.
        columns: shape (n, 478, 3); what one unit of each unknown does: action units at intensity 1,
            seven rigid motions, then the ways faces differ, one standard deviation each.
        weights: shape (478,), of the points.
        total: their sum.
        products: shape (3, 3, n, n), weighted products of the columns, axis by axis.
        support: shape (46, 478), where on the face each action unit acts, 0 to 1.
    """

    neutral: Array
    columns: Array
    weights: Array
    total: float
    products: Array
    support: Array


@dataclass(frozen=True)
class Solution:
    """What the inverse found on one picture.

    Attributes:
        aus: shape (len(COLUMNS),), 0 to 5.
        confidence: shape (len(COLUMNS),), 0 to 1; how well this unit could be told from a turned
            head and, where the neutral face is not known, from another build of face.
        view: how the head was seen.
        shape: shape (modes,), the build of the face in standard deviations; empty where it is
            known.
        residual: IOD, root mean square of what the model leaves unexplained in x and y.
    """

    aus: Array
    confidence: Array
    view: View
    shape: Array
    residual: float


def prepare(model: FaceModel, modes: Array | None = None) -> Prepared:
    """Prepare a face for :func:`invert`.

    Args:
        model: the face, or the average one where the neutral face is not known.
        modes: shape (k, 478, 3), IOD; the ways faces differ, one standard deviation each.
    """
    columns = [model.fields[FREE] / MAX_INTENSITY, _rigid_motions(model.neutral)]
    if modes is not None:
        columns.append(modes)
    stacked = np.concatenate(columns)
    weights = np.ones(N_POINTS)
    weights[list(topology.OVAL)] = _OVAL_WEIGHT
    weights[topology.IRIS_RIGHT :] = _IRIS_WEIGHT
    by_axis = np.ascontiguousarray(np.moveaxis(stacked, 2, 0))
    flat = by_axis.reshape(-1, N_POINTS)
    n = len(stacked)
    products = ((flat * weights) @ flat.T).reshape(3, n, 3, n).transpose(0, 2, 1, 3)
    support = (stacked[:_N, :, :2] ** 2).sum(axis=2)
    support /= np.maximum(support.max(axis=1, keepdims=True), 1e-12)
    total = float(weights.sum())
    return Prepared(model.neutral, stacked, weights, total, np.ascontiguousarray(products), support)


def invert(
    prepared: Prepared, points: Array, steps: int = 1, near: Array | None = None
) -> Solution:
    """Action units of a face from its points on a picture.

    Args:
        prepared: the face.
        points: shape (478, 3), px.
        steps: how often the view is corrected by what the fit finds about it; 2 is worth it where
            the head is turned and the neutral face is not known.
        near: shape (len(COLUMNS),), action units of the frame before; the answer is the same,
            sooner.
    """
    likely = None if near is None else near[FREE] > 0.0
    view = view_of(points, prepared.neutral)
    for _ in range(steps):
        x, nuisance, information, residual = _solve(prepared, points, view, likely)
        view = nudged(view, nuisance[:RIGID])
    aus, confidence = np.zeros(len(COLUMNS)), np.ones(len(COLUMNS))
    aus[FREE] = x
    confidence[FREE] = information / (information + _NOISE**2)
    confidence[COLUMNS.index("AU26")] = confidence[COLUMNS.index("AU27")]
    return Solution(resolve(aus), confidence, view, nuisance[RIGID:], residual)


def freed(aus: Array) -> Array:
    """Intensities (..., len(COLUMNS)) in the columns :data:`FREE`: the jaw as AU27 alone."""
    values = aus[..., FREE]
    values[..., _JAW] = 5.0 * jaw_travel(aus[..., INDEX["AU26"]], aus[..., INDEX["AU27"]])
    return np.asarray(values)


def _solve(
    prepared: Prepared, points: Array, view: View, likely: NDArray[np.bool_] | None
) -> tuple[Array, Array, Array, float]:
    """Intensities, nuisance (rigid motion, build), information per intensity, residual."""
    visible = view.rotation[:2]
    seen = points[:, :2] * (1.0, -1.0)
    rest = (seen - view.origin[:2]) / view.scale - prepared.neutral @ visible.T
    turned = (rest * prepared.weights[:, None]) @ visible
    n = len(prepared.columns)
    columns = prepared.columns.reshape(n, -1)
    right = columns @ turned.ravel()
    left = ((visible.T @ visible).ravel() @ prepared.products.reshape(9, -1)).reshape(n, n)

    # Rigid motion and build are eliminated first; a prior keeps the build natural.
    own = left[_N:, _N:].copy()
    prior = own.reshape(-1)[:: n - _N + 1]  # the diagonal
    prior[:RIGID] += 1e-6 * prior[:RIGID].sum()
    prior[RIGID:] += _NOISE**2
    bridge = _solved(own, np.concatenate([left[_N:, :_N], right[_N:, None]], axis=1))
    a = left[:_N, :_N] - left[:_N, _N:] @ bridge[:, :-1]
    b = right[:_N] - left[:_N, _N:] @ bridge[:, -1]

    information = a.diagonal().copy()
    a.reshape(-1)[:: _N + 1] += 1e-6  # the diagonal
    # What no mixture at all can explain tells how far to trust this face, part by part.
    anything = _solved(a, b)
    mixture = np.concatenate([anything, bridge[:, -1] - bridge[:, :-1] @ anything])
    error = rest - (mixture @ columns).reshape(-1, 3) @ visible.T
    error *= error
    mistrust = np.sqrt(prepared.support @ (prepared.weights * (error[:, 0] + error[:, 1])))
    cost = _COST * np.sqrt(information) * (_SUSPICION * mistrust + _FLOOR)
    if likely is None:
        likely = anything * information > cost
    x = _non_negative(a, b - cost, likely)
    x = _non_negative(a, b - cost * (_FADE / (x + _FADE)), x > 0.0)
    x = np.minimum(x, MAX_INTENSITY)
    square = float(prepared.weights @ (rest * rest) @ (1.0, 1.0) - right[_N:] @ bridge[:, -1])
    square += float(x @ (a @ x - 2 * b))
    residual = math.sqrt(max(square, 0.0) / prepared.total / 2)
    nuisance = bridge[:, -1] - bridge[:, :-1] @ x
    return x, nuisance, information, residual


def _non_negative(a: Array, b: Array, free: NDArray[np.bool_]) -> Array:
    """Minimise x'ax/2 - b'x for x >= 0, by exchanging whole sets of free unknowns.

    Block principal pivoting (Kim & Park, SIAM J. Sci. Comput. 2011): a good guess of which unknowns
    are free makes it two or three small solves. Where the sets begin to cycle, Lawson & Hanson's
    slower method takes over.

    Args:
        a: shape (n, n), positive definite.
        b: shape (n,).
        free: shape (n,), the guess.
    """
    free = free.copy()
    for _ in range(_EXCHANGES):
        at = np.flatnonzero(free)
        x = np.zeros(len(b))
        x[at] = _solved(a[at[:, None], at], b[at])
        wrong = np.where(free, x < 0.0, b - a @ x > 1e-12)
        if not wrong.any():
            return x
        free ^= wrong
    upper = np.linalg.cholesky(a).T
    return np.asarray(nnls(upper, solve_triangular(upper, b, trans=1))[0])


def _solved(a: Array, b: Array) -> Array:
    """Solve a positive definite system, by LAPACK itself: its wrappers cost more than it does."""
    if not len(b):
        return b
    _, x, failed = dposv(a, b)
    if failed:
        raise np.linalg.LinAlgError("the columns of the face model are not independent")
    return np.asarray(x)


def _rigid_motions(neutral: Array) -> Array:
    """Small rigid motions, shape (7, 478, 3): shift along x, y, z, size, turns about x, y, z."""
    shifts = np.repeat(np.eye(3)[:, None, :], N_POINTS, axis=1)
    turns = np.cross(np.eye(3)[:, None, :], neutral[None])
    return np.concatenate([shifts, neutral[None], turns])
