"""A face as film sees it: a sheet of nodes that the head carries along, and how it moves.

Coordinates are those of the film: px, x to the right, y down, depth away from the viewer and
counted from the plane of the pupils.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy import topology as topo
from mien.core.face import N_POINTS
from mien.edit.mesh.field import (
    Grid,
    evaluate,
    paint_order,
    rasterise,
    ring,
    triangle_table,
)
from mien.edit.mesh.pixels import F32, carried_on, smooth
from mien.edit.points import Subject
from mien.synth.turn import FLIP

Array = NDArray[np.float64]

STEP = 4  # px from node to node
_FOLLOWS, _STAYS = 0.35, 1.6  # IOD outside the face: up to there all follows the head, beyond none
_RELIEF = 0.05  # IOD: details of the relief that are smaller do not show in parallax
_STEEP = 1.3  # how steeply the relief falls off at most, so that a turning head does not fold
_EYE = 0.05  # IOD: how far inside the lids the eyeball is taken along


@dataclass(frozen=True, eq=False)
class Sheet:
    """Nodes over the film and a margin round it.

    Attributes:
        subject: the face, on the film.
        grid: where the nodes are.
        place: shape (rows, columns, 3), px: x, y and depth of each node in the portrait's pose.
        follows: shape (rows, columns, 1), 0 to 1, how far each one follows the head.
        triangle: shape (rows, columns), which triangle of the mesh covers it.
        eyeball: shape (rows, columns, 1), 0 to 1, how far it is not held by an eye's opening.
        vertices: shape (514, 2), px, the mesh and the ring round it.
    """

    subject: Subject
    grid: Grid
    place: F32
    follows: F32
    triangle: NDArray[np.int16]
    eyeball: F32
    vertices: Array

    def spread(self, field: Array) -> F32:
        """A displacement field of the mesh on every node, px, shape (rows, columns, 3).

        Args:
            field: shape (478, 3), IOD, head's frame.
        """
        ring_of_zeros = np.zeros((len(topo.OVAL), 3))
        values = np.concatenate([self.to_film(field), ring_of_zeros])
        flat, deep = self.across(values[:, :2]), self.across(values[:, [2, 2]])
        return np.concatenate([flat, deep[..., :1]], axis=-1) * self.eyeball

    def to_film(self, field: Array) -> Array:
        """Displacements in IOD, head's frame, shape (..., 3), on the film, px."""
        view = self.subject.view
        return np.asarray(view.scale * field @ (view.rotation.T * FLIP))

    def across(self, values: Array) -> F32:
        """Pairs of values of the vertices, shape (514, 2), on the nodes; 0 beyond the ring."""
        at = np.flatnonzero(self.triangle >= 0)
        y, x = np.divmod(at.astype(np.int32), np.int32(self.grid.shape[1]))
        table = triangle_table(self.grid.to_nodes(self.vertices), values.astype(np.float32))
        found = np.zeros((*self.grid.shape, 2), np.float32)
        found.reshape(-1, 2)[at] = evaluate(
            table, self.triangle.ravel()[at], x.astype(np.float32), y.astype(np.float32)
        )
        return found

    def deep(self, points: Array) -> Array:
        """Points in the portrait's pose, x and y of shape (n, 2 or 3), with their depth here."""
        depth, _ = sampled(self.place[..., 2:], self.grid.to_nodes(points[:, :2]))
        return np.column_stack([points[:, :2], depth])


