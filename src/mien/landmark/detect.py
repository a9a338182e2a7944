"""Landmarks that hold still: found again in a canonical crop and averaged.

The mesh network's answer breathes with the square it is given. So each face is brought to one
upright crop, placed by points that no expression moves much, and read there several times in
slightly different squares: the mean is the answer, the standard deviation its uncertainty.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy.topology import IRIS_LEFT, IRIS_RIGHT, STILL
from mien.core.face import Landmarks
from mien.landmark.backends.mediapipe import Square, eyes_and_mouths, mesh_in_square

Image = NDArray[np.uint8]
Array = NDArray[np.float64]

_CROP = 320  # px, side of the canonical crop; a little more than the widest look needs
_FACE = 256.0  # px, side of the square round the face inside it; the network's own input size
_SEARCH = 640  # px, longer side of the picture in which faces are looked for

# IOD: the network may take a wide open mouth for a shut one, in one square and not in the next. A
# look that is off by more than _MISTAKEN is not counted; no shut mouth reads as _WIDE.
_MISTAKEN, _WIDE = 0.07, 0.18

_STILL = np.array(STILL)

# Shift in x and y and size, as shares of the square, and roll in degrees, of each look.
_LOOKS = (
    (0.0, 0.0, 1.0, 0.0),
    (0.02, 0.01, 1.04, 1.5),
    (-0.02, -0.01, 0.96, -1.5),
)
LOOKS = len(_LOOKS)


@dataclass(frozen=True)
class Crop:
    """A face brought upright and to one size.

    Attributes:
        image: shape (320, 320, 3).
        to_picture: shape (2, 3), affine map from crop to picture, px.
    """

    image: Image
    to_picture: Array


def detect(image: Image, looks: int = LOOKS) -> list[Landmarks]:
    """All faces of a picture, largest first.

    Args:
        image: RGB, shape (H, W, 3).
        looks: how many times each face is read, 1 to 3.
    """
    faces = [face for start in starts(image) if (face := refine(image, start, looks)) is not None]
    faces.sort(key=lambda face: -face.area)
    distinct: list[Landmarks] = []
    for face in faces:
        if all(apart(face, other) for other in distinct):
            distinct.append(face)
    return distinct


def refine(image: Image, points: Array, looks: int = LOOKS) -> Landmarks | None:
    """Read a face again in its canonical crop, given rough points of it; None where it is gone.

    Args:
        image: RGB, shape (H, W, 3).
        points: shape (478, 3), px.
        looks: how many times the face is read, 1 to 3.
    """
    first = look(crop_around(image, square_of(points)), 1)
    if first is None:
        return None
    return look(crop_around(image, square_of(first.points)), looks)


def reread(image: Image, before: Landmarks, looks: int = LOOKS) -> Landmarks | None:
    """Read a face that has not moved since, on a picture that was edited; None where it is gone.

    Args:
        image: RGB, shape (H, W, 3).
        before: the face before the edit.
        looks: how many times the face is read, 1 to 3.
    """
    return look(crop_around(image, square_of(before.points)), looks)


def look(crop: Crop, looks: int = LOOKS) -> Landmarks | None:
    """Read the face in a crop, in the coordinates of the picture."""
    seen = [mesh_in_square(crop.image, _square_in_crop(*given)) for given in _LOOKS[:looks]]
    found = np.array([points for points in seen if points is not None])
    if 2 * len(found) <= looks:
        return None
    confidence = len(found) / looks
    apart = lips_apart(found)
    believed = apart.max() if apart.max() > _WIDE else np.median(apart)
    found = found[np.abs(apart - believed) < _MISTAKEN]
    mean = found.mean(axis=0)
    scale = float(np.hypot(crop.to_picture[0, 0], crop.to_picture[1, 0]))
    points = np.empty_like(mean)
    # The network counts from the edge of a pixel, affine maps from its centre.
    points[:, :2] = (mean[:, :2] - 0.5) @ crop.to_picture[:, :2].T + crop.to_picture[:, 2] + 0.5
    points[:, 2] = mean[:, 2] * scale
    spread = found[:, :, :2].std(axis=0).mean(axis=1) * scale
    return Landmarks(points, confidence, spread)


def lips_apart(points: Array) -> Array:
    """Distance of the middles of the lips, IOD, of landmarks (..., 478, 3)."""
    gap, eyes = (
        np.linalg.norm(points[..., a, :] - points[..., b, :], axis=-1)
        for a, b in ((13, 14), (IRIS_LEFT, IRIS_RIGHT))
    )
    return np.asarray(gap / np.maximum(eyes, 1e-6))


def square_of(points: Array) -> Square:
    """The canonical square round a face: upright, its size and place set by still points.

    Args:
        points: shape (478, 3), px.
    """
    still = points[_STILL]
    centre = still.sum(axis=0) / len(_STILL)
    still -= centre
    radius = math.sqrt(float((still * still).sum()) / len(_STILL))
    across = (points[362] + points[263] - points[33] - points[133]).tolist()
    angle = math.atan2(across[1], across[0])
    x, y, _ = centre.tolist()
    down = 0.35 * radius
    return Square(x - down * math.sin(angle), y + down * math.cos(angle), 3.6 * radius, angle)


def crop_around(image: Image, square: Square) -> Crop:
    """Bring the face in a square upright and to one size."""
    ratio = square.size / _FACE
    c, s = ratio * np.cos(square.angle), ratio * np.sin(square.angle)
    middle = (_CROP - 1) / 2
    to_picture = np.array(
        [
            [c, -s, square.x - 0.5 - (c - s) * middle],
            [s, c, square.y - 0.5 - (s + c) * middle],
        ]
    )
    part, left, top, shrink = shrunk_part(image, square, 1.1)
    to_part = to_picture.copy()
    to_part[:, 2] += 0.5 - np.array([left, top])
    to_part /= shrink
    to_part[:, 2] -= 0.5
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    upright = cv2.warpAffine(
        part, to_part, (_CROP, _CROP), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return Crop(np.asarray(upright, dtype=np.uint8), to_picture)


def shrunk_part(image: Image, square: Square, reach: float) -> tuple[Image, int, int, int]:
    """The surroundings of a square, shrunk by a whole factor so that reading it does not alias.

    Args:
        image: RGB, shape (H, W, 3).
        square: round a face.
        reach: from its centre to each side, in sizes of the square.

    Returns:
        The part, its left and top edge on the picture in px, and the factor.
    """
    shrink = max(int(square.size / _FACE), 1)
    reach *= square.size
    height, width = image.shape[:2]
    left = int(np.clip(square.x - reach, 0, width - 1))
    top = int(np.clip(square.y - reach, 0, height - 1))
    right = int(np.clip(square.x + reach, left + 1, width))
    bottom = int(np.clip(square.y + reach, top + 1, height))
    part = image[top:bottom, left:right]
    if shrink > 1 and min(part.shape[:2]) >= shrink:
        rows, columns = part.shape[0] // shrink, part.shape[1] // shrink
        part = part[: rows * shrink, : columns * shrink]
        part = np.asarray(cv2.resize(part, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8)
    else:
        shrink = 1
    return part, left, top, shrink


def _square_in_crop(x: float, y: float, size: float, roll: float) -> Square:
    middle = _CROP / 2
    return Square(middle + x * _FACE, middle + y * _FACE, size * _FACE, float(np.radians(roll)))


def starts(image: Image, known: Sequence[Array] = ()) -> list[Array]:
    """Rough points of every face that the detector sees, each of shape (478, 3), px.

    Args:
        image: RGB, shape (H, W, 3).
        known: points of faces that are left out, each of shape (478, 3), px.
    """
    shrink = max(round(max(image.shape[:2]) / _SEARCH), 1)  # whole factors are averaged fast
    small = image if shrink == 1 else _shrunk(image, shrink)
    scale = small.shape[1] / image.shape[1]
    found = []
    for right_eye, left_eye, _, mouth in eyes_and_mouths(small):
        across = left_eye - right_eye
        centre = 0.6 * (right_eye + left_eye) / 2 + 0.4 * mouth
        if any(_covers(points, centre / scale) for points in known):
            continue
        down = mouth - (right_eye + left_eye) / 2
        size = 2.3 * max(float(np.hypot(*across)), float(np.hypot(*down)))
        angle = float(np.arctan2(across[1], across[0]))
        points = mesh_in_square(
            small, Square(float(centre[0]), float(centre[1]), 1.4 * size, angle)
        )
        if points is not None:
            found.append(points / scale)
    return found


def _shrunk(image: Image, factor: int) -> Image:
    size = (max(image.shape[1] // factor, 1), max(image.shape[0] // factor, 1))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _covers(points: Array, place: Array) -> bool:
    """Whether a place lies within half a face of a face's middle."""
    size = np.ptp(points[:, :2], axis=0).max()
    return bool(np.hypot(*(points[:, :2].mean(axis=0) - place)) < 0.5 * size)


def apart(face: Landmarks, other: Landmarks) -> bool:
    """Whether two findings are two faces: centres further apart than half a face."""
    gap = np.hypot(*(face.xy.mean(axis=0) - other.xy.mean(axis=0)))
    return bool(gap > 0.5 * np.sqrt(min(face.area, other.area)))
