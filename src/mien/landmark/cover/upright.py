"""A face brought upright and to one size, where things are looked for that lie before it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.landmark.detect import shrunk_part, square_of

Image = NDArray[np.uint8]
Array = NDArray[np.float64]
Bools = NDArray[np.bool_]

UNIT = 80.0  # px of the crop per IOD
SIZE = 288, 320  # px, width and height of the crop
CENTRE = 144.0, 128.0  # px, the point between the eyes


@dataclass(frozen=True)
class Upright:
    """A face brought upright and to one size.

    Attributes:
        lab: the crop in 8-bit L*a*b*, shape (320, 288, 3).
        points: landmarks in the crop, shape (478, 2), px.
        to_picture: shape (2, 3), affine map from crop to picture, px.
    """

    lab: Image
    points: Array
    to_picture: Array


def crop_to_picture(points: Array) -> Array:
    """The affine map from the crop of an upright face to the picture, shape (2, 3)."""
    right, left = (points[list(pair), :2].mean(axis=0) for pair in ((33, 133), (263, 362)))
    cosine, sine = (left - right) / UNIT
    turn = np.array([[cosine, -sine], [sine, cosine]])
    origin = (right + left) / 2 - turn @ np.array(CENTRE)
    return np.concatenate([turn, origin[:, None]], axis=1)


def upright(image: Image, points: Array) -> Upright:
    """Bring a face upright.

    Args:
        image: RGB, shape (H, W, 3).
        points: landmarks, shape (478, 2 or 3), px.
    """
    to_picture = crop_to_picture(points)
    part, left_edge, top_edge, shrink = shrunk_part(image, square_of(deep(points)), 1.0)
    to_part = to_picture.copy()
    to_part[:, 2] += 0.5 - np.array([left_edge, top_edge])
    to_part /= shrink
    to_part[:, 2] -= 0.5
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    crop = cv2.warpAffine(part, to_part, SIZE, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    lab = np.asarray(cv2.cvtColor(crop, cv2.COLOR_RGB2LAB), np.uint8)
    return Upright(lab, into(to_picture, points[:, :2]), to_picture)


def deep(points: Array) -> Array:
    """Points with a depth, 0 where they have none, shape (n, 3)."""
    return points if points.shape[1] == 3 else np.pad(points, ((0, 0), (0, 1)))


def into(to_picture: Array, xy: Array) -> Array:
    """Points of the picture in the crop, px."""
    return np.asarray((xy - to_picture[:, 2]) @ np.linalg.inv(to_picture[:, :2]).T)


def filled(polygon: Array, margin: int) -> Bools:
    """The inside of a polygon (n, 2) on the crop, made larger (or, below 0, smaller) by px."""
    area = np.zeros(SIZE[::-1], np.uint8)
    outline = fixed(polygon)
    cv2.fillPoly(area, [outline], (1,), shift=4)
    if margin:
        cv2.polylines(area, [outline], True, (int(margin > 0),), 2 * abs(margin), shift=4)
    return area > 0


def hull(points: Array, margin: int) -> Bools:
    """The convex hull of points (n, 2) on the crop, made larger by px."""
    outline = cv2.convexHull(points.astype(np.float32))[:, 0]
    return filled(np.asarray(outline, np.float64), margin)


def fixed(points: Array) -> NDArray[np.int32]:
    """Points as OpenCV draws them with ``shift=4``."""
    return np.asarray(np.rint(np.clip(points, -4096, 4096) * 16), np.int32)
