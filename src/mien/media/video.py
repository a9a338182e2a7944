"""Clips: their frames with true times, decoded ahead in a thread."""

import os
import warnings
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

from mien.core.errors import MediaError
from mien.media import animation, container, still
from mien.media.files import MediaWarning, readable
from mien.media.prefetch import prefetch
from mien.media.still import MAX_MEGAPIXELS, check_size

_MILLISECOND = Fraction(1, 1000)
_MICROSECOND = Fraction(1, 1_000_000)


@dataclass(frozen=True, eq=False)
class Frame:
    """One frame of a clip.

    Attributes:
        index: 0, 1, 2 ... in the order they are shown.
        pts: the file's own time stamp, in its own unit (0, 1, 2 ... where it has none).
        time: seconds from the first presented frame; always rises.
        pixels: (H, W, 3) RGB uint8, upright, square pixels, contiguous.
        key: whether the codec began anew with this frame; False where it has no such frames.
    """

    index: int
    pts: int
    time: float
    pixels: NDArray[np.uint8]
    key: bool = False


@dataclass(frozen=True)
class VideoInfo:
    """What a clip says of itself.

    Attributes:
        width: px, as shown (upright, square pixels).
        height: px, as shown.
        rate: frames per second on average, or None where unknown.
        duration: seconds, or None where unknown.
        count: number of frames, or None where the file does not say.
        codec: ``"h264"``, ``"hevc"``, ``"GIF"`` ...
        rotation: degrees clockwise that the stored frames are turned by to be upright.
    """

    width: int
    height: int
    rate: Fraction | None
    duration: float | None
    count: int | None
    codec: str
    rotation: int = 0


def probe(path: str | os.PathLike[str], max_megapixels: float = MAX_MEGAPIXELS) -> VideoInfo:
    """What a clip is, from its header and first frame.

    Raises:
        MediaError: not a clip, no video in it, too large, or damaged at the start.
    """
    path = readable(path)
    if still.moves(path):
        width, height, count, seconds = animation.measured(path, max_megapixels)
        with still.opened(path, max_megapixels) as image:
            codec = image.format or ""
        return VideoInfo(width, height, count / seconds, float(seconds), count, codec)
    with container.opened(path) as (source, stream):
        check_size(path, stream.codec_context.width, stream.codec_context.height, max_megapixels)
        first = next(container.pictures(source, stream, []), None)
        if first is None:
            raise MediaError(f"{path}: holds a video, but not one picture of it can be decoded")
        turn, (width, height) = container.turn_of(first), container.shown_size(first, stream)
        return VideoInfo(
            width=width,
            height=height,
            rate=stream.average_rate or stream.guessed_rate,
            duration=_declared(source, stream),
            count=stream.frames or None,
            codec=stream.codec_context.name,
            rotation=turn.degrees,
        )


def frames(
    path: str | os.PathLike[str], max_megapixels: float = MAX_MEGAPIXELS, *, exact: bool = False
) -> Generator[Frame, None, None]:
    """The frames of a clip, one after the other; a handful is in memory at any time.

    A thread decodes ahead; it ends with the generator, so close that where you stop early
    (``contextlib.closing``, or leave it to garbage collection). A damaged or truncated clip gives
    the frames that are whole, then one :class:`MediaWarning`.

    Args:
        path: a clip, an animated GIF, PNG, WebP or AVIF.
        max_megapixels: clips with larger frames are refused.
        exact: whether colours are rounded rather than cut off, in three times the time: for frames
            that are written again.

    Raises:
        MediaError: not a clip, no video in it, too large, or not one frame can be decoded.
    """
    path = readable(path)
    lost: list[str] = []
    if still.moves(path):
        source = _animated(path, max_megapixels)
    else:
        source = _decoded(path, max_megapixels, lost, exact)
    with closing(prefetch(source)) as ahead:
        yield from ahead
    if lost:
        text = f"{path}: is damaged, some pictures are missing: {lost[0]}"
        warnings.warn(text, MediaWarning, stacklevel=2)


class Clock:
    """Seconds from time stamps that may be missing, or fall back where recordings were joined.

    A stamp that does not rise is taken to follow the frame before at the usual distance; later
    stamps count from there.

    Args:
        unit: seconds per tick of the time stamps.
        step: usual distance of two frames, in ticks.
    """

    def __init__(self, unit: Fraction, step: int) -> None:
        self._unit = unit
        self._step = max(step, 1)
        self._offset: int | None = None  # to be added to a stamp, ticks
        self._last = 0  # ticks from the first frame

    def read(self, pts: int | None) -> float:
        """Seconds from the first frame to the one with this time stamp."""
        if self._offset is None:
            self._offset = -(pts or 0)
            return 0.0
        following = self._last + self._step
        now = following if pts is None else pts + self._offset
        if now <= self._last:
            self._offset += following - now
            now = following
        self._last = now
        return float(now * self._unit)


def _decoded(
    path: Path, max_megapixels: float, lost: list[str], exact: bool
) -> Generator[Frame, None, None]:
    """Frames from FFmpeg; ``lost`` gets what had to be left out."""
    with container.opened(path) as (source, stream):
        unit, rate = stream.time_base or _MILLISECOND, stream.average_rate or stream.guessed_rate
        clock = Clock(unit, round(1 / (rate * unit)) if rate else 1)
        index, end = -1, 0.0
        for index, picture in enumerate(container.pictures(source, stream, lost)):
            check_size(path, picture.width, picture.height, max_megapixels)
            time = clock.read(picture.pts)
            pts = index if picture.pts is None else picture.pts
            pixels = container.to_rgb(picture, stream, exact=exact)
            yield Frame(index, pts, time, pixels, bool(picture.key_frame))
            end = max(time, float(pts * unit)) + float((picture.duration or 0) * unit)
        if index < 0:
            raise MediaError(f"{path}: holds a video, but not one picture of it can be decoded")
        declared = _declared(source, stream) or 0.0
        if declared - end > max(1.0, 0.05 * declared):
            lost.append(f"it ends at {end:.2f} s and should last {declared:.2f} s")


def _animated(path: Path, max_megapixels: float) -> Generator[Frame, None, None]:
    """Frames from Pillow; the time stamps are milliseconds."""
    for index, (start, pixels) in enumerate(animation.shown(path, max_megapixels)):
        yield Frame(index, start, start / 1000.0, pixels)


def _declared(source: InputContainer, stream: VideoStream) -> float | None:
    """Duration in seconds as the header says."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return float(source.duration * _MICROSECOND) if source.duration else None
