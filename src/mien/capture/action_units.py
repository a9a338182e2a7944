"""What was read of a clip, as the rows of ``track.csv``.

Landmarks and the motion of the skin are ``joined``. No row is filled in: where neither says
anything, the row says so.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.head import TURNED, far_side
from mien.anatomy.inverse import Prepared, invert
from mien.capture.course import Stored
from mien.capture.filters import GAP
from mien.capture.joined import put_motion
from mien.capture.neutral import Neutral
from mien.capture.rows import Rows
from mien.core.facs import COLUMNS
from mien.core.signal import Track

Array = NDArray[np.float64]

# IOD; what the model may leave unexplained, at full and at no confidence.
GOOD, STRANGE = 0.015, 0.05
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
    course: Stored


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
    spans = {one.index: rows.span(face) for face, one in people.items()}
    spans[0] = (0, len(clock.time) - 1)
    track = _lost(spans, clock)
    own = {index: np.flatnonzero(track.face == index) for index in spans}
    strange = _put_landmarks(track, rows, people, own, told)
    odd = np.zeros(len(track), np.float32)
    for one in people.values():
        put_motion(track, odd, one.course, own[one.index])
    for numbers in (track.confidence, track.pose, track.position, track.aus):
        numbers[strange] = np.nan
    track.aus[odd > HIDDEN] = np.nan
    lost = np.isnan(track.confidence)
    for each in own.values():
        for column in (track.confidence, *track.pose.T, *track.position.T, *track.aus.T):
            column[each] = _bridged(track.time[each], column[each])
    turned = np.abs(track.pose[:, 0]) > TURNED
    for row in np.flatnonzero(turned):
        track.aus[row, far_side(track.pose[row, 0])] = np.nan
    assert track.deviation is not None
    track.deviation[np.isnan(track.aus)] = np.nan
    seen = np.isfinite(track.confidence)
    track.status[seen] = "ok"
    track.status[seen & lost] = "interpolated"
    track.status[turned] = "turned"
    track.status[seen & (odd > COVERED)] = "occluded"
    np.nan_to_num(track.confidence, copy=False)
    return track


def _lost(spans: Mapping[int, tuple[int, int]], clock: Clock) -> Track:
    """A row for every face and frame between its first and its last, without any reading yet.

    Confidence is NaN, too.
    """
    frames = [np.arange(first, last + 1) for first, last in spans.values()]
    face = np.repeat(np.array(list(spans)), [len(each) for each in frames])
    order = np.lexsort((face, np.concatenate(frames)))
    frame = np.concatenate(frames)[order]
    n, units = len(frame), (len(frame), len(COLUMNS))
    return Track(
        time=clock.time[frame],
        pts=clock.pts[frame],
        frame=frame,
        face=face[order],
        status=np.full(n, "lost", dtype="<U12"),
        confidence=np.full(n, np.nan),
        pose=np.full((n, 3), np.nan),
        position=np.full((n, 3), np.nan),
        aus=np.full(units, np.nan, np.float32),
        deviation=np.full(units, np.nan, np.float32),
    )


def _put_landmarks(
    track: Track,
    rows: Rows,
    people: Mapping[int, Person],
    own: Mapping[int, NDArray[np.int64]],
    told: Callable[[int], None],
) -> NDArray[np.bool_]:
    """Fill in what landmarks say.

    Args:
        track: to fill in.
        rows: as for :func:`read_rows`.
        people: as for :func:`read_rows`.
        own: the rows of each face in the track.
        told: as for :func:`read_rows`.

    Returns:
        Shape (len(track),), which rows show what is no face, those beside them without landmarks
        of their own included.
    """
    strange = np.zeros(len(track), np.bool_)
    looked = strange.copy()
    before: dict[int, Array] = {}
    for frame, face, points in rows:
        if face not in people:
            continue
        one = people[face]
        row = own[one.index][frame - track.frame[own[one.index][0]]]
        found = invert(one.prepared, points, near=before.get(face))
        before[face] = found.aus
        looked[row], strange[row] = True, not found.residual < STRANGE
        if strange[row]:
            before[face] = np.full(len(COLUMNS), np.nan)
        else:
            pose = found.view.pose
            fit = 1.0 - max(found.residual - GOOD, 0.0) / (STRANGE - GOOD)
            track.confidence[row] = one.neutral.confidence * fit
            track.pose[row] = pose.yaw, pose.pitch, pose.roll
            track.position[row] = pose.x, pose.y, pose.scale
            track.aus[row] = found.aus
        told(frame + 1)
    for each in own.values():
        at, count = np.flatnonzero(looked[each]), np.arange(len(each))
        if len(at):
            last = at[(np.searchsorted(at, count, "right") - 1).clip(0)]
            following = at[np.searchsorted(at, count).clip(0, len(at) - 1)]
            strange[each] = strange[each[last]] | strange[each[following]]
    return strange


def _bridged(time: Array, column: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """A column drawn across its short gaps; longer ones stay as they are.

    Args:
        time: shape (n,), seconds.
        column: shape (n,), NaN where there is no number.
    """
    known = np.flatnonzero(np.isfinite(column))
    step = np.diff(known)
    for at in np.flatnonzero((step > 1) & (np.diff(time[known]) <= GAP)):
        gap, ends = slice(known[at] + 1, known[at + 1]), known[at : at + 2]
        column[gap] = np.interp(time[gap], time[ends], column[ends])
    return column
