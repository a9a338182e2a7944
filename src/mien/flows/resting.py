"""Where a person is seen at rest: photos, named frames of a clip, or somewhere in a clip."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.capture.at_rest import Moment, moment_of
from mien.capture.calibration import Source
from mien.core.errors import InputError, NoFaceError
from mien.core.seams import Progress, silent
from mien.core.signal import Interval
from mien.edit.portrait import faces_of, pixels_of
from mien.landmark.track import follow
from mien.media.kind import classify
from mien.media.video import frames, probe

Picture = tuple[float, NDArray[np.uint8]]
"""Seconds and RGB pixels, (H, W, 3) uint8: what a clip or a camera gives."""
Faces = list[tuple[int, Moment]]
"""Number and moment of every face on a picture."""

_MOST = 512  # moments kept of a face


@dataclass(frozen=True)
class Rest:
    """A face at some moments.

    Attributes:
        moments: at least one.
        source: what they were seen in.
        rate: frames per second; None for photos.
    """

    moments: list[Moment]
    source: Source
    rate: float | None = None


@dataclass(frozen=True)
class Named:
    """Frames that somebody has named.

    Attributes:
        spans: of frame numbers, from 0, or of seconds; both ends included.
        seconds: whether they are seconds.
    """

    spans: tuple[Interval, ...]
    seconds: bool = False

    def holds(self, index: int, time: float) -> bool:
        """Whether a frame is named."""
        at = time if self.seconds else index
        return any(span.start <= at <= span.end for span in self.spans)

    @property
    def end(self) -> float:
        """The last frame, or its time."""
        return max(span.end for span in self.spans)


def photos(paths: Iterable[Path]) -> Rest:
    """Photos at rest, the largest face of each.

    Raises:
        MediaError: a photo cannot be read.
        NoFaceError: one without a face.
    """
    moments = []
    for path in paths:
        image = pixels_of(path)
        moments.append(moment_of(image, faces_of(image, str(path))[0].points))
    return Rest(moments, "photo")


def named(path: Path, chosen: Named, progress: Progress = silent) -> Rest:
    """Frames of a clip at which the person rests.

    Args:
        path: of the clip.
        chosen: the frames.
        progress: told about the frames.

    Raises:
        InputError: a photo, or frames that the clip does not have.
        NoFaceError: no face on any of them.
        MediaError: the clip cannot be read.
    """
    times: list[float] = []

    def there() -> Iterator[Faces]:
        any_named = False
        for index, (time, faces) in enumerate(_watched_file(path, progress)):
            times.append(time)
            if (time if chosen.seconds else index) > chosen.end:
                break
            if chosen.holds(index, time):
                any_named = True
                yield faces
        missing = not chosen.seconds and len(times) <= chosen.end
        if missing or not any_named:
            raise InputError(
                f"{path}: has no such frame: name some of 0 to {len(times) - 1}, or of 0 to"
                f" {times[-1]:.2f} s"
            )

    moments = main_face(there(), f"{path}: no face on these frames: name others")
    return Rest(moments, "clip", rate_of(times))


def found(path: Path, progress: Progress = silent) -> Rest:
    """A whole clip, in which rest is to be found.

    Raises:
        InputError: a photo.
        NoFaceError: no face in it.
        MediaError: the clip cannot be read.
    """
    times: list[float] = []

    def all_of_it() -> Iterator[Faces]:
        for time, faces in _watched_file(path, progress):
            times.append(time)
            yield faces

    moments = main_face(all_of_it(), f"{path}: no face found: use a clip that shows one well")
    return Rest(moments, "found", rate_of(times))


def watched(pictures: Iterable[Picture]) -> Iterator[tuple[float, Faces]]:
    """Seconds and faces, picture after picture; none is kept."""
    held: list[Picture] = []

    def passed_on() -> Iterator[Picture]:
        for picture in pictures:
            held.append(picture)
            yield picture

    for seen in follow(passed_on()):
        time, image = held.pop()
        yield time, [(one.face, moment_of(image, one.points)) for one in seen]


def main_face(seen: Iterable[Faces], nobody: str) -> list[Moment]:
    """The moments of the face that is largest over time; of many every second, fourth ... one.

    Args:
        seen: on picture after picture.
        nobody: what to say where there is none.

    Raises:
        NoFaceError: there is none.
    """
    kept: dict[int, list[tuple[int, Moment]]] = {}
    area: dict[int, float] = {}
    step = 1
    for index, faces in enumerate(seen):
        if index % step:
            continue
        for face, moment in faces:
            kept.setdefault(face, []).append((index, moment))
            extent = np.ptp(moment.points[:, :2], axis=0)
            area[face] = area.get(face, 0.0) + step * float(extent.prod())
        if max(map(len, kept.values()), default=0) > _MOST:
            step *= 2
            kept = {face: [one for one in row if one[0] % step == 0] for face, row in kept.items()}
    if not kept:
        raise NoFaceError(nobody)
    return [moment for _, moment in kept[max(area, key=lambda face: area[face])]]


def rate_of(times: list[float]) -> float | None:
    """Frames per second: one over the usual distance of two frames; None for a single one."""
    return float(1.0 / np.median(np.diff(times))) if len(times) > 1 else None


def _watched_file(path: Path, progress: Progress) -> Iterator[tuple[float, Faces]]:
    """Seconds and faces of every frame of a clip."""
    if classify(path) == "image":
        raise InputError(f"{path}: is a photo: give it with --photo")
    total = probe(path).count
    with closing(frames(path)) as source:
        seen = watched((frame.time, frame.pixels) for frame in source)
        for done, one in enumerate(seen):
            progress("follow", done + 1, total)
            yield one
