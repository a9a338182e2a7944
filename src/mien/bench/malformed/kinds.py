"""What can be wrong with a photo or a clip: one function per kind, and a file per number."""

import struct
import zlib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from mien.bench.malformed.damage import flipped, holed, mangled, renamed, truncated
from mien.bench.malformed.material import (
    CLIPS,
    Coding,
    File,
    Random,
    animation,
    chosen,
    clip,
    photo,
    picture,
    saved,
    sound,
)

_ODD: tuple[Coding, ...] = (
    (".mkv", "ffv1", "gray"), (".mkv", "ffv1", "gray10le"), (".mkv", "ffv1", "yuva420p"),
    (".mkv", "ffv1", "yuv422p10le"), (".mkv", "ffv1", "gbrp10le"), (".mkv", "ffv1", "yuv411p"),
    (".mp4", "libx264", "yuv444p"), (".mp4", "libx264", "yuv420p10le"), (".mov", "png", "rgba"),
    (".avi", "rawvideo", "bgr24"), (".nut", "rawvideo", "monob"), (".mov", "qtrle", "argb"),
    (".mov", "prores_ks", "yuva444p10le"), (".nut", "rawvideo", "rgb565le"),
)  # fmt: skip
_NO_SUBSAMPLING: tuple[Coding, ...] = (
    (".mkv", "ffv1", "bgr0"), (".mp4", "libx264", "yuv444p"), (".avi", "mjpeg", "yuvj444p"),
)  # fmt: skip
_MODES = ("1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "F", "I", "YCbCr")
_SIZES = ((1, 1), (17, 31), (1, 300), (300, 1), (2, 2), (4000, 3), (33, 47))
_TEXTS = (
    b"", b" ", b"hello\n", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"{}", b"\xff\xd8\xff",
    b"#EXTM3U\n#EXTINF:5,\nhttp://127.0.0.1:9/a.ts\n", b"ffconcat version 1.0\nfile /etc/passwd\n",
    b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\0\0\0\0WEBP", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    b"\0\0\0\x08ftyp", b"\x1a\x45\xdf\xa3", b"RIFF\xff\xff\xff\xffAVI LIST", b"G" * 376,
    b"%PDF-1.7",
)  # fmt: skip


def write_case(number: int, folder: Path) -> Path:
    """Write the file of a case; the same number is always the same file.

    Args:
        number: of the case, from 0.
        folder: to write into.
    """
    rng = np.random.default_rng(number)
    suffix, content = KINDS[kind_of(number)](rng)
    path = folder / f"{kind_of(number).replace(' ', '-')}-{number}{suffix}"
    path.write_bytes(content)
    return path


def kind_of(number: int) -> str:
    """What is wrong in a case."""
    return tuple(KINDS)[number % len(KINDS)]


def _any(rng: Random) -> File:
    """Something sound."""
    return (photo, clip, animation)[rng.integers(3)](rng)


# --- photos ------------------------------------------------------------------------------------


def _photo_size(rng: Random) -> File:
    size = _SIZES[rng.integers(len(_SIZES))]
    return ".png", saved(Image.fromarray(picture(rng, *size)), "PNG")


def _photo_mode(rng: Random) -> File:
    mode = str(rng.choice(_MODES))
    if mode == "I;16":
        deep = rng.integers(0, 65536, (40, 50), dtype=np.uint16)
        return ".tif", saved(Image.fromarray(deep), "TIFF")
    grey = Image.fromarray(picture(rng)).convert("L")
    return ".tif", saved(grey.convert("RGB").convert(mode), "TIFF")


def _photo_claims(rng: Random) -> File:
    """A header that claims a picture of any size."""
    width, height = (int(2 ** rng.uniform(10, 31)) for _ in range(2))
    if rng.random() < 0.5:
        head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
        chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(99))), (b"IEND", b""))
        body = b"".join(
            struct.pack(">I", len(b)) + k + b + struct.pack(">I", zlib.crc32(k + b))
            for k, b in chunks
        )
        return ".png", b"\x89PNG\r\n\x1a\n" + body
    content = bytearray(photo(rng, [".bmp"])[1])
    content[18:26] = struct.pack("<ii", width % 2**31, height % 2**31)
    return ".bmp", bytes(content)


def _photo_turned(rng: Random) -> File:
    """EXIF that is strange or broken."""
    exif = Image.Exif()
    exif[0x0112] = int(rng.integers(0, 12))
    block = exif.tobytes()
    if rng.random() < 0.5:
        block = block[:-4] + rng.bytes(int(rng.integers(4, 60)))
    return ".jpg", saved(Image.fromarray(picture(rng)), "JPEG", exif=block)


# --- clips -------------------------------------------------------------------------------------


def _clip_format(rng: Random) -> File:
    return clip(rng, chosen(rng, _ODD))


def _clip_size(rng: Random) -> File:
    size = ((17, 31), (33, 47), (2, 2), (16, 900), (64, 16))[rng.integers(5)]
    return clip(rng, chosen(rng, _NO_SUBSAMPLING), size=size)


