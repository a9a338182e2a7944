"""The skin of one face as a flat picture: every frame of a clip is brought onto it.

A point of the skin keeps its place on this picture whatever the head and the face do, as far as
that is known; what still moves on it is what is not known yet.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt
from scipy.sparse import csr_matrix

from mien.anatomy.topology import N_SKIN, triangles
from mien.core.face import N_POINTS

Array = NDArray[np.float64]
F32 = NDArray[np.float32]

DENSITY = 96.0  # px of the flat picture per IOD
CELL = 6  # px, side of the cells in which motion is gathered
_STEP = 3  # px between the places at which the mesh is evaluated; between them it is bilinear
_RIM = 3  # px; so far from the edge of the skin nothing is measured


@dataclass(frozen=True)
class Surface:
    """The flat picture of a face.

    Attributes:
        shape: height and width, px, whole cells.
        places: sparse (nodes, 478), what each point of the mesh adds to the place of a node; nodes
            lie in rows of ``shape // 3``.
        cells: sparse (cells, 478), the same for the middle of each cell.
        skin: shape ``shape``, float32, 1 where skin is measured, else 0.
    """

    shape: tuple[int, int]
    places: csr_matrix
    cells: csr_matrix
    skin: F32

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns of cells."""
        return self.shape[0] // CELL, self.shape[1] // CELL

    def map_to(self, points: Array) -> F32:
        """Where every px of the flat picture lies on a frame, x and y, ``shape`` and 2.

        Args:
            points: shape (478, 2 or more), px of the frame.
        """
        height, width = self.shape
        nodes = (self.places @ points[:, :2]).astype(np.float32)
        nodes = nodes.reshape(height // _STEP, width // _STEP, 2)
        return np.asarray(cv2.resize(nodes, (width, height), interpolation=cv2.INTER_LINEAR))

    def gathered(self, values: F32) -> F32:
        """Sums over cells, shape (cells,), of an array of ``shape``."""
        rows, columns = self.grid
        mean = cv2.resize(values, (columns, rows), interpolation=cv2.INTER_AREA)
        return np.asarray(mean.ravel() * CELL**2, np.float32)


def surface_of(neutral: Array) -> Surface:
    """The surface of a face.

    Args:
        neutral: shape (478, 3), IOD, head's frame.
    """
    spots = neutral[:, :2] * (DENSITY, -DENSITY)
    low, high = spots[:N_SKIN].min(axis=0), spots[:N_SKIN].max(axis=0)
    spots = spots - low
    width, height = (int(np.ceil(size / CELL)) * CELL for size in (high - low).tolist())
    owner, skin = _owners(spots, height, width)
    middle = _STEP / 2 - 0.5
    nodes = np.arange(0, height, _STEP) + middle, np.arange(0, width, _STEP) + middle
    centre = CELL / 2 - 0.5
    cells = np.arange(0, height, CELL) + centre, np.arange(0, width, CELL) + centre
    inner = cv2.erode(skin, np.ones((2 * _RIM + 1, 2 * _RIM + 1), np.uint8))
    return Surface(
        (height, width),
        _weights(spots, owner, *nodes),
        _weights(spots, owner, *cells),
        inner.astype(np.float32),
    )


def _owners(spots: Array, height: int, width: int) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """The triangle of each px, the nearest one outside the skin; and where skin is."""
    owner = np.full((height, width), -1, np.int32)
    for number, corners in enumerate(triangles()):
        shape = np.round(spots[corners] * 16).astype(np.int32)
        cv2.fillConvexPoly(owner, shape, (number,), shift=4)
    skin = owner >= 0
    nearest = distance_transform_edt(~skin, return_distances=False, return_indices=True)
    return owner[tuple(nearest)], skin.astype(np.uint8)


def _weights(spots: Array, owner: NDArray[np.int32], rows: Array, columns: Array) -> csr_matrix:
    """Barycentric weights of the places at given rows and columns, shape (places, 478)."""
    y, x = (grid.ravel() for grid in np.meshgrid(rows, columns, indexing="ij"))
    corners = triangles()[owner[y.astype(int), x.astype(int)]]
    a, b, c = (spots[corners[:, i]] for i in range(3))
    area = _cross(b - a, c - a)
    area = np.where(np.abs(area) < 1e-6, 1e-6, area)
    place = np.stack([x, y], axis=1)
    second, third = _cross(place - a, c - a) / area, _cross(b - a, place - a) / area
    weights = np.clip(np.stack([1.0 - second - third, second, third], axis=1), -2.0, 3.0)
    weights /= weights.sum(axis=1, keepdims=True)
    at = np.repeat(np.arange(len(x)), 3)
    return csr_matrix((weights.ravel(), (at, corners.ravel())), shape=(len(x), N_POINTS))


def _cross(one: Array, other: Array) -> Array:
    return np.asarray(one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0])
