"""Who says how alike two faces are, and under which fingerprint it is kept."""

import hashlib

import numpy as np
import pytest

from mien.bench.ffe import witnesses
from mien.bench.ffe.witnesses import Shown, asked, likeness, witness
from mien.core.errors import JudgeError, NoFaceError
from mien.core.face import Landmarks
from mien.judge.judge import Judge, NoAnswerError

FACE = Landmarks(np.zeros((478, 3)))


class Directions:
    """In place of networks: the direction of a face is that of its picture's first two numbers."""

    def __init__(self, models, recogniser) -> None:
        self.recogniser = recogniser

    def embed(self, image, face):
        way = image[0, 0, :2].astype(float)
        return way / np.linalg.norm(way)


@pytest.fixture(autouse=True)
def _no_networks(monkeypatch) -> None:
    monkeypatch.setattr(witnesses, "Identity", Directions)


def showing(x: int, y: int, face: Landmarks | None = FACE) -> Shown:
    return Shown(np.array([[[x, y, 0]]], np.uint8), face)


def models(tmp_path, **files: bytes):
    for name, content in files.items():
        (tmp_path / f"{name}.onnx").write_bytes(content)
    return tmp_path


def test_mobilefacenet_alone_is_kept_under_its_file(tmp_path) -> None:
    one = likeness(models(tmp_path, mobilefacenet=b"m"))
    assert one.keys == ("mobilefacenet",)
    assert one.fingerprint == hashlib.sha256(b"m").hexdigest()[:16]
    assert one.says(showing(1, 0), showing(3, 4)) == pytest.approx({"mobilefacenet": 0.6})


def test_those_of_the_paper_take_its_place(tmp_path) -> None:
    one = likeness(models(tmp_path, mobilefacenet=b"m", arcface=b"a", facenet=b"f"))
    assert one.keys == ("arcface", "facenet")
    assert one.says(showing(1, 0), showing(0, 1)) == pytest.approx({"arcface": 0, "facenet": 0})
    assert one.says(showing(1, 0), showing(0, 1, None)) == {}


def test_the_fingerprint_follows_the_files(tmp_path) -> None:
    seals = [likeness(models(tmp_path, mobilefacenet=b"m")).fingerprint]
    seals += [
        likeness(models(tmp_path, **{name: content})).fingerprint
        for name, content in (("arcface", b"m"), ("adaface", b"m"), ("adaface", b"n"))
    ]
    (tmp_path / "arcface.onnx").unlink()
    seals.append(likeness(tmp_path).fingerprint)
    assert len(set(seals)) == 5
    models(tmp_path, mobilefacenet=b"not used")
    assert likeness(tmp_path).fingerprint == seals[-1]


@pytest.mark.parametrize("error", [NoFaceError("none"), NoAnswerError("refused"), None])
def test_no_face_and_no_answer_are_nothing_said(error) -> None:
    def scores(image):
        if error:
            raise error
        return {"happy": 1.0}

    one = witness(Judge("one", "seal", ("happy",), scores))
    assert one.keys == ("happy",)
    assert asked(one, showing(1, 0), showing(1, 0)) == ({} if error else {"happy": 1.0})


def test_a_judge_that_cannot_be_asked_is_named() -> None:
    def scores(image):
        raise JudgeError("answers 401")

    one = witness(Judge("one", "seal", ("happy",), scores))
    with pytest.raises(JudgeError, match=r"^one: answers 401$"):
        asked(one, showing(1, 0), showing(1, 0))
