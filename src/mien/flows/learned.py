"""The frames around events looked at once more, for the learned opinion on them."""

import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.capture.gate.limits import LIMITS
from mien.capture.learned.courses import courses
from mien.capture.learned.opinion import shipped, stands
from mien.capture.learned.window import Gathering, Stabilised, span, stabilised, view_of_row
from mien.core.face import Event
from mien.core.signal import Interval, Track
from mien.media.video import Frame, frames

Array = NDArray[np.float64]
F32 = NDArray[np.float32]


def judged(
    path: str | os.PathLike[str],
    track: Track,
    neutrals: Mapping[int, Array],
    events: Sequence[Event],
) -> list[Event]:
    """Events with the learned opinion on each; those that it holds for nothing are left out.

    Args:
        path: of the clip.
        track: what was read of it.
        neutrals: as for :func:`windows`.
        events: found in it.
    """
    if not events:
        return []
    moments = [Moment(event.face, event.onset, event.apex) for event in events]
    looked = windows(path, track, neutrals, moments)
    model = shipped()
    found = []
    for event, moment, window in zip(events, moments, looked, strict=True):
        told = alone = None
        if window is not None:
            course = courses_of(track, moment)
            both = np.stack([course, np.zeros_like(course)])
            told, alone = model.opinions(np.stack([window, window]), both)
        if stands(event, alone, _turn(track, event)):
            found.append(replace(event, learned=told))
    return found


def _turn(track: Track, event: Event) -> float:
    """By how many degrees the head turns or nods during an event."""
    there = Interval(event.onset, event.offset).contains(track.time) & (track.face == event.face)
    poses = track.pose[there, :2]
    poses = poses[np.isfinite(poses).all(axis=1)]
    return float(np.ptp(poses, axis=0).max()) if len(poses) else 0.0


@dataclass(frozen=True)
class Moment:
    """When to look at whom.

    Attributes:
        face: index in the track.
        onset: seconds.
        apex: seconds.
        offset: seconds; where it is known, the clip may be cut to the event.
    """

    face: int
    onset: float
    apex: float
    offset: float | None = None


def windows(
    path: str | os.PathLike[str],
    track: Track,
    neutrals: Mapping[int, Array],
    moments: Sequence[Moment],
) -> list[F32 | None]:
    """The motion of a face around some moments of a clip, see ``capture.learned.window``.

    Args:
        path: of the clip.
        track: what was read of it.
        neutrals: index of a face to its resting mesh, shape (478, 3), IOD.
        moments: where to look; 7 MB are held for each while it goes by.

    Returns:
        A window for each moment; None where too little of the face was seen.
    """
    found: list[F32 | None] = [None] * len(moments)
    waiting = sorted(
        range(len(moments)), key=lambda at: span(moments[at].onset, moments[at].apex)[0]
    )
    open_: dict[int, Gathering] = {}
    rows = _rows(track)
    with closing(frames(Path(path))) as source:
        for frame in source:
            while waiting and _began(moments[waiting[0]], frame.time):
                at = waiting.pop(0)
                due = moments[at]
                open_[at] = Gathering(due.onset, due.apex, due.offset)
            for at in [at for at, one in open_.items() if one.span[1] < frame.time]:
                found[at] = open_.pop(at).window()
            pictures: dict[int, Stabilised | None] = {}
            for at, one in open_.items():
                face = moments[at].face
                if face not in pictures:
                    pictures[face] = _picture(frame, track, rows, face, neutrals)
                seen = pictures[face]
                if seen is not None and one.span[0] <= frame.time:
                    one.add(frame.time, seen)
            if not open_ and not waiting:
                break
    for at, one in open_.items():
        found[at] = one.window()
    return found


def courses_of(track: Track, moment: Moment) -> F32:
    """What was read around a moment, see ``capture.learned.courses``.

    Only rows that count: what is read of blurred or far turned faces is not to be relied on.
    """
    away = np.abs(track.pose[:, :2]).max(axis=1)
    counts = (track.status == "ok") & (away <= LIMITS["pose"].usable)
    rows = np.flatnonzero((track.face == moment.face) & counts)
    return courses(track.time[rows], track.aus[rows], moment.onset, moment.apex)


def _began(moment: Moment, time: float) -> bool:
    return span(moment.onset, moment.apex)[0] <= time


def _rows(track: Track) -> dict[tuple[int, int], int]:
    """Row of each frame and face in which the head is known."""
    known = np.flatnonzero(np.isfinite(track.pose).all(axis=1) & (track.status != "lost"))
    keys = zip(track.frame[known].tolist(), track.face[known].tolist(), strict=True)
    return dict(zip(keys, known.tolist(), strict=True))


def _picture(
    frame: Frame,
    track: Track,
    rows: Mapping[tuple[int, int], int],
    face: int,
    neutrals: Mapping[int, Array],
) -> Stabilised | None:
    row = rows.get((frame.index, face))
    if row is None:
        return None
    view = view_of_row(track.pose[row], track.position[row])
    return stabilised(frame.pixels, neutrals[face], view)
