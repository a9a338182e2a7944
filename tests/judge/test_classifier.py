"""An ONNX classifier as a judge: networks of one known matrix, then the real ones."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.core.errors import InputError, JudgeError, NoFaceError
from mien.core.face import Landmarks
from mien.judge import classifier
from mien.judge.classifier import classifier_judge, cut_out
from mien.judge.judge import Judge
from mien.media.image import load_image

pytest.importorskip("onnxruntime", reason="the extra 'bench' is not installed")

Picture = NDArray[np.uint8]
Network = Callable[..., Path]  # path, shape of the picture, matrix
FER = ("angry", "disgust", "fear", "happy", "sad", "surprised", "neutral")


@pytest.fixture
def face(monkeypatch: pytest.MonkeyPatch) -> Iterator[Landmarks]:
    """A face whose box is 60 px wide and 100 px high, found in every picture."""
    points = np.zeros((478, 3))
    points[0], points[1] = (70.0, 50.0, 0.0), (130.0, 150.0, 0.0)
    points[2:] = (100.0, 100.0, 0.0)
    found = Landmarks(points)
    monkeypatch.setattr(classifier, "detect", lambda _: [found])
    return found


@pytest.fixture
def halves() -> Picture:
    """A picture that is red left of the face's middle and blue right of it, shape (200, 200, 3)."""
    picture = np.zeros((200, 200, 3), np.uint8)
    picture[:, :100, 0] = 255
    picture[:, 100:, 2] = 255
    return picture


def picks(*places: int, size: int) -> NDArray[np.float32]:
    """A matrix whose outputs are these inputs, and zeros up to seven."""
    matrix = np.zeros((size, 7), np.float32)
    matrix[list(places), range(len(places))] = 1.0
    return matrix


def softmax(logits: list[float]) -> list[float]:
    powers = np.exp(logits)
    return list(powers / powers.sum())


@pytest.mark.parametrize(
    ("shape", "places"),
    [
        ((1, 4, 4, 3), (0, 2, 9, 11)),  # red and blue, left and right, in the first row
        (("batch", 4, 4, 3), (0, 2, 9, 11)),
        ((1, 3, 4, 4), (0, 32, 3, 35)),
        (("batch", 3, 4, 4), (0, 32, 3, 35)),
    ],
)
def test_colour_in_both_layouts(
    tmp_path: Path,
    face: Landmarks,
    halves: Picture,
    shape: tuple[int, ...],
    places: tuple[int],
    network: Network,
) -> None:
    judge = classifier_judge(network(tmp_path / "n.onnx", shape, picks(*places, size=48)))
    assert judge.classes == FER
    scores = judge.scores(halves)
    assert tuple(scores) == FER
    assert list(scores.values()) == pytest.approx(softmax([1, -1, -1, 1, 0, 0, 0]), abs=1e-6)


@pytest.mark.parametrize("shape", [(1, 4, 4, 1), (1, 1, 4, 4)])
def test_grey_in_both_layouts(
    tmp_path: Path, face: Landmarks, halves: Picture, shape: tuple[int, ...], network: Network
) -> None:
    judge = classifier_judge(network(tmp_path / "n.onnx", shape, picks(0, 3, size=16)))
    red, blue = 2 * 76 / 255 - 1, 2 * 29 / 255 - 1  # luma of BT.601: 0.299 and 0.114
    expected = softmax([red, blue, 0, 0, 0, 0, 0])
    assert list(judge.scores(halves).values()) == pytest.approx(expected, abs=1e-6)


def test_a_distribution_is_left_as_it_is(
    tmp_path: Path, face: Landmarks, halves: Picture, network: Network
) -> None:
    """Black gives -1 everywhere, and minus that is one class with all of the share."""
    judge = classifier_judge(network(tmp_path / "n.onnx", (1, 4, 4, 3), -picks(1, size=48)))
    assert list(judge.scores(halves).values()) == [1.0, 0, 0, 0, 0, 0, 0]


def test_the_square(face: Landmarks) -> None:
    """1.4 times the box's longer side, round its middle."""
    picture = np.zeros((200, 200, 3), np.uint8)
    picture[30:170, 30:170] = 200
    assert (cut_out(picture, face, (14, 14)) == 200).all()
    assert (cut_out(picture, face, (280, 280)) == 200).all()
    picture[:, 169] = 0
    assert (cut_out(picture, face, (140, 140))[:, :139] == 200).all()
    assert (cut_out(picture, face, (140, 140))[:, 139] == 0).all()


def test_the_square_continues_the_edge(face: Landmarks) -> None:
    picture = np.full((120, 110, 3), 90, np.uint8)
    assert (cut_out(picture, face, (64, 48)) == 90).all()
    assert cut_out(picture, face, (64, 48)).shape == (64, 48, 3)


