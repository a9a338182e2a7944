"""The grid on which motion is handed to the network, and its clock.

Every face is brought onto the flat picture of the average one, so that a cell is the same place of
every face. A step is 25 ms: of a movement that is over in 0.2 s hardly anything is faster than
12 Hz, and a mean over more frames leaves less noise.
"""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy.template import template
from mien.capture.surface import DENSITY, Surface, surface_of
from mien.capture.texture import light_weight

Array = NDArray[np.float64]
F32 = NDArray[np.float32]

SIDE = 28  # cells in a row, and rows
RATE = 40.0  # steps per second
STEPS = 32  # of a window
APEX = 16  # the step at which a movement is at its highest
CHANNELS = ("u", "v", "strain", "seen")

_LEAST = 0.15  # share of a cell that must be skin


@cache
def surface() -> Surface:
    """The flat picture of the average face."""
    return surface_of(template())


@cache
def light() -> F32:
    """What :func:`mien.capture.texture.contrast` takes the light off with."""
    return light_weight(surface())


@cache
def skin() -> F32:
    """Shape (SIDE, SIDE), 1 where a cell holds skin, else 0."""
    return np.asarray(_share() > _LEAST, np.float32)


def pooled(values: F32) -> F32:
    """Means over the skin of each cell, 0 where there is none.

    Args:
        values: shape of the surface, and any number of channels.

    Returns:
        Shape (SIDE, SIDE, channels...).
    """
    flat = surface().skin
    held = values * (flat if values.ndim == 2 else flat[..., None])
    small = np.asarray(cv2.resize(held, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.float32)
    weight = skin() / np.maximum(_share(), _LEAST)
    return np.asarray(small * (weight if values.ndim == 2 else weight[..., None]), np.float32)


def strain(flow: F32) -> F32:
    """Optical strain of each cell, sqrt(ux² + vy² + (uy + vx)²/2), per cent.

    Args:
        flow: shape (..., SIDE, SIDE, 2), to the subject's left and up, hundredths of an IOD.
    """
    down, across = spacing()
    u, v = flow[..., 0], flow[..., 1]
    uy, ux = np.gradient(u, -down, across, axis=(-2, -1))
    vy, vx = np.gradient(v, -down, across, axis=(-2, -1))
    return np.asarray(np.sqrt(ux**2 + vy**2 + 0.5 * (uy + vx) ** 2) * skin(), np.float32)


def spacing() -> tuple[float, float]:
    """IOD from one cell to the next, down and across."""
    height, width = surface().shape
    return height / SIDE / DENSITY, width / SIDE / DENSITY


@cache
def cells() -> Array:
    """Barycentric weights of the middle of each cell, shape (SIDE², 478)."""
    values = surface().places.toarray().astype(np.float32)
    height, width = surface().shape
    nodes = values.reshape(height // 3, width // 3, -1)
    found = [
        cv2.resize(nodes[..., at : at + 4], (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
        for at in range(0, nodes.shape[-1], 4)
    ]
    columns = [one if one.ndim == 3 else one[..., None] for one in found]
    return np.asarray(np.concatenate(columns, axis=-1).reshape(SIDE**2, -1), np.float64)


@cache
def _share() -> F32:
    """Share of each cell that is skin."""
    return np.asarray(
        cv2.resize(surface().skin, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.float32
    )
