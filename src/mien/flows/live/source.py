"""Where live pictures come from: a camera that may go and come back, or a file in its place."""

import threading
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import MediaError
from mien.media.camera import camera_pictures
from mien.media.video import frames

_PAUSE, _LONGEST = 0.5, 8.0  # seconds until a camera is tried again, at first and at most


@dataclass(frozen=True, eq=False)
class Taken:
    """One picture.

    Attributes:
        index: 0, 1, 2 ... in the order they came; those thrown away later count, too.
        time: seconds from the first picture, when it was taken.
        pixels: RGB uint8, shape (H, W, 3).
        arrived: seconds of the monotonic clock.
        key: whether the codec began anew with it.
    """

    index: int
    time: float
    pixels: NDArray[np.uint8]
    arrived: float
    key: bool = False


Told = Callable[[str, str], None]
"""Is given the state of the source, ``"ok"`` or ``"lost"``, and a line about it."""
Opened = Callable[[int], Generator[tuple[float, NDArray[np.uint8]], None, None]]
Source = Callable[[threading.Event, Told], Generator[Taken, None, None]]
"""Gives pictures until the event is set; see :func:`from_camera` and :func:`from_file`."""


def from_camera(number: int, opened: Opened = camera_pictures, pause: float = _PAUSE) -> Source:
    """A camera; where it stops, it is tried again, at growing intervals, and its clock runs on.

    Args:
        number: of the camera, from 0.
        opened: gives its pictures, and raises :class:`MediaError` where there are none.
        pause: seconds until it is tried again, at first.

    Returns:
        A source that raises :class:`MediaError` where the camera cannot be opened to begin with.
    """

    def pictures(stop: threading.Event, told: Told) -> Generator[Taken, None, None]:
        start, index, wait, lost = None, 0, pause, False
        while not stop.is_set():
            try:
                with closing(opened(number)) as there:
                    for _, pixels in there:
                        now = monotonic()
                        start = now if start is None else start
                        if lost:
                            told("ok", f"camera {number}: is back")
                        lost, wait = False, pause
                        yield Taken(index, now - start, pixels, now)
                        index += 1
                        if stop.is_set():
                            return
                problem = f"camera {number}: gives no more pictures"
            except MediaError as error:
                if start is None:
                    raise
                problem = str(error)
            if not lost:
                told("lost", problem)
            lost = True
            stop.wait(wait)
            wait = min(2.0 * wait, _LONGEST)

    return pictures


def from_file(path: Path, *, fast: bool = False) -> Source:
    """A clip at its own pace, as a camera would give it.

    Args:
        path: of the clip.
        fast: as fast as it can be read instead.
    """

    def pictures(stop: threading.Event, told: Told) -> Generator[Taken, None, None]:
        del told
        start = None
        with closing(frames(path)) as there:
            for frame in there:
                start = monotonic() if start is None else start
                early = start + frame.time - monotonic()
                if early > 0.0 and not fast:
                    stop.wait(early)
                if stop.is_set():
                    return
                yield Taken(frame.index, frame.time, frame.pixels, monotonic(), frame.key)

    return pictures
