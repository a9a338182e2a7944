"""What is fixed about the skin of one face: its flat picture, and how each unit moves its parts."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy.inverse import FREE, RIGID, Prepared
from mien.anatomy.topology import triangles
from mien.capture.surface import DENSITY, Surface, surface_of
from mien.core.facs import COLUMNS, REGION

Array = NDArray[np.float64]
F32 = NDArray[np.float32]

GAZE = np.array([REGION[COLUMNS[i]] == "gaze" for i in FREE])  # the eyes are no skin
_PART = 0.25  # share of a cell that must be skin


@dataclass(frozen=True, eq=False)
class Skin:
    """The skin of one face, cut into cells.

    Attributes:
        surface: its flat picture.
        fields: across and down, each of shape (len(FREE) + RIGID, cells), px of the flat picture
            that one unit moves each cell.
        normals: shape (cells, 3), where the cells look, head's frame.
        area: shape (cells,), px of skin in each.
        seen: shape (cells,), whether there is enough.
        acts: shape (len(FREE), cells), shares of what a unit moves; rows sum to 1.
    """

    surface: Surface
    fields: tuple[F32, F32]
    normals: Array
    area: F32
    seen: NDArray[np.bool_]
    acts: Array

    def spread(self, cells: F32) -> F32:
        """Values of the cells between their middles, shape of the surface."""
        height, width = self.surface.shape
        grid = np.asarray(cells, np.float32).reshape(self.surface.grid)
        return np.asarray(cv2.resize(grid, (width, height), interpolation=cv2.INTER_LINEAR))

    def mean_square(self, values: F32) -> F32:
        """Of values of shape of the surface, over the skin of each cell."""
        whole = self.surface.gathered(values * values * self.surface.skin)
        return np.asarray(whole / np.maximum(self.area, 1.0), np.float32)


def skin_of(prepared: Prepared) -> Skin:
    """The skin of a face."""
    surface = surface_of(prepared.neutral)
    columns = prepared.columns[: len(FREE) + RIGID, :, :2] * (DENSITY, -DENSITY)
    columns[np.flatnonzero(GAZE)] = 0.0
    across, down = (
        np.ascontiguousarray((surface.cells @ columns[:, :, axis].T).T, dtype=np.float32)
        for axis in range(2)
    )
    area = surface.gathered(surface.skin)
    seen = area > _PART * area.max()
    acts = np.hypot(across, down)[: len(FREE)] * seen
    acts = acts / np.maximum(acts.sum(axis=1, keepdims=True), 1e-9)
    directions = surface.cells @ normals(prepared.neutral)
    return Skin(surface, (across, down), directions, area, seen, acts)


def normals(mesh: Array) -> Array:
    """Directions in which the skin looks, shape (478, 3), unit length, of a mesh (478, 3)."""
    corners = mesh[triangles()]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    summed = np.zeros_like(mesh)
    for corner in triangles().T:
        np.add.at(summed, corner, -across)  # triangles run clockwise on a picture
    return np.asarray(summed / np.maximum(np.linalg.norm(summed, axis=1, keepdims=True), 1e-12))
