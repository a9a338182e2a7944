"""Faces are followed, lost and found again, and a drawing is none."""

from itertools import groupby
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from mien.landmark.detect import detect, square_of
from mien.landmark.track import follow, read_near
from mien.media.image import load_image
from mien.media.video import frames

Image = NDArray[np.uint8]
RATE = 50.0


@pytest.fixture(scope="module")
def portraits(data: Path) -> list[Image]:
    files = [data / "london" / "neutral" / f"{name}.jpg" for name in ("002", "004")]
    return [
        cv2.resize(load_image(file).pixels, (320, 320), interpolation=cv2.INTER_AREA)
        for file in files
    ]  # type: ignore[misc]


def shifted(image: Image, x: float) -> Image:
    moved = cv2.warpAffine(image, np.array([[1, 0, x], [0, 1, 0.0]]), image.shape[1::-1])
    return np.asarray(moved, np.uint8)


def runs(pictures: list[Image]) -> list[tuple[tuple[int, ...], int]]:
    """Numbers of the faces seen, and for how many frames."""
    seen = [tuple(one.face for one in now) for now in follow(clocked(pictures))]
    return [(faces, len(list(group))) for faces, group in groupby(seen)]


def clocked(pictures: list[Image]):  # type: ignore[no-untyped-def]
    return ((i / RATE, picture) for i, picture in enumerate(pictures))


def test_a_moving_face_is_followed(portraits: list[Image]) -> None:
    path = 3.0 * np.arange(20)
    pictures = [shifted(portraits[0], x - 30) for x in path]
    nose = [seen[0].points[1, 0] for seen in follow(clocked(pictures))]
    assert np.abs(np.diff(nose) - 3.0).max() < 1.0


def test_a_resting_face_rests(portraits: list[Image]) -> None:
    random = np.random.default_rng(0)
    grain = [random.normal(0, 2, portraits[0].shape) for _ in range(30)]
    pictures = [np.clip(portraits[0] + g, 0, 255).astype(np.uint8) for g in grain]
    points = np.array([seen[0].points for seen in follow(clocked(pictures))])
    size = square_of(points[0]).size
    assert points[5:, :, :2].std(axis=0).mean() < 0.002 * size


def test_read_near_is_the_same_in_the_part_as_in_the_whole(portraits: list[Image]) -> None:
    square = square_of(detect(portraits[0])[0].points)
    canvas = np.zeros((900, 1200, 3), np.uint8)
    canvas[400:720, 600:920] = portraits[0]
    far = type(square)(square.x + 600, square.y + 400, square.size, square.angle)
    near = read_near(portraits[0], square)
    found = read_near(canvas, far)
    assert near is not None
    assert found is not None
    assert np.abs(found[:, :2] - (600, 400) - near[:, :2]).max() < 0.02 * square.size


def test_gone_is_lost_at_once_and_found_again_under_its_number(portraits: list[Image]) -> None:
    face, nothing = portraits[0], np.full_like(portraits[0], 127)
    assert runs([face] * 6 + [nothing] * 7 + [face] * 8) == [((0,), 6), ((), 7), ((0,), 8)]


def test_two_people(portraits: list[Image]) -> None:
    both = np.hstack(portraits)
    assert runs([both] * 4) == [((0, 1), 4)]


def test_somebody_new_is_noticed_within_a_second(portraits: list[Image]) -> None:
    alone = np.hstack([portraits[0], np.full_like(portraits[0], 200)])
    both = np.hstack(portraits)
    (first, alone_for), (second, _) = runs([alone] * 10 + [both] * 60)
    assert (first, second) == ((0,), (0, 1))
    assert alone_for <= 10 + RATE


def test_another_face_in_another_place_after_a_cut_is_another(portraits: list[Image]) -> None:
    left = np.hstack([portraits[0], np.zeros_like(portraits[0])])
    right = np.hstack([np.zeros_like(portraits[1]), portraits[1]])
    assert runs([left] * 5 + [right] * 5) == [((0,), 5), ((1,), 5)]


def test_no_pictures() -> None:
    assert list(follow([])) == []


def test_a_cartoon_is_no_face(data: Path) -> None:
    clip = data / "clips" / "no_face.mp4"
    assert not any(follow((f.time, f.pixels) for f in frames(clip)))


def test_face_then_cartoon(data: Path) -> None:
    clip = data / "clips" / "face_noface.mov"
    seen = [len(now) for now in follow((f.time, f.pixels) for f in frames(clip))]
    assert 71 <= sum(seen) <= 73
    assert seen[:71] == [1] * 71
    assert sum(seen[73:]) == 0
