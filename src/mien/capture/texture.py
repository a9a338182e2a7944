"""A frame brought onto the flat picture of a face, without its light.

What is left is contrast: by how many per cent a px differs from the light around it. A lamp that
flickers, an exposure that adjusts itself or a shadow that creeps over the face changes the light,
not the contrast.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.capture.surface import DENSITY, Surface

Array = NDArray[np.float64]
F32 = NDArray[np.float32]

_AROUND = 31  # px of the flat picture; the neighbourhood whose mean is its light
_NO_SECOND = np.empty(0, np.float32)  # map: x and y come together
_DARK = 4.0  # levels; nothing darker is divided by
_MARGIN = 8  # px of the frame kept round the face, for what a correction moves
_SOFT = 0.7  # px of the flat picture; the blur that makes sampling between px exact enough
_DENSEST = 1.8  # px of the frame per px of the flat picture, above which the frame is shrunk


@dataclass(frozen=True)
class Patch:
    """The part of a frame that holds the face, grey and free of aliasing.

    Attributes:
        levels: shape (h, w).
        left: px of the frame.
        top: px of the frame.
        shrink: px of the patch per px of the frame, across and down.
    """

    levels: F32
    left: int
    top: int
    shrink: tuple[float, float]


def patch_of(frame: NDArray[np.uint8], points: Array, scale: float) -> Patch | None:
    """Cut a face out of a frame; None where it lies outside.

    Args:
        frame: RGB (H, W, 3) or grey (H, W).
        points: shape (478, 2), px, where the face is about to be.
        scale: px per IOD.
    """
    height, width = frame.shape[:2]
    low = np.maximum(np.floor(points.min(axis=0)).astype(int) - _MARGIN, 0)
    high = np.minimum(np.ceil(points.max(axis=0)).astype(int) + _MARGIN, (width, height))
    if (high - low).min() < 2 * _MARGIN:
        return None
    part: NDArray[Any] = frame[low[1] : high[1], low[0] : high[0]]
    if part.ndim == 3:
        part = cv2.cvtColor(part, cv2.COLOR_RGB2GRAY)
    density, shrink = scale / DENSITY, (1.0, 1.0)
    if density > _DENSEST:
        small = [round(side * 1.4 / density) for side in (part.shape[1], part.shape[0])]
        shrink = (small[0] / part.shape[1], small[1] / part.shape[0])
        part = cv2.resize(part, small, interpolation=cv2.INTER_AREA)
    soft = _SOFT * max(density * shrink[0], 1.0)
    levels = np.asarray(cv2.GaussianBlur(part.astype(np.float32), (0, 0), soft), np.float32)
    return Patch(levels, int(low[0]), int(low[1]), shrink)


def contrast(surface: Surface, patch: Patch, points: Array, weight: F32 | None) -> F32:
    """The contrast of a face, per cent, shape ``surface.shape``.

    Args:
        surface: of the face.
        patch: of the frame.
        points: shape (478, 2 or more), px of the frame, where the face is.
        weight: of :func:`light_weight`; None leaves the light on it, in levels.
    """
    places = surface.map_to((points[:, :2] - (patch.left, patch.top)) * patch.shrink - 0.5)
    border = cv2.BORDER_REPLICATE
    levels = cv2.remap(patch.levels, places, _NO_SECOND, cv2.INTER_LINEAR, borderMode=border)
    if weight is None:
        return np.asarray(levels, np.float32)
    light = cv2.blur(levels * surface.skin, (_AROUND, _AROUND)) * weight
    return np.asarray(levels * (100.0 / np.maximum(light, _DARK)) - 100.0, np.float32)


def light_weight(surface: Surface) -> F32:
    """What makes the mean of a neighbourhood one of the skin in it, shape ``surface.shape``."""
    return np.asarray(
        1.0 / np.maximum(cv2.blur(surface.skin, (_AROUND, _AROUND)), 1e-2), np.float32
    )
