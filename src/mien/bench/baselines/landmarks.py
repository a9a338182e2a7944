"""Spotting on landmarks alone: mien's own spotter, without the motion of the skin."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.inverse import FREE, Prepared, freed, invert, prepare
from mien.anatomy.model import face_model
from mien.capture.course import Course
from mien.capture.neutral import neutral_of_clip
from mien.capture.rows import Rows
from mien.capture.spotting import spot
from mien.core.face import Event
from mien.landmark.track import follow
from mien.media.video import frames

Array = NDArray[np.float64]


def landmark_events(path: Path) -> list[Event]:
    """Events of the largest face of a clip, in order of time; none without a face.

    Raises:
        MediaError: the clip cannot be read.
    """
    with Rows() as rows:
        time = _followed(path, rows)
        largest = rows.faces()[:1]
        if not largest:
            return []
        prepared = prepare(face_model(neutral_of_clip(rows.sample(largest[0])).mesh))
        course, aus = _course(rows, largest[0], time, prepared)
        return spot(course, aus, prepared)


def _followed(path: Path, rows: Rows) -> Array:
    """Landmarks of every frame into ``rows``; seconds of the frames, shape (n,)."""
    time: list[float] = []

    def pictures() -> Iterator[tuple[float, NDArray[np.uint8]]]:
        with closing(frames(path)) as source:
            for frame in source:
                time.append(frame.time)
                yield frame.time, frame.pixels

    for index, seen in enumerate(follow(pictures())):
        for one in seen:
            rows.add(index, one.face, one.points)
    return np.array(time)


def _course(rows: Rows, face: int, time: Array, prepared: Prepared) -> tuple[Course, Array]:
    """What the landmarks of a face say, frame by frame; and their intensities, every column."""
    at: list[int] = []
    pose: list[Array] = []
    aus: list[Array] = []
    for frame, who, points in rows:
        if who == face:
            found = invert(prepared, points, near=aus[-1] if aus else None)
            view = found.view.pose
            at.append(frame)
            pose.append(np.array([view.yaw, view.pitch, view.roll, view.x, view.y, view.scale]))
            aus.append(found.aus)
    n = len(at)
    nothing = np.zeros(n)
    course = Course(
        time=time[at],
        frame=np.array(at, dtype=np.int64),
        stretch=np.zeros(n, dtype=np.int64),
        key=np.zeros(n, dtype=np.bool_),
        odd=nothing,
        hidden=np.zeros((n, len(FREE)), dtype=np.bool_),
        pose=np.array(pose),
        aus=freed(np.array(aus)),
    )
    return course, np.array(aus)
