"""The seam to FFmpeg: a clip's pictures in the order they are shown, as they come."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.sidedata.sidedata import SideData
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorTrc, Interpolation
from av.video.stream import VideoStream
from numpy.typing import NDArray

from mien.core.errors import MediaError
from mien.media.files import READABLE, clear_errors
from mien.media.turn import Turn, from_display_matrix

# Demuxers of files with pictures in them. FFmpeg has more: one draws text files, some fetch URLs.
_DEMUXERS = (
    "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "avi", "mpegts", "mpeg", "mpegvideo", "m4v", "h264",
    "hevc", "av1", "obu", "ivf", "flv", "asf", "ogg", "dv", "mxf", "nut", "rm", "mjpeg",
    "yuv4mpegpipe", "gif", "wav", "mp3", "aac", "flac",
)  # fmt: skip
OPTIONS = {"protocol_whitelist": "file", "format_whitelist": ",".join(_DEMUXERS)}

# Without these the scaler cuts off instead of rounding, and every picture is a level darker.
_ROUNDED = Interpolation.BILINEAR | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
_UNSPECIFIED = 2  # AVCOL_SPC_UNSPECIFIED
_HD = 720  # lines from which untagged clips are taken as BT.709, as players do


@contextmanager
def opened(path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    """An open clip and its main stream of pictures (cover art of sound files is none).

    Raises:
        MediaError: not a clip, or one without pictures; or anything FFmpeg raises inside.
    """
    unknown = f"is no picture or clip that mien reads, or damaged (it reads {READABLE})"
    with clear_errors(path, unknown):
        # Titles and comments may be in any coding; nobody reads them here.
        container = av.open(f"file:{path.absolute()}", options=OPTIONS, metadata_errors="ignore")
    with container, clear_errors(path, "cannot be decoded"):
        streams = [s for s in container.streams.video if not _is_cover(s)]
        if not streams:
            raise MediaError(f"{path}: holds no video" + _what_else(container))
        known = [s for s in streams if _is_known(s)]
        if not known:
            raise MediaError(f"{path}: mien does not know how its video is coded: convert to H.264")
        yield container, max(known, key=lambda s: bool(s.disposition & Disposition.default))


def pictures(
    container: InputContainer, stream: VideoStream, lost: list[str]
) -> Iterator[VideoFrame]:
    """All pictures that are whole, decoded, in the order they are shown.

    Args:
        container: just opened.
        stream: of the container.
        lost: gets the reason for every part of the file that had to be left out.
    """
    stream.thread_type = "AUTO"
    packets = container.demux(stream)
    flushed = False
    while not flushed:
        try:
            packet = next(packets, None)
            flushed = packet is None or packet.size == 0
            if packet is not None and packet.is_corrupt:
                lost.append("it ends in the middle of a picture")
                continue
            frames = stream.decode(packet)
        except FFmpegError as error:
            lost.append(error.strerror or str(error))
            continue
        for frame in frames:
            if frame.is_corrupt:
                lost.append("a picture is damaged")
            else:
                yield frame


def to_rgb(frame: VideoFrame, stream: VideoStream, *, exact: bool = False) -> NDArray[np.uint8]:
    """RGB pixels of a picture, (H, W, 3), upright and with square pixels.

    High dynamic range is brought to sRGB with diffuse white at 255; what is brighter is cut off.

    Args:
        frame: as decoded.
        stream: that it comes from.
        exact: whether to round: in three times the time, and a level lighter than without.
    """
    hd = frame.height >= _HD and frame.colorspace == _UNSPECIFIED
    hdr = frame.color_trc in (ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67)
    pixels = frame.to_ndarray(
        format="rgb24",
        interpolation=_ROUNDED if exact else None,
        width=_square_width(frame.width, stream),
        src_colorspace="itu709" if hd else None,
        dst_color_trc=ColorTrc.BT709 if hdr else None,
        dst_color_primaries=ColorPrimaries.BT709 if hdr else None,
    )
    return turn_of(frame).apply(pixels.astype(np.uint8, copy=False))


def shown_size(frame: VideoFrame, stream: VideoStream) -> tuple[int, int]:
    """Width and height (px) as shown: square pixels, upright."""
    width, height = _square_width(frame.width, stream), frame.height
    return (height, width) if turn_of(frame).swap else (width, height)


def turn_of(frame: VideoFrame) -> Turn:
    """How a picture must be turned to be upright."""
    matrix = frame.side_data.get("DISPLAYMATRIX")
    if not isinstance(matrix, SideData):
        return Turn()
    return from_display_matrix(np.frombuffer(memoryview(matrix), dtype=np.int32))


def _square_width(width: int, stream: VideoStream) -> int:
    ratio = stream.sample_aspect_ratio
    return round(width * ratio) if ratio and 0.2 < ratio < 5 else width


def _is_known(stream: VideoStream) -> bool:
    """Whether there is a decoder, against what PyAV's type says."""
    context: object = stream.codec_context
    return context is not None


def _is_cover(stream: VideoStream) -> bool:
    return bool(stream.disposition & (Disposition.attached_pic | Disposition.timed_thumbnails))


def _what_else(container: InputContainer) -> str:
    return ", only sound: give a file with pictures" if container.streams.audio else ""
