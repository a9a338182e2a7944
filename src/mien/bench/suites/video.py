"""Does the edit of a clip hold still, follow the face, keep up, and leave alone what it must?"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy.threads import one_thread
from mien.anatomy.topology import IRIS_LEFT, IRIS_RIGHT, N_SKIN
from mien.bench.people import people, pixels
from mien.bench.result import Result, Row, counted, interval
from mien.capture.rows import Rows
from mien.core.seams import Progress, silent
from mien.core.signal import Interval
from mien.core.timeline import Key, Micro, Timeline
from mien.edit.points import moved
from mien.flows.clip_face import ClipFace, Watched, face_of, states, watch
from mien.flows.edit_video import asked_of, edit_video, edited_frames, subject_of
from mien.flows.read import read
from mien.landmark.detect import refine
from mien.landmark.lips import checked
from mien.media.video import frames
from mien.media.writer import write_video

Image = NDArray[np.uint8]
Array = NDArray[np.float64]

_PEOPLE = 6
_STILL = 48  # frames of a clip in which nobody moves
_NOISE = 3.0  # levels of 255; standard deviation of a camera's
_HD = (1280, 720)
_CLIPS = ("single_face.mp4", "WolfgangLanger_Pexels.mp4")
_MOST = 160  # frames of a clip, about, on which the following is measured
_ROUNDS = 4  # times a long clip repeats the short one
_EDIT = Timeline((Key(0.0, {"happy": 1.0}, {"AU26": 2.5}),))
_BRIEF = Micro(600, 700, 920, {"AU12L": 2.5, "AU25": 1.0})
_OVERLAP = 0.5
_TIMED = """
import resource, sys, time
from pathlib import Path
import mien.flows.edit_video as flow
from mien.core.timeline import Key, Timeline
timeline = Timeline((Key(0.0, {"happy": 1.0}, {"AU26": 2.5}),))
out, *sources = map(Path, sys.argv[1:])
for source in sources:
    start = time.perf_counter()
    flow.edit_video(source, out, timeline)
    took = time.perf_counter() - start
