"""What of folders is read, and what it is called."""

from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import InputError
from mien.flows.inputs import named


def tree(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return root


def test_all_of_a_folder_and_nothing_else(tmp_path: Path) -> None:
    folder = tree(
        tmp_path / "in", "b.MP4", "a.jpg", "day/c.mov", "day/night/d.png", "notes.txt",
        ".hidden.mp4", ".cache/e.mp4", "day/._c.mov", "out/a/magnified/1.mp4",
    )  # fmt: skip
    found = named([folder], folder / "out")
    assert {path.relative_to(folder).as_posix(): name for path, name in found.items()} == {
        "a.jpg": "a",
        "b.MP4": "b",
        "day/c.mov": "day/c",
        "day/night/d.png": "day/night/d",
    }


def test_files_and_folders_and_the_same_twice(tmp_path: Path) -> None:
    folder = tree(tmp_path / "in", "a.mp4", "a.jpg")
    found = named([tmp_path / "none.mp4", folder, folder / "a.jpg", folder], tmp_path / "out")
    assert list(found.values()) == ["none", "a", "a-2"]


@pytest.mark.parametrize("out", ["in", "."])
def test_never_where_the_clips_are(tmp_path: Path, out: str) -> None:
    folder = tree(tmp_path / "in", "a.mp4")
    with pytest.raises(InputError, match="is where the clips are"):
        named([folder], tmp_path / out)


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no clips and no photos"):
        named([tree(tmp_path / "in", "a.txt")], tmp_path / "out")


PART = st.sampled_from(["a", "b", "a-2", "failed.csv"])


@given(st.sets(st.lists(PART, min_size=1, max_size=3).map("/".join), min_size=1, max_size=12))
def test_no_folder_is_another_or_lies_in_one(tmp_path_factory, names: set[str]) -> None:
    root = tmp_path_factory.mktemp("tree")
    tree(root / "in", *(f"{name}.mp4" for name in names), *(f"{name}.png" for name in names))
    found = list(named([root / "in"], root / "out", taken=["failed.csv"]).values())
    assert len(set(found)) == len(found) == 2 * len(names)
    inside = {str(parent) for name in found for parent in PurePosixPath(name).parents}
    assert not inside & {*found}
    assert "failed.csv" not in found
