"""Clips in and out: true times, true colours, every defect."""

import itertools
import os
import threading
from collections.abc import Callable
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from mien.core.errors import MediaError
from mien.media import writer
from mien.media.files import MediaWarning
from mien.media.kind import classify
from mien.media.video import Clock, frames, probe
from mien.media.writer import video_writer, write_video

Pixels = NDArray[np.uint8]


def _flat(colour: tuple[int, int, int], height: int = 48, width: int = 64) -> Pixels:
    return np.full((height, width, 3), colour, np.uint8)


def _noise(count: int, height: int = 96, width: int = 128) -> list[Pixels]:
    rng = np.random.default_rng(1)
    return [rng.integers(0, 255, (height, width, 3), dtype=np.uint8) for _ in range(count)]


# --- times -------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_variable_rate_comes_back(tmp_path: Path, suffix: str) -> None:
    times = [0.0, 1 / 30, 0.1, 0.1 + 1 / 240, 0.5, 2.0]
    path = tmp_path / f"a{suffix}"
    write_video(path, ((t, _flat((20 * i, 99, 99))) for i, t in enumerate(times)))
    read = list(frames(path))
    tick = 0.0011 if suffix == ".mkv" else 1e-5  # Matroska counts milliseconds
    assert [f.time for f in read] == pytest.approx(times, abs=tick)
    assert [f.index for f in read] == list(range(6))
    assert [f.pixels[5, 5, 0] for f in read] == pytest.approx([0, 20, 40, 60, 80, 100], abs=4)


def test_time_counts_from_the_first_frame(tmp_path: Path) -> None:
    write_video(tmp_path / "a.mkv", ((5 + i / 10, _flat((9, 9, 9))) for i in range(3)))
    assert [f.time for f in frames(tmp_path / "a.mkv")] == pytest.approx([0, 0.1, 0.2], abs=2e-3)


def test_the_last_frame_is_shown(tmp_path: Path) -> None:
    write_video(tmp_path / "a.mp4", ((i / 25, _flat((9, 9, 9))) for i in range(25)), rate=25)
    info = probe(tmp_path / "a.mp4")
    assert info.duration == pytest.approx(1.0, abs=0.001)
    assert info.rate == 25
    assert (info.count, info.codec, info.rotation) == (25, "h264", 0)


@pytest.mark.parametrize(
    ("stamps", "ticks"),
    [
        ([7, 8, 10], [0, 1, 3]),
        ([None, None, None], [0, 2, 4]),
        ([50, 52, 0, 2, 4], [0, 2, 4, 6, 8]),  # two recordings, joined
        ([0, 2, 2, 6], [0, 2, 4, 8]),
    ],
)
def test_clock(stamps: list[int | None], ticks: list[int]) -> None:
    clock = Clock(Fraction(1, 100), step=2)
    assert [clock.read(pts) for pts in stamps] == [t / 100 for t in ticks]


@given(st.lists(st.none() | st.integers(-(2**40), 2**40), min_size=2, max_size=20))
def test_clock_always_rises(stamps: list[int | None]) -> None:
    clock = Clock(Fraction(1, 90000), step=3003)
    times = [clock.read(pts) for pts in stamps]
    assert times[0] == 0
    assert all(a < b for a, b in itertools.pairwise(times))


# --- colours and geometry ----------------------------------------------------------------------


@pytest.mark.parametrize("height", [48, 720])
def test_flat_colours_come_back(tmp_path: Path, height: int) -> None:
    colours = [*itertools.product((0, 90, 255), repeat=3), (224, 172, 140), (92, 61, 46)]
    write_video(tmp_path / "a.mp4", ((i / 5, _flat(c, height)) for i, c in enumerate(colours)))
    for frame, colour in zip(frames(tmp_path / "a.mp4"), colours, strict=True):
        error = np.abs(frame.pixels.astype(int) - colour).max()
        assert error <= 3, (colour, frame.pixels[0, 0])


