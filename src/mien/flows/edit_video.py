"""Edit a clip: the same person and the same words, another expression on a timeline."""

import json
from collections.abc import Generator
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.head import view_of
from mien.anatomy.inverse import Prepared, invert, prepare
from mien.anatomy.threads import one_thread
from mien.capture.rows import Rows
from mien.core import facs
from mien.core.seams import Progress, silent
from mien.core.timeline import Timeline, target_at
from mien.core.timeline_file import load_timeline
from mien.edit.points import Subject, moved
from mien.edit.portrait import Source, neutral_model
from mien.edit.video import Painter, Ready, redrawn
from mien.flows.clip_face import REASONS, ClipFace, State, Watched, face_of, states, watch
from mien.flows.outputs import check_outputs, rounded
from mien.guard.provenance import stamper
from mien.landmark.detect import square_of
from mien.landmark.lips import checked
from mien.landmark.track import read_near
from mien.media.files import atomic
from mien.media.prefetch import prefetch
from mien.media.video import Frame, frames, probe
from mien.media.writer import check_clip, video_writer

Image = NDArray[np.uint8]
Array = NDArray[np.float64]

_NOTHING = 1e-6  # intensity


@one_thread()
def edit_video(
    source: Path,
    out: Path,
    timeline: Timeline | Path,
    *,
    face: int | tuple[float, float] = 0,
    neutral: Source | None = None,
    report: Path | None = None,
    progress: Progress = silent,
) -> list[Path]:
    """Edit a face of a clip. No frame and no landmarks stay in memory, only the action units.

    These are about 0.25 kB a frame, 50 MB for two hours.

    Frames on which the face is not found, turned by more than 45 degrees or not clear stay as they
    are; the edit fades out before them and in after them. Sound and time stamps are kept.

    Args:
        source: the clip.
        out: the clip to write, .mp4, .m4v, .mov or .mkv.
        timeline: what is asked, or the file that says it.
        face: which face, 0 is the one that covers most of the clip; or a point on it, (x, y) in px,
            on the first frame on which a face is there.
        neutral: a photo of the person at rest; without it their calmest moments are taken for rest.
        report: where to write what was edited and what was measured, as JSON.
        progress: told about the frames.

    Returns:
        The files written, the report last: both of them, or none where something fails.

    Raises:
        InputError: an output that would overwrite an input, or no timeline.
        MediaError: the clip cannot be read, or the other one not be written.
        NoFaceError: no such face.
    """
    check_clip(out)
    check_outputs([out, report], [source, neutral, timeline])
    asked = load_timeline(timeline) if isinstance(timeline, Path) else timeline
    mark = partial(stamper().stamp, record={"action": "edit", "source": str(source)})
    model, info = neutral_model(neutral), probe(source)
    with Rows(columns=5) as rows:
        watched = watch(source, rows, lambda done: progress("follow", done, info.count))
        person = face_of(watched, face, model, str(source))
        moments: list[Moment] | None = [] if report else None
        with (
            nullcontext() if report is None else atomic(report) as told,
            video_writer(out, float(info.rate or 30), like=source, mark=mark) as writer,
        ):
            edited = edited_frames(source, watched, person, asked, moments)
            with closing(prefetch(edited)) as ahead:
                for frame in ahead:
                    writer.write(frame.time, frame.pixels)
                    progress("edit", frame.index + 1, len(watched.time))
            if told is not None and moments is not None:
                content = _report(out, watched, person, moments)
                told.write_text(json.dumps(content, indent=1) + "\n")
    return [out] + ([report] if report else [])


@dataclass(frozen=True)
class Moment:
    """What was asked and what is read at one moment of the result.

    Attributes:
        time: seconds.
        asked: shape (len(COLUMNS),), 0 to 5.
        measured: the same; NaN where there is no reading.
    """

    time: float
    asked: Array
    measured: Array


