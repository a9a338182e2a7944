"""What was read of a clip, as the rows of ``track.csv``.

Landmarks and the motion of the skin are ``joined``. No row is filled in: where neither says
anything, the row says so.
"""

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.head import TURNED, far_side
from mien.anatomy.inverse import FREE, Prepared, invert
from mien.capture.course import Course
from mien.capture.filters import GAP
from mien.capture.joined import joined
from mien.capture.neutral import Neutral
from mien.capture.rows import Rows
from mien.core.facs import COLUMNS
from mien.core.signal import Track

Array = NDArray[np.float64]

_GOOD, _STRANGE = (
    0.015,
    0.05,
)  # IOD; what the model may leave unexplained, at full and at no confidence
_PLACE = 7  # confidence, pose, position
_NUMBERS = _PLACE + len(COLUMNS)
# Shares of the skin that is covered or does not fit the face: from the first on something lies
# before it, and what that hides is left empty; from the second on nothing is believed.
COVERED, HIDDEN = 0.1, 0.35


@dataclass(frozen=True)
class Clock:
    """The frames of a clip.

    Attributes:
        time: shape (n,), seconds.
        pts: shape (n,), int64.
    """

    time: Array
    pts: NDArray[np.int64]


@dataclass(frozen=True)
class Person:
    """Somebody in a clip.

    Attributes:
        index: of the face in the track; 0 is the largest.
        neutral: the resting face.
        prepared: the same, ready to be read against.
        course: what the skin did.
    """

    index: int
    neutral: Neutral
    prepared: Prepared
    course: Course


def read_rows(
    rows: Rows,
    people: Mapping[int, Person],
    clock: Clock,
    told: Callable[[int], None],
) -> Track:
    """Read every row against its person's resting face.

    A face has a row for every frame from its first to its last; face 0 for all frames of the
    clip, so that no frame is missing. Frames without a reading are ``lost``.

    Args:
        rows: landmarks, of some frames or of all.
        people: by number in ``rows``; others are left out.
        clock: all frames of the clip.
        told: is given the number of frames that are done.
    """
    frames: dict[int, array[int]] = {one.index: array("q") for one in people.values()}
    values: dict[int, array[float]] = {index: array("d") for index in frames}
    for frame, face, points in rows:
        if face not in people:
            continue
        one = people[face]
        before = values[one.index]
        near = np.array(before[-len(COLUMNS) :]) if before else None
        frames[one.index].append(frame)
        before.extend(_numbers(one.prepared, points, one.neutral.confidence, near))
        told(frame + 1)
    found = sorted(people.values(), key=lambda one: one.index)
    parts = [_of_face(one, frames[one.index], values[one.index], clock) for one in found]
    return _of_all(parts or [_nobody(clock)])


def _numbers(prepared: Prepared, points: Array, sure: float, before: Array | None) -> Array:
    """Confidence, pose, position and action units of one row; NaN where it is no face."""
    found = invert(prepared, points, near=before)
    if not found.residual < _STRANGE:
        return np.full(_NUMBERS, np.nan)
    pose = found.view.pose
    fit = 1.0 - max(found.residual - _GOOD, 0.0) / (_STRANGE - _GOOD)
    place = (sure * fit, pose.yaw, pose.pitch, pose.roll, pose.x, pose.y, pose.scale)
    return np.concatenate([place, found.aus])


