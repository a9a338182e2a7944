"""A clip written like another one: its clock and its sound go along."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from mien.core.errors import MediaError
from mien.media.animated import write_animation
from mien.media.video import frames
from mien.media.writer import video_writer

Pixels = NDArray[np.uint8]
STAMPS = (40, 73, 74, 160, 300)  # of a clock that ticks 300 times a second, not at equal steps


def _talking(path: Path, scene: Pixels, codec: str, rate: int = 44100) -> Path:
    """A clip of a second, with a tone."""
    picture = np.kron(scene, np.ones((2, 2, 1), np.uint8))
    tone = np.sin(np.arange(rate) / 20).astype(np.float32)[None] / 2
    with av.open(str(path), "w") as container:
        container.metadata["title"] = "A title"
        video = container.add_stream("libx264", rate=30)
        video.height, video.width = picture.shape[:2]
        video.pix_fmt = "yuv420p"
        video.codec_context.time_base = video.time_base = Fraction(1, 300)
        audio = container.add_stream(codec, rate=rate)
        audio.codec_context.bit_rate = 64_000
        for stamp in STAMPS:
            frame = av.VideoFrame.from_ndarray(picture)
            frame.pts, frame.time_base = stamp, Fraction(1, 300)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        sound = av.AudioFrame.from_ndarray(tone, "fltp", "mono")
        sound.sample_rate = rate
        container.mux([*audio.encode(sound), *audio.encode(None)])
    return path


def _again(source: Path, out: Path) -> Path:
    with video_writer(out, like=source) as writer:
        for frame in frames(source):
            writer.write(frame.time, frame.pixels)
    return out


def _packets(path: Path) -> list[tuple[float, bytes]]:
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(audio=0) if packet.size]
        return [(float(packet.pts * packet.time_base), bytes(packet)) for packet in packets]


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
