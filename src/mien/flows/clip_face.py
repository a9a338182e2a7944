"""The face of a clip that is to be edited: where it is and what it does, steady, frame by frame."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.head import TURNED
from mien.anatomy.inverse import invert, prepare
from mien.anatomy.model import FaceModel, face_model
from mien.anatomy.topology import IRIS_LEFT, IRIS_RIGHT
from mien.capture.neutral import FROM_PHOTO, neutral_of_clip
from mien.capture.rows import Rows
from mien.core import facs
from mien.core.ease import minimum_jerk
from mien.core.errors import NoFaceError
from mien.edit.mesh.seam import snap
from mien.landmark.lips import checked
from mien.landmark.shots import Shots
from mien.landmark.steady import Reading, neighbourhood, steady
from mien.landmark.track import follow
from mien.media.video import Frame, frames

Array = NDArray[np.float64]

FADE = 0.2  # seconds over which an edit comes and goes where the face is lost or found again
_FLICKER = 3  # a face seen in fewer frames of a longer clip is taken for an error of the detector
_STRANGE = 0.05  # IOD; what the model may leave unexplained of a face
_NOISE, _LEAST_NOISE = 0.004, 0.3  # IOD and px; how far readings of a face at rest stray
_WAVER = 2.0  # intensity; what passes sooner than that is left to the face as it is
REASONS = ("edited", "lost", "turned", "unclear")


@dataclass(frozen=True)
class Watched:
    """What was seen on one pass over a clip.

    Attributes:
        rows: per frame and face x, y, z of the landmarks and x, y of the picture's own edges, px.
        time: shape (n,), seconds of every frame.
        cuts: frames with which a shot begins, rising; the first is 0.
    """

    rows: Rows
    time: Array
    cuts: list[int]


@dataclass(frozen=True)
class ClipFace:
    """One person of a clip.

    Attributes:
        number: of the face in the rows.
        model: of the person.
        confidence: 0 to 1, in the resting face.
        frames: shape (m,), on which it was seen, rising.
        aus: shape (m, len(COLUMNS)), float32, what it does there, 0 to 5, without noise.
        share: shape (n,), for every frame of the clip how much of an edit is applied, 0 to 1.
        reason: shape (n,), index in :data:`REASONS`: why a frame is left as it is.
    """

    number: int
    model: FaceModel
    confidence: float
    frames: NDArray[np.int64]
    aus: NDArray[np.float32]
    share: Array
    reason: NDArray[np.int8]


@dataclass(frozen=True)
class State:
    """A face on one frame.

    Attributes:
        frame: its number.
        points: shape (478, 3), px.
        edges: shape (478, 2), px; the points on the picture's own edges of lips and lids.
        aus: shape (len(COLUMNS),), what it does, 0 to 5.
        share: how much of an edit is applied, 0 to 1.
    """

    frame: int
    points: Array
    edges: Array
    aus: Array
    share: float


def watch(path: Path, rows: Rows, told: Callable[[int], None]) -> Watched:
    """Follow all faces of a clip.

    Args:
        path: of the clip.
        rows: with five columns; the faces are added to it.
        told: is given the number of frames that are done.

    Raises:
        MediaError: the clip cannot be read.
    """
    time, cuts, shots = array("d"), [], Shots()
    current: list[Frame] = []

    def pictures() -> Iterator[tuple[float, NDArray[np.uint8]]]:
        with closing(frames(path)) as source:
            for frame in source:
                current[:] = [frame]
                yield frame.time, frame.pixels

    for index, seen in enumerate(follow(pictures())):
        (frame,) = current
        time.append(frame.time)
        if shots.starts(frame.pixels):
            cuts.append(index)
        for one in seen:
            points = checked(frame.pixels, one.points)
            xy = np.ascontiguousarray(points[:, :2])
            edges = snap(frame.pixels, xy, _iod(points))
            rows.add(index, one.face, np.concatenate([points, edges], axis=1))
        told(index + 1)
    return Watched(rows, np.asarray(time), cuts)


def face_of(
    watched: Watched,
    face: int | tuple[float, float],
    neutral: FaceModel | None,
    what: str,
) -> ClipFace:
    """Understand one person of a clip; about 0.25 kB of memory for every frame.

    Args:
        watched: the clip.
        face: which, 0 is the one that covers most of the clip; or a point, (x, y) in px, on the
            face that is the first to be there.
        neutral: the person's model where a neutral photo was given; else their calmest moments are
            taken for rest.
        what: name of the clip for the message.

    Raises:
        NoFaceError: there is no such face.
    """
    n = len(watched.time)
    numbers = watched.rows.faces(_FLICKER if n > 4 * _FLICKER else 1)
    number, sure = _chosen(watched.rows, numbers, face, what), FROM_PHOTO
    if neutral is None:
        resting = neutral_of_clip(watched.rows.sample(number))
        neutral, sure = face_model(resting.mesh), resting.confidence
    seen, aus = array("q"), array("f")
    reason = np.full(n, REASONS.index("lost"), np.int8)
    for values in steady(_readings(watched, number, neutral, seen, reason)):
        aus.frombytes(values.astype(np.float32).tobytes())
    calm = np.asarray(aus).reshape(-1, len(facs.COLUMNS))
    share = shares(watched.time, reason == 0, watched.cuts)
    return ClipFace(number, neutral, sure, np.asarray(seen), calm, share, reason)


def _chosen(rows: Rows, numbers: list[int], face: int | tuple[float, float], what: str) -> int:
    """The number under which a face was followed.

    Raises:
        NoFaceError: there is no such face.
    """
    if isinstance(face, tuple):
        for _, number, points in rows:
            low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
            if number in numbers and (low <= face).all() and (face <= high).all():
                return number
        raise NoFaceError(f"{what}: no face is ever at {face[0]:g},{face[1]:g}")
    if not 0 <= face < len(numbers):
        found = f"{len(numbers)} found, numbered from 0, largest first" if numbers else "none found"
        raise NoFaceError(f"{what}: there is no face {face}; {found}")
    return numbers[face]


def states(watched: Watched, face: ClipFace) -> Iterator[State]:
    """The face on every frame on which it was seen, in order."""
    rows = _steady_rows(watched, face.number)
    for (frame, values), aus in zip(rows, face.aus, strict=True):
        share = float(face.share[frame])
        yield State(frame, values[:, :3], values[:, 3:], aus.astype(np.float64), share)


def shares(time: Array, good: NDArray[np.bool_], cuts: list[int]) -> Array:
    """How much of an edit each frame gets, 0 to 1, so that nothing pops.

    It fades where a good stretch begins or ends in the middle of a shot, and is whole up to the
    ends of the clip and of a shot.

    Args:
        time: shape (n,), seconds.
        good: shape (n,), whether the face can be edited.
        cuts: frames with which a shot begins.
    """
    share = good.astype(np.float64)
    firsts = {0, *cuts}
    for bad in np.flatnonzero(~good).tolist():
        if bad + 1 < len(time) and good[bad + 1] and bad + 1 not in firsts:
            part = slice(bad + 1, bisect_right(time, time[bad] + FADE))
            share[part] *= minimum_jerk((time[part] - time[bad]) / FADE)
        if bad > 0 and good[bad - 1] and bad not in firsts:
            part = slice(bisect_left(time, time[bad] - FADE), bad)
            share[part] *= minimum_jerk((time[bad] - time[part]) / FADE)
    return np.where(good, share, 0.0)


def _steady_rows(watched: Watched, number: int) -> Iterator[tuple[int, Array]]:
    """Frame and steady values, shape (478, 5), of every row of a face."""
    waiting: list[int] = []

    def readings() -> Iterator[Reading]:
        before = -2
        firsts = {*watched.cuts}
        for frame, face, values in watched.rows:
            if face != number:
                continue
            waiting.append(frame)
            noise = max(_NOISE * _iod(values), _LEAST_NOISE)
            linked = frame == before + 1 and frame not in firsts
            yield Reading(float(watched.time[frame]), values, noise, linked)
            before = frame

    for values in steady(readings(), neighbourhood()):
        yield waiting.pop(0), values


def _readings(
    watched: Watched,
    number: int,
    model: FaceModel,
    seen: "array[int]",
    reason: NDArray[np.int8],
) -> Iterator[Reading]:
    """What a face does, frame by frame; its frames are added to ``seen``, ``reason`` filled in."""
    prepared, before, firsts = prepare(model), None, {*watched.cuts}
    for frame, values in _steady_rows(watched, number):
        solution = invert(prepared, values[:, :3], near=before)
        before = solution.aus
        clear = solution.residual < _STRANGE
        turned = abs(solution.view.pose.yaw) > TURNED
        reason[frame] = REASONS.index("turned" if turned else "edited" if clear else "unclear")
        linked = bool(seen) and seen[-1] == frame - 1 and frame not in firsts
        seen.append(frame)
        yield Reading(float(watched.time[frame]), before[:, None], _WAVER, linked)


def _iod(points: Array) -> float:
    return float(np.linalg.norm(points[IRIS_LEFT, :3] - points[IRIS_RIGHT, :3]))