def sheet_of(subject: Subject, size: tuple[int, int], margin: int) -> Sheet:
    """Lay nodes over a film.

    Args:
        subject: the face, in px of the film.
        size: width and height of the film, px.
        margin: px round it, a multiple of :data:`STEP`.
    """
    rows, columns = (-(-(n + 2 * margin) // STEP) for n in size[::-1])
    grid = Grid(-margin, -margin, STEP, (rows, columns))
    points, iod = subject.points, subject.view.scale
    vertices = np.concatenate([points[:, :2], ring(points[:, :2], iod)])
    # The ring is as deep as the outline it surrounds.
    level = points[:, 2] - subject.view.to_picture(np.zeros((1, 3)))[0, 2]
    depth = np.concatenate([level, level[list(topo.OVAL)]])
    nodes = grid.to_nodes(vertices)
    order = paint_order(vertices, np.append(level, np.full(len(topo.OVAL), level.max() + iod)))
    ids = rasterise(nodes, order, grid.shape)
    inside = _polygon(nodes[N_POINTS:], grid.shape)
    ids = np.where(inside, carried_on(ids, ids >= 0), -1).astype(np.int16)
    x, y = np.meshgrid(*(np.arange(n, dtype=np.float32) for n in grid.shape[::-1]))
    place = np.dstack([grid.to_pixels(np.dstack([x, y])), np.zeros(grid.shape, np.float32)])
    bare = Sheet(
        subject, grid, place, _follows(nodes, grid, iod), ids, _eyeballs(nodes, grid, iod), vertices
    )
    place[..., 2] = _relief(bare, depth)
    return bare


def _relief(sheet: Sheet, depth: Array) -> F32:
    """Depth of the nodes, that of the outline going on beyond it."""
    known = sheet.triangle >= 0
    found = carried_on(sheet.across(np.stack([depth, depth], axis=1))[..., 0], known)
    sigma = _RELIEF * sheet.subject.view.scale / STEP
    return np.asarray(cv2.GaussianBlur(_gentle(found), (0, 0), sigma))


def _gentle(depth: F32) -> F32:
    """Depth that falls off no steeper than :data:`_STEEP`; what is near the viewer stays."""
    fall = np.float32(_STEEP * STEP)
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    while True:
        nearer = np.minimum(depth, cv2.erode(depth, cross) + fall)
        if np.abs(nearer - depth).max() < 1e-3:
            return np.asarray(nearer, np.float32)
        depth = nearer


def _polygon(nodes: F32, shape: tuple[int, int]) -> NDArray[np.bool_]:
    area = np.zeros(shape, np.uint8)
    corners = np.rint(np.clip(nodes, -4096, 4096) * 16).astype(np.int32)
    cv2.fillPoly(area, [corners], (1,), shift=4)
    return area > 0


def _follows(nodes: F32, grid: Grid, iod: float) -> F32:
    face = _polygon(nodes[list(topo.OVAL)], grid.shape)
    away = cv2.distanceTransform((~face).astype(np.uint8), cv2.DIST_L2, 5) * STEP / iod
    share = 1.0 - smooth((away - _FOLLOWS) / (_STAYS - _FOLLOWS))
    return np.asarray(share[..., None], np.float32)


def _eyeballs(nodes: F32, grid: Grid, iod: float) -> F32:
    """1 on skin, falling to 0 inside the openings of the eyes."""
    held = np.ones(grid.shape, np.float32)
    for eye in topo.EYES:
        opening = _polygon(nodes[list(eye)], grid.shape)
        deep = cv2.distanceTransform(opening.astype(np.uint8), cv2.DIST_L2, 5) * STEP / iod
        held *= 1.0 - smooth(deep / _EYE)
    return held[..., None]


def sampled(values: F32, nodes: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Values between nodes and their slopes; beyond the border those on it.

    Args:
        values: on the nodes, shape (rows, columns, k).
        nodes: node coordinates x, y, shape (n, 2).

    Returns:
        Values, shape (n, k), and what they change by from node to node along x and along y,
        shape (n, 2, k).
    """
    rows, columns = values.shape[:2]
    x = np.clip(nodes[:, 0], 0.0, columns - 1.001)
    y = np.clip(nodes[:, 1], 0.0, rows - 1.001)
    left, top = x.astype(np.int32), y.astype(np.int32)
    x, y = (x - left.astype(x.dtype))[:, None], (y - top.astype(y.dtype))[:, None]
    at = top * columns + left
    flat = values.reshape(rows * columns, -1)
    a, b, c, d = (np.take(flat, at + n, axis=0) for n in (0, 1, columns, columns + 1))
    above, below = b - a, d - c
    upper, lower = a + x * above, c + x * below
    fall = lower - upper
    return upper + y * fall, np.stack([above + y * (below - above), fall], axis=1)