def test_odd_sizes_are_extended(tmp_path: Path) -> None:
    write_video(tmp_path / "a.mp4", [(0.0, _flat((90, 120, 200), 33, 47))])
    (frame,) = frames(tmp_path / "a.mp4")
    assert frame.pixels.shape == (34, 48, 3)
    assert np.abs(frame.pixels.astype(int) - (90, 120, 200)).max() <= 3


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
@pytest.mark.parametrize("mirrored", [False, True])
def test_display_rotation(
    raw_clip: Callable[..., Path], scene: Pixels, degrees: int, mirrored: bool
) -> None:
    big = np.kron(scene, np.ones((4, 4, 1), np.uint8))
    path = raw_clip("a.mp4", [big], lambda s: s.set_display_rotation(degrees, hflip=mirrored))
    shown = np.rot90(big, degrees // 90)  # counter-clockwise, as PyAV counts
    shown = shown[:, ::-1] if mirrored else shown
    info = probe(path)
    (frame,) = frames(path)
    assert (info.height, info.width) == shown.shape[:2] == frame.pixels.shape[:2]
    assert np.abs(frame.pixels.astype(int) - shown).mean() < 4
    assert frame.pixels.flags.c_contiguous
    if not mirrored:
        assert info.rotation == -degrees % 360


def test_pixels_that_are_not_square(raw_clip: Callable[..., Path]) -> None:
    def setup(stream: av.VideoStream) -> None:
        stream.codec_context.sample_aspect_ratio = Fraction(3, 2)

    path = raw_clip("a.mp4", [_flat((90, 90, 90))], setup)
    assert (probe(path).width, probe(path).height) == (96, 48)
    assert next(frames(path)).pixels.shape == (48, 96, 3)


def test_high_dynamic_range_keeps_white_white(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "4"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p10le"
        context = stream.codec_context
        context.colorspace = context.color_primaries = 9  # BT.2020
        context.color_trc, context.color_range = 18, 1  # HLG, in which 75 % is diffuse white
        frame = av.VideoFrame(64, 48, "yuv420p10le")
        for plane, level in zip(frame.planes, (64 + 876 * 3 // 4, 512, 512), strict=True):
            plane.update(np.full(plane.buffer_size // 2, level, np.uint16).tobytes())
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert next(frames(path)).pixels.min() >= 250


# --- writing -----------------------------------------------------------------------------------


def test_browsers_can_play_it(tmp_path: Path) -> None:
    write_video(tmp_path / "a.mp4", ((i / 30, _flat((9, 9, 9))) for i in range(5)))
    data = (tmp_path / "a.mp4").read_bytes()
    assert data.find(b"moov") < data.find(b"mdat")
    with av.open(str(tmp_path / "a.mp4")) as container:
        context = container.streams.video[0].codec_context
        assert (context.name, context.pix_fmt, context.profile) == ("h264", "yuv420p", "High")
        assert (context.colorspace, context.color_range) == (1, 1)
        assert context.extradata[3] <= 41  # avcC: the level; a tiny clip needs no more than 4.1


@pytest.fixture
def pan() -> list[tuple[float, Pixels]]:
    """A soft texture that goes by."""
    wide = np.random.default_rng(2).integers(0, 255, (240, 420, 3), dtype=np.uint8)
    soft = np.asarray(cv2.GaussianBlur(wide, (0, 0), 3.0))
    return [(i / 25, np.ascontiguousarray(soft[:, 3 * i : 3 * i + 320])) for i in range(30)]


def test_the_same_file_on_every_processor(
    tmp_path: Path, pan: list[tuple[float, Pixels]], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_video(tmp_path / "this.mp4", pan)
    plain = writer._X264["x264-params"] + ":asm=0"  # no instructions of any processor's own
    monkeypatch.setitem(writer._X264, "x264-params", plain)
    write_video(tmp_path / "plain.mp4", pan)
    assert (tmp_path / "plain.mp4").read_bytes() == (tmp_path / "this.mp4").read_bytes()


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="cores cannot be taken away here")
@pytest.mark.skipif(os.cpu_count() == 1, reason="there is one core only")
def test_the_same_file_however_many_cores_there_are(
    tmp_path: Path, pan: list[tuple[float, Pixels]]
) -> None:
    cores = os.sched_getaffinity(0)
    write_video(tmp_path / "all.mp4", pan)
    try:
        os.sched_setaffinity(0, {min(cores)})
        write_video(tmp_path / "one.mp4", pan)
    finally:
        os.sched_setaffinity(0, cores)
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "all.mp4").read_bytes()


def test_no_partial_clip(tmp_path: Path) -> None:
    def fails() -> list[tuple[float, Pixels]]:
        raise KeyError("of the caller")

    target = tmp_path / "a.mp4"
    for error, pairs in [
        (MediaError, []),
        (MediaError, [(0.0, _flat((1, 2, 3))), (0.0, _flat((1, 2, 3)))]),
        (MediaError, [(0.0, _flat((1, 2, 3))), (1.0, _flat((1, 2, 3), 50))]),
        (MediaError, [(0.0, np.zeros((4, 4), np.uint8))]),
        (KeyError, (fails()[0] for _ in range(1))),
    ]:
        with pytest.raises(error):
            write_video(target, pairs)
        assert list(tmp_path.iterdir()) == []
    with pytest.raises(MediaError, match=r"use \.mp4"), video_writer(tmp_path / "a.gif"):
        pass


# --- bad input ---------------------------------------------------------------------------------


def test_sound_alone(sound: Path) -> None:
    for read in (classify, probe, lambda path: list(frames(path))):
        with pytest.raises(MediaError, match="holds no video, only sound"):
            read(sound)


def test_a_photo_is_no_clip(tmp_path: Path, scene: Pixels) -> None:
    Image.fromarray(scene).save(tmp_path / "a.jpg")
    for read in (probe, lambda path: list(frames(path))):
        with pytest.raises(MediaError, match="that mien reads"):
            read(tmp_path / "a.jpg")


@pytest.mark.parametrize("name", ["a.txt", "a.mp4", "a.m3u8"])
def test_text_is_not_drawn_and_lists_are_not_followed(tmp_path: Path, name: str) -> None:
    text = "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1:9/a.ts\n"
    (tmp_path / name).write_text(text)
    with pytest.raises(MediaError, match="that mien reads"):
        classify(tmp_path / name)


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_truncated_gives_whole_frames_and_a_warning(
    raw_clip: Callable[..., Path], suffix: str, share: float
) -> None:
    path = raw_clip(f"a.{suffix}", _noise(100, 48, 64))
    whole = [f.pixels for f in frames(path)]
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    if suffix == "mkv" and share > 0.9:
        read = list(frames(path))  # Matroska says nothing, and 0.2 s less is no proof
    else:
        with pytest.warns(MediaWarning, match="is damaged"):
            read = list(frames(path))
    assert 100 * share * 0.7 < len(read) < 100
    assert all(np.array_equal(f.pixels, w) for f, w in zip(read, whole, strict=False))


def test_nothing_to_decode(raw_clip: Callable[..., Path]) -> None:
    path = raw_clip("a.mp4", _noise(3))
    data = path.read_bytes()
    path.write_bytes(data[: data.find(b"mdat") + 60])
    for read in (probe, lambda path: list(frames(path))):
        with pytest.raises(MediaError, match="not one picture"):
            read(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.data())
@pytest.mark.filterwarnings("ignore::mien.media.files.MediaWarning")
def test_damaged_clips_give_frames_or_one_line(
    raw_clip: Callable[..., Path], draw: st.DataObject
) -> None:
    path = raw_clip("a.mp4", _noise(4, 32, 32))
    data = bytearray(path.read_bytes())
    for _ in range(draw.draw(st.integers(1, 6))):
        # Encoders differ by some bytes from run to run, so places are shares of the file.
        data[draw.draw(st.integers(0, 9999)) * len(data) // 10000] = draw.draw(st.integers(0, 255))
    path.write_bytes(data)
    times, complaint = [], ""
    try:
        times.extend(f.time for f in frames(path))
    except MediaError as error:
        complaint = str(error)
    assert all(a < b for a, b in itertools.pairwise(times))
    assert "\n" not in complaint


def test_large_frames_are_refused(tmp_path: Path) -> None:
    write_video(tmp_path / "a.mp4", [(0.0, _flat((1, 2, 3)))])
    for read in (probe, lambda path, **limit: list(frames(path, **limit))):
        with pytest.raises(MediaError, match="max_megapixels"):
            read(tmp_path / "a.mp4", max_megapixels=0.002)


def test_stopping_early_ends_the_thread(tmp_path: Path) -> None:
    write_video(tmp_path / "a.mp4", ((i / 30, _flat((9, 9, 9))) for i in range(60)))
    with closing(frames(tmp_path / "a.mp4")) as clip:
        assert next(clip).index == 0
    assert not [t for t in threading.enumerate() if t.name == "mien-prefetch"]


# --- animations --------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["webp", "gif", "png", "avif"])
def test_animations_are_clips(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    colours = [(255, 0, 0), (0, 0, 255), (0, 128, 0)]
    first, *rest = (Image.new("RGB", (32, 24), c) for c in colours)
    first.save(path, save_all=True, append_images=rest, duration=[80, 200, 40], lossless=True)
    assert classify(path) == "video"
    read = list(frames(path))
    assert [f.time for f in read] == pytest.approx([0, 0.08, 0.28])
    for frame, colour in zip(read, colours, strict=True):
        assert np.abs(frame.pixels.astype(int) - colour).max() <= 4
    info = probe(path)
    assert (info.width, info.height, info.count) == (32, 24, 3)
    assert info.duration == pytest.approx(0.32)


# --- real clips --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "count", "size"),
    [("single_face.mp4", 72, (640, 360)), ("face_noface.mov", 169, (960, 540))],
)
def test_real_clips(data: Path, name: str, count: int, size: tuple[int, int]) -> None:
    path = data / "clips" / name
    assert classify(path) == "video"
    assert (probe(path).width, probe(path).height) == size
    read = [(f.pts, f.time) for f in frames(path)]
    assert len(read) == count
    with av.open(str(path)) as container:
        base = container.streams.video[0].time_base
    assert [t for _, t in read] == pytest.approx([float((p - read[0][0]) * base) for p, _ in read])


def test_exact_frames_keep_their_colours_over_generations(tmp_path: Path) -> None:
    """Colours that are cut off instead of rounded grow darker each time a clip is edited."""
    patches = np.random.default_rng(5).integers(30, 225, (8, 8, 3))
    first = np.kron(patches, np.ones((16, 16, 1))).astype(np.uint8)
    now = first
    for generation in range(3):
        clip = tmp_path / f"{generation}.mp4"
        write_video(clip, [(0.0, now), (0.1, now)], crf=1)
        now = next(frames(clip, exact=True)).pixels
    assert np.abs((now.astype(float) - first).mean(axis=(0, 1))).max() < 0.4
