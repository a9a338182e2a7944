"""What must stay of a drawing: the width of its lines and its flat colours."""

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Colours = NDArray[np.int16]

_FINE = 3  # a picture is enlarged this much before its lines are measured
_COMMON = 1e-3  # share of an area that a colour covers to be one of its palette
_NEAR = 2  # levels
_EDGE = 5  # px, side of the square in which two colours make an edge


def line_width(image: Image, where: Mask, ink: NDArray[np.float32], widest: float) -> float:
    """Median width of the lines in an area, px; NaN where there are none.

    Twice the distance to the paper along the middle of each line, on an enlarged picture.

    Args:
        image: RGB, shape (H, W, 3).
        where: shape (H, W).
        ink: RGB of the lines; what is nearer to it than to white or to skin is line.
        widest: px; what is wider is an area.
    """
    left, top, width, height = cv2.boundingRect(where.astype(np.uint8))
    box = np.s_[top : top + height, left : left + width]
    image, where = image[box], where[box]
    grey = image.astype(np.float32).mean(axis=2)
    paper = float(np.median(grey[where & (grey > ink.mean() + 60)]))
    size = image.shape[1] * _FINE, image.shape[0] * _FINE
    fine = cv2.resize(grey, size, interpolation=cv2.INTER_LINEAR)
    dark = (fine < (paper + float(ink.mean())) / 2).astype(np.uint8)
    inside = cv2.distanceTransform(dark, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    ridge = (inside > 0) & (inside >= cv2.dilate(inside, np.ones((3, 3), np.uint8)) - 1e-3)
    ridge &= cv2.resize(where.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    widths = 2 * inside[ridge] / _FINE
    widths = widths[(widths < widest) & (widths > 1)]
    return float(np.median(widths)) if len(widths) else float("nan")


def palette(image: Image, where: Mask) -> Colours:
    """The colours that cover at least a thousandth of an area each, shape (n, 3)."""
    colours, counts = np.unique(image[where], axis=0, return_counts=True)
    return np.asarray(colours[counts >= _COMMON * counts.sum()], np.int16)


def flat_share(image: Image, where: Mask, colours: Colours) -> float:
    """Share of an area that lies within two levels of one of some colours, 0 to 1.

    Pixels beside an edge of two colours are left out: they are mixed in every drawing.

    Args:
        image: RGB, shape (H, W, 3).
        where: shape (H, W).
        colours: shape (n, 3).
    """
    seen, back = np.unique(image.reshape(-1, 3), axis=0, return_inverse=True)
    off = np.abs(seen[:, None].astype(np.int16) - colours[None]).max(axis=2)
    nearest = off.argmin(axis=1).astype(np.uint8)[back].reshape(where.shape)
    box = np.ones((_EDGE, _EDGE), np.uint8)
    plain = where & (cv2.dilate(nearest, box) == cv2.erode(nearest, box))
    flat = (off.min(axis=1) <= _NEAR)[back].reshape(where.shape)
    return float(flat[plain].mean())
