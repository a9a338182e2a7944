"""Clips written with true times, so that browsers play them."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
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

TICKS = 90_000  # per second; the clock of MPEG, divides all usual rates
_CAREFUL = Interpolation.AREA | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INP
_FAST = {"movflags": "+faststart"}  # the index first: plays while it loads
_OPTIONS: dict[str, dict[str, str]] = {".mp4": _FAST, ".m4v": _FAST, ".mov": _FAST, ".mkv": {}}
_BT709 = 1  # the code of BT.709 for matrix, primaries and transfer, and of the narrow range


class VideoWriter:
    """Takes the frames of one clip; made by :func:`video_writer`."""

    def __init__(self, container: OutputContainer, path: Path, rate: float, crf: int) -> None:
        self._container = container
        self._path = path
        self._rate = Fraction(rate).limit_denominator(1001)
        self._crf = crf
        self._last = -1  # ticks
        self._step = round(TICKS / rate)  # ticks, distance of the last two frames
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
        ticks = round(time * TICKS)
        if ticks <= self._last:
            raise MediaError(
                f"{self._path}: times of frames must rise: got {time} s after"
                f" {self._last / TICKS} s"
            )
        if self._last >= 0:
            self._step = ticks - self._last
        self._last = ticks
        with clear_errors(self._path, "cannot be written"):
            self._mux(_to_yuv(pixels, ticks))

    def finish(self) -> None:
        """Write what the encoder still holds.

        Raises:
            MediaError: there was no frame.
        """
        if self._stream is None:
            raise MediaError(f"{self._path}: there is no frame to write")
        with clear_errors(self._path, "cannot be written"):
            self._mux(None)

    def _start(self, height: int, width: int) -> VideoStream:
        options = {"crf": str(self._crf), "preset": "fast"}
        stream = self._container.add_stream("libx264", rate=self._rate, options=options)
        stream.width, stream.height = width + width % 2, height + height % 2
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.framerate = self._rate
        context.time_base = stream.time_base = Fraction(1, TICKS)
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        context.color_range = _BT709
        return stream

    def _mux(self, frame: VideoFrame | None) -> None:
        """Encode a frame, or what still waits."""
        assert self._stream is not None
        for packet in self._stream.encode(frame):
            if not packet.duration:
                packet.duration = self._step  # else the last frame is shown for no time
            self._container.mux(packet)


@contextmanager
def video_writer(
    path: str | os.PathLike[str], rate: float = 30.0, crf: int = 16
) -> Iterator[VideoWriter]:
    """An H.264 clip that is there when the ``with`` block ends well, and else not at all.

    4:2:0, BT.709. A side of odd length is extended by one row or column, as 4:2:0 demands.

    Args:
        path: ends in .mp4, .m4v, .mov or .mkv; parent folders are made.
        rate: frames per second, roughly; only the encoder's planning depends on it.
        crf: constant rate factor of x264, 0 best to 51 worst; at 16 losses are hard to see.

    Raises:
        MediaError: an unknown suffix, a folder, no frame at all, or nothing can be written there.
    """
    path = Path(path)
    options = _OPTIONS.get(path.suffix.lower())
    if options is None:
        raise MediaError(f"{path}: cannot write this kind of clip: use {', '.join(_OPTIONS)}")
    with atomic(path) as temporary:
        with clear_errors(path, "cannot be written"):
            container = av.open(str(temporary), "w", container_options=options)
        with container:
            writer = VideoWriter(container, path, rate, crf)
            yield writer
            writer.finish()


def write_video(
    path: str | os.PathLike[str],
    frames: Iterable[tuple[float, NDArray[np.uint8]]],
    rate: float = 30.0,
    crf: int = 16,
) -> None:
    """Write (seconds, pixels) pairs to a clip; see :func:`video_writer`."""
    with video_writer(path, rate, crf) as writer:
        for time, pixels in frames:
            writer.write(time, pixels)


def _to_yuv(pixels: NDArray[np.uint8], ticks: int) -> VideoFrame:
    """A frame as the encoder wants it."""
    height, width = pixels.shape[:2]
    if height % 2 or width % 2:
        pixels = np.pad(pixels, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    frame = VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24").reformat(
        format="yuv420p",
        dst_colorspace="itu709",
        dst_color_range="MPEG",
        interpolation=_CAREFUL,
    )
    frame.pts, frame.time_base = ticks, Fraction(1, TICKS)
    return frame
