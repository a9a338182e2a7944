"""OpenFace as a program of its own: what it is asked, how it fails, and that it ends with us."""

import json
import os
import stat
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mien.core.errors import InputError, MediaError
from mien.landmark.backends import openface_run
from mien.landmark.backends.openface_run import feature_extraction, openface3
from mien.media.writer import video_writer


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "a clip; with $(signs).mp4"
    path.write_bytes(b"not looked at")
    return path


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "notes.json"
    monkeypatch.setenv("STAND_IN_NOTES", str(path))
    return path


def unheard(done: int) -> None:
    """Nobody to tell."""


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return (
        Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z" if Path("/proc").exists() else True
    )


def test_what_it_says(stand_in: Callable[..., Path], clip: Path, notes: Path) -> None:
    found = feature_extraction(stand_in(), clip, 40, unheard).track
    assert len(found) == 40
    assert found.au("AU12L") == pytest.approx(1 + np.sin(np.arange(40) / 6 + 12), abs=0.006)
    assert found.position[0] == pytest.approx([40, 40, 30 * 1.0328], abs=0.1)
    said = json.loads(notes.read_text())
    assert said["arguments"][:2] == ["-f", str(clip)]
    assert {"-aus", "-pose", "-2Dfp"} <= set(said["arguments"])
    assert not Path(said["folder"]).exists()


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("no models", "failed with exit code 1: ERROR: Could not load the landmark detector"),
        ("no video", "wrote no CSV of the clip: ERROR: Failed to open the video file"),
        ("crash", "was ended by signal 6"),
        ("no intensities", "its CSV: has no intensities"),
        ("cut off", "its CSV: line 41: has 7 cells"),
    ],
)
def test_failures(stand_in, clip: Path, notes: Path, mode: str, said: str) -> None:
    with pytest.raises(InputError, match="FeatureExtraction") as error:
        feature_extraction(stand_in(mode), clip, 40, unheard)
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    assert not Path(json.loads(notes.read_text())["folder"]).exists()


def test_stopped(stand_in, clip: Path) -> None:
    assert feature_extraction(stand_in("stopped"), clip, 40, unheard).unfinished


def test_it_does_not_hang(stand_in, clip: Path, notes: Path, monkeypatch) -> None:
    monkeypatch.setattr(openface_run, "_AT_LEAST", 1.0)
    monkeypatch.setattr(openface_run, "_PER_FRAME", 0.0)
    told: list[int] = []
    with pytest.raises(InputError, match="was ended after 1 s"):
        feature_extraction(stand_in("hang"), clip, 40, told.append)
    said = json.loads(notes.read_text())
    assert not is_running(said["pid"])
    assert not Path(said["folder"]).exists()
    assert told[-1] == 40  # progress is the rows it has written


def test_it_ends_with_us(stand_in, clip: Path, notes: Path) -> None:
    def interrupted(done: int) -> None:
        if done == 40:
            raise KeyboardInterrupt

    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        feature_extraction(stand_in("hang"), clip, 40, interrupted)
    assert time.monotonic() - begun < 30
    said = json.loads(notes.read_text())
    assert not is_running(said["pid"])
    assert not Path(said["folder"]).exists()


def test_no_program(tmp_path: Path, clip: Path, stand_in) -> None:
    with pytest.raises(InputError, match=r"cannot be started.*build OpenFace"):
        feature_extraction(tmp_path / "FeatureExtraction", clip, None, unheard)
    program = stand_in()
    program.chmod(stat.S_IRUSR)
    with pytest.raises(InputError, match="cannot be started"):
        feature_extraction(program, clip, None, unheard)
    with pytest.raises(MediaError, match="no such file"):
        feature_extraction(program, tmp_path / "none.mp4", None, unheard)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    with video_writer(path, 25) as writer:
        for i in range(6):
            writer.write(i / 25, np.full((64, 96, 3), 40 * i, np.uint8))
    return path


@pytest.fixture
def openface3_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package that has OpenFace 3's names: a face from the third picture on."""
    package = tmp_path / "site" / "openface"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "face_detection.py").write_text(
        textwrap.dedent("""
        import cv2, numpy

        class FaceDetector:
            def __init__(self, model_path, device):
                assert model_path.endswith("Alignment_RetinaFace.pth") and device == "cpu"

            def get_face(self, path):
                level = cv2.imread(path).mean()
                if level < 60:
                    return None, None
                return cv2.imread(path), numpy.array([[0, 0, 9, 9, 0.97]])
        """)
    )
    (package / "multitask_model.py").write_text(
        textwrap.dedent("""
        import numpy

        class MultitaskPredictor:
            def __init__(self, model_path, device):
                assert model_path.endswith("MTL_backbone.pth")

            def predict(self, face):
                return None, None, numpy.linspace(0, 0.7, 8)[None]
        """)
    )
    monkeypatch.setenv("PYTHONPATH", str(package.parent))
    return package


def test_openface_3(openface3_installed: Path, film: Path) -> None:
    found = openface3(Path(sys.executable), film, 6, unheard).track
    assert found.status.tolist() == ["lost"] * 2 + ["ok"] * 4
    assert found.au("AU26")[3] == pytest.approx(0.7)
    assert found.au("AU01L")[3] == 0
    assert found.time == pytest.approx(np.arange(6) / 25, abs=0.002)
    assert found.confidence[3] == pytest.approx(0.97)


def test_openface_3_is_another_one(openface3_installed: Path, film: Path) -> None:
    """Somebody else's network of another size is told from it."""
    model = openface3_installed / "multitask_model.py"
    model.write_text(model.read_text().replace("0.7, 8", "0.7, 12"))
    with pytest.raises(InputError, match="gives 12 action units, not 8"):
        openface3(Path(sys.executable), film, 6, unheard)


def test_openface_3_is_not_there(film: Path) -> None:
    with pytest.raises(InputError, match="No module named 'openface'"):
        openface3(Path(sys.executable), film, 6, unheard)
