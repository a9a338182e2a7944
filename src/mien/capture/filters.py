"""Signals on a true clock made regular, smoothed, and measured against their own baseline.

For spotting only: what a track says of a frame is never a filtered number.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter, percentile_filter
from scipy.signal import savgol_filter

Array = NDArray[np.float64]

GAP = 0.2  # seconds without a reading that are bridged; a longer gap parts a clip in two
_SMOOTH = 0.1  # seconds; window of the smoothing
_BRIEF = 1.2  # seconds; what lasts less than half of this is not in the running median
REST, _REST_SPAN = 15.0, 12.0  # per cent, seconds: the level below which a face is at rest
REST_OF_NOISE = 1.036  # standard deviations by which that level lies under the mean of noise


def stretches(time: Array, valid: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
    """Rows with readings, parted where they are missing for longer than a short gap.

    Args:
        time: shape (n,), seconds.
        valid: shape (n,).

    Returns:
        Indices of the valid rows, one array per stretch, each with at least three.
    """
    rows = np.flatnonzero(valid)
    if not len(rows):
        return []
    step = float(np.median(np.diff(time))) if len(time) > 1 else 0.0
    breaks = np.flatnonzero(np.diff(time[rows]) > GAP + step) + 1
    return [part for part in np.split(rows, breaks) if len(part) >= 3]


def regular(time: Array, values: Array) -> tuple[Array, Array]:
    """The same course at equal steps of time.

    Args:
        time: shape (n,), seconds, rising; n at least 2.
        values: shape (n, k).

    Returns:
        Times from the first to the last at the usual step, shape (m,), and values, shape (m, k).
    """
    step = float(np.median(np.diff(time)))
    count = max(round((time[-1] - time[0]) / step), 1) + 1
    even = np.linspace(time[0], time[-1], count)
    columns = [np.interp(even, time, column) for column in values.T]
    return even, np.stack(columns, axis=1)


def smooth(values: Array, rate: float) -> Array:
    """Local parabolas over 0.1 s (Savitzky & Golay, Anal. Chem. 1964); peaks keep place and height.

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
    window = min(_odd(_BRIEF * rate), _odd(2 * len(values)))
    columns = [column - median_filter(column, window, mode="nearest") for column in values.T]
    return np.stack(columns, axis=1)


def raised(values: Array, rate: float) -> Array:
    """How far the values stand above the level of rest around them.

    Args:
        values: shape (n, k), at equal steps.
        rate: per second.
    """
    window = min(_odd(_REST_SPAN * rate), _odd(2 * len(values)))
    columns = [
        column - percentile_filter(column, REST, window, mode="reflect") for column in values.T
    ]
    return np.stack(columns, axis=1)


def noise_of(values: Array) -> Array:
    """Standard deviation of what has no course, shape (k,), robust to what has.

    The larger of two estimates, because an action unit that is mostly at zero has no median
    deviation: median absolute deviation, and 80th percentile of the absolute value.

    Args:
        values: shape (n, k), centred on zero, as from :func:`brief`.
    """
    size = np.abs(values)
    middle = np.median(np.abs(values - np.median(values, axis=0)), axis=0) / 0.6745
    return np.asarray(np.maximum(middle, np.percentile(size, 80.0, axis=0) / 1.2816))


def _odd(count: float) -> int:
    return 2 * int(count / 2) + 1
