"""How an expression comes and goes: 0 at the onset, 1 at the apex, 0 again at the offset.

Times are seconds. Three families, all monotone on either side of the apex:

* ``cosine``: half a cosine up, half a cosine down; no speed at onset, apex and offset.
* ``gamma``: x^k exp(k(1-x)), quick to come and slow to go, cut off smoothly towards the offset.
* ``linear``: steady speed with rounded corners.

A family of one's own is a way up and a way down; a course of another kind is anything that fits
:class:`Course`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import InputError

Array = NDArray[np.float64]

# The way up, 0 at 0 and 1 at 1; and the way down, 1 at 0 and 0 at 1, which is told how many times
# as long as the way up it takes.
Family = tuple[Callable[[Array], Array], Callable[[Array, float], Array]]

_SHARPNESS = 3.0  # k of the gamma family
_CORNER = 0.25  # share of a linear phase in which the speed rises, and again in which it falls


class Course(Protocol):
    """How something comes and goes, whatever its form."""

    @property
    def onset(self) -> float:
        """Seconds, the last moment of 0."""
        ...

    @property
    def apex(self) -> float:
        """Seconds, the first moment of 1."""
        ...

    @property
    def offset(self) -> float:
        """Seconds, the first moment of 0 again."""
        ...

    def value(self, time: Array) -> Array:
        """Share of the peak, 0 to 1, at times in seconds; 0 outside onset and offset."""
        ...


def is_micro(course: Course) -> bool:
    """Whether it lasts at most 0.5 s, with an onset phase of at most 0.26 s."""
    slack = 1e-9  # of floats that were added up
    brief = course.offset - course.onset <= 0.5 + slack
    return brief and course.apex - course.onset <= 0.26 + slack


@dataclass(frozen=True)
class Envelope:
    """The course of one expression in time.

    Attributes:
        onset: seconds, the last moment of 0.
        apex: seconds, the moment of 1.
        offset: seconds, the first moment of 0 again.
        family: one of :data:`FAMILIES`, or one's own.

    Raises:
        InputError: times that do not rise, or an unknown family.
    """

    onset: float
    apex: float
    offset: float
    family: str | Family = "cosine"

    def __post_init__(self) -> None:
        times = (self.onset, self.apex, self.offset)
        if not (np.isfinite(times).all() and self.onset < self.apex < self.offset):
            raise InputError(
                f"onset, apex and offset must rise, got {self.onset:g}, {self.apex:g},"
                f" {self.offset:g} s"
            )
        if isinstance(self.family, str) and self.family not in FAMILIES:
            raise InputError(f"unknown envelope {self.family!r}: use one of {', '.join(FAMILIES)}")

    @property
    def is_micro(self) -> bool:
        """See :func:`is_micro`."""
        return is_micro(self)

    def value(self, time: Array) -> Array:
        """Share of the peak, 0 to 1, at times in seconds of any shape.

        Exactly 0 at and outside onset and offset, exactly 1 at the apex.
        """
        at = np.asarray(time, dtype=np.float64)
        rise, fall = FAMILIES[self.family] if isinstance(self.family, str) else self.family
        ratio = (self.offset - self.apex) / (self.apex - self.onset)
        up = np.clip((at - self.onset) / (self.apex - self.onset), 0.0, 1.0)
        down = np.clip((at - self.apex) / (self.offset - self.apex), 0.0, 1.0)
        found = np.where(at <= self.apex, rise(up), fall(down, ratio))
        inside = (at > self.onset) & (at < self.offset)
        shaped = np.where(inside, np.clip(found, 0.0, 1.0), 0.0)
        return np.asarray(np.where(at == self.apex, 1.0, shaped))


def _cosine(share: Array) -> Array:
    return np.asarray((1.0 - np.cos(np.pi * share)) / 2.0)


def _gamma(share: Array) -> Array:
    return np.asarray((share * np.exp(1.0 - share)) ** _SHARPNESS)


def _gamma_fall(share: Array, ratio: float) -> Array:
    """The falling branch, lowered so that it ends at 0.

    Args:
        share: of the falling phase that is over.
        ratio: length of the falling phase in units of the rising one.
    """
    end = float(_gamma(np.array(1.0 + ratio)))
    if 1.0 - end < 1e-9:  # hardly any time to fall: the branch is a parabola there
        return np.asarray(1.0 - share**2)
    return np.asarray((_gamma(1.0 + ratio * share) - end) / (1.0 - end))


def _linear(share: Array) -> Array:
    """Distance gone at a speed that rises, stays and falls."""
    top = 1.0 / (1.0 - _CORNER)
    start = top * share**2 / (2.0 * _CORNER)
    middle = top * (share - _CORNER / 2.0)
    end = 1.0 - top * (1.0 - share) ** 2 / (2.0 * _CORNER)
    return np.where(share < _CORNER, start, np.where(share > 1.0 - _CORNER, end, middle))


FAMILIES: Mapping[str, Family] = {
    "cosine": (_cosine, lambda share, _: 1.0 - _cosine(share)),
    "gamma": (_gamma, _gamma_fall),
    "linear": (_linear, lambda share, _: 1.0 - _linear(share)),
}
