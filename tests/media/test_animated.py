from itertools import count
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.core.errors import MediaError
from mien.media.animated import check_room, write_animation
from mien.media.video import frames

Pixels = NDArray[np.uint8]


def _course(scene: Pixels, count: int, rate: float) -> list[tuple[float, Pixels]]:
    """A picture on which a square wanders."""
    made = []
    for i in range(count):
        picture = scene.copy()
        picture[10:20, 4 * i : 4 * i + 10] = (250, 20, 20)
        made.append((i / rate, picture))
    return made


@pytest.mark.parametrize(("suffix", "tick"), [(".gif", 0.0101), (".webp", 0.0011)])
def test_times_do_not_drift(tmp_path: Path, scene: Pixels, suffix: str, tick: float) -> None:
    path = tmp_path / f"a{suffix}"
    course = _course(scene, 12, 30.0)
    write_animation(path, course, 30.0)
    assert [f.time for f in frames(path)] == pytest.approx([t for t, _ in course], abs=tick)


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_colours_come_back(tmp_path: Path, scene: Pixels, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    course = _course(scene, 4, 10.0)
    write_animation(path, course, 10.0)
    for frame, (_, picture) in zip(frames(path), course, strict=True):
        assert np.abs(frame.pixels.astype(int) - picture).mean() < 12


def test_what_does_not_move_does_not_shimmer(tmp_path: Path, scene: Pixels) -> None:
    path = tmp_path / "a.gif"
    write_animation(path, _course(scene, 6, 10.0), 10.0)
    first, *others = (frame.pixels[24:] for frame in frames(path))
    assert all(np.array_equal(first, other) for other in others)


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_large_frames_are_scaled_down(tmp_path: Path, suffix: str) -> None:
    wide = np.full((400, 1600, 3), 90, np.uint8)
    write_animation(tmp_path / f"a{suffix}", [(0.0, wide), (0.1, wide + np.uint8(50))], 10.0)
    first, second = frames(tmp_path / f"a{suffix}")
    assert first.pixels.shape == (270, 1080, 3)
    assert second.pixels.mean() - first.pixels.mean() == pytest.approx(50, abs=6)


def test_memory_has_an_end(tmp_path: Path) -> None:
    path, square = tmp_path / "a.webp", np.zeros((1080, 1080, 3), np.uint8)
    with pytest.raises(MediaError, match=r"write \.mp4, fewer seconds or a smaller photo"):
        check_room(path, 10_000, square.shape)
    with pytest.raises(MediaError, match="has 171 frames at most"):
        write_animation(path, ((i / 10, square) for i in count()), 10.0)
    assert list(tmp_path.iterdir()) == []


def test_bad_input_leaves_nothing(tmp_path: Path, scene: Pixels) -> None:
    for name, course in (("a.png", [(0.0, scene)]), ("a.gif", [])):
        with pytest.raises(MediaError):
            write_animation(tmp_path / name, course, 10.0)
    assert list(tmp_path.iterdir()) == []