def edited_frames(
    source: Path,
    watched: Watched,
    person: ClipFace,
    timeline: Timeline,
    moments: list[Moment] | None = None,
) -> Generator[Frame, None, None]:
    """The frames of a clip with a face edited; those that nothing is asked of are the clip's own.

    Args:
        source: the clip.
        watched: what was seen on it.
        person: whom to edit.
        timeline: what is asked.
        moments: gets what was asked and measured at each key and apex; None: nothing is measured.
    """
    telling = _frames_at(timeline, watched.time) if moments is not None else set()
    prepared = prepare(person.model)
    with closing(prefetch(_ready(source, watched, person, timeline), depth=2)) as ahead:
        for frame, state, asked, ready in ahead:
            image = frame.pixels
            if state is not None and asked is not None and ready is not None:
                change = asked - facs.resolve(state.aus)
                image = redrawn(ready, moved(subject_of(state, person), asked), change)
            yield replace(frame, pixels=image)
            if moments is not None and state is not None and frame.index in telling:
                wanted = state.aus if asked is None else asked
                moments.append(Moment(frame.time, wanted, _measured(image, state, prepared)))


def _ready(
    source: Path, watched: Watched, person: ClipFace, timeline: Timeline
) -> Generator[tuple[Frame, State | None, Array | None, Ready | None], None, None]:
    """Every frame with the face on it, what is asked of it, and, if anything is, its canvas."""
    at, painter, cuts = states(watched, person), Painter(), {*watched.cuts}
    state = next(at, None)
    with closing(frames(source, exact=True)) as pictures:
        for frame in pictures:
            if frame.index in cuts:
                painter = Painter()
            if state is None or frame.index < state.frame:
                yield frame, None, None, None
                continue
            asked = asked_of(timeline, frame.time, state)
            ready = None
            if asked is not None:
                ready = painter.prepare(frame.pixels, frame.time, state.points, state.edges)
            yield frame, state, asked, ready
            state = next(at, None)


def asked_of(timeline: Timeline, time: float, state: State) -> Array | None:
    """Intensities for one frame, shape (len(COLUMNS),); None where nothing changes."""
    now = facs.resolve(state.aus)
    wanted = facs.resolve(now + state.share * (target_at(timeline, time, now) - now))
    return None if np.abs(wanted - now).max() < _NOTHING else wanted


def subject_of(state: State, person: ClipFace) -> Subject:
    """A face on one frame as the edit takes it."""
    view = view_of(state.points, person.model.neutral)
    return Subject(state.points, person.model, view, state.aus)


def _measured(image: Image, state: State, prepared: Prepared) -> Array:
    """What is on an edited frame, read as the clip itself was."""
    found = read_near(image, square_of(state.points))
    if found is None:
        return np.full(len(facs.COLUMNS), np.nan)
    return invert(prepared, checked(image, found)).aus


def _frames_at(timeline: Timeline, time: Array) -> set[int]:
    """Frames nearest to the moments of a timeline."""
    return {int(np.abs(time - moment).argmin()) for moment in timeline.moments}


def _report(
    out: Path, watched: Watched, person: ClipFace, moments: list[Moment]
) -> dict[str, object]:
    """What was edited, what was left and why, and what is read at the timeline's moments."""
    told = [
        {
            "time": round(one.time, 3),
            "asked": rounded(facs.to_dict(one.asked)),
            "measured": rounded(facs.to_dict(one.measured)),
        }
        for one in moments
    ]
    return {
        "mien": 1,
        "file": out.name,
        "frames": len(watched.time),
        "editable": int((person.share > 0.0).sum()),
        "confidence": round(person.confidence, 3),
        "untouched": _untouched(watched.time, person.reason),
        "moments": told,
    }


def _untouched(time: Array, reason: NDArray[np.int8]) -> list[dict[str, object]]:
    """Spans of frames that were left as they are, with the reason."""
    starts = np.flatnonzero(np.diff(reason, prepend=-1))
    ends = np.append(starts[1:], len(reason)) - 1
    return [
        {
            "from": round(float(time[a]), 3),
            "to": round(float(time[b]), 3),
            "reason": REASONS[reason[a]],
        }
        for a, b in zip(starts, ends, strict=True)
        if reason[a]
    ]
