"""Colour profiles: a picture into sRGB, and back to what its file speaks."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

# What counts as sRGB: a profile that moves no colour of a coarse cube by more than this (levels).
_SAME = 1

# Mode a picture must have for a profile of this colour space.
_MODE = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}


def to_srgb(
    image: Image.Image, icc: bytes | None
) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None, bytes | None]:
    """Colours of a picture in sRGB.

    Args:
        image: 8 bits a channel; alpha is ignored.
        icc: the profile the file came with.

    Returns:
        ``pixels``, (H, W, 3) in sRGB; ``native``, (H, W, 3), the numbers of the file, where they
        mean other colours than in sRGB and can be written again; the profile to write with the
        picture. One that is broken, or of CMYK or grey, is used where it can be and not written.
    """
    profile = _parse(icc)
    space = "" if profile is None else profile.profile.xcolor_space.strip()
    if profile is None or space not in _MODE or (space == "CMYK") != (image.mode == "CMYK"):
        return np.array(image.convert("RGB")), None, None
    source = image.convert(_MODE[space])
    try:
        if space == "RGB" and _is_srgb(profile):
            return np.array(source), None, icc
        pixels = np.array(_convert(source, profile, _srgb()))
    except (ImageCms.PyCMSError, OSError, ValueError):
        return np.array(image.convert("RGB")), None, None
    if space == "RGB" and _can_go_back(profile):
        return pixels, np.array(source), icc
    return pixels, None, None


def from_srgb(pixels: NDArray[np.uint8], icc: bytes) -> NDArray[np.uint8]:
    """Pixels in sRGB, (H, W, 3), in the numbers of an RGB profile."""
    profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    return np.array(_convert(Image.fromarray(pixels), _srgb(), profile))


def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _parse(icc: bytes | None) -> ImageCms.ImageCmsProfile | None:
    if not icc:
        return None
    try:
        return ImageCms.ImageCmsProfile(io.BytesIO(icc))
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


def _convert(
    image: Image.Image,
    source: ImageCms.ImageCmsProfile,
    target: ImageCms.ImageCmsProfile,
) -> Image.Image:
    """Relative colorimetric with black point compensation, as picture editors do."""
    transform = ImageCms.buildTransform(
        source,
        target,
        image.mode,
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    return transform.apply(image)


def _cube() -> Image.Image:
    """A coarse grid of all colours."""
    levels = np.arange(0, 256, 17, dtype=np.uint8)
    grid = np.stack(np.meshgrid(levels, levels, levels), axis=-1)
    return Image.fromarray(grid.reshape(len(levels), -1, 3))


def _is_srgb(profile: ImageCms.ImageCmsProfile) -> bool:
    cube = _cube()
    moved = np.array(_convert(cube, profile, _srgb()), dtype=np.int16)
    return bool(np.abs(moved - np.array(cube, dtype=np.int16)).max() <= _SAME)


def _can_go_back(profile: ImageCms.ImageCmsProfile) -> bool:
    """Whether colours can be written in a profile: those of some scanners only read."""
    try:
        _convert(_cube(), _srgb(), profile)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return False
    return True
