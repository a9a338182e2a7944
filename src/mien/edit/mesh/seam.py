"""Edges of lids and lips as the picture shows them, near where the landmarks put them.

Landmarks lie a few pixels off the dark lines along which skin parts: lips opened at the landmarks
would show their seam on one lip, and lids closed there would leave a strip of eyeball. The darkest
path near the landmarks is found by dynamic programming over profiles across the edge, held smooth
and close to where such lines usually lie. Lips that stand apart are left where the landmarks see
them.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy.topology import OVAL
from mien.edit.mesh.pixels import Floats, Image, look, smooth
from mien.edit.mesh.slit import EYE_LEFT, EYE_RIGHT, MOUTH, Slit, fine

CLOSED = 0.055  # IOD: lips that the landmarks put closer together than this are taken as closed
_DOUBT = 0.006  # IOD to either side of that over which a closed mouth becomes an open one
_REST = 0.026  # IOD: the gap that landmarks leave between lips which touch
SMALLEST = 24  # px per IOD below which a picture shows no such lines


@dataclass(frozen=True)
class _Search:
    """Where to look across an edge, and where the line usually is; IOD, positive is down."""

    low: float
    high: float
    usual: float


_OUTLINE = _Search(-0.06, 0.06, 0.0)
_DRAWN_LIPS = _Search(-0.035, 0.035, 0.0)
_LIPS = _Search(-0.045, 0.045, 0.0)
_UPPER_LID = _Search(-0.055, 0.0, -0.028)
_LOWER_LID = _Search(0.0, 0.03, 0.012)


def snap(image: Image, xy: NDArray[np.float64], iod: float) -> NDArray[np.float64]:
    """Landmarks moved onto the picture's own edges.

    Args:
        image: RGB.
        xy: shape (478, 2), px.
        iod: px.

    Returns:
        Shape (478, 2): a copy; both inner edges of a closed mouth lie on the line between the
        lips, the edges of the lids on the roots of the lashes. Continuous in the landmarks, so that
        lips that part in a clip do not jump.
    """
    moved = xy.copy()
    if iod < SMALLEST:
        return moved
    upper, lower = xy[list(MOUTH.upper)], xy[list(MOUTH.lower)]
    gap = float(np.linalg.norm(lower - upper, axis=1).max()) / iod
    if gap < CLOSED + _DOUBT:
        line = _line(image, (upper + lower) / 2, iod, _LIPS)
        shut = float(smooth(np.array((CLOSED + _DOUBT - gap) / (2 * _DOUBT))))
        moved[list(MOUTH.upper)] += shut * (line - upper)
        moved[list(MOUTH.lower)] += shut * (line - lower)
    for slit in (EYE_RIGHT, EYE_LEFT):
        moved[list(slit.upper)] = _line(image, xy[list(slit.upper)], iod, _UPPER_LID)
        moved[list(slit.lower)] = _line(image, xy[list(slit.lower)], iod, _LOWER_LID)
    return moved


def traced(image: Image, xy: NDArray[np.float64], iod: float) -> NDArray[np.float64]:
    """Landmarks of a drawn face moved onto the lines of its outline and of a closed mouth.

    Args:
        image: RGB.
        xy: shape (478, 2), px.
        iod: px.

    Returns:
        Shape (478, 2): a copy; eyes are left where they were placed, on the edges of thick lines.
    """
    moved, chain = xy.copy(), list(OVAL[8:29])
    moved[chain] = _line(image, xy[chain], iod, _OUTLINE)
    upper, lower = xy[list(MOUTH.upper)], xy[list(MOUTH.lower)]
    if np.linalg.norm(lower - upper, axis=1).max() < CLOSED * iod:
        line = _line(image, (upper + lower) / 2, iod, _DRAWN_LIPS)
        moved[list(MOUTH.upper)], moved[list(MOUTH.lower)] = line, line
    return moved


def follow(
    source: NDArray[np.float64],
    snapped: NDArray[np.float64],
    target: NDArray[np.float64],
    iod: float,
) -> NDArray[np.float64]:
    """The target for snapped landmarks: the same distance off, less where a slit closes.

    Args:
        source: landmarks, shape (478, 2), px.
        snapped: of :func:`snap`.
        target: where the landmarks go.
        iod: px.

    Returns:
        Where the snapped ones go; edges that touch in the target touch there too.
    """
    offset = snapped - source
    for slit in (EYE_RIGHT, EYE_LEFT, MOUTH):
        upper, lower = list(slit.upper[1:-1]), list(slit.lower[1:-1])
        share = _openness(source, target, slit)[1:-1, None]
        if slit is MOUTH:
            shut = _shut(source, snapped)[1:-1, None]
            share = shut + (1 - shut) * share
        offset[upper] *= share
        offset[lower] *= share
        if slit is MOUTH:
            across = source[lower] - source[upper]
            across /= np.linalg.norm(across, axis=1, keepdims=True) + 1e-9
            rest = _REST * iod * (1 - share) ** 2 / 2
            offset[upper] += rest * across
            offset[lower] -= rest * across
    return np.asarray(target + offset)


def _shut(source: NDArray[np.float64], snapped: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far each pair of points of the lips was brought together by :func:`snap`, 0–1."""
    before = np.linalg.norm(source[list(MOUTH.lower)] - source[list(MOUTH.upper)], axis=1)
    after = np.linalg.norm(snapped[list(MOUTH.lower)] - snapped[list(MOUTH.upper)], axis=1)
    return np.asarray(1.0 - np.clip(after / np.maximum(before, 1e-9), 0.0, 1.0))


