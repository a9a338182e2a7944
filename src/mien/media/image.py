"""Pictures: from a file to RGB pixels and back, with what else the file carried."""

import os
import warnings
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mien.core.errors import MediaError
from mien.media import colour, exif, jpeg
from mien.media.files import MediaWarning, atomic, clear_errors, readable
from mien.media.still import MAX_MEGAPIXELS, is_animated, opened

_WRITERS = {
    ".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP", ".avif": "AVIF",
    ".tif": "TIFF", ".tiff": "TIFF", ".bmp": "BMP",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture and what its file carried besides the pixels.

    Attributes:
        pixels: (H, W, 3) RGB uint8, sRGB, upright.
        alpha: (H, W) uint8, 255 opaque, or None.
        icc: colour profile to write again, or None.
        exif: EXIF that stays true after an edit, or None.
        native: (H, W, 3) uint8, the file's own numbers in the colours of ``icc`` where those are
            not sRGB, else None. Pixels that an edit leaves alone are written from here, exactly.
        format: ``"JPEG"``, ``"PNG"`` ..., or None where it did not come from a file.
        path: where it came from, or None.
    """

    pixels: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None = None
    icc: bytes | None = None
    exif: bytes | None = None
    native: NDArray[np.uint8] | None = None
    format: str | None = None
    path: Path | None = None


def load_image(path: str | os.PathLike[str], max_megapixels: float = MAX_MEGAPIXELS) -> Picture:
    """Read a picture.

    Of an animation the first frame, with a :class:`MediaWarning`; so for a JPEG that is damaged
    inside. Colours are converted to sRGB, CMYK and grey to RGB, 16 bits scaled to 8.

    Args:
        path: a file that Pillow reads (JPEG, PNG, WebP, AVIF, TIFF, BMP, GIF, PNM, JPEG 2000).
        max_megapixels: larger pictures are refused before they are decoded.

    Raises:
        MediaError: not a picture, too large, truncated or damaged.
    """
    path = readable(path)
    with opened(path, max_megapixels) as image:
        with clear_errors(path, "cannot be decoded (truncated or damaged)"):
            moving = is_animated(image)
            image.load()
        picture = _picture(image, path)
    if moving:
        text = f"{path}: is an animation: only its first frame is used"
        warnings.warn(text, MediaWarning, stacklevel=2)
    if picture.format in ("JPEG", "MPO") and jpeg.is_damaged(path):
        text = f"{path}: is damaged inside: parts of it may be grey or shifted"
        warnings.warn(text, MediaWarning, stacklevel=2)
    return picture


def as_picture(array: NDArray[np.uint8]) -> Picture:
    """A picture from an array of the user's, which is used as it is, not copied.

    Raises:
        MediaError: not RGB uint8 of shape (H, W, 3); the message says what it is and what helps.
    """
    expected = "a picture is an RGB uint8 array of shape (H, W, 3)"
    if not isinstance(array, np.ndarray):
        raise MediaError(f"{expected}, got {type(array).__name__}: use numpy.asarray")
    got = f"got {array.dtype} of shape {array.shape}"
    if array.ndim == 2:
        raise MediaError(f"{expected}, {got}: for a grey one use numpy.stack([grey] * 3, axis=-1)")
    if array.ndim == 3 and array.shape[2] == 4:
        raise MediaError(f"{expected}, {got}: drop the alpha channel with array[..., :3]")
    if array.ndim != 3 or array.shape[2] != 3 or array.size == 0:
        raise MediaError(f"{expected}, {got}")
    if array.dtype != np.uint8:
        raise MediaError(f"{expected}, {got}: scale the values to 0-255 and use astype('uint8')")
    return Picture(array)


def check_writable(path: Path) -> str:
    """The format in which a path would be written, by its suffix.

    Raises:
        MediaError: mien writes no pictures with this suffix.
    """
    form = _WRITERS.get(path.suffix.lower())
    if form is None:
        if path.is_dir():
            raise MediaError(f"{path}: is a folder: give the name of a file to write")
        raise MediaError(f"{path}: cannot write this kind of picture: use {', '.join(_WRITERS)}")
    return form


def save_image(
    path: str | os.PathLike[str],
    pixels: NDArray[np.uint8],
    like: Picture | None = None,
    quality: int = 95,
) -> None:
    """Write a picture, whole or not at all, in the format of the path's suffix.

    Args:
        path: ends in .jpg, .png, .webp, .avif, .tif or .bmp; parent folders are made.
        pixels: (H, W, 3) RGB uint8, sRGB.
        like: the picture it was made from; its profile and EXIF are put back and, where the size is
            the same, its alpha (formats without it get a white ground) and, for every pixel
            that did not change, the exact numbers of the file.
        quality: 1 to 100, for JPEG (4:4:4), WebP and AVIF.

    Raises:
        MediaError: an unknown suffix, a wrong array, or a file that cannot be written.
    """
    form = check_writable(Path(path))
    like = like or Picture(pixels)
    if form == "BMP":  # carries no profile, so its numbers must be sRGB
        like = replace(like, icc=None)
    image = Image.fromarray(_numbers(as_picture(pixels).pixels, like))
    if like.alpha is not None and like.alpha.shape == pixels.shape[:2]:
        image.putalpha(Image.fromarray(like.alpha))
        if form in ("JPEG", "BMP"):
            ground = Image.new("RGBA", image.size, "white")
            image = Image.alpha_composite(ground, image).convert("RGB")
    options: dict[str, object] = {"icc_profile": like.icc} if like.icc else {}
    if like.exif:
        options["exif"] = like.exif
    if form in ("JPEG", "WEBP", "AVIF"):
        options["quality"] = quality
    if form in ("JPEG", "AVIF"):
        options["subsampling"] = "4:4:4"
    if form == "WEBP":
        options["exact"] = True  # colours under full transparency stay too
    with atomic(path) as temporary, clear_errors(Path(path), "cannot be written"):
        image.save(temporary, form, **options)


def _picture(image: Image.Image, path: Path) -> Picture:
    """A decoded image, upright and in sRGB."""
    with clear_errors(path, "has colours that cannot be converted: save it as 8-bit RGB"):
        turn, kept, icc = exif.upright(image), exif.travelling(image), image.info.get("icc_profile")
        form, image = image.format, _eight_bit(image, path)
        alpha = None
        if image.has_transparency_data:
            image = image.convert("RGBA")
            alpha = turn.apply(np.array(image.getchannel("A")))
        pixels, native, icc = colour.to_srgb(image, icc)
    native = None if native is None else turn.apply(native)
    return Picture(turn.apply(pixels), alpha, icc, kept, native, form, path)


def _eight_bit(image: Image.Image, path: Path) -> Image.Image:
    """Grey of 16 bits scaled to 8 (Pillow's own conversion clips); other modes unchanged."""
    if image.mode == "F":
        raise MediaError(f"{path}: has floating-point grey: save it with 8 bits")
    if not image.mode.startswith("I"):
        return image
    values = np.array(image).astype(np.int64)
    if values.min() < 0 or values.max() > 65535:
        raise MediaError(f"{path}: has 32-bit grey: save it with 8 or 16 bits")
    return Image.fromarray(((values + 128) // 257).astype(np.uint8))


def _numbers(pixels: NDArray[np.uint8], like: Picture) -> NDArray[np.uint8]:
    """What to write for sRGB pixels, so that the picture's profile gives those colours."""
    if like.icc is None or like.native is None:
        return pixels
    written = colour.from_srgb(pixels, like.icc)
    if pixels.shape == like.pixels.shape:
        same = (pixels == like.pixels).all(axis=-1)
        written[same] = like.native[same]
    return written
