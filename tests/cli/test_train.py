"""``mien train`` from the command line."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mien.cli import app
from mien.core.errors import InputError
from mien.learn.microexpression.config import Config


def run(*words: str) -> str:
    result = CliRunner().invoke(app, ["train", "microexpression", *words])
    if result.exception is not None:
        raise result.exception
    return result.output


def test_a_model_is_written_and_named(tmp_path: Path) -> None:
    config = tmp_path / "small.json"
    told = {"mien": 1, "network": "ststnet", "steps": 2, "batch": 2, "validation": 20}
    config.write_text(json.dumps(told))
    printed = run(str(config), "-o", str(tmp_path / "out"))
    assert str(tmp_path / "out" / "micro.onnx") in printed.replace("\n", "")
    assert (tmp_path / "out" / "micro.onnx").is_file()
    assert "leak audit" in printed
    assert "on 20 synthetic windows: AU F1 0." in printed


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    with pytest.raises(InputError, match="out: is a file: give the name of a folder to make"):
        run("shipped", "-o", str(tmp_path / "out"))


def test_what_a_set_alone_can_be_asked_names_the_file(tmp_path: Path) -> None:
    config = tmp_path / "even.json"
    config.write_text('{"mien": 1, "switches": ["oversample"]}')
    with pytest.raises(InputError, match=r"even\.json: switches: oversample is for a set.*--set"):
        run(str(config), "-o", str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_a_set_needs_its_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="go together"):
        run("shipped", "-o", str(tmp_path), "--set", "casme2")
    with pytest.raises(InputError, match="go together"):
        run("shipped", "-o", str(tmp_path), *("--set", "casme2") * 2, "--root", str(tmp_path))


def test_sets_and_folders_are_taken_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[str, Path]] = []

    def left_out(
        config: Config, sets: list[tuple[str, Path]], out: Path, **_: object
    ) -> list[Path]:
        given.extend(sets)
        return [out / "audit.json"]

    monkeypatch.setattr("mien.flows.learned_set.left_out", left_out)
    words = [w for n in "ab" for w in ("--set", n, "--root", str(tmp_path / n))]
    assert "audit.json" in run("shipped", "-o", str(tmp_path), *words).replace("\n", "")
    assert given == [("a", tmp_path / "a"), ("b", tmp_path / "b")]


def test_an_unknown_field_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "bad.json"
    config.write_text('{"mien": 1, "epochs": 3}')
    with pytest.raises(InputError, match="epochs: unknown field"):
        run(str(config), "-o", str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()
