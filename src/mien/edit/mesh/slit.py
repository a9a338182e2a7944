"""A slit in the skin, an eye or the mouth: two edges that move apart or together.

Pixels near a slit are described in its own frame: p along the line from corner to corner, q across
it (down the face), both in px from the first corner. In that frame the edges are curves q(p).
"""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy import topology as topo
from mien.edit.mesh.field import all_triangles, neighbours
from mien.edit.mesh.pixels import F32, Box, Floats

_SAMPLES = 65  # points of a finely drawn edge


@dataclass(frozen=True)
class Slit:
    """Which points border an opening, both edges from the subject's right corner to the left one.

    Attributes:
        name: ``"eye_right"``, ``"eye_left"`` or ``"mouth"``.
        upper: points of the upper edge, corners included.
        lower: points of the lower edge, corners included.
        rings: how many rings of points beside the slit belong to one of its sides.
    """

    name: str
    upper: tuple[int, ...]
    lower: tuple[int, ...]
    rings: int

    @property
    def corners(self) -> tuple[int, int]:
        """First and last point of both edges."""
        return self.upper[0], self.upper[-1]


EYE_RIGHT = Slit("eye_right", topo.UPPER_LID_RIGHT, topo.LOWER_LID_RIGHT, 1)
EYE_LEFT = Slit("eye_left", topo.UPPER_LID_LEFT[::-1], topo.LOWER_LID_LEFT[::-1], 1)
MOUTH = Slit("mouth", topo.UPPER_LIP_INNER, topo.LOWER_LIP_INNER, 3)
SLITS = (EYE_RIGHT, EYE_LEFT, MOUTH)


@cache
def side(slit: Slit, *, lower: bool) -> NDArray[np.bool_]:
    """Triangles on one side of a slit that its opening could disturb, shape (924,).

    Those with a point that is within a few edges of this edge of the slit and nearer to it than to
    the other one. Where skin goes round the corners it is on neither side.
    """
    here = _hops(slit.lower if lower else slit.upper)
    there = _hops(slit.upper if lower else slit.lower)
    faces = all_triangles()
    mine = ((here <= slit.rings) & (here < there))[faces].any(axis=1)
    others = ((there <= slit.rings) & (there < here))[faces].any(axis=1)
    return np.asarray(mine & ~others)


def _hops(edge: tuple[int, ...]) -> NDArray[np.int64]:
    """Steps along the mesh from each point to the inner points of a slit's edge."""
    around = neighbours()
    hops = np.full(len(around), 99)
    hops[list(edge[1:-1])] = 0
    for _ in range(4):
        reached = hops[around].min(axis=1) + 1
        reached[[edge[0], edge[-1]]] = 99
        hops = np.minimum(hops, reached)
    return hops


def fine(edge: Floats) -> NDArray[np.float64]:
    """An edge (n, 2) drawn with 65 points along a smooth curve through the given ones."""
    return np.asarray(_catmull(len(edge)) @ edge)


@cache
def _catmull(points: int) -> NDArray[np.float64]:
    """Uniform Catmull–Rom curve as a matrix, shape (_SAMPLES, points)."""
    position = np.linspace(0, points - 1, _SAMPLES)
    start = np.minimum(position.astype(int), points - 2)
    t = position - start
    basis = np.stack(
        [-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2],
        axis=1,
    )
    matrix = np.zeros((_SAMPLES, points + 2))
    for offset in range(4):
        matrix[np.arange(_SAMPLES), start + offset] += basis[:, offset] / 2
    inner = matrix[:, 1:-1]
    inner[:, 0] += 2 * matrix[:, 0]
    inner[:, 1] -= matrix[:, 0]
    inner[:, -1] += 2 * matrix[:, -1]
    inner[:, -2] -= matrix[:, -1]
    return inner


