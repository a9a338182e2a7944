"""Signals on a true clock made regular, smoothed, and measured against their own baseline.

Of these, a track's numbers use the baselines alone: they part what is brief from what lasts.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter, percentile_filter
from scipy.signal import savgol_filter

from mien.capture.gate.spans import step as usual_step
from mien.core.signal import Interval

Array = NDArray[np.float64]

_BLOCK, _BESIDE = 60.0, 14.0  # seconds; more beside a block than any baseline looks for
GAP = 0.2  # seconds without a reading that are bridged; a longer gap parts a clip in two
_RARELY = 6  # frames from one beginning of the codec to the next, at least on average
_SMOOTH = 0.1  # seconds; window of the smoothing
_BRIEF = 1.2  # seconds; what lasts less than half of this is not in the running median
_BASELINE_RATE = 50.0  # per second; enough for a baseline that changes within seconds
REST, _REST_SPAN = 15.0, 12.0  # per cent, seconds: the level below which a face is at rest
REST_OF_NOISE = 1.036  # standard deviations by which that level lies under the mean of noise


def stretches(time: Array, part: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Rows parted where they are missing for longer than a short gap.

    Args:
        time: shape (n,), seconds, rising.
        part: shape (n,); where this number changes the rows are parted, too.

    Returns:
        Indices of the rows, one array per stretch, each with at least three.
    """
    if len(time) < 3:
        return []
    step = usual_step(time)
    breaks = np.flatnonzero((np.diff(time) > GAP + step) | (np.diff(part) != 0)) + 1
    return [rows for rows in np.split(np.arange(len(time)), breaks) if len(rows) >= 3]


def blocks(time: Array) -> Iterator[tuple[slice, Interval]]:
    """A long stretch in blocks of a minute, so that memory does not grow with it.

    Args:
        time: shape (n,), seconds, rising.

    Returns:
        Rows to work on, some seconds more than the block on either side, and the span that counts.
    """
    first, last = float(time[0]), float(time[-1])
    count = max(round((last - first) / _BLOCK), 1)
    edges = np.linspace(first, last, count + 1)
    for i, (start, end) in enumerate(pairwise(edges.tolist())):
        rows = np.searchsorted(time, (start - _BESIDE, end + _BESIDE))
        span = Interval(start if i else -np.inf, end if i < count - 1 else np.inf)
        yield slice(int(rows[0]), int(rows[1])), span


def regular(time: Array, values: Array) -> tuple[Array, Array]:
    """The same course at equal steps of time.

    Args:
        time: shape (n,), seconds, rising; n at least 2.
        values: shape (n, k).

    Returns:
        Times from the first to the last at the usual step, shape (m,), and values, shape (m, k).
    """
    step = usual_step(time)
    count = max(round((time[-1] - time[0]) / step), 1) + 1
    even = np.linspace(time[0], time[-1], count)
    columns = [np.interp(even, time, column) for column in values.T]
    return even, np.stack(columns, axis=1)


def evenly(filtered: Callable[[Array, float], Array], time: Array, values: Array) -> Array:
    """What a filter that wants equal steps makes of a course that may not have them.

    Args:
        filtered: of values, shape (m, k), and rows per second; keeps the shape.
        time: shape (n,), seconds, rising; n at least 2.
        values: shape (n, k).

    Returns:
        Shape (n, k), at the times given.
    """
    even, regular_values = regular(time, values)
    found = filtered(regular_values, (len(even) - 1) / (even[-1] - even[0]))
    return np.stack([np.interp(time, even, column) for column in found.T], axis=1)


def without_jumps(values: Array, key: NDArray[np.bool_]) -> Array:
    """The same course without what the codec adds where it begins anew.

    There the whole picture is drawn better or worse at once, and every reading jumps, for good. A
    jump is what a row differs from the one before beyond the pace of its neighbours. Where every
    few frames are such, they are all drawn alike and nothing is taken off.

    Args:
        values: shape (n, k).
        key: shape (n,), whether the codec began anew with this row.
    """
    rows = np.flatnonzero(key[:-1])
    rows = rows[rows >= 2]
    if len(rows) * _RARELY > len(values):
        return values
    steps = np.diff(values, axis=0)
    jumps = np.zeros_like(values)
    jumps[rows] = steps[rows - 1] - (steps[rows - 2] + steps[rows]) / 2.0
    return np.asarray(values - np.cumsum(jumps, axis=0))


def smooth(values: Array, rate: float) -> Array:
    """Local parabolas over a tenth of a second (Savitzky & Golay, Anal. Chem. 1964).

    Peaks keep their place and height. Below 40 frames a second nothing is smoothed.

    Args:
        values: shape (n, k), at equal steps.
        rate: per second.
    """
    window = _odd(_SMOOTH * rate)
    if window < 5 or len(values) < window:
        return values
    return np.asarray(savgol_filter(values, window, 2, axis=0, mode="interp"))


def brief(values: Array, rate: float) -> Array:
    """What comes and goes within half a second or so: the values less their running median.

    Args:
        values: shape (n, k), at equal steps.
        rate: per second.
    """
    return values - _baseline(values, rate, _BRIEF, 50.0)


def raised(values: Array, rate: float) -> Array:
    """How far the values stand above the level of rest around them.

    Args:
        values: shape (n, k), at equal steps.
        rate: per second.
    """
    return values - _baseline(values, rate, _REST_SPAN, REST)


def spread(values: Array) -> Array:
    """Standard deviation about zero of what is mostly noise, shape (k,): by the median.

    Args:
        values: shape (n, k), or (n,).
    """
    return np.asarray(np.median(np.abs(values), axis=0) / 0.6745)


def noise_of(values: Array) -> Array:
    """Standard deviation of what has no course, shape (k,), robust to what has.

    The larger of two estimates, because an action unit that is mostly at zero has no median
    deviation: median absolute deviation, and 80th percentile of the absolute value.

    Args:
        values: shape (n, k), centred on zero, as from :func:`brief`.
    """
    size = np.abs(values)
    middle = spread(values - np.median(values, axis=0))
    return np.asarray(np.maximum(middle, np.percentile(size, 80.0, axis=0) / 1.2816))


def _baseline(values: Array, rate: float, span: float, level: float) -> Array:
    """A running percentile, shape (n, k); computed on every few rows and drawn between them."""
    every = max(int(rate / _BASELINE_RATE), 1)
    chosen = values[::every]
    window = min(_odd(span * rate / every), _odd(2 * len(chosen)))
    columns = [
        median_filter(column, window, mode="nearest")
        if level == 50.0
        else percentile_filter(column, level, window, mode="reflect")
        for column in chosen.T
    ]
    at = np.arange(len(values))
    return np.stack([np.interp(at, at[::every], column) for column in columns], axis=1)


def _odd(count: float) -> int:
    return 2 * int(count / 2) + 1
