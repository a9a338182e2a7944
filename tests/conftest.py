"""What every test gets: a clean environment, and the real photos where they are."""

import json
import os
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import settings
from jsonschema import Draft202012Validator
from numpy.typing import NDArray
from PIL import Image

from mien.anatomy import topology as topo
from mien.anatomy.head import View
from mien.anatomy.lips import closed
from mien.anatomy.model import face_model
from mien.anatomy.template import template
from mien.core import facs
from mien.edit.points import Subject
from mien.synth.plate import Plate, plate_of

Picture = NDArray[np.uint8]

ROOT = Path(__file__).resolve().parent.parent

# Same input, same result, also for the tests; a busy machine is no failure.
settings.register_profile("mien", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("mien")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody's own settings reach a test, and no test reaches anybody's own folders."""
    for name in [name for name in os.environ if name.startswith("MIEN_")]:
        if name != "MIEN_TEST_DATA":
            monkeypatch.delenv(name)
    monkeypatch.setenv("MIEN_HOME", str(tmp_path / "mien-home"))


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real photos and clips; the test is skipped where there is none."""
    folder = Path(os.environ.get("MIEN_TEST_DATA", ROOT / "../shared/data")).resolve()
    if not folder.is_dir():
        pytest.skip("no real photos here: set MIEN_TEST_DATA to the folder that holds them")
    return folder


@pytest.fixture(scope="session")
def subject() -> Subject:
    """A puppet: the average face at rest, seen from the front, 60 px between the pupils."""
    view = View(np.eye(3), 60.0, np.array([120.0, -110.0, 0.0]))
    model = face_model(closed(template()))
    return Subject(view.to_picture(model.neutral), model, view, np.zeros(len(facs.COLUMNS)))


@pytest.fixture(scope="session")
def backdrop() -> NDArray[np.uint8]:
    """What the puppet is painted on: soft noise, shape (240, 240, 3)."""
    coarse = np.random.default_rng(0).integers(40, 216, (30, 30, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((240, 240), Image.Resampling.BICUBIC))


@pytest.fixture(scope="session")
def faults() -> Callable[[str, object], list[str]]:
    """What is wrong with a document of a kind, such as ``"recipe"``; nothing where it conforms."""

    def found(kind: str, document: object) -> list[str]:
        stored = files("mien.core") / "schemas" / f"{kind}.schema.json"
        check = Draft202012Validator(json.loads(stored.read_text("utf-8")))
        return [f"{error.json_path}: {error.message}" for error in check.iter_errors(document)]

    return found


@pytest.fixture(scope="session")
def sitter(subject: Subject) -> tuple[Picture, Subject]:
    """The puppet of the other tests, 180 px between the pupils, on fine grain, 720 × 720 px."""
    grain = np.random.default_rng(7).normal(0.0, 1.0, (720, 720, 3))
    grain = cv2.GaussianBlur(grain, (0, 0), 2.5)
    image = np.clip(128 + 45 * grain / grain.std(), 0, 255).astype(np.uint8)
    view = View(subject.view.rotation, 180.0, np.array([360.0, -330.0, 0.0]))
    return image, Subject(view.to_picture(subject.model.neutral), subject.model, view, subject.aus)


@pytest.fixture(scope="session")
def plate(sitter: tuple[Picture, Subject]) -> Plate:
    """The puppet at half its size: 90 px between the pupils, on a film of 360 × 360 px."""
    image, subject = sitter
    wide = np.ptp(subject.points[list(topo.OVAL), 0])
    return plate_of(image, subject, wide / 2, (360, 360))
