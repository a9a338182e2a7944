"""``mien models``: what can be had, and having it."""

from pathlib import Path

import pytest

from mien.core.errors import ModelError
from mien.core.models import models


def test_list(mien_command) -> None:
    ran = mien_command("models", "list")
    assert ran.code == 0
    for model in models().values():
        assert model.name in ran.out
        assert model.licence in ran.out
        assert model.source in ran.out


def test_where(mien_command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIEN_MODELS", str(tmp_path))
    assert mien_command("models", "where").out == f"{tmp_path}\n"


def test_pull_says_first_what_it_fetches(mien_command, fake_flow, tmp_path: Path) -> None:
    calls = fake_flow("mien.flows.models", "pull", [tmp_path / "face_landmarker.task"])
    ran = mien_command("models", "pull", "face_landmarker", "--yes")
    assert ran.code == 0
    assert ran.out == f"{tmp_path / 'face_landmarker.task'}\n"
    (model,) = models()["face_landmarker"].files
    for said in (model.url, model.sha256, "Apache-2.0", "3.8 MB"):
        assert said in ran.err
    assert calls[0]["args"][0] == "face_landmarker"


@pytest.mark.parametrize(("answer", "code", "fetched"), [("y\n", 0, 1), ("n\n", 1, 0)])
def test_pull_asks_on_a_terminal(
    answer: str, code: int, fetched: int, mien_command, fake_flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    import io

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal(answer))
    calls = fake_flow("mien.flows.models", "pull", [])
    assert mien_command("models", "pull", "face_landmarker").code == code
    assert len(calls) == fetched


def test_here_already(mien_command, data: Path, fake_flow, monkeypatch) -> None:
    here = data.parent / "models"
    if not (here / "face_landmarker.task").exists():
        pytest.skip("no models beside the data")
    monkeypatch.setenv("MIEN_MODELS", str(here))
    calls = fake_flow("mien.flows.models", "pull", [])
    ran = mien_command("models", "pull", "face_landmarker")
    assert (ran.code, ran.out, calls) == (0, "", [])
    assert "is here already" in ran.err


def test_errors(mien_command, fake_flow) -> None:
    ran = mien_command("models", "pull", "face_landmark")
    assert (ran.code, ran.err) == (
        2,
        "mien: unknown model 'face_landmark': did you mean face_landmarker?\n",
    )
    fake_flow("mien.flows.models", "pull", ModelError("cannot be reached"))
    ran = mien_command("models", "pull", "face_landmarker", "--yes")
    assert ran.code == 2
    assert ran.err.endswith("mien: cannot be reached\n")