@dataclass(frozen=True)
class Frame:
    """The frame of a slit: origin at its first corner, unit vectors along and across, width."""

    origin: NDArray[np.float64]
    along: NDArray[np.float64]
    across: NDArray[np.float64]
    width: float

    def of(self, xy: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Coordinates p, q of points (..., 2)."""
        moved = xy - self.origin
        return moved @ self.along, moved @ self.across

    def window(self, box: Box) -> tuple[F32, F32]:
        """Coordinates p, q of each pixel of a box, shape (rows, columns)."""
        x = np.arange(box[0], box[2], dtype=np.float32) - np.float32(self.origin[0])
        y = np.arange(box[1], box[3], dtype=np.float32)[:, None] - np.float32(self.origin[1])
        (ax, ay), (bx, by) = self.along.astype(np.float32), self.across.astype(np.float32)
        return x * ax + y * ay, x * bx + y * by


def frame(points: Floats, slit: Slit) -> Frame:
    """The frame of a slit in a mesh, shape (≥478, 2) in px."""
    first, last = (points[i].astype(np.float64) for i in slit.corners)
    width = float(np.linalg.norm(last - first)) + 1e-6
    along = (last - first) / width
    return Frame(first, along, np.array([-along[1], along[0]]), width)


@dataclass(frozen=True)
class Edges:
    """Both edges of a slit as tables q(p) over a common span of p.

    Attributes:
        start: px, p of the first entry.
        step: px between entries.
        upper: shape (n,), px.
        lower: shape (n,), px; never above ``upper``.
    """

    start: float
    step: float
    upper: F32
    lower: F32

    def at(self, p: F32) -> tuple[F32, F32]:
        """Upper and lower edge at each p, any shape; the ends hold beyond the corners."""
        place = np.asarray(p * np.float32(1 / self.step), np.float32)
        place -= np.float32(self.start / self.step)
        table = np.stack([self.upper, self.lower], axis=-1)[None]
        row, hold = np.zeros_like(place), cv2.BORDER_REPLICATE
        both = np.asarray(
            cv2.remap(table, place, row, cv2.INTER_LINEAR, borderMode=hold), np.float32
        )
        return both[..., 0], both[..., 1]

    @property
    def opening(self) -> float:
        """Widest gap between the edges, px."""
        return float((self.lower - self.upper).max())


def edges(points: Floats, slit: Slit, into: Frame) -> Edges:
    """The edges of a slit of a mesh as tables in a frame; where they cross they meet half-way."""
    curves = []
    for chain in (slit.upper, slit.lower):
        p, q = into.of(fine(points[list(chain)]))
        curves.append((np.maximum.accumulate(p), q))
    start = min(curve[0][0] for curve in curves)
    end = max(curve[0][-1] for curve in curves)
    grid = np.linspace(start, end, 2 * _SAMPLES)
    upper, lower = (np.interp(grid, p, q) for p, q in curves)
    middle = (upper + lower) / 2
    crossed = upper > lower
    crossed[[0, -1]] = True  # the edges end in the corners, even where one of them first turns back
    upper, lower = np.where(crossed, middle, upper), np.where(crossed, middle, lower)
    step = max(float(grid[1] - grid[0]), 1e-6)
    return Edges(float(start), step, upper.astype(np.float32), lower.astype(np.float32))


PLACES = 65  # entries of a table along a slit


def places(into: Frame) -> F32:
    """So many p from corner to corner of a slit, shape (1, 65), px."""
    return np.linspace(0, into.width, PLACES, dtype=np.float32)[None]


def tabled(into: Frame, first: F32, second: F32) -> Edges:
    """Two quantities known at :func:`places`, shape (65,), to be looked up at any p."""
    return Edges(0.0, into.width / (PLACES - 1), first, second)


def coverage(q: F32, upper: F32, lower: F32, feather: float) -> F32:
    """How much of each pixel lies between the edges, 0–1, seen through a box of ±feather px."""
    low = np.maximum(q - feather, upper)
    high = np.minimum(q + feather, lower)
    return np.asarray(np.clip((high - low) / np.float32(2 * feather), 0.0, 1.0), np.float32)
