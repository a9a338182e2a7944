"""Small photos, animations and clips, encoded on the fly, each as its ending and its bytes."""

import io
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from importlib.resources import as_file, files

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
Random = np.random.Generator
File = tuple[str, bytes]
"""Ending and content."""
Coding = tuple[str, str, str]
"""Ending, codec and pixel format of a clip."""

PHOTOS = {
    ".jpg": "JPEG", ".png": "PNG", ".webp": "WEBP", ".gif": "GIF", ".tif": "TIFF", ".bmp": "BMP",
    ".jp2": "JPEG2000", ".avif": "AVIF", ".ppm": "PPM",
}  # fmt: skip
_MOVING = {".gif": "GIF", ".png": "PNG", ".webp": "WEBP"}
_MUXERS = {
    ".mp4": "mp4", ".mov": "mov", ".mkv": "matroska", ".avi": "avi", ".webm": "webm",
    ".ts": "mpegts", ".nut": "nut",
}  # fmt: skip
CLIPS: tuple[Coding, ...] = (
    (".mp4", "libx264", "yuv420p"), (".mkv", "libx264", "yuv420p"), (".mov", "mjpeg", "yuvj420p"),
    (".avi", "mpeg4", "yuv420p"), (".webm", "libvpx", "yuv420p"), (".ts", "libx264", "yuv420p"),
)  # fmt: skip
_FAST = {"libx264": {"preset": "ultrafast"}, "libvpx": {"deadline": "realtime", "cpu-used": "8"}}


def chosen(rng: Random, of: Sequence[Coding]) -> Coding:
    """One of some ways to code a clip."""
    return of[int(rng.integers(len(of)))]


@cache
def _face() -> Image.Image:
    """A drawn face that the detector takes for one."""
    with as_file(files("mien.bench") / "drawings" / "flat_woman.png") as path:
        return Image.open(path).convert("RGB")


def picture(rng: Random, width: int = 128, height: int = 144) -> Pixels:
    """A face or a gradient, with grain; shape (height, width, 3)."""
    if rng.random() < 0.5:
        drawn = np.asarray(_face().resize((width, height)), dtype=np.int16)
    else:
        y, x = np.mgrid[0:height, 0:width]
        drawn = np.stack([2 * x % 256, 2 * y % 256, (x + y) % 256], axis=-1).astype(np.int16)
    return np.clip(drawn + rng.integers(-6, 7, drawn.shape), 0, 255).astype(np.uint8)


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    """A picture in a format of Pillow."""
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def photo(rng: Random, endings: Sequence[str] = tuple(PHOTOS)) -> File:
    """A photo."""
    suffix = str(rng.choice(list(endings)))
    return suffix, saved(Image.fromarray(picture(rng)), PHOTOS[suffix])


def animation(rng: Random) -> File:
    """An animation of four frames."""
    suffix = str(rng.choice(list(_MOVING)))
    frames = [Image.fromarray(picture(rng)) for _ in range(4)]
    options = {"save_all": True, "append_images": frames[1:], "duration": 40}
    return suffix, saved(frames[0], _MOVING[suffix], **options)


def clip(
    rng: Random,
    coding: Coding | None = None,
    count: int | None = None,
    size: tuple[int, int] = (128, 144),
    setup: Callable[[av.VideoStream], None] | None = None,
    stamps: Sequence[int] | None = None,
) -> File:
    """A clip in which a face or a gradient moves.

    Args:
        rng: makes what is on it.
        coding: one of :data:`CLIPS` where not given.
        count: of its frames; 2 to 16 where not given.
        size: width and height, px.
        setup: is given the stream before the first frame.
        stamps: time stamps of the packets, frames of a 25th second; rising ones where not given.
    """
    suffix, codec, form = coding or chosen(rng, CLIPS)
    file, drawn = io.BytesIO(), picture(rng, *size)
    count = int(rng.integers(2, 17)) if count is None else count
    with av.open(file, "w", format=_MUXERS[suffix]) as container:
        stream = container.add_stream(codec, rate=25, options=_FAST.get(codec, {}))
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = *size, form
        if setup:
            setup(stream)
        for i in [*range(count), None]:
            frame = None if i is None else _frame(np.roll(drawn, i, axis=1), form, i)
            for packet in stream.encode(frame):
                if stamps is not None:
                    packet.time_base = Fraction(1, 25)
                    packet.pts = packet.dts = stamps[(i or 0) % len(stamps)]
                container.mux(packet)
    return suffix, file.getvalue()


def _frame(pixels: Pixels, form: str, pts: int) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
    frame = frame.reformat(format=form)
    frame.pts, frame.time_base = pts, Fraction(1, 25)
    return frame


def sound(rng: Random) -> File:
    """Half a second of noise, no picture."""
    suffix, codec, form = ((".m4a", "aac", "fltp"), (".mp3", "libmp3lame", "fltp"))[rng.integers(2)]
    file = io.BytesIO()
    with av.open(file, "w", format={".m4a": "mp4", ".mp3": "mp3"}[suffix]) as container:
        stream = container.add_stream(codec, rate=16000)
        assert isinstance(stream, av.AudioStream)
        noise = rng.normal(0.0, 0.1, (1, 8000)).astype(np.float32)
        frame = av.AudioFrame.from_ndarray(noise, form, "mono")
        frame.sample_rate = 16000
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    return suffix, file.getvalue()