def _openness(
    source: NDArray[np.float64], target: NDArray[np.float64], slit: Slit
) -> NDArray[np.float64]:
    """Gap of each pair of edge points in the target relative to the source, 0–1."""
    before = source[list(slit.lower)] - source[list(slit.upper)]
    after = target[list(slit.lower)] - target[list(slit.upper)]
    size = (before * before).sum(axis=1)
    share = np.ones(len(before))
    np.divide((after * before).sum(axis=1), size, out=share, where=size > 0)
    return np.clip(share, 0.0, 1.0)


def _line(
    image: Image, edge: NDArray[np.float64], iod: float, search: _Search
) -> NDArray[np.float64]:
    """The dark line along an edge (n, 2) in px; its ends stay."""
    curve = fine(edge)
    tangent = np.gradient(curve, axis=0)
    across = np.stack([-tangent[:, 1], tangent[:, 0]], 1)
    across /= np.linalg.norm(across, axis=1, keepdims=True) + 1e-9
    reach = np.linspace(search.low, search.high, 31)
    places = (curve[:, None] + iod * reach[:, None] * across[:, None]).astype(np.float32)
    seen = look(image, places[..., 0], places[..., 1], cubic=False)
    cost = np.asarray(cv2.GaussianBlur(seen.astype(np.float32).sum(axis=2), (3, 5), 0))
    cost = (cost - cost.min(axis=1, keepdims=True)) / (np.ptp(cost, axis=1)[:, None] + 30)
    width = (search.high - search.low) / 2
    offset = reach[_cheapest(cost + 0.25 * ((reach - search.usual) / width) ** 2)]
    ends = np.arange(len(curve))
    offset = np.convolve(np.pad(offset, 3, "edge"), np.ones(7) / 7, "valid")
    offset *= np.minimum(1, np.minimum(ends, ends[::-1]) / 8)
    at = np.rint(np.linspace(0, len(curve) - 1, len(edge))).astype(int)
    return np.asarray(edge + iod * offset[at, None] * across[at])


def _cheapest(cost: Floats) -> NDArray[np.intp]:
    """The path through the rows of a cost table that moves at most one column a row (Viterbi)."""
    total = np.full((len(cost), cost.shape[1] + 2), np.inf)  # a wall on either side
    total[0, 1:-1] = cost[0]
    for before, after, own in zip(total, total[1:], cost[1:], strict=False):
        aside = np.minimum(before[:-2], before[2:])
        aside += 0.05
        np.minimum(aside, before[1:-1], out=aside)
        np.add(aside, own, out=after[1:-1])
    path = np.empty(len(cost), dtype=np.intp)
    path[-1] = total[-1].argmin()
    for row in range(len(cost) - 2, -1, -1):
        left, same, right = total[row, path[row + 1] - 1 : path[row + 1] + 2].tolist()
        path[row] = path[row + 1] + (
            0 if same <= min(left, right) + 0.05 else 1 - 2 * (left < right)
        )
    return path - 1
