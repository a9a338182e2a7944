"""Which pixels of a redrawn square go back: those of the face, as it was and as it is now.

Where the outline of the face has not moved, the picture keeps its own, hairline and all, and the
redrawn face fades on the skin inside it; on the far side of a turned head that outline is the
silhouette of all landmarks. Where it has moved, by a jaw that drops or a cheek that
rises, both outlines go, and the redrawn face fades outside them, as far as both pictures agree: an
editor redraws the background too.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy.topology import OVAL, triangles
from mien.edit.mesh.pixels import F32, Floats, smooth

Array = NDArray[np.float64]

# IOD from the outline: where the fade begins and ends at one that stays; at one that moves, beside
# the face and below the chin, whose flesh goes on below the landmarks.
_STAYING, _BESIDE, _BELOW = np.array(((-0.2, -0.015), (0.05, 0.18), (0.2, 0.6)))
_STAYS, _MOVES = 0.02, 0.05  # IOD by which an outline that stays and one that moves differ
_OTHER = 20.0  # levels by which another thing differs
_NEAR = 0.025  # IOD over which that is judged
_SLIP = 0.05  # IOD by which landmarks may lie outside the outline
_STRIP = 0.1  # IOD: half the width of the widest strip that still belongs to the face
_ALONG = 0.25  # IOD: width of the band along an outline that moves
_RIM = 0.05  # of the square: room to its border, over which everything fades


def share(source: Floats, result: Floats, iod: float, side: int) -> F32:
    """How much of each pixel is the redrawn face, as far as outlines tell.

    Args:
        source: landmarks before, shape (478, 2), px of the square.
        result: landmarks after, brought onto the same square.
        iod: px.
        side: of the square, px.

    Returns:
        Shape (side, side), 0 to 1; 0 at the border of the square.
    """
    moves = _moving(source, result, iod)[:, None]
    areas = begin, end = np.zeros((2, side, side), np.uint8)
    for points in (source, result):
        outline = points[list(OVAL)]
        out = _outwards(outline)
        below = _below(points, out)[:, None]
        offset = _STAYING + moves * (_BESIDE + below * (_BELOW - _BESIDE) - _STAYING)
        inside = _distance(silhouette(points, side) > 0)
        for area, apart, least in zip(areas, iod * offset.T, -iod * _STAYING, strict=True):
            fill(area, outline + apart[:, None] * out)
            area[inside > least] = 1
    end[0] = end[-1] = end[:, 0] = end[:, -1] = 0  # else nothing ends inside the square
    inside, beyond = _distance(end > 0), _distance((begin & end) == 0)
    faded = smooth(inside / np.maximum(inside + beyond, 1e-6))
    ramp = smooth(np.minimum(np.arange(side), np.arange(side)[::-1]) / (_RIM * side))
    return np.asarray(faded * np.minimum(ramp[:, None], ramp[None]), np.float32)


def agreement(given: F32, drawn: F32, source: Floats, result: Floats, iod: float) -> F32:
    """All of the face, and what round it is the same on both squares: 0 to 1.

    Narrow strips that differ belong to the face: its outline, the shadow under its chin.

    Args:
        given: the square before, shape (side, side, 3), levels.
        drawn: after, in place and in the same colours.
        source: landmarks before, shape (478, 2), px.
        result: landmarks after.
        iod: px.
    """
    side = given.shape[0]
    face = np.maximum(silhouette(source, side), silhouette(result, side))
    sure = _distance(face > 0) > _SLIP * iod
    soft = max(_NEAR * iod, 0.5)
    apart = np.sqrt((cv2.GaussianBlur(given - drawn, (0, 0), soft) ** 2).mean(axis=2))
    other = (apart > _OTHER) & ~sure
    wide = _distance(other) > _STRIP * iod
    if not wide.any():
        return np.ones(face.shape, np.float32)
    found = other & (_distance(~wide) < 2.5 * _STRIP * iod)  # and into the corners
    found = _distance(~found) < 1.5 * soft
    gone = cv2.GaussianBlur(found.astype(np.float32), (0, 0), soft / 2)
    return np.asarray(np.maximum(1 - gone, sure), np.float32)


def _distance(area: NDArray[np.bool_]) -> F32:
    """From each px of an area to the nearest outside it, px."""
    return np.asarray(cv2.distanceTransform(area.astype(np.uint8), cv2.DIST_L2, 5), np.float32)


def edge(source: Floats, result: Floats, iod: float, side: int) -> F32:
    """Where an outline that moves lies now or lay before, shape (side, side), 0 or 1."""
    area = np.zeros((side, side), np.uint8)
    moves = _moving(source, result, iod) > 0.5
    for points in (source, result):
        corners = np.rint(np.clip(points[list(OVAL)] - 0.5, -1e4, 1e4) * 16).astype(np.int32)
        for k in np.flatnonzero(moves):
            to = corners[(k + 1) % len(OVAL)]
            cv2.line(area, corners[k], to, (1,), max(1, round(_ALONG * iod)), shift=4)
    return area.astype(np.float32)


def silhouette(points: Floats, side: int) -> NDArray[np.uint8]:
    """All that landmarks cover, shape (side, side), 0 or 1.

    Of a head turned aside that is more than their outermost ring, which on its far side lies behind
    cheek and eye.
    """
    area = np.zeros((side, side), np.uint8)
    fill(area, points[list(OVAL)])
    corners = np.rint(np.clip(points[:, :2] - 0.5, -1e4, 1e4) * 16).astype(np.int32)
    for corner in corners[triangles()]:
        cv2.fillConvexPoly(area, corner, (1,), shift=4)
    return area


def fill(area: NDArray[np.uint8], polygon: Floats) -> None:
    """Set the inside of a polygon (n, 2), px, to 1."""
    corners = np.rint(np.clip(polygon - 0.5, -1e4, 1e4) * 16).astype(np.int32)
    cv2.fillPoly(area, [corners], (1,), shift=4)


def _moving(source: Floats, result: Floats, iod: float) -> F32:
    """How far each point of the outline counts as moved, shape (36,), 0 to 1."""
    outline = list(OVAL)
    along = _outwards(source[outline])
    change = np.abs(((result - source)[outline] * along).sum(axis=1)) / iod
    # A landmark may slip; an outline moves together with its neighbours.
    change = sum(np.roll(change, k) * w for k, w in ((-1, 0.25), (0, 0.5), (1, 0.25)))
    moved = smooth((np.asarray(change) - _STAYS) / (_MOVES - _STAYS))
    wide = np.max([np.roll(moved, k) for k in range(-2, 3)], axis=0)
    return np.asarray(np.mean([np.roll(wide, k) for k in range(-2, 3)], axis=0), np.float32)


def _below(points: Floats, out: Array) -> Array:
    """How far each point of the outline lies on the chin's side, shape (36,), 0 to 1."""
    down = points[152] - points[10]
    return np.asarray(np.clip(out @ down / (np.linalg.norm(down) + 1e-9), 0, 1) ** 2)


def _outwards(outline: Floats) -> Array:
    """Unit normals of a closed outline, shape (n, 2)."""
    along = np.roll(outline, -1, axis=0) - np.roll(outline, 1, axis=0)
    normal = np.stack([along[:, 1], -along[:, 0]], axis=1)
    return np.asarray(normal / (np.linalg.norm(normal, axis=1, keepdims=True) + 1e-9))
