"""Action units by landmarks and by the motion of the skin made one, each by its uncertainty.

Landmarks are right on average and tremble; the motion of the skin hardly trembles and drifts, and
strays where much moves at once. So what lasts comes from the landmarks and what is brief from the
skin, except where it is so large that landmarks know it better. A raised cheek is the
skin's to tell.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.inverse import FREE, RARITY, freed
from mien.capture import filters
from mien.capture.clutter import NAMES, SPOTTED, background, reach
from mien.capture.course import Course, Stored
from mien.core.facs import COLUMNS, INDEX, resolve
from mien.core.signal import Interval, Track

Array = NDArray[np.float64]
_T = TypeVar("_T")

_POSE = 6  # yaw, pitch, roll, x, y, scale
_CHUNK = 2048  # rows of a course in memory at once
_TREMBLE = 0.006  # IOD; standard deviation of what landmarks say of a moment
_STRAY = 0.2  # share of a movement by which the skin's motion is off
# MediaPipe's points on the cheeks do not go with the skin, whose motion shows them rise. It drifts,
# too, so it is believed as far as landmarks see something that lifts the cheek along.
_UNSEEN = [FREE.index(INDEX[name]) for name in ("AU06L", "AU06R")]
_BESIDE = [
    [FREE.index(INDEX[f"{unit}{side}"]) for unit in ("AU07", "AU09", "AU10", "AU12")]
    for side in "LR"
]
_SMALL = 0.02  # IOD; a brief movement is about so large


def put_motion(
    track: Track, odd: NDArray[np.float32], course: Stored, own: NDArray[np.int64]
) -> None:
    """Join what landmarks and the motion of the skin say of one face, a block at a time.

    Args:
        track: with what landmarks say; rows without them are NaN.
        odd: shape (len(track),), is given the share of the skin that is covered or does not fit.
        course: of the face.
        own: rows of the face in the track.
    """
    assert track.deviation is not None
    first = int(track.frame[own[0]])
    course = course.only((course.frame >= first) & (course.frame < first + len(own)))
    rows = own[course.frame - first]
    apart = np.empty((len(course), _POSE), np.float32)
    for start in range(0, len(course), _CHUNK):
        chunk = slice(start, start + _CHUNK)
        part, at = course.select(chunk), rows[chunk]
        odd[at] = part.odd
        apart[chunk] = np.concatenate([track.pose[at], track.position[at]], axis=1) - part.pose
    known = np.isfinite(track.confidence[rows])
    for stretch in np.split(np.arange(len(course)), np.flatnonzero(np.diff(course.stretch)) + 1):
        sure, gaps = stretch[known[stretch]], stretch[~known[stretch]]
        if not len(sure):
            continue
        if len(gaps):
            for column in (track.confidence, *track.aus.T):
                there = column[rows[sure]]
                column[rows[gaps]] = np.interp(course.time[gaps], course.time[sure], there)
        shift = np.median(apart[sure], axis=0)
        for block in _late(_joined(track, course, rows, stretch)):
            at = own[block.frame - first]
            track.pose[at], track.position[at] = np.hsplit(block.pose + shift, 2)
            track.aus[at], track.deviation[at] = block.aus, block.deviation


@dataclass(frozen=True)
class _Block:
    """What both say of some rows; as in a course and a track, NaN where a unit is hidden."""

    frame: NDArray[np.int64]
    pose: Array
    aus: NDArray[np.float32]
    deviation: NDArray[np.float32]


def _joined(
    track: Track, course: Stored, rows: NDArray[np.int64], stretch: NDArray[np.int64]
) -> Iterator[_Block]:
    """A stretch of a course, whose ``rows`` in the track are known, block by block."""
    for block, span in filters.blocks(course.time[stretch]):
        some = stretch[block]
        yield _block(course.select(some), track.aus[rows[some]].astype(np.float64), span)


def _block(course: Course, landmarks: Array, span: Interval) -> _Block:
    aus, deviation = joined(course, landmarks)
    hidden, units = np.nonzero(course.hidden)
    aus[hidden, np.array(FREE)[units]] = np.nan
    counts = span.contains(course.time)
    single = (values[counts].astype(np.float32) for values in (aus, deviation))
    return _Block(course.frame[counts], course.pose[counts], *single)


def _late(items: Iterable[_T]) -> Iterator[_T]:
    """Each item when the next is made: a block looks at what landmarks say of the one before."""
    waiting: list[_T] = []
    for item in items:
        yield from waiting
        waiting = [item]
    yield from waiting


def joined(course: Course, landmarks: Array) -> tuple[Array, Array]:
    """Intensities of every row, 0 to 5, and their standard deviations, (n, len(COLUMNS)) each.

    Args:
        course: one stretch of the motion, or a block of one.
        landmarks: shape (n, len(COLUMNS)), intensities by landmarks alone.
    """
    tremble = np.full(len(FREE), np.inf)
    tremble[SPOTTED] = _TREMBLE / reach()
    if len(course) < 3:
        return landmarks, _deviation(np.tile(tremble, (len(course), 1)))
    values = freed(landmarks)
    brief = filters.evenly(filters.brief, course.time, values[:, SPOTTED])
    skin, lasting = _skin(course)
    # Variances of both, by how far the face seems to move.
    far = np.abs(brief * reach()).max(axis=1)
    stray = (_STRAY * far) ** 2
    share = (stray / (stray + _TREMBLE**2))[:, None]
    values[:, SPOTTED] += (1.0 - share) * (skin - brief)
    beside = np.where(course.hidden[:, _BESIDE], 0.0, values[:, _BESIDE]).max(axis=2)
    values[:, _UNSEEN] = np.maximum(values[:, _UNSEEN], np.minimum(lasting, beside))
    unsure = np.tile(tremble, (len(course), 1))
    grain = filters.noise_of(skin)
    unsure[:, SPOTTED] = np.hypot(share * tremble[SPOTTED], (1.0 - share) * grain)
    return resolve(_of_all(values)), _deviation(unsure)


def _skin(course: Course) -> tuple[Array, Array]:
    """What the motion of the skin says.

    Returns:
        What is brief, shape (n, columns); and what lasts of the units that landmarks do not see,
        shape (n, 2).
    """
    moving = filters.without_jumps(course.aus, course.key)
    passing = filters.evenly(filters.brief, course.time, moving)
    brief, grain = passing[:, SPOTTED], filters.noise_of(passing[:, _UNSEEN])
    lasting = filters.evenly(filters.raised, course.time, moving[:, _UNSEEN])
    lasting -= filters.REST_OF_NOISE * grain
    return np.asarray(brief @ _likely(background(brief)).T), lasting


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
