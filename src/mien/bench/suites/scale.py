"""Does a second worker read as much as the first one, and what does a worker need?

A worker counts with one core of its own, as on a cluster; left alone a reading uses a second one
for decoding. What workers give is measured from the command to the last folder, their start
included; what a reading needs warm, in this process. All ratios are taken within one run.
"""

import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from mien.bench.people import people, pixels
from mien.bench.result import Result, Row
from mien.core.envelope import Envelope
from mien.core.errors import InputError
from mien.core.seams import Progress, silent
from mien.edit.portrait import faces_of, portrait
from mien.flows.engine import ENGINES, finished
from mien.flows.read_files import Manner, read_into
from mien.flows.read_many import read_many
from mien.media.writer import write_video
from mien.synth.camera import Camera
from mien.synth.clip import film
from mien.synth.movement import by_aus
from mien.synth.plate import plate_of
from mien.synth.scene import Scene

_ROUNDS = 3
_CLIPS = 8
_SECONDS = {30.0: 8.0, 200.0: 3.0}  # of the clips, by frames per second
_AS_MUCH = 1.8
_TASKS = 500  # that do nothing, to see how fast they are handed out
_MB = 2**20 if sys.platform == "darwin" else 2**10  # in what the system counts memory


@dataclass(frozen=True)
class _Run:
    """One round: seconds for all clips, by one worker, by two, and by one with two cores."""

    one: float
    two: float
    alone: float


def run(data: Path, progress: Progress = silent, jobs: int = 1) -> Result:
    """All figures.

    Args:
        data: folder with ``london/``; see docs/bench.md.
        progress: told about the rounds.
        jobs: not used; the workers are what is measured.

    Raises:
        InputError: fewer than two cores may be used.
    """
    del jobs
    cores = _allowed()
    if len(cores) < 2:
        raise InputError("mien bench scale needs two cores")
    with tempfile.TemporaryDirectory(prefix="mien-scale-") as name:
        folder = Path(name)
        clips = {rate: _filmed(data, folder, rate) for rate in _SECONDS}
        many, fast = _copies(clips[30.0], _CLIPS), _copies(clips[200.0], 1)
        rounds = []
        for done in range(_ROUNDS):
            progress("rounds", done, _ROUNDS)
            rounds.append(
                _Run(
                    _timed(many, folder, 1, cores[:1]),
                    _timed(many, folder, 2, cores[:2]),
                    _timed(many, folder, 1, cores[:2]),
                )
            )
        progress("rounds", _ROUNDS, _ROUNDS)
        memory = [_memory("at 30 frames/s")]
        _timed(fast, folder, 1, cores[:1])
        memory.append(_memory("there or at 200 frames/s"))
        needs = [row for rate, clip in clips.items() for row in _needs(clip, rate, cores)]
    return Result((*_ratios(rounds), *memory, *needs, *_handed_out()))


def _filmed(data: Path, folder: Path, rate: float) -> Path:
    """A face, 300 px wide, with a smirk."""
    image = pixels(people(data)[0].neutral)
    subject = portrait(faces_of(image, "scale")[0]).subject
    smirk = by_aus(subject.model, {"AU12L": 1.0}, Envelope(1.0, 1.1, 1.35), pixels=2.0)
    clip = film(
        plate_of(image, subject), Scene(_SECONDS[rate], (smirk,)), Camera(rate=rate, noise=1.5)
    )
    path = folder / f"{rate:g}.mp4"
    write_video(path, clip.frames(), rate, crf=18)
    return path


def _copies(clip: Path, count: int) -> Path:
    """A folder with the clip under several names."""
    folder = clip.with_suffix("")
    folder.mkdir()
    for i in range(count):
        shutil.copy(clip, folder / f"{i}.mp4")
    return folder


def _timed(many: Path, folder: Path, workers: int, cores: list[int]) -> float:
    """Seconds for the clips of a folder."""
    out = folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    start = time.perf_counter()
    with _on(cores):
        made = read_many([many], out, jobs=workers)
    took = time.perf_counter() - start
    if made.failed:
        raise InputError("; ".join(made.failed.values()))
    return took


def _ratios(rounds: list[_Run]) -> Iterator[Row]:
    yield _row(
        f"{_CLIPS} clips of {_SECONDS[30.0]:g} s at 30 frames/s: two workers on two cores over one"
        " on one, files a second",
        [one.one / one.two for one in rounds],
        _AS_MUCH,
    )
    yield _row(
        "one worker with both cores over one on one", [one.one / one.alone for one in rounds]
    )
    yield _row("files a second, two workers", [_CLIPS / one.two for one in rounds])


def _memory(where: str) -> Row:
    """Of the largest of all processes that have ended."""
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / _MB
    return Row(f"memory of a worker {where}, peak, MB", "", f"{peak:.0f}", "largest", "", None)


def _needs(clip: Path, rate: float, cores: list[int]) -> Iterator[Row]:
    """Of one warm reading on one core: time of the core, and what is written."""
    seconds, times = _SECONDS[rate], []
    with tempfile.TemporaryDirectory() as name, _on(cores[:1]):
        out = Path(name) / "out"
        for _ in range(_ROUNDS + 1):
            start = time.process_time()
            files, _ = read_into(clip, out, Manner())
            times.append((time.process_time() - start) / seconds)
        size = sum(file.stat().st_size for file in files) / 1e6
    yield _row(f"core seconds for a second of a clip of {rate:g} frames/s", times[1:])
    figure = f"written for a clip of {seconds:g} s at {rate:g} frames/s, MB"
    yield Row(figure, "", f"{size:.2f}", "1 clip", "", None)


def _handed_out() -> Iterator[Row]:
    """How fast an engine hands out work that takes no time, from the first answer on."""
    for engine in ENGINES if find_spec("ray") else ENGINES[:1]:
        with closing(finished(abs, range(_TASKS), 2, engine=engine)) as answers:
            next(answers)
            start = time.perf_counter()
            count = sum(1 for _ in answers)
        figure = f"items a second that engine {engine} hands out, two workers"
        rate = count / (time.perf_counter() - start)
        yield Row(figure, "", f"{rate:.0f}", f"{count} items", "", None)


def _row(figure: str, values: list[float], floor: float | None = None) -> Row:
    middle = float(np.median(values))
    return Row(
        figure,
        "" if floor is None else f"≥ {floor:g}",
        f"{middle:.2f}",
        f"{len(values)} rounds",
        f"{min(values):.2f} to {max(values):.2f}",
        None if floor is None else middle >= floor,
    )


def _allowed() -> list[int]:
    """The cores that may be used."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


@contextmanager
def _on(cores: list[int]) -> Iterator[None]:
    """On these cores alone, with all processes that start meanwhile, where the system allows it."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
