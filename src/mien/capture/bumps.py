"""Rises and falls of one signal: when they begin, peak and end, to a fraction of a frame.

A movement starts and ends without speed, so near its foot it grows with the square of time: the
root of the signal is a line there, and where that line meets zero is the onset (or offset), even
where the foot itself is lost in noise.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.signal import find_peaks

Array = NDArray[np.float64]

_LOW, _HIGH = 0.06, 0.45  # shares of the peak between which the root is taken for a line
_FOOT = 2.0  # noise levels below which the foot is not believed
_VALLEY = 0.5  # a dip to less than this share of the smaller peak parts two movements


@dataclass(frozen=True)
class Bump:
    """One rise and fall.

    Attributes:
        onset: seconds.
        apex: seconds.
        offset: seconds.
        peak: height over the baseline.
        whole: whether both feet lie inside the signal; else its first or last time stands for one.
    """

    onset: float
    apex: float
    offset: float
    peak: float
    whole: bool

    @property
    def duration(self) -> float:
        """Seconds from onset to offset."""
        return self.offset - self.onset


def bumps(time: Array, signal: Array, noise: float, threshold: float) -> list[Bump]:
    """All rises and falls of a signal that reach a threshold, in order of time.

    Args:
        time: shape (n,), seconds, at equal steps.
        signal: shape (n,), height over the baseline.
        noise: its standard deviation where nothing happens.
        threshold: least height, and least height over the valleys beside it.
    """
    padded = np.concatenate([[signal.min() - 1.0], signal, [signal.min() - 1.0]])
    tops, found = find_peaks(padded, height=threshold, prominence=threshold)
    tops = tops[found["prominences"] > _VALLEY * found["peak_heights"]] - 1
    # Between two peaks the lowest point parts them.
    parts = [a + int(np.argmin(signal[a:b])) for a, b in pairwise(tops)]
    first, last = [0, *parts], [*(part + 1 for part in parts), len(signal)]
    found_bumps = []
    for top, a, b in zip(tops, first, last, strict=False):
        bump = bump_at(time[a:b], signal[a:b], int(top) - a, noise)
        cut = (bump.onset == time[0]) or (bump.offset == time[-1])
        found_bumps.append(replace(bump, whole=bump.whole or not cut))
    return found_bumps


def bump_at(time: Array, signal: Array, top: int, noise: float) -> Bump:
    """The rise and fall round a peak.

    Args:
        time: shape (n,), seconds.
        signal: shape (n,), height over the baseline.
        top: index of the peak.
        noise: of the signal.
    """
    peak = float(signal[top])
    low = min(max(_LOW, _FOOT * noise / peak), 0.6)
    high = min(max(_HIGH, low + 0.3), 0.9)
    onset = _foot(time[: top + 1][::-1], signal[: top + 1][::-1] / peak, low, high)
    offset = _foot(time[top:], signal[top:] / peak, low, high)
    return Bump(
        onset=float(time[0]) if onset is None else max(onset, float(time[0])),
        apex=_summit(time, signal, top),
        offset=float(time[-1]) if offset is None else min(offset, float(time[-1])),
        peak=peak,
        whole=onset is not None and offset is not None,
    )


def _foot(time: Array, share: Array, low: float, high: float) -> float | None:
    """Where a flank that leads away from the peak meets zero; None where it never comes down.

    At the latest at the lowest point before the signal rises again.

    Args:
        time: shape (n,), from the peak outward.
        share: shape (n,), of the peak.
        low: share of the lower of two points on the flank.
        high: share of the higher one.
    """
    below = np.flatnonzero(share < low)
    if not len(below):
        return None
    end = int(below[0])
    risen = np.flatnonzero(share[end:] >= high)
    farthest = time[end + int(np.argmin(share[end : end + int(risen[0])]))] if len(risen) else None
    outer = _crossing(time, share, end, low)
    start = int(np.flatnonzero(share[:end] >= high)[-1]) + 1
    inner = _crossing(time, share, start, high)
    reach = np.sqrt(low) / (np.sqrt(high) - np.sqrt(low))
    foot = float(outer + reach * (outer - inner))
    if farthest is None:
        return foot
    return min(foot, float(farthest)) if time[-1] > time[0] else max(foot, float(farthest))


def _crossing(time: Array, share: Array, after: int, level: float) -> float:
    """When the course passes a level between the sample before ``after`` and that sample."""
    above, below = share[after - 1], share[after]
    part = (above - level) / (above - below) if above > below else 1.0
    return float(time[after - 1] + np.clip(part, 0.0, 1.0) * (time[after] - time[after - 1]))


def _summit(time: Array, signal: Array, top: int) -> float:
    """Time of the peak between samples: the vertex of a parabola through the three highest."""
    if not 0 < top < len(time) - 1:
        return float(time[top])
    before, here, after = signal[top - 1 : top + 2]
    bend = before - 2.0 * here + after
    shift = 0.5 * (before - after) / bend if bend < 0 else 0.0
    return float(time[top] + np.clip(shift, -0.5, 0.5) * (time[1] - time[0]))
