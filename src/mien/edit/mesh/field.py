"""The displacement field of the skin: smooth on the mesh, sampled on a coarse grid.

Every vertex carries its displacement and, by least squares over its neighbours, the gradient of the
displacement. A point of a triangle blends the three linear predictions with squared barycentric
weights (a partition of unity, as in Shepard's and McLain's interpolants), which hits every
landmark, reproduces linear fields and leaves only kinks of second order across edges. Round the
face lies a band of triangles whose outer vertices never move.
"""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy import topology as topo
from mien.anatomy.topology import OVAL, triangles
from mien.core.face import N_POINTS
from mien.edit.mesh.pixels import F32, Floats

Ints = NDArray[np.int64]

SIDE_BAND, CHIN_BAND = 0.25, 0.8  # IOD: width of the band beside and above, below the chin
WIDE_BAND = 1.3  # IOD: all round, where the whole head turns
# The rims of the lids slide as stiff bands, lashes and all; the skin beyond them gives way.
_RIMS = (topo.UPPER_LID_RIGHT, topo.LOWER_LID_RIGHT, topo.UPPER_LID_LEFT, topo.LOWER_LID_LEFT)
_STIFF, _BEFORE, _AFTER = (
    np.array([i for rim in _RIMS for i in rim[first : len(rim) - 2 + first]]) for first in (1, 0, 2)
)
_NEAR = 0.9  # nodes: neighbours nearer than this say little more about a gradient than those there
_SHIFT = 4  # binary digits of a pixel that the rasteriser of triangles sees


