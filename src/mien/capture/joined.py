"""Action units by landmarks and by the motion of the skin made one, each by its uncertainty.

Landmarks are right on average and tremble; the motion of the skin hardly trembles and drifts, and
strays where much moves at once. So what lasts comes from the landmarks and what is brief from the
skin, except where it is so large that landmarks know it better.
"""

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.inverse import FREE, RARITY, freed
from mien.capture import filters
from mien.capture.clutter import NAMES, SPOTTED, background, reach
from mien.capture.course import Course
from mien.capture.gate.spans import step
from mien.core.facs import COLUMNS, INDEX, resolve

Array = NDArray[np.float64]

_TREMBLE = 0.006  # IOD; standard deviation of what landmarks say of a moment
_STRAY = 0.2  # share of a movement by which the skin's motion is off
_SMALL = 0.02  # IOD; a brief movement is about so large


def joined(course: Course, landmarks: Array) -> tuple[Array, NDArray[np.float32]]:
    """Intensities of every row, 0 to 5, and their standard deviations, (n, len(COLUMNS)) each.

    Args:
        course: one stretch of the motion.
        landmarks: shape (n, len(COLUMNS)), intensities by landmarks alone.
    """
    aus = np.empty((len(course), len(COLUMNS)))
    deviation = np.empty(aus.shape, np.float32)
    for rows, span in filters.blocks(course.time):
        counts = span.contains(course.time[rows])
        found, spread = _joined(course.select(rows), landmarks[rows])
        at = np.flatnonzero(counts) + rows.start
        aus[at], deviation[at] = found[counts], spread[counts]
    return aus, deviation


def _joined(course: Course, landmarks: Array) -> tuple[Array, Array]:
    tremble = np.full(len(FREE), np.inf)
    tremble[SPOTTED] = _TREMBLE / reach()
    if len(course) < 3:
        return landmarks, _deviation(np.tile(tremble, (len(course), 1)))
    rate = 1.0 / max(step(course.time), 1e-6)
    seen = freed(landmarks)
    brief_seen = filters.brief(seen, rate)
    lasting = seen - brief_seen
    moving = filters.without_jumps(course.aus[:, SPOTTED], course.key)
    brief = filters.brief(moving, rate)
    skin = brief @ _likely(background(brief)).T
    # Variances of both, by how far the face seems to move.
    far = np.abs(brief_seen[:, SPOTTED] * reach()).max(axis=1)
    stray = (_STRAY * far) ** 2
    share = (stray / (stray + _TREMBLE**2))[:, None]
    values = lasting + brief_seen
    values[:, SPOTTED] = lasting[:, SPOTTED] + share * brief_seen[:, SPOTTED] + (1 - share) * skin
    unsure = np.tile(tremble, (len(course), 1))
    grain = filters.noise_of(skin)
    unsure[:, SPOTTED] = np.hypot(share * tremble[SPOTTED], (1 - share) * grain)
    return resolve(_of_all(values)), _deviation(unsure)


def _deviation(unsure: Array) -> Array:
    """Standard deviation of every column; AU26 is the first half of what is read as AU27."""
    spread = _of_all(unsure)
    spread[:, INDEX["AU26"]] = 2.0 * spread[:, INDEX["AU27"]]
    return spread


def _of_all(values: Array) -> Array:
    """Every column from those that are read, shape (n, len(COLUMNS)); AU26 is read as AU27."""
    whole = np.zeros((len(values), len(COLUMNS)))
    whole[:, FREE] = values
    return whole


def _likely(noise: Array) -> Array:
    """What makes of a brief motion the likeliest one, given what wanders anyway: a Wiener filter.

    Units that are rarely seen get less of what several of them could explain.

    Args:
        noise: shape (k, k), covariance of the background.
    """
    rarity = np.array([RARITY.get(name[:4], 1.0) for name in NAMES])
    usual = np.diag((_SMALL / (reach() * rarity)) ** 2)
    return np.asarray(usual @ np.linalg.inv(usual + noise))
