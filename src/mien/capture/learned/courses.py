"""The action units around an event as the reader found them, on the clock of the network.

Beside the motion itself this is what a network may be told as well: the reader sees finer skin and
the person's own muscles, the network sees what no action unit explains.
"""

import numpy as np
from numpy.typing import NDArray

from mien.capture.learned.grid import APEX, RATE, STEPS
from mien.capture.learned.window import REST
from mien.core.facs import COLUMNS

Array = NDArray[np.float64]
F32 = NDArray[np.float32]


def courses(time: Array, aus: Array, onset: float, apex: float) -> F32:
    """How much more intense each action unit is in each step than at rest before the event.

    Args:
        time: shape (n,), seconds, of the frames of one face, in order.
        aus: shape (n, len(COLUMNS)), 0 to 5; NaN where nothing was read.
        onset: seconds; from where the face no longer rests.
        apex: seconds; the middle of the window.

    Returns:
        Shape (STEPS, len(COLUMNS)), -5 to 5; 0 where nothing was read, then or at rest.
    """
    if not len(time):
        return np.zeros((STEPS, len(COLUMNS)), np.float32)
    gap = float(np.median(np.diff(time))) if len(time) > 1 else 0.0
    wide = max(1.0 / RATE, gap)  # so that every step has a frame, however slow the camera
    steps = apex + (np.arange(STEPS) - APEX) / RATE
    weights = np.maximum(1.0 - np.abs(time - steps[:, None]) / wide, 0.0)
    early, late = REST
    rest = (time >= onset - early) & (time <= onset - late)
    if not rest.any():  # the clip begins with the event
        rest[int(np.argmin(np.abs(time - onset)))] = True
    found = _means(np.vstack([weights, rest]), aus)
    return np.asarray(np.nan_to_num(found[:-1] - found[-1]), np.float32)


def _means(weights: Array, aus: Array) -> Array:
    """Weighted means over the frames that were read; NaN where there are none."""
    known = np.isfinite(aus)
    sums, counts = weights @ np.where(known, aus, 0.0), weights @ known.astype(np.float64)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(counts > 0.0, sums / counts, np.nan))
