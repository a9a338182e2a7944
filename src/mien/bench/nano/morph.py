"""Small portraits, and people made of two: the project's own warp brings both faces together.

Both faces are moved to the mesh between theirs, and blended where the warp may change pixels; hair
and ground stay those of the first one, so that no ghosts of the second surround the face.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy import topology as topo
from mien.edit.inset.crop import cut, square
from mien.edit.mesh import paint, prepare
from mien.edit.portrait import faces_of
from mien.media.image import load_image

Image = NDArray[np.uint8]

SIDE = 256  # px
_MARGIN = 0.35  # of the face, on every side
_TONE, _GAMMA, _SLOPE = 0.03, 0.12, 0.06  # standard deviations: by channel, of the whole, across
_STAYS = (*topo.STILL, *topo.OVAL)  # by which one head is laid on another


@dataclass(frozen=True, eq=False)
class Face:
    """A portrait.

    Attributes:
        image: RGB, shape (S, S, 3).
        points: landmarks on it, shape (478, 3), px.
    """

    image: Image
    points: NDArray[np.float64]


def face_of(photo: Path, side: int = SIDE) -> Face:
    """The square round the largest face of a photo.

    Args:
        photo: a picture.
        side: px.

    Raises:
        NoFaceError: it shows none.
    """
    image = load_image(photo).pixels
    points = faces_of(image, photo.name)[0].points
    where = square(points, (image.shape[1], image.shape[0]), _MARGIN)
    return Face(cut(image, where, side), where.to_cut(points, side))


def mixed(one: Face, other: Face, share: float) -> Image:
    """A face between two, in the surroundings of the first.

    Args:
        one: a portrait.
        other: another one, of the same size.
        share: of the other, 0 to 1.
    """
    laid = _laid(other, one.points)
    between = one.points.copy()
    between[:, :2] += share * (laid.points[:, :2] - one.points[:, :2])
    (first, mask), (second, _) = (
        # All of the face is stretched like skin: eyes and mouths change their build, they do not
        # open.
        paint(prepare(each.image, each.points, wide=True), between, layers=())
        for each in (one, laid)
    )
    weight = share * _inside(between, mask.shape)[..., None]
    return np.asarray(np.rint(first + weight * (second.astype(np.float32) - first)), np.uint8)


def relit(image: Image, seed: int) -> Image:
    """The same picture in another light: colour, contrast, and a slope across.

    Args:
        image: RGB, shape (H, W, 3).
        seed: of the chance.
    """
    chance = np.random.default_rng(seed)
    height, width = image.shape[:2]
    across = np.linspace(-1.0, 1.0, width)[None, :, None]
    down = np.linspace(-1.0, 1.0, height)[:, None, None]
    slope = _SLOPE * (chance.normal() * across + chance.normal() * down)
    tone = np.exp(chance.normal(0.0, _TONE, 3) + slope)
    curve = np.exp(chance.normal(0.0, _GAMMA))
    return np.asarray(np.clip(255.0 * (image / 255.0) ** curve * tone, 0, 255).round(), np.uint8)


def mirrored(image: Image) -> Image:
    """Left and right swapped."""
    return np.ascontiguousarray(image[:, ::-1])


def _laid(face: Face, goal: NDArray[np.float64]) -> Face:
    """A portrait turned, scaled and moved so that the head lies on another one's."""
    stays = list(_STAYS)
    turn, _ = cv2.estimateAffinePartial2D(face.points[stays, :2], goal[stays, :2], method=cv2.LMEDS)
    size = face.image.shape[1::-1]
    image = cv2.warpAffine(
        face.image, turn, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
    )
    points = face.points * float(np.hypot(*turn[:, 0]))
    points[:, :2] = face.points[:, :2] @ turn[:, :2].T + turn[:, 2]
    return Face(np.asarray(image, np.uint8), points)


def _inside(points: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """1 well inside the outline of a face, 0 outside, shape (H, W)."""
    area = np.zeros(shape[:2], np.uint8)
    cv2.fillPoly(area, [np.rint(points[list(topo.OVAL), :2]).astype(np.int32)], (1,))
    between = float(np.linalg.norm(points[topo.IRIS_LEFT] - points[topo.IRIS_RIGHT]))
    far = cv2.distanceTransform(area, cv2.DIST_L2, 3) / (0.25 * between)
    return np.asarray(np.clip(far, 0.0, 1.0), np.float32)
