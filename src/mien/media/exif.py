"""EXIF: which way is up, and what may travel on with an edited picture."""

from PIL import Image

from mien.media.turn import EXIF_TURNS, Turn

_CARRIERS = ("JPEG", "MPO", "PNG", "WEBP", "AVIF")  # a TIFF's tags describe its own layout
_LONGEST = 65000  # bytes; a JPEG segment holds 65533

_ORIENTATION = 0x0112
# Directories inside the first one (exposure and the like; place), which are copied by value.
_INNER = (0x8769, 0x8825)
# Stale after an edit: orientation, maker notes (previews, offsets), size before turning, offset.
_STALE = (_ORIENTATION, 0x927C, 0xA002, 0xA003, 0xA005)


def upright(image: Image.Image) -> Turn:
    """The turn that brings a picture upright; none where the tag is missing or nonsense."""
    try:
        return EXIF_TURNS.get(image.getexif().get(_ORIENTATION, 1), Turn())
    except Exception:  # noqa: BLE001 (broken EXIF raises anything; the picture is good all the same)
        return Turn()


def travelling(image: Image.Image) -> bytes | None:
    """EXIF that stays true after an edit: no orientation, thumbnail, maker notes or old size.

    Returns:
        Bytes to write into a new file, or None where there is nothing left or it is broken.
    """
    if image.format not in _CARRIERS:
        return None
    try:
        source = image.getexif()
        kept = Image.Exif()
        for tag, value in source.items():
            if tag not in _STALE and tag not in _INNER:
                kept[tag] = value
        for inner in _INNER:
            details = {k: v for k, v in source.get_ifd(inner).items() if k not in _STALE}
            if details:
                kept[inner] = details
        data = kept.tobytes() if len(kept) else b""
    except Exception:  # noqa: BLE001 (as above)
        return None
    return data if 0 < len(data) <= _LONGEST else None
