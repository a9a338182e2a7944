"""How a head moves before a still camera."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import InputError

Array = NDArray[np.float64]

_WAVES = 4  # sines that make a wander
_FARTHEST = 30.0  # degrees; the far side of a face cannot be filmed from its portrait
# Each way of moving has a beat of its own, so that not all come to rest together.
_BEATS = np.array([1.0, 0.83, 1.27, 0.71, 1.13])


@dataclass(frozen=True)
class Head:
    """A smooth motion about the pose of the portrait; it begins in that pose.

    Attributes:
        yaw: degrees to either side at most, by which the head turns further.
        pitch: degrees.
        roll: degrees.
        shift: px of the film to the right and to the left at most.
        rise: px of the film up and down at most.
        period: seconds from one turn to the same side to the next.
        wander: whether it goes to and fro by chance rather than as a sine.
        depth: how deep the head is against the face model's own idea, 1 as deep.
        distance: IOD from the camera; the nearer, the stronger the perspective.
        seed: of the chance.

    Raises:
        InputError: values that cannot be.
    """

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    shift: float = 0.0
    rise: float = 0.0
    period: float = 4.0
    wander: bool = False
    depth: float = 1.0
    distance: float = 12.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not np.isfinite(self._sizes).all() or np.abs(self._sizes[:3]).max() > _FARTHEST:
            raise InputError(f"a head turns by up to {_FARTHEST:g} degrees here")
        if not (self.period > 0.0 and 0.0 <= self.depth <= 2.0 and self.distance >= 4.0):
            raise InputError(
                "a head needs a period above 0 s, a depth from 0 to 2 and 4 IOD of distance"
            )

    @property
    def _sizes(self) -> Array:
        return np.array([self.yaw, self.pitch, self.roll, self.shift, self.rise])

    @property
    def still(self) -> bool:
        """Whether it does not move at all."""
        return not self._sizes.any()

    def course(self, time: Array, seconds: float) -> Array:
        """Yaw, pitch, roll (degrees), shift to the right and down (px), shape (n, 5).

        Args:
            time: shape (n,), seconds.
            seconds: length of the clip, over which a wander reaches its full size.
        """
        sign = np.array([1.0, 1.0, 1.0, 1.0, -1.0])
        if not self.wander:
            return np.asarray(
                sign * self._sizes * np.sin(2 * np.pi * time[:, None] * _BEATS / self.period)
            )
        beats, phases, weights, widest = _wander(self.seed, self.period, seconds)
        waves = np.sin(2 * np.pi * time[:, None, None] * beats + phases) - np.sin(phases)
        return np.asarray(sign * self._sizes * (weights * waves).sum(axis=-1) / widest)


@lru_cache(maxsize=256)
def _wander(seed: int, period: float, seconds: float) -> tuple[Array, Array, Array, Array]:
    """Beats, phases and weights of waves, shape (5, _WAVES), and how far they go, shape (5,)."""
    random = np.random.default_rng((seed, 0x4EAD))
    beats = random.uniform(0.3, 1.4, (5, _WAVES)) / period
    phases = random.uniform(0.0, 2 * np.pi, (5, _WAVES))
    weights = random.uniform(0.4, 1.0, (5, _WAVES))
    moments = np.linspace(0.0, seconds, 512)[:, None, None]
    waves = np.sin(2 * np.pi * moments * beats + phases) - np.sin(phases)
    return beats, phases, weights, np.abs((weights * waves).sum(axis=-1)).max(axis=0)
