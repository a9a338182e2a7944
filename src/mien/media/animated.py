"""Animated GIF and WebP, written with true times."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mien.core.errors import MediaError
from mien.media.files import atomic, clear_errors
from mien.media.image import as_picture
from mien.media.writer import Mark

Pixels = NDArray[np.uint8]

SUFFIXES = (".gif", ".webp")
_TICK = {".gif": 10, ".webp": 1}  # milliseconds; the steps in which a format counts
_QUALITY = 90
_SPREAD = 8.0  # levels of 255 between two neighbouring colours of a palette, about
_SAMPLE = 256  # px, longer side of the frames that a palette is made from
_LONGEST = 1080  # px, longer side; nobody shows larger ones, and they weigh tens of megabytes
_MOST = 200e6  # pixels of all frames together; Pillow keeps them in memory


def check_room(path: Path, count: int, shape: tuple[int, ...]) -> None:
    """Refuse an animation that would not fit into memory.

    Args:
        path: of the animation, for the message.
        count: of its frames.
        shape: of one of them, rows and columns first.

    Raises:
        MediaError: too many frames of that size.
    """
    width, height = _size(shape)
    if count * width * height > _MOST:
        most = int(_MOST / (width * height))
        raise MediaError(
            f"{path}: an animation of {width} x {height} px has {most} frames at most: write .mp4,"
            " fewer seconds or a smaller photo"
        )


def write_animation(
    path: Path, frames: Iterable[tuple[float, Pixels]], rate: float, mark: Mark | None = None
) -> None:
    """Write (seconds, pixels) pairs to an animation that repeats, whole or not at all.

    GIF gets one palette of 256 colours for all frames and an ordered dither that stands still, so
    that what does not move does not shimmer. Frames of more than 1080 px are scaled down. All of
    them are in memory, at most 200 megapixels.

    Args:
        path: ends in .gif or .webp.
        frames: at rising times from 0; pixels of one shape (H, W, 3), RGB uint8.
        rate: frames per second, for how long the last one is shown.
        mark: is given the finished file before it takes its place.

    Raises:
        MediaError: another ending, no frame, too many, or nothing can be written there.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise MediaError(f"{path}: cannot write this kind of animation: use {', '.join(SUFFIXES)}")
    times, pictures = [], []
    for time, pixels in frames:
        times.append(time)
        check_room(path, len(times), as_picture(pixels).pixels.shape)
        pictures.append(_small(pixels))
    if not pictures:
        raise MediaError(f"{path}: there is no frame to write")
    tick = _TICK[suffix]
    ends = [round(1000 * time / tick) * tick for time in [*times[1:], times[-1] + 1 / rate]]
    starts = [0, *ends[:-1]]
    lasting = [max(end - start, tick) for start, end in zip(starts, ends, strict=True)]
    images = list(_indexed(pictures)) if suffix == ".gif" else pictures
    options = {"optimize": False} if suffix == ".gif" else {"quality": _QUALITY, "method": 4}
    with atomic(path) as temporary, clear_errors(path, "cannot be written"):
        images[0].save(
            temporary,
            save_all=True,
            append_images=images[1:],
            duration=lasting,
            loop=0,
            **options,
        )
        if mark is not None:
            mark(temporary)


def _size(shape: tuple[int, ...]) -> tuple[int, int]:
    """Width and height of a frame as it is written."""
    height, width = shape[:2]
    share = min(_LONGEST / max(height, width), 1.0)
    return max(round(share * width), 1), max(round(share * height), 1)


def _small(pixels: Pixels) -> Image.Image:
    """A frame as it is written."""
    image = Image.fromarray(pixels)
    size = _size(pixels.shape)
    return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS)


def _indexed(pictures: list[Image.Image]) -> Iterator[Image.Image]:
    """The pictures in one palette."""
    chosen = [np.asarray(each) for each in pictures[:: max(len(pictures) // 8, 1)]]
    step = max(max(chosen[0].shape[:2]) // _SAMPLE, 1)
    mosaic = Image.fromarray(np.concatenate([each[::step, ::step] for each in chosen]))
    palette = mosaic.quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=1)
    width, height = pictures[0].size
    pattern = np.tile(_bayer(), (-(-height // 8), -(-width // 8)))[:height, :width, None]
    for picture in pictures:
        dithered = np.clip(np.asarray(picture) + _SPREAD * pattern, 0, 255).astype(np.uint8)
        yield Image.fromarray(dithered).quantize(palette=palette, dither=Image.Dither.NONE)


def _bayer() -> NDArray[np.float64]:
    """Bayer's ordered dither (1973), shape (8, 8), -0.5 to 0.5."""
    pattern = np.zeros((1, 1))
    for _ in range(3):
        pattern = np.block([[4 * pattern, 4 * pattern + 2], [4 * pattern + 3, 4 * pattern + 1]])
    return np.asarray((pattern + 0.5) / 64 - 0.5)