print(took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def run(data: Path, progress: Progress = silent, jobs: int = 1) -> Result:
    """All figures of the edit of clips.

    Args:
        data: folder with ``london/`` and ``clips/``; see docs/bench.md.
        progress: told about each step.
        jobs: not used; timings are taken one after another.
    """
    del jobs
    steps = (_flicker, _following, _micro, _zero, _speed)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder, one_thread():
        for done, step in enumerate(steps):
            progress("video", done, len(steps))
            rows += step(data, Path(folder))
    progress("video", len(steps), len(steps))
    return Result(tuple(rows))


def _flicker(data: Path, folder: Path) -> list[Row]:
    """What a constant edit adds to the unrest of a clip in which nobody moves."""
    rows = []
    for noise, what in ((0.0, "no noise"), (_NOISE, f"camera noise of {_NOISE:g} levels")):
        found = [_unrest(clip) for clip in _still_clips(data, folder, noise)]
        figure = f"flicker added inside the mask, still clip, {what}, H.264, grey levels"
        rows.append(_at_most(figure, 0.5, found, "people"))
    return rows


def _still_clips(data: Path, folder: Path, noise: float) -> Iterator[Path]:
    """Some people who do not move, one after the other, 720x720."""
    everyone = people(data)
    for person in everyone[:: max(len(everyone) // _PEOPLE, 1)][:_PEOPLE]:
        photo = cv2.resize(pixels(person.neutral), (720, 720), interpolation=cv2.INTER_AREA)
        clip = folder / f"{person.name}.mp4"
        write_video(clip, _filmed(np.asarray(photo, np.uint8), noise), crf=18)
        yield clip


def _filmed(photo: Image, noise: float) -> Iterator[tuple[float, Image]]:
    random = np.random.default_rng(0)
    for i in range(_STILL):
        grain = noise * random.standard_normal(photo.shape, dtype=np.float32)
        yield i / 30, np.clip(np.rint(photo + grain), 0, 255).astype(np.uint8)


def _unrest(clip: Path) -> float:
    """Mean difference of neighbouring frames where an edit acts, less that of the clip itself."""
    with _seen(clip) as (watched, person):
        before = [frame.pixels.astype(np.int16) for frame in frames(clip, exact=True)]
        edited = edited_frames(clip, watched, person, _EDIT)
        after = [frame.pixels.astype(np.int16) for frame in edited]
    changed = [(a != b).any(axis=2) for a, b in zip(after, before, strict=True)]
    mask = np.any(changed, axis=0)
    own, now = (
        float(np.mean([np.abs(b - a)[mask].mean() for a, b in pairwise(clip)]))
        for clip in (before, after)
    )
    return now - own


def _following(data: Path, folder: Path) -> list[Row]:
    """How far the face is from where the edit takes it to be, and from where it puts it.

    Both against landmarks read with care on single frames, of the clip and of the edited one.
    """
    del folder
    rows = []
    for name in _CLIPS:
        for timeline, what in ((Timeline(), "as filmed"), (_EDIT, "edited")):
            found = _apart(data / "clips" / name, timeline)
            figure = f"points meant from those read on each frame, {what}, {name}, IOD RMS"
            rows.append(_at_most(figure, 0.1, found, "frames"))
    return rows


def _apart(clip: Path, timeline: Timeline) -> list[float]:
    """Distances between the points that an edit means and those that are read on its frames."""
    found = []
    with _seen(clip) as (watched, person):
        step = max(len(watched.time) // _MOST, 1)
        at = {s.frame: s for s in states(watched, person) if s.share and not s.frame % step}
        for frame in edited_frames(clip, watched, person, timeline):
            state = at.get(frame.index)
            if state is None:
                continue
            asked = asked_of(timeline, frame.time, state)
            meant = state.points if asked is None else moved(subject_of(state, person), asked)
            own = refine(frame.pixels, meant)
            if own is not None:
                there = checked(frame.pixels, own.points)
                iod = np.linalg.norm(there[IRIS_LEFT] - there[IRIS_RIGHT])
                apart = (meant - there)[:N_SKIN, :2] / iod
                found.append(float(np.sqrt((apart**2).sum(axis=1).mean())))
    return found


def _micro(data: Path, folder: Path) -> list[Row]:
    """Micro-expressions put into clips of people who do not move, found again where they are."""
    truth = Interval(_BRIEF.onset / 1000, _BRIEF.offset / 1000)
    found, apart = 0, []
    for clip in _still_clips(data, folder, _NOISE):
        out = folder / "micro.mp4"
        edit_video(clip, out, Timeline((), (_BRIEF,)))
        events = [event for event in read(out).events if event.kind == "micro"]
        near = [e for e in events if Interval(e.onset, e.offset).iou(truth) >= _OVERLAP]
        found += bool(near)
        apart += [1000 * abs(event.apex - _BRIEF.apex / 1000) for event in near[:1]]
    figure = f"micro-expressions put in and found again, overlap ≥ {_OVERLAP:g}"
    return [
        counted(figure, found, _PEOPLE - 1, _PEOPLE),
        _at_most("their peaks found so far from where they were put, ms", 34.0, apart, "people"),
    ]


def _zero(data: Path, folder: Path) -> list[Row]:
    """Frames that a timeline which asks for nothing gives back bit by bit."""
    del folder
    clip = data / "clips" / _CLIPS[0]
    nothing = Timeline((Key(0.0, {"happy": 0.0}, {"AU12": 0.0}), Key(1.0, {}, {})))
    with _seen(clip) as (watched, person):
        edited = edited_frames(clip, watched, person, nothing)
        pairs = zip(frames(clip, exact=True), edited, strict=True)
        same = [np.array_equal(before.pixels, after.pixels) for before, after in pairs]
    figure = "frames identical under a timeline of zeros"
    return [Row(figure, f"{len(same)}", f"{sum(same)}", f"{len(same)} frames", "", all(same))]


def _speed(data: Path, folder: Path) -> list[Row]:
    """Frames a second at 1280x720 from file to file, warm, and whether memory grows with the clip.

    As many frames are edited once as one long clip and once as several short ones.
    """
    short, long, out = folder / "short.mp4", folder / "long.mp4", folder / "out.mp4"
    for clip, rounds in ((short, 1), (long, _ROUNDS)):
        write_video(clip, _looped(data / "clips" / _CLIPS[0], rounds))
    _, few = _timed(out, [short] * (1 + _ROUNDS))
    took, many = _timed(out, [short, long])
    count = sum(1 for _ in frames(long))
    rate, grown = count / took, many / few
    return [
        Row("edit of 1280x720, file to file, frames a second", "≥ 12", f"{rate:.1f}",
            f"{count} frames", "", rate >= 12.0),
        Row(f"peak memory of a clip {_ROUNDS} times as long, ratio", "≤ 1.1", f"{grown:.2f}",
            "2 clips", f"{few:.0f} and {many:.0f} MB", grown <= 1.1),
    ]  # fmt: skip


def _timed(out: Path, sources: list[Path]) -> tuple[float, float]:
    """Seconds of the last of some edits in a process of their own, and its peak memory in MB."""
    command = [sys.executable, "-c", _TIMED, str(out), *map(str, sources)]
    told = subprocess.run(  # noqa: S603 (our own interpreter and our own text)
        command, capture_output=True, check=True
    )
    took, peak = map(float, told.stdout.split())
    return took, peak


def _looped(source: Path, rounds: int) -> Iterator[tuple[float, Image]]:
    clip = [cv2.resize(f.pixels, _HD, interpolation=cv2.INTER_CUBIC) for f in frames(source)]
    for i in range(rounds * len(clip)):
        yield i / 30, np.asarray(clip[i % len(clip)], np.uint8)


@contextmanager
def _seen(clip: Path) -> Iterator[tuple[Watched, ClipFace]]:
    """A clip after the first pass, and its largest face."""
    with Rows(columns=5) as rows:
        watched = watch(clip, rows, lambda _: None)
        yield watched, face_of(watched, 0, None, clip.name)


def _at_most(figure: str, ceiling: float, values: list[float], unit: str) -> Row:
    """A mean that must not lie above a ceiling; its interval and the worst case beside it."""
    middle = float(np.mean(values))
    low, high = interval(np.asarray(values), lambda drawn: float(np.mean(drawn)))
    worst = f"{low:.3g} to {high:.3g}, worst {max(values):.3g}"
    measured = f"{middle:.3g}"
    return Row(
        figure, f"≤ {ceiling:g}", measured, f"{len(values)} {unit}", worst, middle <= ceiling
    )
