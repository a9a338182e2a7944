"""A stretch of a course made ready to be searched: at even steps, what is brief, what lasts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.inverse import freed
from mien.capture import filters
from mien.capture.clutter import LIDS, SPOTTED, background, wander
from mien.capture.course import Course
from mien.capture.head import compensated
from mien.capture.limits import Limits
from mien.capture.parts import Part
from mien.capture.quality import rate_of

Array = NDArray[np.float64]

# IOD per degree: what a turning head, compensated, still adds to the motion of its skin, and what
# it adds to landmarks.
_SWAY, _SWAY_LONG = 1e-4, 1e-3


@dataclass(frozen=True)
class Signals:
    """A stretch of a course at equal steps.

    Attributes:
        time: shape (m,), seconds.
        brief: shape (m, columns), over the running median.
        lasting: shape (m, columns), the running median.
        raised: shape (m, columns), by landmarks, over the level of rest; of the lids without
            blinks.
        shut: shape (m,), how far both eyes are closed, blinks too.
        noise: shape (columns, columns), covariance of the background.
        slow: shape (columns, columns), the same with what the zero wanders.
        rate: rows per second.
    """

    time: Array
    brief: Array
    lasting: Array
    raised: Array
    shut: Array
    noise: Array
    slow: Array
    rate: float


def signals_of(course: Course, aus: Array, limits: Limits) -> Signals:
    """Make a stretch ready.

    Args:
        course: of the face, without long gaps.
        aus: shape (len(course), len(COLUMNS)), what the track says of the same rows.
        limits: what counts.
    """
    lasting = freed(_filled(course.time, aus))[:, SPOTTED]
    without = limits.without
    moving = course.aus[:, SPOTTED]
    if Part.CODEC not in without:
        moving = filters.without_jumps(moving, course.key)
    both = np.concatenate([moving, lasting, course.pose], axis=1)
    time, values = filters.regular(course.time, both)
    rate = rate_of(time)
    count = len(SPOTTED)
    if Part.SMOOTHING not in without:
        values = filters.smooth(values, rate)
    moving, lasting, pose = np.split(values, [count, 2 * count], axis=1)
    brief = filters.brief(moving, rate)
    if Part.HEAD not in without:
        brief = compensated(brief, pose, rate)
    noise = background(brief)
    if Part.BACKGROUND in without:
        noise = np.diag(filters.noise_of(brief) ** 2) + wander(limits.wander)
    passing = filters.brief(lasting, rate)
    tremble = filters.noise_of(passing)
    raised = filters.raised(lasting, rate) - filters.REST_OF_NOISE * tremble
    shut = np.maximum(brief[:, LIDS], raised[:, LIDS]).min(axis=1)
    raised[:, LIDS] -= passing[:, LIDS]
    turning = float(np.hypot(*np.std(pose[:, :2], axis=0)))
    slow = np.diag(tremble**2) + wander(np.hypot(limits.wander, _SWAY_LONG * turning))
    return Signals(
        time,
        brief,
        moving - brief,
        raised,
        shut,
        noise + wander(max(_SWAY * turning, 1e-6)),
        slow,
        rate,
    )


def _filled(time: Array, aus: Array) -> Array:
    """Intensities drawn across what is hidden, 0 where nothing of a unit is seen at all."""
    filled = aus.copy()
    for column in filled.T:
        known = np.isfinite(column)
        if not known.all():
            column[~known] = (
                np.interp(time[~known], time[known], column[known]) if known.any() else 0.0
            )
    return filled
