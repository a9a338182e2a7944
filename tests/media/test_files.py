"""Paths and atomic writing."""

from pathlib import Path

import pytest

from mien.core.errors import MediaError
from mien.media.files import atomic, readable


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("https://example.org/face.jpg", "URL"),
        ("s3://bucket/face.mp4", "URL"),
        ("nowhere.jpg", "no such file"),
        ("folder", "is a folder"),
        ("empty.png", "0 bytes"),
        ("/dev/null", "regular"),
    ],
)
def test_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, says: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.png").touch()
    with pytest.raises(MediaError, match=says) as caught:
        readable(name)
    assert "\n" not in str(caught.value)


def test_odd_names_are_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("12:30 é%20#1.txt").write_text("x")
    assert readable("12:30 é%20#1.txt").name == "12:30 é%20#1.txt"


def test_atomic_writes_and_makes_folders(tmp_path: Path) -> None:
    target = tmp_path / "a" / "b" / "out.txt"
    with atomic(target) as temporary:
        assert temporary.parent == target.parent
        assert temporary.suffix == ".txt"
        temporary.write_text("whole")
        assert not target.exists()
    assert [p.name for p in target.parent.iterdir()] == ["out.txt"]
    assert target.read_text() == "whole"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_atomic_leaves_nothing_behind(tmp_path: Path, error: type[BaseException]) -> None:
    target = tmp_path / "out.txt"
    target.write_text("before")

    def half() -> None:
        with atomic(target) as temporary:
            temporary.write_text("half")
            raise error

    with pytest.raises(error):
        half()
    assert [p.name for p in tmp_path.iterdir()] == ["out.txt"]
    assert target.read_text() == "before"


def test_atomic_writes_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to("real.txt")
    with atomic(tmp_path / "link.txt") as temporary:
        temporary.write_text("new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


def test_atomic_refusals_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(MediaError, match="is a folder"), atomic(tmp_path):
        pass
    with (
        pytest.raises(MediaError, match="cannot be written"),
        atomic(tmp_path / "file" / "out.png"),
    ):
        pass
    with pytest.raises(MediaError, match="No space left"), atomic(tmp_path / "out.png"):
        raise OSError(28, "No space left on device")
