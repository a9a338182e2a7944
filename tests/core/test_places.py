"""Folders of the user."""

from pathlib import Path

import pytest

from mien.core.places import home, models_folder


def test_said_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIEN_HOME", str(tmp_path))
    assert home() == tmp_path
    assert models_folder() == tmp_path / "models"
    monkeypatch.setenv("MIEN_MODELS", str(tmp_path / "shared"))
    assert models_folder() == tmp_path / "shared"


@pytest.mark.parametrize(
    ("platform", "end"),
    [
        ("linux", ".local/share/mien"),
        ("darwin", "Library/Application Support/mien"),
        ("win32", "mien"),
    ],
)
def test_the_platform_s_own(platform: str, end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MIEN_HOME", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", platform)
    assert home().as_posix().endswith(end)
    assert Path.home() in home().parents