def _clip_single(rng: Random) -> File:
    return clip(rng, count=1)


def _clip_turned(rng: Random) -> File:
    angle = int(rng.choice([0, 45, 90, 133, 180, 270]))
    return clip(
        rng, CLIPS[0], setup=lambda s: s.set_display_rotation(angle, hflip=rng.random() < 0.5)
    )


def _clip_stamps(rng: Random) -> File:
    """Times that stand still, are negative, jump, or are patched to nonsense."""
    if rng.random() < 0.5:
        jump = int(10 ** rng.uniform(1, 9))
        stamps = (
            [0, 0, 0, 1, 1, 2],
            [-9, -8, -7, -1, 0, 1],
            [0, 1, 2, jump, jump + 1, jump + 2],
        )
        coding = (".mkv", "mjpeg", "yuvj420p")
        return clip(rng, coding, count=6, stamps=stamps[rng.integers(len(stamps))])
    return _patched(rng, (b"stts", b"ctts", b"elst", b"stsz"))


def _clip_duration(rng: Random) -> File:
    return _patched(rng, (b"mvhd", b"tkhd", b"mdhd"))


def _clip_claims(rng: Random) -> File:
    """Another size in the header than in the stream."""
    suffix, content = clip(rng, CLIPS[0])
    at = content.find(b"avc1", content.find(b"stsd")) + 28
    width, height = (int(2 ** rng.uniform(1, 16)) - 1 for _ in range(2))
    return suffix, content[:at] + struct.pack(">HH", width, height) + content[at + 4 :]


def _clip_codec(rng: Random) -> File:
    """A codec that nobody knows."""
    suffix, content = clip(rng, (CLIPS[0], CLIPS[3])[rng.integers(2)])
    return suffix, content.replace(b"avc1", b"XYZ1").replace(b"FMP4", b"XYZ1")


def _clip_grows(rng: Random) -> File:
    """A recording that goes on in another size, and one that is glued to another."""
    first, second = (clip(rng, CLIPS[5], size=size)[1] for size in ((128, 144), (64, 80)))
    if rng.random() < 0.5:
        return ".ts", first + second
    return clip(rng)[0], clip(rng)[1] + clip(rng)[1]


def _clip_shape(rng: Random) -> File:
    """Pixels that are anything but square."""
    ratio = (int(rng.integers(1, 2000)), int(rng.integers(1, 2000)))

    def setup(stream: av.VideoStream) -> None:
        stream.codec_context.sample_aspect_ratio = Fraction(*ratio)

    return clip(rng, CLIPS[0], setup=setup)


def _patched(rng: Random, boxes: tuple[bytes, ...]) -> File:
    """Numbers in boxes of an MP4 replaced (ISO/IEC 14496-12)."""
    suffix, content = clip(rng, CLIPS[0])
    patched = bytearray(content)
    for box in boxes:
        at = content.find(box)
        if at < 0 or rng.random() < 0.3:
            continue
        place = at + 8 + 4 * int(rng.integers(0, 6))
        value = (0, 1, 0x7FFFFFFF, 0xFFFFFFFF, int(rng.integers(0, 2**32)))[rng.integers(5)]
        patched[place : place + 4] = struct.pack(">I", value)
    return suffix, bytes(patched)


# --- neither -----------------------------------------------------------------------------------


def _nonsense(rng: Random) -> File:
    suffix = str(rng.choice([".mp4", ".jpg", ".png", ".mkv", ".avi", ".gif"]))
    if rng.random() < 0.3:
        return suffix, rng.bytes(int(rng.integers(1, 5000)))
    return suffix, _TEXTS[rng.integers(len(_TEXTS))] + bytes(int(rng.integers(0, 2)) * 200)


KINDS: dict[str, Callable[[Random], File]] = {
    "photo cut": lambda rng: truncated(rng, photo(rng)),
    "photo flipped": lambda rng: flipped(rng, photo(rng)),
    "photo header": lambda rng: mangled(rng, photo(rng)),
    "photo size": _photo_size,
    "photo mode": _photo_mode,
    "photo claims": _photo_claims,
    "photo turned": _photo_turned,
    "animation cut": lambda rng: truncated(rng, animation(rng)),
    "animation flipped": lambda rng: flipped(rng, animation(rng)),
    "clip cut": lambda rng: truncated(rng, clip(rng)),
    "clip flipped": lambda rng: flipped(rng, clip(rng)),
    "clip header": lambda rng: mangled(rng, clip(rng)),
    "clip holed": lambda rng: holed(rng, clip(rng)),
    "clip format": _clip_format,
    "clip size": _clip_size,
    "clip single": _clip_single,
    "clip turned": _clip_turned,
    "clip stamps": _clip_stamps,
    "clip duration": _clip_duration,
    "clip claims": _clip_claims,
    "clip codec": _clip_codec,
    "clip grows": _clip_grows,
    "clip shape": _clip_shape,
    "sound": sound,
    "renamed": lambda rng: renamed(rng, _any(rng)),
    "nonsense": _nonsense,
}
"""Every kind of file, by name."""
