"""Read clips and photos: action units, head pose, and when something happens."""

import math
import os
from array import array
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.head import far_side
from mien.anatomy.inverse import prepare
from mien.anatomy.model import FaceModel, face_model
from mien.anatomy.threads import one_thread
from mien.capture.action_units import Clock, Person, read_rows
from mien.capture.fuse import Fused
from mien.capture.gate import Gate, poor_spans
from mien.capture.learned.opinion import available
from mien.capture.limits import Limits
from mien.capture.neutral import Neutral, neutral_of_clip
from mien.capture.parts import NOTHING, Part, Without
from mien.capture.quality import Quality, quality_of
from mien.capture.recording import Recorder
from mien.capture.rows import Rows
from mien.capture.spotting import spot
from mien.capture.verdict import LEVELS, Verdict
from mien.core.errors import InputError
from mien.core.face import Event
from mien.core.facs import to_dict
from mien.core.memory import give_back
from mien.core.seams import Progress, silent
from mien.core.signal import Interval, Track
from mien.edit.portrait import Portrait, Source, faces_of, pixels_of, portrait
from mien.flows.annotate import annotated
from mien.flows.calibrations import neutral_of
from mien.flows.learned import judged
from mien.flows.look import Look, looked_at
from mien.flows.openface import is_openface, joined, said_of
from mien.landmark.backends.openface import read_openface
from mien.media.kind import classify
from mien.media.prefetch import prefetch
from mien.media.video import probe

_STANDS = "duplicates"  # the check of spans that hide nothing: a face may rest, and then move
_BLURRED = "blur"  # the check that says so
_CODED = "compression"  # the check of how much of the face stands still to the last bit
_FLICKER = 3  # a face seen in fewer frames of a longer clip is taken for an error of the detector


@dataclass(frozen=True)
class Reading:
    """What was read from a clip or a photo.

    Attributes:
        track: one row per frame and face; what lasts by landmarks, what is brief by the skin.
        events: expressions and micro-expressions, in order of time; none for a photo.
        quality: what the clip allows one to say.
        neutrals: index of each face of a clip to its resting mesh, shape (478, 3), IOD, which the
            track is read against.
        openface: where each value of the track comes from, where OpenFace was asked, too; None
            where it was not.
    """

    track: Track
    events: list[Event]
    quality: Quality
    neutrals: Mapping[int, NDArray[np.float64]] = field(default_factory=dict)
    openface: Fused | None = None


@one_thread()
def read(
    path: str | os.PathLike[str],
    *,
    neutral: Source | None = None,
    confidence: float = 0.0,
    learned: bool = True,
    openface: str | os.PathLike[str] | None = None,
    progress: Progress = silent,
    without: Without = NOTHING,
) -> Reading:
    """Read a clip or a photo, or the CSV that OpenFace wrote of a clip.

    Memory does not grow with the length of a clip, but for the result: some half a kilobyte a row.

    Args:
        path: of the clip or photo, or of a CSV of OpenFace: that gives a track and no events.
        neutral: a photo of the person at rest, or the name of somebody calibrated, which counts for
            the largest face; without it the resting face is taken from the calmest moments of the
            clip, or for a photo from faces in general, and confidence is lower.
        confidence: least confidence of the events that are listed, 0 to 1; docs/benchmarks.md says
            what it costs.
        learned: whether the learned model is asked about each event, which takes a second look at
            the clip; it is left out where the extra ``learned`` is not installed.
        openface: what OpenFace says of a clip, to be fused into the track: a CSV, a folder of them,
            or a program; as ``where`` of :func:`mien.flows.openface.said_of`. Events stay mien's.
        progress: told about the frames.
        without: parts of the reader that are left out, to see what they are worth.

    Raises:
        InputError: ``neutral`` is neither a file nor a name that is known, or a confidence that is
            none; or ``openface`` is of no use.
        MediaError: a file cannot be read.
        NoFaceError: a photo, or the neutral photo, without a face. A clip without one is read: all
            its rows are ``lost``.
    """
    if not 0.0 <= confidence <= 1.0:
        raise InputError(f"confidence {confidence:g}: lies between 0 and 1")
    path = Path(path)
    if is_openface(path):
        return _told(path, alone=neutral is None and openface is None)
    if classify(path) == "image":
        if openface is not None:
            raise InputError(
                f"{path}: is a photo: OpenFace is fused with the reading of clips only"
            )
        return _photo(path, neutral_of(neutral))
    resting = neutral_of(neutral)
    other = None if openface is None else said_of(path, Path(openface), progress)
    reading = _clip(path, resting, progress, without)
    if learned and available():
        events = judged(path, reading.track, reading.neutrals, reading.events)
        reading = replace(reading, events=events)
    sure = [event for event in reading.events if event.confidence >= confidence]
    reading = annotated(replace(reading, events=sure))
    if other is None:
        return reading
    result = joined(reading.track, other)
    return replace(reading, track=result.track, openface=result)


@one_thread()
def measure(image: Source, neutral: Source | None = None) -> dict[str, float]:
    """Action units of the largest face of a photo.

    Args:
        image: file, or RGB uint8 array of shape (H, W, 3).
        neutral: a photo of the same person at rest, or the name of somebody calibrated; without it
            the resting face is estimated.

    Returns:
        Every AU column with its intensity, 0 to 5; NaN where a turned head hides that side.

    Raises:
        MediaError: a file cannot be read.
        NoFaceError: no face on one of them.
    """
    name = "the picture" if isinstance(image, np.ndarray) else str(image)
    found = faces_of(pixels_of(image), name)[0]
    return to_dict(portrait(found, _model(neutral_of(neutral))).visible_aus)


