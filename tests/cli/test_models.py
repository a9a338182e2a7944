"""``mien models``: what can be had, and having it."""

from pathlib import Path

import pytest

from mien.core.errors import ModelError
from mien.core.listing import Told
from mien.core.models import Model, as_told, models


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


@pytest.fixture
def planned(fake_flow) -> list[Model]:
    """What would be fetched, without a network: the model of one file."""
    found = [models()["face_landmarker"]]
    fake_flow("mien.flows.models_plan", "plan", found)
    return found


def test_pull_says_first_what_it_fetches(mien_command, fake_flow, planned, tmp_path: Path) -> None:
    calls = fake_flow("mien.flows.models", "pull", [tmp_path / "face_landmarker.task"])
    ran = mien_command("models", "pull", "face_landmarker", "--yes")
    assert ran.code == 0
    assert ran.out == f"{tmp_path / 'face_landmarker.task'}\n"
    (file,) = models()["face_landmarker"].files
    for said in (file.url, file.checksum, "Apache-2.0", "3.8 MB"):
        assert said in ran.err
    assert "git" not in ran.err
    assert calls[0]["args"][0] == planned


def test_pull_says_every_file_of_what_is_needed(mien_command, fake_flow) -> None:
    lora, base = models()["pixelsmile"], models()["qwen-image-edit-2511"]
    told = {file.path: Told(345, f"git:{number:040}") for number, file in enumerate(base.files)}
    planned = [lora, as_told(base, told)]
    fake_flow("mien.flows.models_plan", "plan", planned)
    fake_flow("mien.flows.models", "pull", [])
    said = mien_command("models", "pull", "pixelsmile", "--yes").err.splitlines()
    for model in planned:
        for file in model.files:
            name = file.url.removeprefix(base.repository.address)
            (line,) = [line for line in said if line.endswith(f"  {name}")]
            assert file.checksum in line
    assert said[0].startswith("pixelsmile: ")
    assert sum("licence  Apache-2.0" in line for line in said) == 2
    assert f"from     {base.repository.address}" in said
    assert "publisher's server states" in said[-2]
    assert "34 files, 58.6 GB" in said[-1]


@pytest.mark.parametrize(("answer", "code", "fetched"), [("y\n", 0, 1), ("n\n", 1, 0)])
@pytest.mark.usefixtures("planned")
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


@pytest.mark.usefixtures("planned")
def test_interrupted(mien_command, fake_flow) -> None:
    fake_flow("mien.flows.models", "pull", KeyboardInterrupt())
    ran = mien_command("models", "pull", "face_landmarker", "--yes")
    assert (ran.code, ran.out) == (130, "")


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
    fake_flow("mien.flows.models_plan", "plan", ModelError("cannot be reached"))
    ran = mien_command("models", "pull", "face_landmarker", "--yes")
    assert ran.code == 2
    assert ran.err.endswith("mien: cannot be reached\n")
