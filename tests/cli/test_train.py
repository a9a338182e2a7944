"""``mien train`` from the command line."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mien.cli import app
from mien.core.errors import InputError


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


def test_a_set_needs_its_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="go together"):
        run("shipped", "-o", str(tmp_path), "--set", "casme2")


def test_an_unknown_field_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "bad.json"
    config.write_text('{"mien": 1, "epochs": 3}')
    with pytest.raises(InputError, match="epochs: unknown field"):
        run(str(config), "-o", str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()