def _clip(path: Path, resting: Neutral | None, progress: Progress, without: Without) -> Reading:
    info = probe(path)
    gate, recorder = Gate(), Recorder(without)
    with Rows() as rows:
        looks = looked_at(path, hands=Part.HANDS not in without)
        clock = _followed(
            looks, rows, gate, recorder, lambda done: progress("follow", done, info.count)
        )
        give_back()
        checks = gate.judge()
        del gate  # and what it kept of every frame
        people = _people(rows, recorder, resting, len(clock.time))
        track = read_rows(rows, people, clock, lambda done: progress("read", done, len(clock.time)))
    spans = [] if Part.GATE in without else poor_spans(checks)
    shown = next((one.value for one in checks if one.check == "rate"), math.inf)
    frozen = any(one.check == _CODED and one.level == LEVELS[-1] for one in checks)
    limits = Limits(rate=shown, frozen=frozen and Part.CODEC not in without, without=without)
    events = [event for one in people.values() for event in _events(one, track, spans, limits)]
    events.sort(key=lambda event: (event.onset, event.face))
    quality = quality_of(track, len(people), checks)
    neutrals = {one.index: one.neutral.mesh for one in people.values()}
    return Reading(_blurred(track, checks), events, quality, neutrals)


def _events(
    person: Person, track: Track, poor: Sequence[tuple[Interval, str]], limits: Limits
) -> list[Event]:
    """Events of one face, on the rows that may count."""
    own = np.flatnonzero(track.face == person.index)
    counts = track.status[own] == "ok"
    for span, check in poor:
        if check != _STANDS:
            counts &= ~span.contains(track.time[own])
    own = own[counts]
    course = person.course.only(np.isin(person.course.frame, track.frame[own]))
    rows = own[np.searchsorted(track.frame[own], course.frame)]
    return spot(course, track.aus[_run(rows)], person.prepared, person.index, limits)


def _run(rows: NDArray[np.int64]) -> NDArray[np.int64] | slice:
    """Rows one after the other as a slice, which copies nothing; others as they are."""
    if len(rows) and rows[-1] - rows[0] + 1 == len(rows):
        return slice(int(rows[0]), int(rows[-1]) + 1)
    return rows


def _blurred(track: Track, checks: Sequence[Verdict]) -> Track:
    """The track with the rows marked that are too blurred to count."""
    status = track.status.copy()
    for span, check in poor_spans(checks):
        if check == _BLURRED:
            status[span.contains(track.time) & (status == "ok")] = "blurred"
    return replace(track, status=status)


def _followed(
    source: Generator[Look, None, None],
    rows: Rows,
    gate: Gate,
    recorder: Recorder,
    told: Callable[[int], None],
) -> Clock:
    """Landmarks of all faces into ``rows``, their motion into ``recorder``; the clock of the clip.

    Pictures are decoded and landmarks found ahead, in threads of their own.
    """
    time, pts = array("d"), array("q")
    where: dict[int, NDArray[np.float64]] = {}
    with closing(prefetch(source)) as looks:
        for look in looks:
            frame, seen = look.frame, look.seen
            time.append(frame.time)
            pts.append(frame.pts)
            if seen is not None:
                where = {one.face: one.points for one in seen}
                for face, points in where.items():
                    rows.add(frame.index, face, points)
            for face, covered in look.covered.items():
                recorder.cover(face, covered)
            recorder.see(frame, None if seen is None else where)
            gate.look(frame.time, frame.pixels, _largest(where))
            told(frame.index + 1)
    return Clock(np.array(time), np.array(pts))


def _largest(faces: dict[int, NDArray[np.float64]]) -> NDArray[np.float64] | None:
    """The points that cover most, or None."""
    boxes = {face: np.ptp(points[:, :2], axis=0).prod() for face, points in faces.items()}
    return faces[max(boxes, key=boxes.__getitem__)] if boxes else None


def _people(
    rows: Rows, recorder: Recorder, resting: Neutral | None, count: int
) -> dict[int, Person]:
    """Number of each face while it was followed, to who it is."""
    people = {}
    for index, face in enumerate(rows.faces(_FLICKER if count > 4 * _FLICKER else 1)):
        known = resting if index == 0 else None
        neutral = known or neutral_of_clip(rows.sample(face))
        prepared = prepare(face_model(neutral.mesh))
        people[face] = Person(index, neutral, prepared, recorder.course(face))
    return people


def _model(resting: Neutral | None) -> FaceModel | None:
    return None if resting is None else face_model(resting.mesh)


def _told(path: Path, *, alone: bool) -> Reading:
    """What OpenFace wrote of a clip."""
    if not alone:
        raise InputError(f"{path}: is OpenFace's own reading: neutral and openface go with clips")
    track = read_openface(path).track
    seen = len(np.unique(track.face[track.status != "lost"]))
    return Reading(track, [], quality_of(track, seen))


def _photo(path: Path, resting: Neutral | None) -> Reading:
    """One row per face of a photo."""
    found = faces_of(pixels_of(path), str(path))
    model = _model(resting)
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
    return Reading(track, [], quality_of(track, n))


def _sure(person: Portrait) -> float:
    """Mean confidence of what is on the face; of all units where nothing is."""
    weights = person.aus + 1e-3
    return float((person.confidence * weights).sum() / weights.sum())
