"""Recognisers: what each is shown, and files that are none; networks hand back what they see."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.core.errors import InputError, JudgeError
from mien.core.face import Landmarks
from mien.judge.identity import (
    MOBILEFACENET,
    PUBLISHED,
    Identity,
    Recogniser,
    aligned,
    boxed,
    recognisers,
)

Picture = NDArray[np.uint8]
ARCFACE, ADAFACE, FACENET = PUBLISHED
PLACES = [(38.29, 51.70), (73.53, 51.50), (56.03, 71.74), (41.55, 92.37), (70.73, 92.20)]


@pytest.fixture
def face() -> Landmarks:
    """Eyes, nose and mouth as ArcFace has them, twice as large and 10 px further right.

    The box reaches from (40, 60) to (200, 260) in a picture 240 px wide and 300 px high.
    """
    points = np.full((478, 3), 120.0)
    points[0], points[2] = (40.0, 60.0, 0.0), (200.0, 260.0, 0.0)
    for places, (x, y) in zip(((33, 133), (362, 263), (1,), (61,), (291,)), PLACES, strict=True):
        points[list(places)] = (2 * x + 10, 2 * y, 0.0)
    return Landmarks(points)


@pytest.fixture
def picture() -> Picture:
    """Red from the left, green from the top, blue 30: shape (300, 240, 3)."""
    y, x = np.mgrid[0:300, 0:240]
    return np.stack([x, np.minimum(y, 255), np.full_like(x, 30)], axis=2).astype(np.uint8)


def middle(size: int) -> NDArray[np.float32]:
    """A matrix that picks red, green and blue at the middle of the square."""
    matrix = np.zeros((3 * size * size, 3), np.float32)
    for channel in range(3):
        matrix[channel * size**2 + size // 2 * size + size // 2, channel] = 1.0
    return matrix


def test_eyes_nose_and_mouth_come_to_their_places(picture: Picture, face: Landmarks) -> None:
    square = aligned(picture, face, 112).astype(int)
    assert square.shape == (112, 112, 3)
    for x, y in ((40, 50), (70, 50), (56, 72), (45, 90)):
        assert square[y, x, 0] == pytest.approx(2 * x + 10, abs=2)
        assert square[y, x, 1] == pytest.approx(2 * y, abs=2)


def test_the_box_is_made_square(picture: Picture, face: Landmarks) -> None:
    square = boxed(picture, face, 160).astype(int)
    assert square.shape == (160, 160, 3)
    for x, y in ((0, 0), (80, 80), (159, 159), (20, 120)):
        assert square[y, x, 0] == pytest.approx(40 + x, abs=2)
        assert square[y, x, 1] == pytest.approx(min(60 + y * 1.25, 255), abs=2)


def test_the_box_ends_with_the_picture(picture: Picture, face: Landmarks) -> None:
    points = face.points.copy()
    points[0], points[2] = (-50.0, -20.0, 0.0), (400.0, 500.0, 0.0)
    square = boxed(picture, Landmarks(points), 160).astype(int)
    assert square[0, 0, 0] < 2
    assert square[0, -1, 0] > 236


@pytest.mark.parametrize("one", [MOBILEFACENET, *PUBLISHED])
def test_what_a_network_is_given(one: Recogniser, picture: Picture, face: Landmarks) -> None:
    seen = one.sees(picture, face)
    assert seen.shape == (1, 3, one.side, one.side)
    assert seen.dtype == np.float32
    blue = seen[0, 0 if one is ADAFACE else 2]
    assert np.allclose(blue, (30 - 127.5) / one.divisor)
    assert seen.min() >= -1.0
    assert seen.max() <= 1.0


def test_the_conventions() -> None:
    told = {one.file: (one.side, one.divisor, one.bgr) for one in (MOBILEFACENET, *PUBLISHED)}
    assert told == {
        "mobilefacenet.onnx": (112, 127.5, False),
        "arcface.onnx": (112, 127.5, False),
        "adaface.onnx": (112, 127.5, True),
        "facenet.onnx": (160, 128.0, False),
    }


@pytest.mark.parametrize("batch", [1, "n"])
@pytest.mark.parametrize("one", [MOBILEFACENET, *PUBLISHED])
def test_an_embedding_has_length_1(
    tmp_path: Path,
    picture: Picture,
    face: Landmarks,
    network: Callable[..., Path],
    one: Recogniser,
    batch: object,
) -> None:
    pytest.importorskip("onnxruntime", reason="the extra 'bench' is not installed")
    network(tmp_path / one.file, (batch, 3, one.side, one.side), middle(one.side))
    found = Identity(tmp_path, one).embed(picture, face)
    centre = one.sees(picture, face)[0, :, one.side // 2, one.side // 2].astype(float)
    np.testing.assert_allclose(found, centre / np.linalg.norm(centre), atol=1e-6)


def test_those_that_are_there(tmp_path: Path) -> None:
    assert recognisers(tmp_path) == (MOBILEFACENET,)
    (tmp_path / MOBILEFACENET.file).touch()
    (tmp_path / FACENET.file).touch()
    assert recognisers(tmp_path) == (FACENET,)
    (tmp_path / ARCFACE.file).touch()
    assert recognisers(tmp_path) == (ARCFACE, FACENET)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"arcface\.onnx is missing"),
        (b"", r"arcface\.onnx: is empty \(0 bytes\)"),
        (b"no network" * 99, r"arcface\.onnx: is no ONNX file that can be run: ."),
    ],
)
def test_files_that_are_no_network(tmp_path: Path, content: bytes | None, message: str) -> None:
    pytest.importorskip("onnxruntime", reason="the extra 'bench' is not installed")
    if content is not None:
        (tmp_path / ARCFACE.file).write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        Identity(tmp_path, ARCFACE)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("shape", [(1, 112, 112, 3), (1, 3, 160, 160), (8, 3, 112, 112), (1, 9)])
def test_networks_that_take_something_else(
    tmp_path: Path, network: Callable[..., Path], shape: tuple[int, ...]
) -> None:
    pytest.importorskip("onnxruntime", reason="the extra 'bench' is not installed")
    network(tmp_path / ARCFACE.file, shape, np.zeros((int(np.prod(shape[1:])), 2), np.float32))
    with pytest.raises(InputError, match=r"takes tensor\(float\) \[.*\]: ArcFace takes one pict"):
        Identity(tmp_path, ARCFACE)


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf])
def test_an_answer_without_a_direction(
    tmp_path: Path, picture: Picture, face: Landmarks, network: Callable[..., Path], value: float
) -> None:
    pytest.importorskip("onnxruntime", reason="the extra 'bench' is not installed")
    small = replace(ARCFACE, side=8)
    network(tmp_path / small.file, (1, 3, 8, 8), np.full((192, 2), value, np.float32))
    with pytest.raises(JudgeError, match="answers with no direction"):
        Identity(tmp_path, small).embed(picture, face)
