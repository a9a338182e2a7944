"""Ways in which an expression comes and goes that mien's own table does not hold.

A spotter that was built with one family of curves in mind may like that family best. These are kept
out of the package proper and used only to measure.

* ``plateau``: cubic ways up and down, and a third of the way down spent at the top.
* ``minimum-jerk``: the course of voluntary movements (Flash & Hogan, J. Neurosci. 1985).
* ``beta``: distribution functions of skewed beta densities, quick to start and slow to arrive.
* ``two-step``: halts half-way up, as an expression that is held back and breaks through.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

from mien.core.envelope import FAMILIES, Envelope, Family

Array = NDArray[np.float64]

_HELD = 1 / 3  # of the way down, at the top of a plateau
_HALT = (0.4, 0.65, 0.55)  # of the way up: start and end in time, height
_UP, _DOWN = (1.5, 3.0), (1.5, 4.0)  # a and b of the beta densities


def course(onset: float, apex: float, offset: float, family: str) -> Envelope:
    """The course of an expression.

    Args:
        onset: seconds.
        apex: seconds, the first moment at the top.
        offset: seconds.
        family: one of :data:`HELD_OUT`, or of ``mien.core.envelope``.

    Raises:
        InputError: times that do not rise, or an unknown family.
    """
    return Envelope(onset, apex, offset, HELD_OUT.get(family, family))


def top(apex: float, offset: float, family: str) -> tuple[float, float]:
    """Seconds, first and last moment at the top."""
    return apex, apex + (_HELD if family == "plateau" else 0.0) * (offset - apex)


def _cubic(share: Array) -> Array:
    return np.asarray(share**2 * (3.0 - 2.0 * share))


def _after_hold(share: Array, _: float) -> Array:
    return 1.0 - _cubic(np.clip((share - _HELD) / (1.0 - _HELD), 0.0, 1.0))


def _jerk(share: Array) -> Array:
    return np.asarray(share**3 * (10.0 - 15.0 * share + 6.0 * share**2))


def _two_steps(share: Array) -> Array:
    first, second, height = _HALT
    one = height * _jerk(np.clip(share / first, 0.0, 1.0))
    two = (1.0 - height) * _jerk(np.clip((share - second) / (1.0 - second), 0.0, 1.0))
    return np.asarray(one + two)


HELD_OUT: Mapping[str, Family] = {
    "plateau": (_cubic, _after_hold),
    "minimum-jerk": (_jerk, lambda share, _: 1.0 - _jerk(share)),
    "beta": (lambda share: betainc(*_UP, share), lambda share, _: 1.0 - betainc(*_DOWN, share)),
    "two-step": (_two_steps, lambda share, _: 1.0 - _jerk(share)),
}
OURS = tuple(FAMILIES)
