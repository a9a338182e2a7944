"""``mien bench learned``, on the photos and on labelled sets."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from mien.bench.result import Row


def test_a_labelled_set_needs_no_photos(mien_command, fake_flow, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("MIEN_TEST_DATA", str(tmp_path / "none"))
    row = Row("AU F1", "", "0.712", "9 clips, 3 people", "", None)
    answer = SimpleNamespace(rows=(row,), files=(Path("kept/aus.log"),))
    calls = fake_flow("mien.bench.learned_set", "run", answer)
    sets = [word for name in "ab" for word in ("--set", name, "--root", str(tmp_path / name))]
    ran = mien_command("bench", "learned", *sets, "--out", str(tmp_path / "kept"))
    assert ran.code == 0
    assert "0.712" in ran.out
    assert ran.out.splitlines()[-1] == str(Path("kept/aus.log"))
    given, _, model, out, _ = calls[0]["args"]
    assert given == [("a", tmp_path / "a"), ("b", tmp_path / "b")]
    assert (model, out) == (None, tmp_path / "kept")


@pytest.mark.parametrize(
    "more", [("--part", "3"), ("--jobs", "2"), ("--switches",), ("--beside", "a.onnx")]
)
def test_what_is_about_the_photos(mien_command, tmp_path, more) -> None:
    ran = mien_command("bench", "learned", "--set", "casme2", "--root", str(tmp_path), *more)
    assert ran.code == 2
    assert "leave them out with --set" in ran.err


def test_a_set_needs_its_folder(mien_command) -> None:
    ran = mien_command("bench", "learned", "--set", "casme2")
    assert ran.code == 2
    assert "--set and --root go together" in ran.err


def test_a_file_is_no_folder(mien_command, tmp_path) -> None:
    file = tmp_path / "kept"
    file.touch()
    ran = mien_command("bench", "learned", "--data", str(tmp_path), "--out", str(file))
    assert (ran.code, ran.err.strip()) == (
        2,
        f"mien: {file}: is a file: give the name of a folder to make",
    )


def test_how_long_it_takes_is_said(mien_command) -> None:
    assert "90 minutes" in " ".join(mien_command("bench", "learned", "--help").out.split())
