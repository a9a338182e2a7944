"""Folders that appear whole or not at all."""

from pathlib import Path

import pytest

from mien.core.errors import MediaError
from mien.media.folders import whole_folder


def ours(folder: Path) -> bool:
    return (folder / "mark").is_file()


def test_an_earlier_result_is_replaced_and_nothing_else(tmp_path: Path) -> None:
    for number in ("one", "two"):
        with whole_folder(tmp_path / "out", ours) as folder:
            (folder / "mark").touch()
            (folder / number).touch()
    assert sorted(entry.name for entry in (tmp_path / "out").iterdir()) == ["mark", "two"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


def test_other_peoples_folders_are_safe(tmp_path: Path) -> None:
    (tmp_path / "theirs").touch()
    for target, words in ((tmp_path, "holds other files"), (tmp_path / "theirs", "is a file")):
        with pytest.raises(MediaError, match=words), whole_folder(target, ours):
            pytest.fail("the block must not run")
    assert [entry.name for entry in tmp_path.iterdir()] == ["theirs"]


def test_nothing_half_written_stays(tmp_path: Path) -> None:
    def fail(out: Path) -> None:
        with whole_folder(out, ours) as folder:
            (folder / "mark").touch()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail(tmp_path / "deep/out")
    assert not list((tmp_path / "deep").iterdir())


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(MediaError, match="cannot be written"),
        whole_folder(tmp_path / "file/out", ours),
    ):
        pytest.fail("the block must not run")
