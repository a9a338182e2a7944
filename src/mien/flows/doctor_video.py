"""Checks of a clip or a camera: what it allows, and what to change before filming on."""

import os
from array import array
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy.threads import one_thread
from mien.capture.gate import Gate
from mien.capture.gate.timing import rate_of
from mien.capture.quality import overall
from mien.capture.verdict import Verdict
from mien.core.errors import InputError, MediaError
from mien.core.face import Landmarks
from mien.core.seams import Progress, silent
from mien.landmark.track import Seen, follow
from mien.media.camera import camera_pictures
from mien.media.kind import classify
from mien.media.video import frames, probe

Picture = NDArray[np.uint8]
Pictures = Generator[tuple[float, Picture], None, None]

SECONDS = 4.0  # that a camera is watched
_WARM_UP = 1.0  # seconds in which a camera sets its exposure
_MOST = 512e6  # bytes of pictures that wait


@dataclass(frozen=True)
class Examined:
    """What was found.

    Attributes:
        verdict: ``"good"``, ``"usable"``, ``"poor"`` or ``"none"``, for micro-expressions.
        reasons: one sentence each, the most important first.
        checks: every verdict, of the whole clip and of its poor spans.
        frames: number of frames.
        rate: frames per second, by their times; NaN for a single frame.
        width: px.
        height: px.
    """

    verdict: str
    reasons: tuple[str, ...]
    checks: tuple[Verdict, ...]
    frames: int
    rate: float
    width: int
    height: int


def examine(path: str | os.PathLike[str], progress: Progress = silent) -> Examined:
    """Check a clip.

    Args:
        path: of the clip.
        progress: told about the frames.

    Raises:
        InputError: a photo.
        MediaError: the file cannot be read.
    """
    path = Path(path)
    if classify(path) == "image":
        raise InputError(f"{path}: is a photo; doctor checks clips: give it a video")
    total = probe(path).count
    with closing(frames(path)) as source:
        shots = ((frame.time, frame.pixels) for frame in source)
        return _examined(shots, total, progress, 8 * path.stat().st_size)


def examine_camera(
    number: int,
    seconds: float = SECONDS,
    progress: Progress = silent,
    source: Pictures | None = None,
) -> Examined:
    """Check a camera by some seconds of what it sees.

    The pictures are looked at afterwards, in grey, so that looking does not slow the camera down.

    Args:
        number: of the camera, from 0.
        seconds: how long it is watched, once it is warm.
        progress: told about the pictures.
        source: seconds and RGB pictures instead of the camera's.

    Raises:
        MediaError: there is no such camera, or it stops.
    """
    kept: list[tuple[float, Picture]] = []
    with closing(source or camera_pictures(number)) as pictures:
        for time, pixels in pictures:
            if time >= _WARM_UP:
                kept.append((time, _grey(pixels)))
                progress("watch", len(kept), None)
            if time >= _WARM_UP + seconds or len(kept) * pixels.size / 3 > _MOST:
                break
    if not kept:
        raise MediaError(f"camera {number}: gives no pictures: plug it in again")
    start = kept[0][0]
    shots = ((time - start, np.repeat(grey[:, :, None], 3, axis=2)) for time, grey in kept)
    return _examined(shots, len(kept), progress)


@one_thread()
def _examined(
    shots: Iterator[tuple[float, Picture]],
    total: int | None,
    progress: Progress,
    bits: int | None = None,
) -> Examined:
    """Follow the face through the pictures and let the gate look at each.

    Args:
        shots: seconds and RGB pictures.
        total: how many, where that is known.
        progress: told about each.
        bits: size of the file; None without one.
    """
    gate = Gate()
    times = array("d")
    waiting: list[Picture] = []  # of one frame
    size = (0, 0)

    def passing() -> Iterator[tuple[float, Picture]]:
        for time, pixels in shots:
            times.append(time)
            waiting.append(_grey(pixels))
            yield time, pixels

    for seen in follow(passing()):
        grey = waiting.pop()
        size = grey.shape[0], grey.shape[1]
        gate.look(times[-1], grey, _largest(seen))
        progress("look", len(times), total)
    count, pixels = len(times), size[0] * size[1]
    checks = gate.judge(bits / (count * pixels) if bits else None)
    verdict, reasons = overall(checks)
    return Examined(verdict, reasons, checks, count, rate_of(np.array(times)), size[1], size[0])


def _largest(seen: Sequence[Seen]) -> NDArray[np.float64] | None:
    """Points of the largest face, shape (478, 3), px."""
    return max((one.points for one in seen), key=lambda p: Landmarks(p).area, default=None)


def _grey(pixels: Picture) -> Picture:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
