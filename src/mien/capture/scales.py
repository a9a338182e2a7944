"""One reader's intensities on the scale of another's, learned where both saw the same.

Two readers of action units agree on when something moves sooner than on how much. Where their
courses go together over a clip, a straight line brings the one onto the other: the reduced major
axis, which takes neither of them for the truth. Least squares would, and make every movement of the
noisier one smaller (Warton et al., Biol. Rev. 81, 2006).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.core.facs import MAX_INTENSITY

Array = NDArray[np.float64]

LEAST = 30  # frames that both have read
CORRELATION = 0.6  # least; below it more of what the other says is its own than is shared
_CHANCE = 2.6  # standard errors of the correlation over none at all; 17 units are asked at once
_MOVED = 0.3  # intensities; what moves less is no movement to learn a scale on
_SLOPES = (0.1, 10.0)
_STRAY = 3.0  # standard deviations of what is left, robust, beyond which a frame does not count
_BEYOND = 0.25  # of the range that was learned on; further out the line says nothing


@dataclass(frozen=True)
class Scale:
    """How a unit of one reader is brought onto another's scale.

    Attributes:
        frames: on which both have read it.
        correlation: of the two there, -1 to 1; NaN where one of them stands still.
        slope: intensities per intensity; NaN where the scale was refused.
        offset: what the other reads where the one reads 0; NaN as well.
        error: standard deviation of what the line leaves, intensities; NaN as well.
        low: least value that it holds for.
        high: greatest.
        refused: why there is no scale, in words; empty where there is one.
    """

    frames: int
    correlation: float = math.nan
    slope: float = math.nan
    offset: float = math.nan
    error: float = math.nan
    low: float = math.nan
    high: float = math.nan
    refused: str = ""

    def of(self, values: Array) -> Array:
        """Values on the other scale, 0 to 5; NaN where it does not hold, or was refused."""
        inside = (values >= self.low) & (values <= self.high)
        scaled = np.clip(self.slope * values + self.offset, 0.0, MAX_INTENSITY)
        return np.where(inside, scaled, np.nan)


def learned_scale(values: Array, onto: Array) -> Scale:
    """The scale on which the values of one reader are another's.

    Args:
        values: shape (n,), of the one, frame by frame; NaN where it did not read.
        onto: shape (n,), of the other, on the same frames.
    """
    both = np.isfinite(values) & np.isfinite(onto)
    x, y = values[both], onto[both]
    if len(x) < LEAST:
        return Scale(len(x), refused=f"both have read it on {len(x)} frames, {LEAST} are needed")
    if min(_range(x), _range(y)) < _MOVED:
        return Scale(len(x), refused="it hardly moves")
    correlation = float(np.corrcoef(x, y)[0, 1])
    if not correlation >= CORRELATION:
        return Scale(len(x), correlation, refused="they do not move together")
    if not _beyond_chance(x, y, correlation):
        return Scale(len(x), correlation, refused="too little moves to tell it from chance")
    slope, offset = _axis(x, y)
    left = y - np.clip(slope * x + offset, 0.0, MAX_INTENSITY)
    kept = np.abs(left) <= _STRAY * 1.4826 * np.median(np.abs(left - np.median(left))) + 0.1
    if kept.sum() >= LEAST and min(np.ptp(x[kept]), np.ptp(y[kept])) >= _MOVED:
        slope, offset = _axis(x[kept], y[kept])
        left = y - np.clip(slope * x + offset, 0.0, MAX_INTENSITY)
    if not _SLOPES[0] <= slope <= _SLOPES[1]:
        return Scale(len(x), correlation, refused=f"one moves {slope:.2g} times as much")
    margin = _BEYOND * float(np.ptp(x))
    low, high = float(x.min()) - margin, float(x.max()) + margin
    error = float(np.sqrt(np.mean(left**2)))
    return Scale(len(x), correlation, slope, offset, error, low, high)


def _range(values: Array) -> float:
    low, high = np.percentile(values, (2.0, 98.0))
    return float(high - low)


def _axis(x: Array, y: Array) -> tuple[float, float]:
    """Slope and offset of the reduced major axis."""
    slope = float(y.std() / x.std())
    return slope, float(np.median(y - slope * x))


def _beyond_chance(x: Array, y: Array, correlation: float) -> bool:
    """Whether two slow courses are as alike by more than chance.

    Neighbouring frames say nearly the same, so they count for less (Bartlett 1935); Fisher's z.
    """
    slow = _neighbours(x) * _neighbours(y)
    count = len(x) * (1.0 - slow) / (1.0 + slow)
    return count > 3.0 and math.atanh(min(correlation, 0.9999)) > _CHANCE / math.sqrt(count - 3.0)


def _neighbours(values: Array) -> float:
    """Correlation of each value with the next one, 0 to 1."""
    apart = values - values.mean()
    return float(np.clip((apart[1:] * apart[:-1]).sum() / (apart**2).sum(), 0.0, 1.0))