@dataclass(frozen=True)
class Grid:
    """A coarse grid over a box of the picture; nodes sit in the middle of cells of step × step px.

    Attributes:
        left: px, first column of the box.
        top: px, first row of the box.
        step: px.
        shape: rows and columns of nodes.
    """

    left: int
    top: int
    step: int
    shape: tuple[int, int]

    def to_nodes(self, xy: Floats) -> F32:
        """Picture coordinates (..., 2) in px as node coordinates."""
        offset = np.array([self.left, self.top]) + (self.step - 1) / 2
        return np.asarray((xy - offset) / self.step, np.float32)

    def to_pixels(self, nodes: F32) -> F32:
        """Node coordinates (..., 2) as picture coordinates in px."""
        offset = np.array([self.left, self.top], np.float32) + np.float32((self.step - 1) / 2)
        return np.asarray(nodes * np.float32(self.step) + offset, np.float32)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in px."""
        return self.shape[1] * self.step, self.shape[0] * self.step


@cache
def all_triangles() -> Ints:
    """Skin and band, shape (924, 3): vertices 478..513 are the outer ring, in the order of OVAL."""
    inner = np.array(OVAL)
    outer = N_POINTS + np.arange(len(OVAL))
    after, beyond = np.roll(inner, -1), np.roll(outer, -1)
    band = np.concatenate(
        [np.stack([outer, beyond, inner], 1), np.stack([beyond, after, inner], 1)]
    )
    return np.concatenate([triangles(), band])


@cache
def neighbours() -> Ints:
    """Neighbours of each vertex along edges, shape (514, k), padded with the vertex itself."""
    faces = all_triangles()
    count = N_POINTS + len(OVAL)
    found: list[set[int]] = [set() for _ in range(count)]
    for a, b, c in faces.tolist():
        found[a] |= {b, c}
        found[b] |= {a, c}
        found[c] |= {a, b}
    padded = np.arange(count)[:, None].repeat(max(map(len, found)), axis=1)
    for vertex, others in enumerate(found):
        padded[vertex, : len(others)] = sorted(others)
    return padded


def ring(xy: NDArray[np.float64], iod: float, *, wide: bool = False) -> NDArray[np.float64]:
    """Outer edge of the band for a mesh (478, 2) in px, shape (36, 2): points that never move.

    Args:
        xy: shape (478, 2), px.
        iod: px.
        wide: whether the whole head turns, not the face alone.
    """
    oval = xy[list(OVAL)]
    centre = oval.mean(axis=0)
    out = oval - centre
    out /= np.linalg.norm(out, axis=1, keepdims=True) + 1e-9
    down = xy[152] - xy[10]
    facing = np.clip(out @ (down / (np.linalg.norm(down) + 1e-9)), 0.0, 1.0)
    width = WIDE_BAND if wide else SIDE_BAND + (CHIN_BAND - SIDE_BAND) * facing**1.5
    return np.asarray(oval + out * np.reshape(width, (-1, 1)) * iod)


def paint_order(vertices: NDArray[np.float64], depth: NDArray[np.float64]) -> Ints:
    """Triangles from the farthest to the nearest: band, then those that face away, then by depth.

    Args:
        vertices: shape (514, 2), px.
        depth: shape (514,), larger is farther.
    """
    faces = all_triangles()
    away = (signed_areas(vertices, faces) <= 0) & (faces.max(axis=1) < N_POINTS)
    band = faces.max(axis=1) >= N_POINTS
    return np.asarray(np.lexsort((-depth[faces].mean(axis=1), ~away, ~band)))


def signed_areas(vertices: Floats, faces: Ints) -> NDArray[np.float64]:
    """Signed areas of triangles in px², positive where they face the viewer (y down)."""
    a, b, c = (vertices[faces[:, i]].astype(np.float64) for i in range(3))
    u, v = b - a, c - a
    return np.asarray((u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]) / 2)


def rasterise(nodes: F32, order: Ints, shape: tuple[int, int]) -> NDArray[np.int16]:
    """Which triangle covers each node of the grid, −1 where none; later ones in ``order`` win.

    Args:
        nodes: vertices in node coordinates, shape (514, 2).
        order: triangle numbers.
        shape: rows and columns of the grid.
    """
    ids = np.full(shape, -1, dtype=np.int16)
    scaled = np.rint(np.clip(nodes, -4096, 4096) * (1 << _SHIFT)).astype(np.int32)
    corners = scaled[all_triangles()[order]]
    fill = cv2.fillConvexPoly
    for number, polygon in zip(order.tolist(), corners, strict=True):
        fill(ids, polygon, number, 8, _SHIFT)
    return ids


def gradients(vertices: F32, shift: F32, *, stiff: bool = True) -> F32:
    """Gradient of a displacement at each vertex, shape (514, 2, 2): [component, direction].

    Least squares over the neighbours, weighted by inverse squared distance. At the outline, where
    neighbours nearly coincide on the picture, such a gradient can be far steeper than the field
    is anywhere round it: so it is scaled down until it takes no neighbour farther from the vertex
    than the farthest one goes. Points that stay have none, so that nothing moves beyond the
    triangles of those that do. Rims of lids are stiff bands, or turn as their skin does.
    """
    around = neighbours()
    step = vertices[around] - vertices[:, None]
    change = shift[around] - shift[:, None]
    x, y = step[..., 0], step[..., 1]
    weight = 1.0 / (x * x + y * y + np.float32(_NEAR**2))
    wx, wy = weight * x, weight * y
    xx, xy, yy = (wx * x).sum(1) + 0.02, (wx * y).sum(1), (wy * y).sum(1) + 0.02
    bx, by = (change * wx[..., None]).sum(1), (change * wy[..., None]).sum(1)
    det = xx * yy - xy * xy
    slope = np.stack([bx * yy[:, None] - by * xy[:, None], by * xx[:, None] - bx * xy[:, None]], -1)
    slope /= det[:, None, None]
    found = np.hypot(
        x * slope[:, None, 0, 0] + y * slope[:, None, 0, 1],
        x * slope[:, None, 1, 0] + y * slope[:, None, 1, 1],
    ).max(axis=1)
    known = np.hypot(change[..., 0], change[..., 1]).max(axis=1)
    slope *= np.minimum(1, known / np.maximum(found, 1e-6))[:, None, None]
    slope[(shift == 0).all(axis=1)] = 0.0
    if not stiff:
        return np.asarray(slope, np.float32)
    rim = vertices[_AFTER] - vertices[_BEFORE]
    rim /= np.linalg.norm(rim, axis=1, keepdims=True) + 1e-6
    slope[_STIFF] = (slope[_STIFF] @ rim[..., None]) * rim[:, None]
    return np.asarray(slope, np.float32)


def triangle_table(vertices: F32, shift: F32, *, stiff: bool = True) -> F32:
    """All that :func:`evaluate` needs of each triangle, shape (27, 924).

    Rows 0–8 give the barycentric coordinates as functions of (x, y, 1), rows 9–26 the linear
    predictions of the three corners, each two components of (x, y, 1).
    """
    faces = all_triangles()
    slope = gradients(vertices, shift, stiff=stiff)
    rest = shift - np.einsum("vij,vj->vi", slope, vertices)
    planes = np.concatenate([slope, rest[..., None]], axis=-1).reshape(-1, 6)
    a, b, c = vertices[faces[:, 0]], vertices[faces[:, 1]], vertices[faces[:, 2]]
    double = 2 * signed_areas(vertices, faces)
    double = np.where(np.abs(double) < 1e-6, 1e-6, double).astype(np.float32)
    rows = []
    for p, q in ((b, c), (c, a), (a, b)):
        rows += [p[:, 1] - q[:, 1], q[:, 0] - p[:, 0], p[:, 0] * q[:, 1] - q[:, 0] * p[:, 1]]
    barycentric = np.stack(rows) / double
    corners = planes[faces].reshape(len(faces), 18).T
    return np.asarray(np.concatenate([barycentric, corners]), np.float32)


def evaluate(table: F32, ids: NDArray[np.int16], x: F32, y: F32) -> F32:
    """The field at points inside (or just outside) known triangles.

    Args:
        table: of :func:`triangle_table`.
        ids: triangle of each point, shape (n,).
        x: shape (n,), the unit of the table's vertices.
        y: shape (n,).

    Returns:
        Displacement, shape (n, 2).
    """
    row = np.take(table, ids, axis=1)
    top_x = np.zeros_like(x)
    top_y = np.zeros_like(x)
    total = np.zeros_like(x)
    for corner in range(3):
        b, p = 3 * corner, 9 + 6 * corner
        weight = np.maximum(row[b] * x + row[b + 1] * y + row[b + 2], 0.0)
        weight *= weight
        total += weight
        top_x += weight * (row[p] * x + row[p + 1] * y + row[p + 2])
        top_y += weight * (row[p + 3] * x + row[p + 4] * y + row[p + 5])
    return np.stack([top_x / total, top_y / total], axis=-1)


def folded(source: Floats, target: Floats) -> int:
    """How many triangles of the skin turn over on the way from source to target.

    Only triangles count that face the viewer in the source and are not slivers there (area above a
    thousandth of a median triangle's).

    Args:
        source: shape (478, 2 or 3), px.
        target: shape (478, 2 or 3), px.

    Raises:
        ValueError: other shapes.
    """
    for points in (source, target):
        if points.ndim != 2 or points.shape[0] != N_POINTS or points.shape[1] not in (2, 3):
            raise ValueError(f"expected points of shape ({N_POINTS}, 2 or 3), got {points.shape}")
    before = signed_areas(source, triangles())
    after = signed_areas(target, triangles())
    front = before > 1e-3 * np.median(np.abs(before))
    return int((front & (after < 0)).sum())