def _of_face(one: Person, seen: Sequence[int], values: Sequence[float], clock: Clock) -> Track:
    """The rows of one face, with rows for the frames in which it was lost."""
    at = np.asarray(seen, dtype=np.int64)
    whole = one.index == 0
    first, last = (0, len(clock.time)) if whole else (int(at[0]), int(at[-1]) + 1)
    frame = np.arange(first, last)
    numbers = np.full((len(frame), _NUMBERS), np.nan)
    numbers[at - first] = np.asarray(values, dtype=np.float64).reshape(-1, _NUMBERS)
    inside = (one.course.frame >= first) & (one.course.frame < last)
    course = one.course.select(inside)
    odd = np.zeros(len(frame))
    odd[course.frame - first] = course.odd
    deviation = np.full((len(frame), len(COLUMNS)), np.nan, np.float32)
    strange = at[np.isnan(numbers[at - first, 0])] - first
    _put_motion(numbers, deviation, course, course.frame - first)
    numbers[strange] = np.nan
    rows, units = np.nonzero(course.hidden)
    numbers[course.frame[rows] - first, _PLACE + np.array(FREE)[units]] = np.nan
    numbers[odd > HIDDEN, _PLACE:] = np.nan
    lost = np.isnan(numbers[:, 0])
    _bridge(clock.time[frame], numbers)
    for row in np.flatnonzero(np.abs(numbers[:, 1]) > TURNED):
        numbers[row, _PLACE + np.array(far_side(numbers[row, 1]))] = np.nan
    status = np.where(np.isnan(numbers[:, 0]), "lost", "ok").astype("<U12")
    status[lost & (status == "ok")] = "interpolated"
    status[np.abs(numbers[:, 1]) > TURNED] = "turned"
    status[(odd > COVERED) & (status != "lost")] = "occluded"
    return Track(
        time=clock.time[frame],
        pts=clock.pts[frame],
        frame=frame,
        face=np.full(len(frame), one.index, dtype=np.int64),
        status=status,
        confidence=np.nan_to_num(numbers[:, 0], nan=0.0),
        pose=numbers[:, 1:4],
        position=numbers[:, 4:7],
        aus=numbers[:, _PLACE:],
        deviation=deviation,
    )


def _bridge(time: Array, numbers: Array) -> None:
    """Draw every column across its short gaps, in place; longer ones stay as they are.

    Args:
        time: shape (n,), seconds.
        numbers: shape (n, numbers), NaN where there is none.
    """
    for column in numbers.T:
        known = np.flatnonzero(np.isfinite(column))
        step = np.diff(known)
        for at in np.flatnonzero((step > 1) & (np.diff(time[known]) <= GAP)):
            gap = slice(known[at] + 1, known[at + 1])
            column[gap] = np.interp(time[gap], time[known[at : at + 2]], column[known[at : at + 2]])


def _put_motion(
    numbers: Array, deviation: NDArray[np.float32], course: Course, rows: NDArray[np.int64]
) -> None:
    """Join what landmarks and the motion of the skin say, in place.

    Args:
        numbers: shape (n, numbers), the rows by landmarks, NaN where there are none.
        deviation: shape (n, len(COLUMNS)).
        course: of the face.
        rows: shape (len(course),), the row of each frame.
    """
    for stretch in np.unique(course.stretch):
        here = course.stretch == stretch
        part, at = course.select(here), rows[here]
        known = np.isfinite(numbers[at, 0])
        if not known.any():
            continue
        between = numbers[at]
        for column in between.T:
            column[~known] = np.interp(part.time[~known], part.time[known], column[known])
        pose = np.median(between[known, 1:_PLACE] - part.pose[known], axis=0)
        between[:, 1:_PLACE] = part.pose + pose
        between[:, _PLACE:], deviation[at] = joined(part, between[:, _PLACE:])
        numbers[at] = between


def _nobody(clock: Clock) -> Track:
    """The rows of a clip without a face."""
    n = len(clock.time)
    return Track(
        time=clock.time,
        pts=clock.pts,
        frame=np.arange(n),
        face=np.zeros(n, dtype=np.int64),
        status=np.full(n, "lost", dtype="<U12"),
        confidence=np.zeros(n),
        pose=np.full((n, 3), np.nan),
        position=np.full((n, 3), np.nan),
        aus=np.full((n, len(COLUMNS)), np.nan),
        deviation=np.full((n, len(COLUMNS)), np.nan, np.float32),
    )


def _of_all(parts: Sequence[Track]) -> Track:
    """Tracks of several faces as one, frame by frame."""
    if len(parts) == 1:
        return parts[0]
    columns = [
        np.concatenate([getattr(part, name) for part in parts]) for name in Track.__annotations__
    ]
    track = Track(*columns)
    return track.select(np.lexsort((track.face, track.frame)))
