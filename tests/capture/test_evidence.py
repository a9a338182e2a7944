"""The second opinion: asked of real photos, where photos and model are."""

import math
from pathlib import Path

import cv2
import numpy as np
import pytest

from mien.capture import evidence
from mien.capture.evidence import NOISE, agreement, support, unit_scores
from mien.core.face import Event
from mien.core.facs import INDEX
from mien.landmark.detect import detect
from mien.media.image import load_image

Look = tuple[np.ndarray, np.ndarray]


@pytest.fixture
def model(data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = data.parent / "models"
    if not (folder / "face_landmarker.task").exists():
        pytest.skip("no models beside the data")
    monkeypatch.setenv("MIEN_MODELS", str(folder))
    return folder / "face_landmarker.task"


@pytest.fixture(scope="module")
def looks(data: Path) -> dict[str, Look]:
    """A person at rest and smiling."""
    found = {}
    for kind in ("neutral", "smiling"):
        image = load_image(data / "london" / kind / "002.jpg").pixels
        image = cv2.resize(image, (450, 450), interpolation=cv2.INTER_AREA)
        found[kind] = image, detect(image)[0].points
    return found


def event(aus: dict[str, float]) -> Event:
    return Event("micro", 0.0, 0.1, 0.2, 0, aus, "both", "mouth", 0.9)


def test_a_real_smile(model: Path, looks: dict[str, Look]) -> None:
    rises = agreement([looks["neutral"]], [looks["smiling"]])
    assert min(rises["AU12L"], rises["AU12R"]) > 2.0
    assert support(event({"AU12L": 1.0, "AU12R": 1.0}), rises) > 2.0
    assert support(event({"AU17": 1.0}), rises) < 2.0
    back = agreement([looks["smiling"]], [looks["neutral"]])
    assert back == pytest.approx({column: -rise for column, rise in rises.items()})


def test_left_is_the_subject_s_left(model: Path, looks: dict[str, Look]) -> None:
    import mien

    image, points = looks["neutral"]
    one = mien.edit(image, {"AU12L": 2.0}).image
    rises = agreement([(image, points)], [(one, points)])
    assert rises["AU12L"] > rises["AU12R"] + NOISE


def test_a_still_face(model: Path, looks: dict[str, Look]) -> None:
    image, points = looks["neutral"]
    assert set(agreement([(image, points)], [(image, points)]).values()) == {0.0}
    moved = agreement([(image, points)], [(image, points + np.array([1.5, -1.0, 0.0]))])
    assert np.std(list(moved.values())) < 2.0 * NOISE


def test_scores(model: Path, looks: dict[str, Look]) -> None:
    scores = unit_scores(*looks["neutral"], model)
    assert set(scores) <= set(INDEX)
    assert all(0.0 <= score <= 1.0 for score in scores.values())
    assert not {"AU06L", "AU06R", "AU09L", "AU09R"} & set(scores)
    assert scores["AU01L"] == scores["AU01R"]  # its shape has no sides


def test_no_face_no_opinion(model: Path, looks: dict[str, Look]) -> None:
    nobody = np.full_like(looks["neutral"][0], 128), looks["neutral"][1]
    assert agreement([nobody], [looks["smiling"]]) == {}
    assert agreement([], [looks["smiling"]]) == {}


def test_without_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "blendshapes", None)  # must not be asked
    nothing = np.zeros((8, 8, 3), np.uint8), np.zeros((478, 3))
    assert agreement([nothing], [nothing]) == {}


def test_support() -> None:
    rises = {"AU12L": 0.6, "AU12R": 0.2, "AU17": -0.4}
    level = math.sqrt(2.0) * NOISE
    assert support(event({"AU12L": 1.0, "AU12R": 1.0}), rises) == pytest.approx(0.4 / level)
    assert support(event({"AU12L": 3.0, "AU12R": 1.0}), rises) == pytest.approx(0.5 / level)
    assert support(event({"AU17": 1.0}), rises) == pytest.approx(-0.4 / level)
    assert math.isnan(support(event({"AU06L": 1.0}), rises))
    assert math.isnan(support(event({"AU12L": 1.0}), {}))
