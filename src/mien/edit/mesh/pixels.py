"""Types of pictures and fields, and looking up pixels: OpenCV behind exact types."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
F32 = NDArray[np.float32]
Floats = NDArray[np.floating[Any]]
Box = tuple[int, int, int, int]  # left, top, right, bottom in px


@dataclass(frozen=True)
class Crisp:
    """A picture whose look-ups shall not ring beside its lines.

    Attributes:
        image: shape (H, W, 3).
        low: least of each pixel and its right, lower and lower right neighbours, the same shape.
        high: the largest of them.
    """

    image: Image
    low: Image
    high: Image


def crisp(image: Image) -> Crisp:
    """A picture, shape (H, W, 3), made ready for look-ups that stay between neighbouring pixels."""
    block, first = np.ones((2, 2), np.uint8), (0, 0)
    low = cv2.erode(image, block, anchor=first, borderType=cv2.BORDER_REPLICATE)
    high = cv2.dilate(image, block, anchor=first, borderType=cv2.BORDER_REPLICATE)
    return Crisp(image, np.asarray(low, np.uint8), np.asarray(high, np.uint8))


def look(image: Image | Crisp, x: F32, y: F32, *, cubic: bool = True) -> Image:
    """Pixels of a picture at points, the border repeated beyond it.

    Args:
        image: shape (H, W, 3); of a crisp one nothing is darker or brighter than the four pixels
            round a point.
        x: px, shape (rows, columns).
        y: px, the same shape.
        cubic: bicubic (Keys, a = −0.75) rather than bilinear.

    Returns:
        Shape (rows, columns, 3); at whole pixels exactly those pixels.
    """
    if isinstance(image, Crisp):
        seen = look(image.image, x, y, cubic=cubic)
        low, high = (
            cv2.remap(
                bound, np.floor(x), np.floor(y), cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE
            )
            for bound in (image.low, image.high)
        )
        return np.asarray(np.clip(seen, low, high), np.uint8)
    how = cv2.INTER_CUBIC if cubic else cv2.INTER_LINEAR
    x, y = np.asarray(x, np.float32), np.asarray(y, np.float32)
    return np.asarray(cv2.remap(image, x, y, how, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def blend(under: Image, over: Image, share: F32) -> Image:
    """``under`` where share, shape (rows, columns), is 0, ``over`` where it is 1."""
    weight = np.asarray(share, np.float32)
    return np.asarray(cv2.blendLinear(under, over, 1 - weight, weight), np.uint8)


def to_image(values: Floats) -> Image:
    """Rounded to 8 bits."""
    return np.asarray(np.clip(values + np.float32(0.5), 0, 255), np.uint8)


def smooth(t: Floats) -> F32:
    """Smooth step from 0 at 0 to 1 at 1."""
    t = np.clip(t, 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def box_of(mask: NDArray[np.bool_]) -> Box | None:
    """Left, top, right, bottom of what is true in a mask; None where nothing is."""
    left, top, width, height = cv2.boundingRect(mask.astype(np.uint8))
    return (left, top, left + width, top + height) if width else None


def carried_on(values: NDArray[Any], known: NDArray[np.bool_]) -> NDArray[Any]:
    """Values (rows, columns, ...) with each that is not known replaced by the nearest that is."""
    if known.all() or not known.any():
        return values.copy()
    _, labels = cv2.distanceTransformWithLabels(
        (~known).astype(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    nearest = np.zeros((int(labels.max()) + 1, *values.shape[2:]), values.dtype)
    nearest[labels[known]] = values[known]
    filled = values.copy()
    filled[~known] = nearest[labels[~known]]
    return filled