def test_names_from_the_file_beside(
    tmp_path: Path, face: Landmarks, halves: Picture, network: Network
) -> None:
    path = network(tmp_path / "n.onnx", (1, 4, 4, 3), picks(0, size=48)[:, :3])
    plain = tmp_path / "n.json"
    plain.write_text('{"classes": ["Neutral", "Happiness", "anger"]}')
    judge = classifier_judge(path)
    assert (judge.name, judge.classes) == ("n.onnx", ("neutral", "happy", "angry"))
    assert judge.scores(halves)["neutral"] == pytest.approx(softmax([1, 0, 0])[0])
    plain.write_text('{"classes": ["happy", "neutral", "angry"]}')
    assert classifier_judge(path).fingerprint != judge.fingerprint


@pytest.mark.parametrize(
    ("beside", "message"),
    [
        (None, "n.onnx: has 3 outputs, FER2013 names 7 classes: name every output in n.json"),
        ('{"classes": ["happy", "sad"]}', "n.onnx: has 3 outputs, n.json names 2 classes"),
        ('{"classes": ["happy", "sad", "hungry"]}', "n.json: classes: hungry is neither"),
        ('{"classes": ["happy", "joy", "sad"]}', "n.json: classes: names a category twice"),
        ('{"classes": "happy"}', "n.json: classes: is a list of names"),
        ('["happy"]', "n.json: classes: is a list of names"),
        ('{"classes": [1, 2, 3]}', "n.json: classes: is a list of names"),
        ("happy", "n.json: is no JSON"),
        ("[" * 100_000, "n.json: is no JSON"),
    ],
)
def test_names_that_do_not_fit(
    tmp_path: Path, beside: str | None, message: str, network: Network
) -> None:
    path = network(tmp_path / "n.onnx", (1, 4, 4, 3), picks(0, size=48)[:, :3])
    if beside is not None:
        (tmp_path / "n.json").write_text(beside)
    with pytest.raises(InputError, match=message):
        classifier_judge(path)


@pytest.mark.parametrize(
    "shape",
    [(1, 48), (2, 4, 4, 3), (1, 4, 6, 2), (1, "h", "w", 3), (1, 3, "h", 4), (1, 1, 4, 4, 3)],
)
def test_networks_that_take_something_else(
    tmp_path: Path, shape: tuple[int | str, ...], network: Network
) -> None:
    path = network(tmp_path / "n.onnx", shape, picks(0, size=48))
    with pytest.raises(InputError, match="takes one grey or RGB picture of fixed size"):
        classifier_judge(path)


@pytest.mark.parametrize("content", [b"no network", b"\x08\x07", b"PK\x03\x04" * 99])
def test_no_onnx(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "n.onnx").write_bytes(content)
    with pytest.raises(InputError, match=r"is no ONNX file that can be run: .") as caught:
        classifier_judge(tmp_path / "n.onnx")
    assert str(caught.value).isprintable()


def test_no_file_and_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        classifier_judge(tmp_path / "n.onnx")
    (tmp_path / "n.onnx").touch()
    with pytest.raises(InputError, match=r"is empty \(0 bytes\)"):
        classifier_judge(tmp_path / "n.onnx")


def test_networks_that_cannot_be_run(tmp_path: Path, network: Network) -> None:
    path = network(tmp_path / "n.onnx", (1, 4, 4, 3), picks(0, size=50))
    with pytest.raises((JudgeError, InputError), match="run: "):
        classifier_judge(path)
    matrix = np.full((48, 7), np.inf, np.float32)
    with pytest.raises(JudgeError, match="not finite"):
        classifier_judge(network(path, (1, 4, 4, 3), matrix))


def test_no_face(tmp_path: Path, network: Network) -> None:
    judge = classifier_judge(network(tmp_path / "n.onnx", (1, 4, 4, 3), picks(0, size=48)))
    with pytest.raises(NoFaceError):
        judge.scores(np.full((200, 200, 3), 127, np.uint8))


@pytest.fixture(scope="module", params=["mini", "big"])
def real(request: pytest.FixtureRequest, data: Path) -> Judge:
    path = data.parent / "models" / f"fer2013_xception_{request.param}.onnx"
    if not path.is_file():
        pytest.skip(f"{path.name} is not here")
    return classifier_judge(path)


def test_real_networks_on_real_faces(real: Judge, data: Path) -> None:
    """Of every person, smiling looks happier than neutral; and sums are one."""
    assert real.classes == FER
    people = sorted((data / "london/neutral").glob("*.jpg"))[::9]
    happier = 0
    for neutral in people:
        rest, smile = (
            real.scores(load_image(data / "london" / kind / neutral.name).pixels)
            for kind in ("neutral", "smiling")
        )
        assert sum(rest.values()) == pytest.approx(1.0, abs=1e-3)
        happier += smile["happy"] > rest["happy"]
    assert happier == len(people)
