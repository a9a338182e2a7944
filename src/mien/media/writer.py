"""Clips written with true times, so that browsers play them."""

import math
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation
from av.video.stream import VideoStream
from numpy.typing import NDArray

from mien.core.errors import MediaError
from mien.media.files import atomic, clear_errors
from mien.media.image import as_picture
from mien.media.sound import Sound, sound_of

TICKS = 90_000  # per second; the clock of MPEG, divides all usual rates
_CAREFUL = Interpolation.AREA | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INP
# The index first: plays while it loads; and a clock on which sound starts where it did.
_FAST = {"movflags": "+faststart", "movie_timescale": "90000"}
_OPTIONS: dict[str, dict[str, str]] = {".mp4": _FAST, ".m4v": _FAST, ".mov": _FAST, ".mkv": {}}
CLIPS = tuple(_OPTIONS)
"""Endings of clips that can be written."""
Mark = Callable[[Path], None]
"""Is given a finished file before it takes its place."""
# The same pictures make the same stream everywhere: x264 else chooses by the processor, and codes
# otherwise for each number of threads. Costs no time that can be measured.
_X264 = {"preset": "veryfast", "x264-params": "cpu-independent=1"}
_THREADS = 4
_BT709 = 1  # the code of BT.709 for matrix, primaries and transfer, and of the narrow range


class VideoWriter:
    """Takes the frames of one clip; made by :func:`video_writer`."""

    def __init__(
        self,
        container: OutputContainer,
        path: Path,
        rate: float,
        crf: int,
        sound: Sound | None = None,
    ) -> None:
        self._container = container
        self._path = path
        self._rate = Fraction(rate).limit_denominator(1001)
        self._crf = crf
        self._sound = sound
        # Seconds per tick, ticks of the first frame.
        self._unit, self._start_at = sound.clock if sound else (Fraction(1, TICKS), 0)
        self._last: int | None = None  # ticks
        self._step = max(round(1 / (self._unit * self._rate)), 1)  # of the last two frames
        self._shape: tuple[int, ...] = ()
        self._stream: VideoStream | None = None

    def write(self, time: float, pixels: NDArray[np.uint8]) -> None:
        """Add a frame.

        Args:
            time: seconds, later than the frame before.
            pixels: (H, W, 3) RGB uint8, sRGB, all of one size.

        Raises:
            MediaError: a wrong array, another size, a time that does not rise, or a full disk.
        """
        pixels = as_picture(pixels).pixels
        if self._stream is None:
            self._shape = pixels.shape
            with clear_errors(self._path, "cannot be written"):
                self._stream = self._start(*pixels.shape[:2])
        if pixels.shape != self._shape:
            raise MediaError(
                f"{self._path}: all frames of a clip have one shape: expected {self._shape},"
                f" got {pixels.shape}"
            )
        ticks = self._start_at + round(time / self._unit)
        if self._last is not None:
            if ticks <= self._last:
                last = float((self._last - self._start_at) * self._unit)
                raise MediaError(
                    f"{self._path}: times of frames must rise: got {time} s after {last:g} s"
                )
            self._step = ticks - self._last
        self._last = ticks
        with clear_errors(self._path, "cannot be written"):
            frame = _to_yuv(pixels)
            frame.pts, frame.time_base = ticks, self._unit
            self._mux(frame)
            if self._sound:
                self._sound.until(time)

    def finish(self) -> None:
        """Write what the encoder still holds.

        Raises:
            MediaError: there was no frame.
        """
        if self._stream is None:
            raise MediaError(f"{self._path}: there is no frame to write")
        with clear_errors(self._path, "cannot be written"):
            self._mux(None)
            if self._sound:
                self._sound.until(math.inf)

    def _start(self, height: int, width: int) -> VideoStream:
        options = {"crf": str(self._crf), **_X264}
        stream = self._container.add_stream("libx264", rate=self._rate, options=options)
        stream.width, stream.height = width + width % 2, height + height % 2
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.thread_count = _THREADS
        context.framerate = self._rate
        context.time_base = stream.time_base = self._unit
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        context.color_range = _BT709
        if self._sound:
            self._sound.attach(self._container, self._path.suffix.lower())
        return stream

    def _mux(self, frame: VideoFrame | None) -> None:
        """Encode a frame, or what still waits."""
        assert self._stream is not None
        for packet in self._stream.encode(frame):
            if not packet.duration:
                packet.duration = self._step  # else the last frame is shown for no time
            self._container.mux(packet)


def check_clip(path: Path, others: Sequence[str] = ()) -> None:
    """Refuse, before any work, a clip that cannot be written.

    Args:
        path: of the clip.
        others: endings that will do besides those of clips.

    Raises:
        MediaError: an unknown suffix.
    """
    endings = (*CLIPS, *others)
    if path.suffix.lower() not in endings:
        raise MediaError(f"{path}: cannot write this kind of clip: use {', '.join(endings)}")


@contextmanager
def video_writer(
    path: str | os.PathLike[str],
    rate: float = 30.0,
    crf: int = 15,
    like: str | os.PathLike[str] | None = None,
    mark: Mark | None = None,
) -> Iterator[VideoWriter]:
    """An H.264 clip that is there when the ``with`` block ends well, and else not at all.

    4:2:0, BT.709. A side of odd length is extended by one row or column, as 4:2:0 demands.
    The same frames are coded alike, whatever the processor and however many cores it has.

    Args:
        path: ends in .mp4, .m4v, .mov or .mkv; parent folders are made.
        rate: frames per second, roughly; only the encoder's planning depends on it.
        crf: constant rate factor of x264, 0 best to 51 worst; at 15 losses are hard to see.
        like: a clip whose clock, sound and title go with the pictures: times count from its first
            frame, time stamps are its own where the format counts as finely (Matroska counts
            milliseconds), sound is copied as it is, or coded anew as AAC where players of the
            format would not expect it.
        mark: is given the finished file before it takes its place.

    Raises:
        MediaError: an unknown suffix, a folder, no frame at all, or nothing can be written there.
    """
    path = Path(path)
    check_clip(path)
    options = _OPTIONS[path.suffix.lower()]
    with atomic(path) as temporary:
        with clear_errors(path, "cannot be written"):
            container = av.open(str(temporary), "w", container_options=options)
        with container, nullcontext() if like is None else sound_of(Path(like)) as sound:
            writer = VideoWriter(container, path, rate, crf, sound)
            yield writer
            writer.finish()
        if mark is not None:
            mark(temporary)


def write_video(
    path: str | os.PathLike[str],
    frames: Iterable[tuple[float, NDArray[np.uint8]]],
    rate: float = 30.0,
    crf: int = 15,
    mark: Mark | None = None,
) -> None:
    """Write (seconds, pixels) pairs to a clip; see :func:`video_writer`."""
    with video_writer(path, rate, crf, mark=mark) as writer:
        for time, pixels in frames:
            writer.write(time, pixels)


def _to_yuv(pixels: NDArray[np.uint8]) -> VideoFrame:
    """A frame as the encoder wants it, without a time."""
    height, width = pixels.shape[:2]
    if height % 2 or width % 2:
        pixels = np.pad(pixels, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    return VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24").reformat(
        format="yuv420p",
        dst_colorspace="itu709",
        dst_color_range="MPEG",
        interpolation=_CAREFUL,
    )
