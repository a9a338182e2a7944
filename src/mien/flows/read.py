"""Read clips and photos: action units, head pose, and when something happens."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.head import far_side
from mien.anatomy.threads import one_thread
from mien.capture.action_units import Clock, read_rows
from mien.capture.neutral import FROM_PHOTO, Neutral, neutral_of_clip
from mien.capture.quality import Quality, quality_of
from mien.capture.rows import Rows
from mien.capture.spotting import spot
from mien.core.face import Event
from mien.core.facs import to_dict
from mien.core.seams import Progress, silent
from mien.core.signal import Track
from mien.edit.portrait import Portrait, Source, faces_of, neutral_model, pixels_of, portrait
from mien.export import FORMATS
from mien.flows.report import write_report
from mien.landmark.track import follow
from mien.media.folders import check_replaceable, whole_folder
from mien.media.kind import classify
from mien.media.video import frames, probe

_REPORT = "report.html"
_NAMES = (*FORMATS, _REPORT)
_FLICKER = 3  # a face seen in fewer frames of a longer clip is taken for an error of the detector


@dataclass(frozen=True)
class Reading:
    """What was read from a clip or a photo.

    Attributes:
        track: one row per frame and face; each row is what was measured on that frame alone.
        events: expressions and micro-expressions, in order of time; none for a photo.
        quality: what the clip allows one to say.
    """

    track: Track
    events: list[Event]
    quality: Quality


@one_thread()
def read(
    path: str | os.PathLike[str],
    *,
    neutral: Source | None = None,
    progress: Progress = silent,
) -> Reading:
    """Read a clip or a photo.

    Memory does not grow with the length of a clip, but for the result: half a kilobyte per row.

    Args:
        path: of the clip or photo.
        neutral: a photo of the person at rest, which counts for the largest face; without it the
            resting face is taken from the calmest moments of the clip, or for a photo from faces
            in general, and confidence is lower.
        progress: told about the frames.

    Raises:
        MediaError: a file cannot be read.
        NoFaceError: a photo, or the neutral photo, without a face. A clip without one is read: all
            its rows are ``lost``.
    """
    path = Path(path)
    photo = classify(path) == "image"
    track, faces = _photo(path, neutral) if photo else _clip(path, neutral, progress)
    return Reading(track, [] if photo else spot(track), quality_of(track, faces))


@one_thread()
def measure(image: Source, neutral: Source | None = None) -> dict[str, float]:
    """Action units of the largest face of a photo.

    Args:
        image: file, or RGB uint8 array of shape (H, W, 3).
        neutral: a photo of the same person at rest; without it the resting face is estimated.

    Returns:
        Every AU column with its intensity, 0 to 5; NaN where a turned head hides that side.

    Raises:
        MediaError: a file cannot be read.
        NoFaceError: no face on one of them.
    """
    name = "the picture" if isinstance(image, np.ndarray) else str(image)
    found = faces_of(pixels_of(image), name)[0]
    model = neutral_model(neutral)
    return to_dict(portrait(found, model).visible_aus)


def _clip(path: Path, neutral: Source | None, progress: Progress) -> tuple[Track, int]:
    """Track of a clip, and the number of faces in it."""
    model = neutral_model(neutral)
    resting = None if model is None else Neutral(model.neutral, FROM_PHOTO)
    total = probe(path).count
    with Rows() as rows:
        clock = _followed(path, rows, lambda done: progress("follow", done, total))
        people = _people(rows, resting, len(clock.time))
        track = read_rows(rows, people, clock, lambda done: progress("read", done, len(clock.time)))
    return track, len(people)


def _followed(path: Path, rows: Rows, told: Callable[[int], None]) -> Clock:
    """Landmarks of all faces into ``rows``; the clock of the clip."""
    time: list[float] = []
    pts: list[int] = []

    def pictures() -> Iterator[tuple[float, NDArray[np.uint8]]]:
        with closing(frames(path)) as source:
            for frame in source:
                time.append(frame.time)
                pts.append(frame.pts)
                yield frame.time, frame.pixels

    for index, seen in enumerate(follow(pictures())):
        for one in seen:
            rows.add(index, one.face, one.points)
        told(index + 1)
    return Clock(np.array(time), np.array(pts, dtype=np.int64))


def _people(rows: Rows, resting: Neutral | None, count: int) -> dict[int, tuple[int, Neutral]]:
    """Number of each face while it was followed, to its index and resting face."""
    people = {}
    for index, face in enumerate(rows.faces(_FLICKER if count > 4 * _FLICKER else 1)):
        known = resting if index == 0 else None
        people[face] = (index, known or neutral_of_clip(rows.sample(face)))
    return people


def _photo(path: Path, neutral: Source | None) -> tuple[Track, int]:
    """Track of a photo, one row per face, and their number."""
    found = faces_of(pixels_of(path), str(path))
    model = neutral_model(neutral)
    people = [portrait(face, model if i == 0 else None) for i, face in enumerate(found)]
    poses = [person.view.pose for person in people]
    n = len(people)
    turned = [bool(far_side(pose.yaw)) for pose in poses]
    track = Track(
        time=np.zeros(n),
        pts=np.zeros(n, dtype=np.int64),
        frame=np.zeros(n, dtype=np.int64),
        face=np.arange(n),
        status=np.where(turned, "turned", "ok").astype("<U12"),
        confidence=np.array([person.landmarks.confidence * _sure(person) for person in people]),
        pose=np.array([(p.yaw, p.pitch, p.roll) for p in poses]),
        position=np.array([(p.x, p.y, p.scale) for p in poses]),
        aus=np.array([person.visible_aus for person in people]),
    )
    return track, n


def _sure(person: Portrait) -> float:
    """Mean confidence of what is on the face; of all units where nothing is."""
    weights = person.aus + 1e-3
    return float((person.confidence * weights).sum() / weights.sum())


def read_files(
    paths: list[Path],
    out: Path,
    *,
    neutral: Source | None = None,
    progress: Progress = silent,
) -> list[Path]:
    """Read clips and photos into a folder each: ``track.csv``, ``events.json``, ``report.html``.

    A folder appears when it is complete, and takes the place of one of the same name that an
    earlier run wrote.

    Args:
        paths: of the inputs.
        out: the folder of the folders; each has the input's name, equal names get ``-2`` and so on.
        neutral: as in :func:`read`.
        progress: told about the frames.

    Returns:
        The files written.

    Raises:
        MediaError: a folder that mien did not write stands in the way; and as in :func:`read`.
    """
    for path in paths:
        classify(path)  # a file that cannot be read stops us before the work
    folders = _folders(paths, out)
    written: list[Path] = []
    for path, folder in zip(paths, folders, strict=True):
        reading = read(path, neutral=neutral, progress=progress)
        with whole_folder(folder, _is_reading) as part:
            for name, write in FORMATS.items():
                write(reading.track, reading.events, part / name)
            write_report(
                part / _REPORT,
                path,
                reading.track,
                reading.events,
                reading.quality,
                neutral is not None,
            )
        written += [folder / name for name in _NAMES]
    return written


def _folders(paths: list[Path], out: Path) -> list[Path]:
    """A folder per input, all different.

    Raises:
        MediaError: one of them holds something that mien did not write.
    """
    taken: set[str] = set()
    folders = []
    for path in paths:
        names = (path.stem if n == 1 else f"{path.stem}-{n}" for n in count(1))
        name = next(name for name in names if name not in taken)
        taken.add(name)
        check_replaceable(out / name, _is_reading)
        folders.append(out / name)
    return folders


def _is_reading(folder: Path) -> bool:
    """Whether an earlier reading wrote a folder, and nobody put anything else into it."""
    return all(file.name in _NAMES for file in folder.iterdir())
