"""Where the light on a face comes from."""

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy.topology import IRIS_LEFT, IRIS_RIGHT, triangles
from mien.edit.mesh.pixels import Image, look

GREY = np.array([0.30, 0.59, 0.11], np.float32)  # luminance of RGB
# Points on bare skin, away from brows, eyes, lips and nostrils.
_SKIN = [
    50, 280, 101, 330, 118, 347, 205, 425, 36, 266, 151, 9, 8, 108, 337, 69, 299, 199, 200, 4, 5,
    195, 197, 123, 352, 147, 376, 187, 411, 207, 427, 67, 297, 10, 104, 333, 116, 345,
]  # fmt: skip
_USUAL = np.array([0.0, 0.35, 1.0])  # from the right, from above, from the front
_DOUBT = 0.2  # weight of what is usual, as a share of that of all points of skin
_SLANTED = 1.0  # light comes from no farther aside


def light_on(image: Image, points: NDArray[np.float64], iod: float) -> NDArray[np.float64]:
    """Light from the subject's left and from above the brows, per light from the front, shape (2,).

    Lambert's law solved by least squares for points of bare skin, held to what is usual: a face of
    another colour here and there, or in even light, gives no wild direction.

    Args:
        image: RGB.
        points: landmarks on it, shape (478, 3), px, z growing away from the viewer.
        iod: px.
    """
    soft = cv2.GaussianBlur(image, (0, 0), 0.03 * iod + 0.3)
    x, y = points[_SKIN, None, :2].astype(np.float32).transpose(2, 0, 1)
    seen = look(np.asarray(soft, np.uint8), x, y, cubic=False)
    bright = seen.reshape(-1, 3).astype(np.float64) @ GREY
    facing = _normals(points)[_SKIN] * (1.0, -1.0, -1.0)
    level = max(float(np.median(bright)), 1.0)
    weight = _DOUBT * len(_SKIN)
    solved = np.linalg.solve(
        facing.T @ facing + weight * np.eye(3), facing.T @ (bright / level) + weight * _USUAL
    )
    aside = solved[:2] / max(float(solved[2]), 0.3)
    across = points[IRIS_LEFT] - points[IRIS_RIGHT]
    along = np.array([across[0], -across[1]]) / max(float(np.hypot(*across[:2])), 1e-9)
    aside = np.array([aside @ along, aside @ (-along[1], along[0])])
    return np.asarray(aside * min(1.0, _SLANTED / max(float(np.hypot(*aside)), 1e-9)))


def _normals(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unit normals of the mesh's points towards the viewer, shape (478, 3), picture's axes."""
    a, b, c = (points[triangles()[:, i]] for i in range(3))
    normal = np.cross(b - a, c - a)
    total = np.zeros_like(points)
    for corner in range(3):
        np.add.at(total, triangles()[:, corner], normal)
    total *= -np.sign(total[:, 2:])
    return np.asarray(total / (np.linalg.norm(total, axis=1, keepdims=True) + 1e-9))
