"""The seam to Pillow: opening a file that may be anything."""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from mien.core.errors import MediaError
from mien.media.files import clear_errors

MAX_MEGAPIXELS = 64.0

# Pillow knows more formats, but one of them runs Ghostscript and others only read the header.
_FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "TIFF", "BMP", "GIF", "PPM", "JPEG2000")
_ANIMATED = ("GIF", "PNG", "WEBP", "AVIF")  # a second picture in a JPEG or TIFF is not a next frame
_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}  # ISO/IEC 23008-12
_PILLOW = threading.Lock()


@contextmanager
def opened(path: Path, max_megapixels: float = MAX_MEGAPIXELS) -> Iterator[Image.Image]:
    """A picture of which only the header has been read.

    Raises:
        MediaError: not a picture, or larger than allowed.
    """
    image = _open(path)
    if image is None:
        raise MediaError(
            f"{path}: is no picture that mien reads, or its start is damaged (clips: mien read)"
        )
    with image:
        check_size(path, image.width, image.height, max_megapixels)
        yield image


def moves(path: Path) -> bool | None:
    """Whether a file is an animation; None where it is no picture at all.

    Raises:
        MediaError: a picture that mien cannot read.
    """
    image = _open(path)
    if image is None:
        return None
    with image, clear_errors(path, "cannot be opened"):
        return is_animated(image)


def is_animated(image: Image.Image) -> bool:
    """Whether an opened file is a moving picture and not a still."""
    return image.format in _ANIMATED and getattr(image, "n_frames", 1) > 1


def check_size(path: Path, width: int, height: int, max_megapixels: float) -> None:
    """Refuse what would not fit.

    Raises:
        MediaError: more than ``max_megapixels`` (of 1e6 pixels).
    """
    megapixels = width * height / 1e6
    if megapixels > max_megapixels:
        raise MediaError(
            f"{path}: {width} x {height} is {megapixels:.0f} megapixels, over the limit of"
            f" {max_megapixels:g}: make it smaller (Python: max_megapixels={int(megapixels) + 1})"
        )


@contextmanager
def _own_limit() -> Iterator[None]:
    """Pillow without warnings and without its own limit on pixels, which is global."""
    with _PILLOW, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = limit


def _open(path: Path) -> Image.Image | None:
    """What Pillow makes of a file, or None."""
    with clear_errors(path, "cannot be opened"), _own_limit():
        try:
            return Image.open(path, formats=_FORMATS)
        except UnidentifiedImageError:
            _refuse_heic(path)
            return None


def _refuse_heic(path: Path) -> None:
    """FFmpeg would take the tiles of such a picture for a clip."""
    with path.open("rb") as file:
        start = file.read(12)
    if start[4:8] == b"ftyp" and start[8:12] in _HEIC:
        raise MediaError(f"{path}: is a HEIC picture: convert it to JPEG or PNG first")
