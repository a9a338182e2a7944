"""How fast is it, warm? On one core, but for reading. Ratios are taken within one run."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy.inverse import invert
from mien.anatomy.threads import one_thread
from mien.bench.people import people, pixels
from mien.bench.result import Result, Row
from mien.core import facs
from mien.core.envelope import Envelope
from mien.core.seams import Progress, silent
from mien.edit.mesh import paint, prepare
from mien.edit.points import moved
from mien.edit.portrait import faces_of, portrait
from mien.flows.edit import edit
from mien.flows.read import read
from mien.judge.facemesh import Follower
from mien.media.writer import write_video
from mien.synth.camera import Camera
from mien.synth.clip import film
from mien.synth.movement import by_aus
from mien.synth.plate import plate_of
from mien.synth.scene import Scene

_ROUNDS = 9
_CLIPS = {
    "single_face.mp4": "640×360, 30 frames/s",
    "WolfgangLanger_Pexels.mp4": "24 frames/s, much movement",
}
_FAST = 200.0  # frames per second
_AS_FAST = 0.9


def run(data: Path, progress: Progress = silent, jobs: int = 1) -> Result:
    """All timings; each the median of nine warm rounds, with the fastest and slowest beside it.

    Args:
        data: folder with ``london/`` and ``clips/``; see docs/bench.md.
        progress: told about each step.
        jobs: not used; timings are taken one after another.
    """
    del jobs
    steps = (_edit, _preview, _inverse, _import)
    rows = []
    with _one_core(), one_thread():
        for done, step in enumerate(steps):
            progress("timing", done, len(steps) + 1)
            rows.append(step(data))
    progress("timing", len(steps), len(steps) + 1)
    return Result((*rows, *_read(data)))


def _edit(data: Path) -> Row:
    image = pixels(people(data)[0].neutral)
    wish = {"happy": 0.8, "AU01": 1.0}
    times = _timed(lambda: edit(image, wish))
    size = f"{image.shape[1]}x{image.shape[0]}"
    figure = f"edit of {size}, from the pixels to what is measured on the result, ms"
    return _row(figure, "≤ 150", times * 1e3, 150.0)


def _preview(data: Path) -> Row:
    image = cv2.resize(
        pixels(people(data)[0].neutral), (640, 640), interpolation=cv2.INTER_AREA
    ).astype(np.uint8)
    face = portrait(faces_of(image, "preview")[0])
    canvas, step = prepare(image, face.landmarks.points), np.zeros(len(facs.COLUMNS))
    step[[facs.INDEX["AU12L"], facs.INDEX["AU12R"], facs.INDEX["AU25"]]] = 0.1

    def slide() -> None:
        for i in range(10):
            paint(canvas, moved(face.subject, face.aus + i * step), i * step)

    return _row(
        "preview of 640x640 with the face known, ms a picture", "≤ 16.7", _timed(slide) * 100, 16.7
    )


def _inverse(data: Path) -> Row:
    person = people(data)[0]
    face = portrait(faces_of(pixels(person.neutral), person.name)[0])
    smile = faces_of(pixels(person.smiling), person.name)[0].points
    points = [face.landmarks.points + (smile - face.landmarks.points) * i / 50 for i in range(50)]

    def clip() -> None:
        aus = None
        for each in points:
            aus = invert(face.prepared, each, near=aus).aus

    return _row("inverse, ms a frame", "≤ 0.3", _timed(clip) * 1e3 / len(points), 0.3)


def _read(data: Path) -> list[Row]:
    """Reading with all cores against decoding and FaceMesh in turn, on the same clip."""
    clips = {f"{name}, {note}": data / "clips" / name for name, note in _CLIPS.items()}
    with tempfile.TemporaryDirectory(prefix="mien-speed-") as folder:
        fast = Path(folder) / "fast.mp4"
        _filmed(data, fast)
        clips[f"synthetic clip, {_FAST:g} frames/s"] = fast
        return [_ratio(name, clip) for name, clip in clips.items()]


def _filmed(data: Path, path: Path) -> None:
    """Two and a half seconds of a face, 300 px wide, with a smirk."""
    image = pixels(people(data)[0].neutral)
    subject = portrait(faces_of(image, "speed")[0]).subject
    smirk = by_aus(subject.model, {"AU12L": 1.0}, Envelope(1.0, 1.1, 1.35), pixels=2.0)
    clip = film(plate_of(image, subject), Scene(2.5, (smirk,)), Camera(rate=_FAST, noise=1.5))
    write_video(path, clip.frames(), _FAST, crf=10)


def _ratio(name: str, clip: Path) -> Row:
    mesh = Follower()

    def others() -> None:
        with av.open(str(clip)) as source:
            shown = source.decode(video=0)
            mesh.follow(np.asarray(f.to_ndarray(format="rgb24"), np.uint8) for f in shown)

    def ours() -> None:
        read(clip, learned=False)  # which costs by the event, not by the frame

    pairs = [(_timed(others, 1)[0], _timed(ours, 1)[0]) for _ in range(_ROUNDS)]
    ratios = np.array([theirs / ours for theirs, ours in pairs[1:]])
    middle = float(np.median(ratios))
    return Row(
        f"read of {name}: speed against decoding and FaceMesh, one after the other",
        f"≥ {_AS_FAST:g}",
        f"{middle:.2f}",
        f"{len(ratios)} rounds",
        f"{ratios.min():.2f} to {ratios.max():.2f}",
        middle >= _AS_FAST,
    )


def _import(data: Path) -> Row:
    del data
    code = "import time; t = time.perf_counter(); import mien; print(time.perf_counter() - t)"
    times = [  # our own interpreter and our own text
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
        for _ in range(_ROUNDS)
    ]
    return _row("import mien, s", "≤ 0.3", np.array(times), 0.3)


def _timed(work: Callable[[], object], rounds: int = _ROUNDS) -> NDArray[np.float64]:
    """Seconds of each round, after two that warm up (none where only one round is asked for)."""
    for _ in range(2 if rounds > 1 else 0):
        work()
    times = np.empty(rounds)
    for i in range(rounds):
        start = time.perf_counter()
        work()
        times[i] = time.perf_counter() - start
    return times


def _row(figure: str, asked: str, values: NDArray[np.float64], ceiling: float) -> Row:
    middle = float(np.median(values))
    spread = f"{values.min():.3g} to {values.max():.3g}"
    return Row(figure, asked, f"{middle:.3g}", f"{len(values)} rounds", spread, middle <= ceiling)


@contextmanager
def _one_core() -> Iterator[None]:
    """Everything on one core, where the system allows it."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    allowed = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    if allowed:
        os.sched_setaffinity(0, {min(allowed)})
    try:
        yield
    finally:
        cv2.setNumThreads(threads)
        if allowed:
            os.sched_setaffinity(0, allowed)
