"""Landmarks of a clip read as action units: the rows of ``track.csv``.

What is written is what was measured on that one frame, neither smoothed nor filled in.
"""

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.head import TURNED, far_side
from mien.anatomy.inverse import Prepared, invert, prepare
from mien.anatomy.model import face_model
from mien.capture.neutral import Neutral
from mien.capture.rows import Rows
from mien.core.facs import COLUMNS
from mien.core.signal import Track

Array = NDArray[np.float64]

_GOOD, _STRANGE = (
    0.015,
    0.05,
)  # IOD; what the model may leave unexplained, at full and at no confidence
_NUMBERS = 7 + len(COLUMNS)  # confidence, pose, position, action units of one row


@dataclass(frozen=True)
class Clock:
    """The frames of a clip.

    Attributes:
        time: shape (n,), seconds.
        pts: shape (n,), int64.
    """

    time: Array
    pts: NDArray[np.int64]


def read_rows(
    rows: Rows,
    people: Mapping[int, tuple[int, Neutral]],
    clock: Clock,
    told: Callable[[int], None],
) -> Track:
    """Read every row against its person's resting face.

    A face has a row for every frame from its first to its last; face 0 for all frames of the
    clip, so that no frame is missing. Frames without a reading are ``lost``.

    Args:
        rows: landmarks.
        people: number in ``rows`` to index in the track and resting face; others are left out.
        clock: all frames of the clip.
        told: is given the number of frames that are done.
    """
    prepared = {face: prepare(face_model(person.mesh)) for face, (_, person) in people.items()}
    frames: dict[int, array[int]] = {index: array("q") for index, _ in people.values()}
    values: dict[int, array[float]] = {index: array("d") for index in frames}
    for frame, face, points in rows:
        if face not in people:
            continue
        index, person = people[face]
        frames[index].append(frame)
        before = np.array(values[index][-len(COLUMNS) :]) if values[index] else None
        values[index].extend(_numbers(prepared[face], points, person.confidence, before))
        told(frame + 1)
    parts = [_of_face(index, frames[index], values[index], clock) for index in sorted(frames)]
    return _joined(parts or [_of_face(0, array("q"), array("d"), clock)])


def _numbers(prepared: Prepared, points: Array, sure: float, before: Array | None) -> Array:
    """Confidence, pose, position and action units of one row; NaN where it is no face."""
    found = invert(prepared, points, near=before)
    if not found.residual < _STRANGE:
        return np.full(_NUMBERS, np.nan)
    pose, aus = found.view.pose, found.aus.copy()
    aus[far_side(pose.yaw)] = np.nan
    fit = 1.0 - max(found.residual - _GOOD, 0.0) / (_STRANGE - _GOOD)
    place = (sure * fit, pose.yaw, pose.pitch, pose.roll, pose.x, pose.y, pose.scale)
    return np.concatenate([place, aus])


def _of_face(index: int, seen: Sequence[int], values: Sequence[float], clock: Clock) -> Track:
    """The rows of one face, with rows for the frames in which it was lost."""
    at = np.asarray(seen, dtype=np.int64)
    first, last = (0, len(clock.time)) if index == 0 else (int(at[0]), int(at[-1]) + 1)
    frame = np.arange(first, last)
    numbers = np.full((len(frame), _NUMBERS), np.nan)
    numbers[at - first] = np.asarray(values, dtype=np.float64).reshape(-1, _NUMBERS)
    status = np.where(np.isnan(numbers[:, 0]), "lost", "ok").astype("<U12")
    status[np.abs(numbers[:, 1]) > TURNED] = "turned"
    return Track(
        time=clock.time[frame],
        pts=clock.pts[frame],
        frame=frame,
        face=np.full(len(frame), index, dtype=np.int64),
        status=status,
        confidence=np.nan_to_num(numbers[:, 0], nan=0.0),
        pose=numbers[:, 1:4],
        position=numbers[:, 4:7],
        aus=numbers[:, 7:],
    )


def _joined(parts: Sequence[Track]) -> Track:
    """Tracks of several faces as one, frame by frame."""
    if len(parts) == 1:
        return parts[0]
    columns = [
        np.concatenate([getattr(part, name) for part in parts]) for name in Track.__annotations__
    ]
    track = Track(*columns)
    return track.select(np.lexsort((track.face, track.frame)))
