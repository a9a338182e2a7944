"""The frames that an event rests on, gathered in one pass over the clip.

A moment is the mean of a few frames, cut out upright, so that the camera's noise is less and the
face keeps its place.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.core.face import Event
from mien.core.signal import Interval, Track
from mien.flows.report.steady import Place, place_at, upright
from mien.media.video import frames

Image = NDArray[np.uint8]

_HALVES = ("rest 0", "rest 1")
MOMENTS = ("rest", "onset", "apex", "offset")
_REST = 0.12  # s before the onset that count as rest
_REST_FRAMES = 8  # at most
_AROUND = {"onset": 0.008, "apex": 0.012, "offset": 0.008}  # s round a moment that are averaged
_MARGIN = 0.1  # s of the preview before the onset and after the offset
_STEPS = 24  # pictures of a preview, at most
_STEP_FRAMES = 3  # in the mean of each of them, about
_NEAR = 0.5  # s round an event whose rows are kept
_MOST = 250  # frames in one mean; sums are kept in 16 bits


@dataclass(frozen=True, eq=False)
class Shots:
    """Pictures of one event, upright, RGB, shape (384, 384, 3).

    Attributes:
        moments: by name; one at which the face was not seen is missing, and so is the rest of an
            event with which the clip begins.
        counts: how many frames each is the mean of.
        halves: the rest once more, from every other frame each; what differs is noise. Empty where
            there are no two frames.
        course: seconds and picture, from before the onset to after the offset; empty where no
            preview was asked for.
        place: of the face at the apex.
        yaw: degrees, at the apex.
        pitch: degrees, at the apex.
    """

    moments: dict[str, Image]
    counts: dict[str, int]
    halves: tuple[Image, ...]
    course: tuple[tuple[float, Image], ...]
    place: Place
    yaw: float
    pitch: float


class _Gathered:
    """Sums of the pictures of one event; ``wanted`` are the frames still to come."""

    def __init__(self, rows: Track, event: Event, preview: bool) -> None:
        self.rows = rows
        self.wanted = _wanted(rows, event, preview)
        self.apex = int(np.argmin(np.abs(rows.time - event.apex)))
        self._sums: dict[str, NDArray[np.uint16]] = {}
        self._counts: dict[str, int] = {}
        self._times: dict[str, float] = {}

    def add(self, frame: int, pixels: Image) -> None:
        """Take a frame."""
        buckets = self.wanted.pop(frame)
        row = int(np.searchsorted(self.rows.frame, frame))
        place = place_at(self.rows, row)
        if place is None:
            return
        cut = upright(pixels, place)
        for bucket in buckets:
            count = self._counts.get(bucket, 0)
            if count < _MOST:
                self._sums[bucket] = self._sums.get(bucket, np.uint16(0)) + cut.astype(np.uint16)
                self._counts[bucket] = count + 1
                self._times.setdefault(bucket, float(self.rows.time[row]))

    def shots(self) -> Shots | None:
        """What was gathered; None where the face was not seen at the apex."""
        place = place_at(self.rows, self.apex)
        if place is None or "apex" not in self._sums:
            return None
        halves = tuple(self._mean(name) for name in _HALVES if name in self._sums)
        if resting := [name for name in _HALVES if name in self._sums]:
            self._sums["rest"] = np.sum([self._sums[n] for n in resting], axis=0, dtype=np.uint16)
            self._counts["rest"] = sum(self._counts[name] for name in resting)
        steps = sorted(name for name in self._sums if name.startswith("course"))
        yaw, pitch, _ = self.rows.pose[self.apex].tolist()
        return Shots(
            moments={name: self._mean(name) for name in MOMENTS if name in self._sums},
            counts={name: self._counts[name] for name in MOMENTS if name in self._sums},
            halves=halves if len(halves) == 2 else (),
            course=tuple((self._times[name], self._mean(name)) for name in steps),
            place=place,
            yaw=yaw,
            pitch=pitch,
        )

    def _mean(self, bucket: str) -> Image:
        return np.asarray(np.rint(self._sums[bucket] / self._counts[bucket]), np.uint8)


def shots_of(
    path: Path, track: Track, events: Sequence[Event], previews: frozenset[int]
) -> Iterator[tuple[int, Shots]]:
    """Number and pictures of each event, as soon as the clip has been read so far.

    Args:
        path: of the clip, which is read once more, up to the last frame that is needed.
        track: what was read from it.
        events: whose frames to gather; one whose face was not seen gives nothing.
        previews: numbers of the events for which the whole course is wanted.
    """
    faces = {face: track.of_face(face) for face in {event.face for event in events}}
    waiting = {
        number: _Gathered(_round(faces[event.face], event), event, number in previews)
        for number, event in enumerate(events)
    }
    del faces
    with closing(frames(path)) as source:
        for frame in source:
            for number, gathered in list(waiting.items()):
                if frame.index in gathered.wanted:
                    gathered.add(frame.index, frame.pixels)
                if not gathered.wanted:
                    del waiting[number]
                    if (shots := gathered.shots()) is not None:
                        yield number, shots
            if not waiting:
                return


def _round(rows: Track, event: Event) -> Track:
    """The rows near an event, never none."""
    part = rows.crop(Interval(event.onset - _NEAR, event.offset + _NEAR))
    return part if len(part) else rows


def _wanted(rows: Track, event: Event, preview: bool) -> dict[int, list[str]]:
    """Frame to what it is needed for."""
    wanted: dict[int, list[str]] = {}

    def want(bucket: str, chosen: NDArray[np.int64]) -> None:
        for frame in rows.frame[chosen].tolist():
            wanted.setdefault(frame, []).append(bucket)

    for moment, around in _AROUND.items():
        away = np.abs(rows.time - getattr(event, moment))
        want(moment, np.flatnonzero(away <= max(around, float(away.min()))))
    resting = np.flatnonzero((rows.time < event.onset) & (rows.time >= event.onset - _REST))
    spread = np.linspace(0, len(resting) - 1, min(len(resting), _REST_FRAMES))
    chosen = resting[np.unique(np.round(spread).astype(np.int64))]
    for half, bucket in enumerate(_HALVES):
        want(bucket, chosen[half::2])
    if preview:
        start, end = event.onset - _MARGIN, event.offset + _MARGIN
        course = np.flatnonzero((rows.time >= start) & (rows.time <= end))
        for step, part in enumerate(np.array_split(course, min(len(course), _STEPS))):
            want(f"course {step:03d}", part[:: max(len(part) // _STEP_FRAMES, 1)])
    return wanted
