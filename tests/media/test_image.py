"""Pictures in and out: every kind, every defect."""

import io
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageCms

from mien.core.errors import MediaError
from mien.media.files import MediaWarning
from mien.media.image import as_picture, load_image, save_image
from mien.media.kind import classify

Pixels = NDArray[np.uint8]

# To write a picture as a camera would that was held so; the inverse of what a viewer does.
_AS_HELD = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, 1),
    7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
    8: lambda a: np.rot90(a, -1),
}


def _close(a: Pixels, b: Pixels, levels: int) -> bool:
    return a.shape == b.shape and int(np.abs(a.astype(int) - b.astype(int)).max()) <= levels


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation(tmp_path: Path, scene: Pixels, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    held = np.ascontiguousarray(_AS_HELD[orientation](scene))
    Image.fromarray(held).save(tmp_path / "held.png", exif=exif)
    picture = load_image(tmp_path / "held.png")
    assert np.array_equal(picture.pixels, scene)
    assert picture.pixels.flags.c_contiguous
    save_image(tmp_path / "again.png", picture.pixels, picture)
    assert np.array_equal(load_image(tmp_path / "again.png").pixels, scene)


def test_exif_travels_without_what_is_stale(tmp_path: Path, scene: Pixels) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Maker", 6
    exif[0x8769] = {0x9003: "2020:01:02 03:04:05", 0x927C: b"preview" * 9, 0xA002: 64}
    exif[0x8825] = {1: "N", 2: (1.0, 2.0, 3.0)}
    Image.fromarray(scene).save(tmp_path / "a.jpg", exif=exif)
    picture = load_image(tmp_path / "a.jpg")
    save_image(tmp_path / "b.jpg", picture.pixels, picture)
    with Image.open(tmp_path / "b.jpg") as image:
        kept = image.getexif()
        assert dict(kept.items()).keys() == {0x010F, 0x8769, 0x8825}
        assert kept.get_ifd(0x8769) == {0x9003: "2020:01:02 03:04:05"}
        assert kept.get_ifd(0x8825)[1] == "N"


def test_broken_exif_is_no_reason_to_refuse(tmp_path: Path, scene: Pixels) -> None:
    Image.fromarray(scene).save(tmp_path / "a.png", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\x01")
    assert np.array_equal(load_image(tmp_path / "a.png").pixels, scene)


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGB", "RGBA", "LA", "CMYK", "YCbCr", "LAB"])
def test_every_mode_becomes_rgb(tmp_path: Path, scene: Pixels, mode: str) -> None:
    image = Image.fromarray(scene)
    image = _lab(image) if mode == "LAB" else image.convert(mode)
    image.save(tmp_path / "a.tif")
    picture = load_image(tmp_path / "a.tif")
    assert _close(picture.pixels, np.array(image.convert("RGB")), 0)
    assert (picture.alpha is not None) == (mode in ("RGBA", "LA"))


def _lab(image: Image.Image) -> Image.Image:
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    return ImageCms.buildTransform(srgb, lab, "RGB", "LAB").apply(image)


def test_cmyk_jpeg(tmp_path: Path, scene: Pixels) -> None:
    Image.fromarray(scene).convert("CMYK").save(tmp_path / "a.jpg", quality=100)
    assert _close(load_image(tmp_path / "a.jpg").pixels, scene, 12)


@pytest.mark.parametrize("name", ["deep.png", "deep.tif", "deep.pgm"])
def test_sixteen_bit_grey_is_scaled_not_clipped(tmp_path: Path, name: str) -> None:
    levels = np.arange(256, dtype=np.uint16).reshape(16, 16) * 257
    if name.endswith("pgm"):
        (tmp_path / name).write_bytes(b"P5 16 16 65535\n" + levels.astype(">u2").tobytes())
    else:
        Image.fromarray(levels).save(tmp_path / name)
    pixels = load_image(tmp_path / name).pixels
    assert np.array_equal(pixels[..., 0].ravel(), np.arange(256))


def test_sixteen_bit_colour(tmp_path: Path, scene: Pixels) -> None:
    head, rows = b"P6 64 48 65535\n", (scene.astype(np.uint16) * 257).astype(">u2").tobytes()
    (tmp_path / "deep.ppm").write_bytes(head + rows)
    assert np.array_equal(load_image(tmp_path / "deep.ppm").pixels, scene)


def test_floating_point_grey_is_refused(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((4, 4), np.float32)).save(tmp_path / "f.tif")
    with pytest.raises(MediaError, match="floating-point"):
        load_image(tmp_path / "f.tif")


@pytest.mark.parametrize("suffix", [".png", ".webp", ".tif", ".jpg", ".bmp"])
def test_alpha_is_put_back(tmp_path: Path, scene: Pixels, suffix: str) -> None:
    alpha = np.full((48, 64), 255, np.uint8)
    alpha[:24] = 0
    Image.fromarray(np.dstack([scene, alpha])).save(tmp_path / "a.png")
    picture = load_image(tmp_path / "a.png")
    assert picture.alpha is not None
    assert np.array_equal(picture.pixels, scene)
    save_image(tmp_path / f"b{suffix}", picture.pixels, picture, quality=100)
    again = load_image(tmp_path / f"b{suffix}")
    if suffix in (".jpg", ".bmp"):
        assert again.alpha is None
        assert again.pixels[:20].min() > 250
    else:
        assert np.array_equal(again.alpha, alpha)
        assert _close(again.pixels, scene, 0 if suffix != ".webp" else 6)


def _wide_gamut() -> bytes:
    """A profile with sRGB's curve whose red and green colorants are exchanged: far from sRGB."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    tags = {}
    for i in range(struct.unpack_from(">I", data, 128)[0]):
        name, start, size = struct.unpack_from(">4sII", data, 132 + 12 * i)
        tags[name] = slice(start, start + size)
    data[tags[b"rXYZ"]], data[tags[b"gXYZ"]] = data[tags[b"gXYZ"]], data[tags[b"rXYZ"]]
    return bytes(data)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp"])
def test_a_profile_is_read_and_put_back(tmp_path: Path, scene: Pixels, suffix: str) -> None:
    icc = _wide_gamut()
    Image.fromarray(scene).save(tmp_path / "a.png", icc_profile=icc)
    picture = load_image(tmp_path / "a.png")
    assert _close(picture.pixels, scene[..., [1, 0, 2]], 1)  # exchanged primaries, undone
    save_image(tmp_path / f"b{suffix}", picture.pixels, picture)
    with Image.open(tmp_path / f"b{suffix}") as image:
        assert image.info["icc_profile"] == icc
        if suffix != ".webp":
            assert np.array_equal(np.array(image), scene)  # untouched pixels: exact
    save_image(tmp_path / "b.bmp", picture.pixels, picture)  # has no place for a profile
    assert np.array_equal(load_image(tmp_path / "b.bmp").pixels, picture.pixels)
    edited = picture.pixels.copy()
    edited[10:20, 10:20] = (200, 100, 50)
    save_image(tmp_path / "c.png", edited, picture)
    assert _close(load_image(tmp_path / "c.png").pixels, edited, 2)


def test_an_srgb_profile_changes_nothing(tmp_path: Path, scene: Pixels) -> None:
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.fromarray(scene).save(tmp_path / "a.png", icc_profile=icc)
    picture = load_image(tmp_path / "a.png")
    assert np.array_equal(picture.pixels, scene)
    assert picture.icc == icc
    assert picture.native is None


def test_a_broken_profile_is_dropped(tmp_path: Path, scene: Pixels) -> None:
    Image.fromarray(scene).save(tmp_path / "a.png", icc_profile=b"no profile at all")
    picture = load_image(tmp_path / "a.png")
    assert np.array_equal(picture.pixels, scene)
    assert picture.icc is None


def test_jpeg_is_written_well(tmp_path: Path, scene: Pixels) -> None:
    save_image(tmp_path / "a.jpg", scene)
    with Image.open(tmp_path / "a.jpg") as image:
        assert [layer[1:3] for layer in image.layer] == [(1, 1)] * 3  # 4:4:4
    assert _close(load_image(tmp_path / "a.jpg").pixels, scene, 6)


def test_no_partial_file(tmp_path: Path, scene: Pixels) -> None:
    with pytest.raises(MediaError, match=r"use \.jpg"):
        save_image(tmp_path / "a.xyz", scene)
    with pytest.raises(MediaError, match="cannot be written"):
        save_image(tmp_path / "long.webp", np.zeros((1, 20000, 3), np.uint8))
    assert list(tmp_path.iterdir()) == []


# --- bad input ---------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.99])
@pytest.mark.parametrize("options", [{"format": "JPEG"}, {"format": "JPEG", "progressive": True},
                                     {"format": "PNG"}, {"format": "WEBP"}, {"format": "TIFF"},
                                     {"format": "BMP"}, {"format": "GIF"}])  # fmt: skip
def test_truncated(tmp_path: Path, options: dict[str, object], share: float) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (120, 160, 3), dtype=np.uint8)
    whole = io.BytesIO()
    Image.fromarray(noise).save(whole, **options)
    data = whole.getvalue()
    (tmp_path / "cut").write_bytes(data[: int(len(data) * share)])
    with pytest.raises(MediaError) as caught:
        load_image(tmp_path / "cut")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("tail", [b"\xff\xd9", bytes(3000) + b"\xff\xd9"])
def test_grey_half_is_never_silent(tmp_path: Path, tail: bytes) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (120, 160, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "a.jpg")
    data = (tmp_path / "a.jpg").read_bytes()
    load_image(tmp_path / "a.jpg")
    (tmp_path / "a.jpg").write_bytes(data[: len(data) * 6 // 10] + tail)
    with pytest.warns(MediaWarning, match="damaged inside"):
        load_image(tmp_path / "a.jpg")


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize(
    "options",
    [{}, {"progressive": True}, {"subsampling": "4:1:1"}, {"restart_marker_rows": 1}],
)
def test_sound_jpegs_give_no_warning(
    tmp_path: Path, scene: Pixels, mode: str, options: dict[str, object]
) -> None:
    Image.fromarray(scene[:37, :53]).convert(mode).save(tmp_path / "a.jpg", **options)
    load_image(tmp_path / "a.jpg")


def test_text_renamed(tmp_path: Path) -> None:
    (tmp_path / "note.jpg").write_text("not a photo\n" * 100)
    for read in (load_image, classify):
        with pytest.raises(MediaError, match="that mien reads"):
            read(tmp_path / "note.jpg")


def test_two_hundred_megapixels(tmp_path: Path, huge_header: bytes) -> None:
    (tmp_path / "huge.png").write_bytes(huge_header)
    limit = Image.MAX_IMAGE_PIXELS
    with pytest.raises(MediaError, match=r"200 megapixels.*max_megapixels=201"):
        load_image(tmp_path / "huge.png")
    assert limit == Image.MAX_IMAGE_PIXELS


def test_the_limit_can_be_raised(tmp_path: Path, scene: Pixels) -> None:
    Image.fromarray(scene).save(tmp_path / "a.png")
    with pytest.raises(MediaError, match="megapixels"):
        load_image(tmp_path / "a.png", max_megapixels=0.001)
    load_image(tmp_path / "a.png", max_megapixels=0.01)


def test_heic_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64))
    for read in (load_image, classify):
        with pytest.raises(MediaError, match="HEIC picture: convert it"):
            read(tmp_path / "a.heic")


@pytest.mark.parametrize("suffix", ["webp", "gif", "png"])
def test_an_animation_gives_its_first_frame_and_says_so(tmp_path: Path, suffix: str) -> None:
    first, second = (Image.new("RGB", (32, 24), c) for c in ("red", "blue"))
    path = tmp_path / f"a.{suffix}"
    first.save(path, save_all=True, append_images=[second], duration=80)
    with pytest.warns(MediaWarning, match="only its first frame"):
        picture = load_image(path)
    assert _close(picture.pixels, np.array(first), 3)


@pytest.mark.parametrize(
    ("array", "says"),
    [
        (np.zeros((4, 4), np.uint8), r"got uint8 of shape \(4, 4\).*stack"),
        (np.zeros((4, 4, 4), np.uint8), "alpha"),
        (np.zeros((3, 4, 5), np.uint8), r"\(3, 4, 5\)"),
        (np.zeros((4, 4, 3), np.float32), "float32.*0-255"),
        (np.zeros((0, 4, 3), np.uint8), r"\(0, 4, 3\)"),
        ([[1, 2]], "list"),
    ],
)
def test_wrong_arrays(array: object, says: str) -> None:
    with pytest.raises(MediaError, match=says):
        as_picture(array)  # type: ignore[arg-type]


def test_an_array_is_not_copied(scene: Pixels) -> None:
    assert as_picture(scene).pixels is scene


def _complaint(read: Callable[[Path], object], path: Path) -> str:
    """What a reader says of a file it refuses; any other exception fails the test."""
    try:
        read(path)
    except MediaError as error:
        return str(error)
    return ""


_STARTS = [b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\x40\0\0\0WEBPVP8 ", b"GIF89a",
           b"II*\0\x08\0\0\0", b"MM\0*", b"BM", b"\0\0\0\x1cftypavif", b"\0\0\0\x18ftypisom",
           b"P6 9 9 255\n", b"\x1aE\xdf\xa3", b"#EXTM3U\n"]  # fmt: skip


@pytest.mark.filterwarnings("ignore::mien.media.files.MediaWarning")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.sampled_from(_STARTS), rest=st.binary(max_size=400))
def test_any_bytes_give_a_picture_or_one_line(tmp_path: Path, start: bytes, rest: bytes) -> None:
    (tmp_path / "any").write_bytes(start + rest)
    for read in (load_image, classify):
        assert "\n" not in _complaint(read, tmp_path / "any")


@pytest.mark.filterwarnings("ignore::mien.media.files.MediaWarning")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["JPEG", "PNG", "WEBP", "TIFF", "GIF", "AVIF"]), st.data())
def test_damaged_bytes_give_a_picture_or_one_line(
    tmp_path: Path, scene: Pixels, form: str, draw: st.DataObject
) -> None:
    whole = io.BytesIO()
    Image.fromarray(scene).save(whole, form)
    data = bytearray(whole.getvalue())
    for _ in range(draw.draw(st.integers(1, 4))):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    (tmp_path / "damaged").write_bytes(data)
    assert "\n" not in _complaint(load_image, tmp_path / "damaged")


def test_real_photos(data: Path) -> None:
    photo = next((data / "london" / "neutral").glob("*.jpg"))
    picture = load_image(photo)
    assert picture.pixels.shape == (1350, 1350, 3)
    assert classify(photo) == "image"
