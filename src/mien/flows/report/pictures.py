"""Pictures as text: ``data:`` addresses of JPEGs and animations, and stamps on them."""

import base64
import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

Image = NDArray[np.uint8]

_QUALITIES = (70, 55, 40, 25)  # of an animation, tried until it is small enough
_BAR, _INK = (16, 16, 20), (255, 255, 255)


def jpeg(picture: Image, side: int, quality: int = 80) -> str:
    """A picture, RGB, shape (H, W, 3), at most ``side`` px wide and high."""
    image = Pillow.fromarray(picture)
    image.thumbnail((side, side), Pillow.Resampling.LANCZOS)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return _address("image/jpeg", file)


def animation(pictures: Sequence[Image], side: int, step: int, most: int) -> str:
    """An animated WebP that repeats.

    Args:
        pictures: RGB, of one shape, at least one.
        side: px, width and height.
        step: milliseconds per picture.
        most: characters, at most, while quality can still be lowered; the lowest is taken then.
    """
    images = [
        Pillow.fromarray(each).resize((side, side), Pillow.Resampling.LANCZOS) for each in pictures
    ]
    text = ""
    for quality in _QUALITIES:
        file = io.BytesIO()
        images[0].save(
            file, "WEBP", save_all=True, append_images=images[1:], duration=step, loop=0,
            quality=quality, method=3,
        )  # fmt: skip
        text = _address("image/webp", file)
        if len(text) <= most:
            break
    return text


def stamped(picture: Image, words: str) -> Image:
    """A picture with a bar over its foot that says what it is.

    Args:
        picture: RGB, shape (H, W, 3).
        words: one short line.
    """
    image = Pillow.fromarray(picture)
    draw = ImageDraw.Draw(image)
    height = max(round(0.06 * image.height), 12)
    top = image.height - height
    draw.rectangle((0, top, image.width, image.height), fill=_BAR)
    font = ImageFont.load_default(0.7 * height)
    if (length := draw.textlength(words, font)) > 0.96 * image.width:
        font = ImageFont.load_default(0.7 * height * 0.96 * image.width / length)
    draw.text((image.width / 2, top + height / 2), words, _INK, font, "mm")
    return np.asarray(image)


def _address(kind: str, file: io.BytesIO) -> str:
    return f"data:{kind};base64," + base64.b64encode(file.getvalue()).decode("ascii")
