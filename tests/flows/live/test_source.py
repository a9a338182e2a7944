"""A camera that goes and comes back; a clip at its own pace."""

import threading
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from time import monotonic

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.core.errors import MediaError
from mien.flows.live.source import from_camera, from_file
from mien.media.writer import write_video

PICTURE = np.zeros((4, 6, 3), np.uint8)


class Cable:
    """A camera that gives three pictures, is then pulled out, and is missing for two tries."""

    def __init__(self) -> None:
        self.tries = 0

    def __call__(self, number: int) -> Iterator[tuple[float, NDArray[np.uint8]]]:
        self.tries += 1
        if self.tries in (2, 3):
            raise MediaError(f"camera {number}: cannot be opened")
        for i in range(3):
            yield i / 30, PICTURE
        raise MediaError(f"camera {number}: gives no pictures")


def test_pulled_out_and_back() -> None:
    stop, said, cable = threading.Event(), [], Cable()
    source = from_camera(0, cable, pause=0.02)
    start = monotonic()
    taken = list(islice(source(stop, lambda *told: said.append(told)), 6))
    assert cable.tries == 4
    assert [one.index for one in taken] == list(range(6))
    assert said == [("lost", "camera 0: gives no pictures"), ("ok", "camera 0: is back")]
    times = [one.time for one in taken]
    assert times == sorted(times)
    assert times[3] - times[2] >= 0.02 + 0.04 + 0.08  # the clock runs on while it is away
    assert monotonic() - start < 2.0


def test_stopped_while_it_is_away() -> None:
    stop = threading.Event()
    source = from_camera(0, Cable(), pause=60.0)(stop, lambda *_: stop.set())
    assert len(list(source)) == 3


def test_no_camera_to_begin_with() -> None:
    def missing(number: int) -> Iterator[tuple[float, NDArray[np.uint8]]]:
        raise MediaError(f"camera {number}: cannot be opened")
        yield

    with pytest.raises(MediaError, match="camera 7"):
        next(iter(from_camera(7, missing)(threading.Event(), lambda *_: None)))


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    pictures = ((i / 25, np.full((32, 32, 3), 8 * i, np.uint8)) for i in range(10))
    write_video(path, pictures, 25.0)
    return path


def test_a_clip_at_its_own_pace(clip: Path) -> None:
    taken = list(from_file(clip)(threading.Event(), lambda *_: None))
    assert [one.time for one in taken] == pytest.approx([i / 25 for i in range(10)], abs=1e-3)
    late = [one.arrived - taken[0].arrived - one.time for one in taken]
    assert min(late) > -0.002  # never before its time
    assert taken[0].key


def test_a_clip_as_fast_as_it_can_be_read(clip: Path) -> None:
    taken = list(from_file(clip, fast=True)(threading.Event(), lambda *_: None))
    assert len(taken) == 10
    assert taken[-1].arrived - taken[0].arrived < 0.3


def test_a_clip_stopped(clip: Path) -> None:
    stop = threading.Event()
    source = from_file(clip)(stop, lambda *_: None)
    next(source)
    stop.set()
    assert list(source) == []
