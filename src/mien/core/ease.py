"""How a face goes from one expression to another: how fast, and which part first.

Muscles are quick to pull and slow to let go, and the parts of a face do not start together: gaze
and lids lead, the mouth and the jaw come last. The order follows Jack, Garrod & Schyns (Curr. Biol.
2014), in whose expressions the lids and the nose move early and the mouth late; by how much is our
own choice.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from mien.core import facs

Array = NDArray[np.float64]

# Share of the way by which a region starts, and arrives, after the first one.
DELAY: Mapping[str, float] = {
    "gaze": 0.0, "eye": 0.0, "brow": 0.04, "nose": 0.04, "cheek": 0.08, "mouth": 0.10,
    "chin": 0.14,
}  # fmt: skip
_LATEST = max(DELAY.values())
_DELAYS = np.array([DELAY[facs.REGION[column]] for column in facs.COLUMNS])
_QUICK = 1.6  # half of the way is gone after 0.35 of the time where a muscle pulls


def minimum_jerk(share: Array) -> Array:
    """0 to 1 without speed or acceleration at either end (Flash & Hogan, J. Neurosci. 1985)."""
    u = np.clip(share, 0.0, 1.0)
    return np.asarray(u**3 * (10.0 - 15.0 * u + 6.0 * u**2))


def _natural(share: float, rising: NDArray[np.bool_]) -> Array:
    own = np.clip((share - _DELAYS) / (1.0 - _LATEST), 0.0, 1.0)
    return np.where(rising, minimum_jerk(1.0 - (1.0 - own) ** _QUICK), minimum_jerk(own))


def _smooth(share: float, rising: NDArray[np.bool_]) -> Array:
    return np.full(len(rising), float(minimum_jerk(np.array(share))))


def _linear(share: float, rising: NDArray[np.bool_]) -> Array:
    return np.full(len(rising), min(max(share, 0.0), 1.0))


# Share of the time gone by, 0 to 1, and which action units grow, to the share of the way, both of
# shape (len(COLUMNS),): "natural" as above, "smooth" all together, "linear" at a steady speed.
EASES: Mapping[str, Callable[[float, NDArray[np.bool_]], Array]] = {
    "natural": _natural,
    "smooth": _smooth,
    "linear": _linear,
}


def between(start: Array, end: Array, share: float, ease: str = "natural") -> Array:
    """Intensities on the way from one expression to another.

    Args:
        start: shape (len(COLUMNS),).
        end: shape (len(COLUMNS),).
        share: of the time that is gone, 0 to 1.
        ease: one of :data:`EASES`.

    Returns:
        Shape (len(COLUMNS),): exactly ``start`` at 0 and ``end`` at 1.
    """
    way = EASES[ease](share, end > start)
    return np.where(way >= 1.0, end, start + way * (end - start))
