"""How fast is it, warm, on one core? Ratios are taken within one run, because machines differ."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy.inverse import invert
from mien.anatomy.threads import one_thread
from mien.bench.people import people, pixels
from mien.bench.result import Result, Row
from mien.core import facs
from mien.core.seams import Progress, silent
from mien.edit.mesh import paint, prepare
from mien.edit.points import moved
from mien.edit.portrait import faces_of, portrait
from mien.flows.edit import edit
from mien.flows.read import read
from mien.judge.facemesh import Follower
from mien.media.video import frames

_ROUNDS = 9
_CLIP = "single_face.mp4"


def run(data: Path, progress: Progress = silent, jobs: int = 1) -> Result:
    """All timings; each the median of nine warm rounds, with the fastest and slowest beside it.

    Args:
        data: folder with ``london/`` and ``clips/``; see docs/bench.md.
        progress: told about each step.
        jobs: not used; timings are taken one after another.
    """
    del jobs
    steps = (_edit, _preview, _inverse, _read, _import)
    rows = []
    with _one_core(), one_thread():
        for done, step in enumerate(steps):
            progress("timing", done, len(steps))
            rows.append(step(data))
    return Result(tuple(rows))


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


def _read(data: Path) -> Row:
    clip = data / "clips" / _CLIP

    mesh = Follower()

    def others() -> None:
        mesh.follow(frame.pixels for frame in frames(clip))

    pairs = [(_timed(others, 1)[0], _timed(lambda: read(clip), 1)[0]) for _ in range(_ROUNDS)]
    ratios = np.array([theirs / ours for theirs, ours in pairs[1:]])
    low, high = ratios.min(), ratios.max()
    middle = float(np.median(ratios))
    return Row(
        f"read of {_CLIP}, speed against decoding and FaceMesh alone",
        "≥ 0.75",
        f"{middle:.2f}",
        f"{len(ratios)} rounds",
        f"{low:.2f} to {high:.2f}",
        middle >= 0.75,
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
