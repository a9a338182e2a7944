"""A clip written like another one: its clock and its sound go along."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from mien.core.errors import MediaError
from mien.media.animated import write_animation
from mien.media.files import MediaWarning
from mien.media.video import frames
from mien.media.writer import video_writer

Pixels = NDArray[np.uint8]
STAMPS = (40, 73, 74, 160, 300)  # of a clock that ticks 300 times a second, not at equal steps


def _talking(
    path: Path, scene: Pixels, codec: str, rate: int = 44100, layout: str = "mono"
) -> Path:
    """A clip of a second, with a tone."""
    picture = np.kron(scene, np.ones((2, 2, 1), np.uint8))
    tone = np.sin(np.arange(rate) / 20).astype(np.float32)[None] / 2
    tone = tone.repeat(av.AudioLayout(layout).nb_channels, axis=0)
    with av.open(str(path), "w") as container:
        container.metadata["title"] = "A title"
        video = container.add_stream("libx264", rate=30)
        video.height, video.width = picture.shape[:2]
        video.pix_fmt = "yuv420p"
        video.codec_context.time_base = video.time_base = Fraction(1, 300)
        audio = container.add_stream(codec, rate=rate, layout=layout)
        audio.codec_context.bit_rate = 64_000
        for stamp in STAMPS:
            frame = av.VideoFrame.from_ndarray(picture)
            frame.pts, frame.time_base = stamp, Fraction(1, 300)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        sound = av.AudioFrame.from_ndarray(tone, "fltp", layout)
        sound.sample_rate = rate
        container.mux([*audio.encode(sound), *audio.encode(None)])
    return path


def _again(source: Path, out: Path) -> Path:
    with video_writer(out, like=source) as writer:
        for frame in frames(source):
            writer.write(frame.time, frame.pixels)
    return out


def _audio(path: Path) -> list[av.Packet]:
    with av.open(str(path)) as container:
        return [packet for packet in container.demux(audio=0) if packet.size]


def _packets(path: Path) -> list[tuple[float, bytes]]:
    return [(float(packet.pts * packet.time_base), bytes(packet)) for packet in _audio(path)]


@pytest.mark.parametrize("suffix", [".mp4", ".mov"])
def test_stamps_and_sound_are_kept(tmp_path: Path, scene: Pixels, suffix: str) -> None:
    source = _talking(tmp_path / f"a{suffix}", scene, "aac")
    out = _again(source, tmp_path / f"b{suffix}")
    assert [f.pts for f in frames(out)] == [f.pts for f in frames(source)]
    assert [f.time for f in frames(out)] == [f.time for f in frames(source)]
    before, after = _packets(source), _packets(out)
    assert [data for _, data in after] == [data for _, data in before]
    assert [time for time, _ in after] == pytest.approx([time for time, _ in before], abs=1e-4)
    with av.open(str(out)) as container:
        assert container.metadata["title"] == "A title"


def test_other_formats_keep_time_too(tmp_path: Path, scene: Pixels) -> None:
    source = _talking(tmp_path / "a.mp4", scene, "aac")
    out = _again(source, tmp_path / "b.mkv")
    assert [f.time for f in frames(out)] == pytest.approx(
        [f.time for f in frames(source)], abs=2e-3
    )
    assert len(_packets(out)) == len(_packets(source))


def test_sound_that_does_not_fit_is_coded_anew(tmp_path: Path, scene: Pixels) -> None:
    source = _talking(tmp_path / "a.avi", scene, "wmav2")
    out = _again(source, tmp_path / "b.mp4")
    with av.open(str(out)) as container:
        assert container.streams.audio[0].codec_context.name == "aac"
        heard = np.concatenate([f.to_ndarray() for f in container.decode(audio=0)], axis=1)
    assert heard.shape[1] / 44100 == pytest.approx(1.0, abs=0.1)
    assert 0.2 < np.abs(heard).max() < 1.0


@pytest.mark.parametrize(("suffix", "codec"), [(".mkv", "mp2"), (".ts", "aac")])
def test_a_damaged_packet_leaves_a_gap(
    tmp_path: Path, scene: Pixels, suffix: str, codec: str
) -> None:
    source = _talking(tmp_path / f"a{suffix}", scene, codec)
    packets = [data for _, data in _packets(source)]
    hurt = packets[len(packets) // 2]
    whole = source.read_bytes()
    at = whole.index(hurt[:100])
    source.write_bytes(whole[:at] + b"\x55" * 100 + whole[at + 100 :])
    with pytest.warns(MediaWarning, match="its sound is damaged and has gaps"):
        out = _again(source, tmp_path / "b.mp4")
    assert len(list(frames(out))) == len(STAMPS)
    heard = sum(float(p.duration * p.time_base) for p in _audio(out))
    assert 0.8 < heard < 1.2


@pytest.mark.parametrize("suffix", [".mp4", ".m4v", ".mov", ".mkv"])
@pytest.mark.parametrize(("layout", "rate"), [("mono", 48000), ("5.1", 22255), ("quad", 192_000)])
def test_sound_without_compression_goes_everywhere(
    tmp_path: Path, scene: Pixels, suffix: str, layout: str, rate: int
) -> None:
    source = _talking(tmp_path / "a.mkv", scene, "pcm_s16le", rate, layout)
    out = _again(source, tmp_path / f"b{suffix}")
    with av.open(str(out)) as container:
        (stream,) = container.streams.audio
        coded = "aac" if suffix in {".mp4", ".m4v"} else "pcm_s16le"
        assert stream.codec_context.name == coded
        heard = sum(frame.samples for frame in container.decode(stream)) / stream.rate
    assert heard == pytest.approx(1.0, abs=0.05)


def test_an_animation_has_no_sound(tmp_path: Path, scene: Pixels) -> None:
    write_animation(tmp_path / "a.gif", [(i / 10, scene + np.uint8(9 * i)) for i in range(4)], 10.0)
    out = _again(tmp_path / "a.gif", tmp_path / "b.mp4")
    assert [f.time for f in frames(out)] == pytest.approx([0.0, 0.1, 0.2, 0.3])


def test_a_bad_model_leaves_nothing(tmp_path: Path, sound: Path) -> None:
    with (
        pytest.raises(MediaError, match="holds no video"),
        video_writer(tmp_path / "b.mp4", like=sound),
    ):
        pass
    assert not (tmp_path / "b.mp4").exists()
