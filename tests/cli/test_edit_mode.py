"""What an edit makes of what it is given."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from typer.main import get_command

from mien.cli import app
from mien.cli.edit_mode import _FOR, Mode, mode
from mien.core.errors import InputError
from mien.media.image import save_image
from mien.media.writer import write_video


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory, backdrop: NDArray[np.uint8]) -> Path:
    """A folder with a photo, a clip and something that cannot be read."""
    folder = tmp_path_factory.mktemp("files")
    save_image(folder / "photo.png", backdrop)
    write_video(folder / "clip.mp4", [(0.0, backdrop), (0.1, backdrop)])
    (folder / "broken.mp4").write_bytes(b"nothing")
    return folder


@pytest.mark.parametrize(
    ("source", "out", "given", "recipes", "found"),
    [
        ("photo.png", "a.jpg", "--expression --strengths --face --neutral", 1, "photo"),
        ("photo.png", "a.jpg", "--points --set --measure", 0, "photo"),
        ("photo.png", "a", "--recipe --jobs --turn", 2, "photos"),
        ("", "a", "--au --jobs --set", 0, "photos"),
        ("clip.mp4", "a.mp4", "--timeline --measure --face --neutral", 0, "clip"),
        ("clip.mp4", "a.mov", "--recipe --au", 1, "clip"),
        ("clip.mp4", "a.gif", "--au", 0, "clip"),
        ("clip.mp4", "a.png", "--au", 0, "photo"),
        ("photo.png", "a.gif", "--from --seconds", 0, "transition"),
        ("photo.png", "a.webp", "--to --blinks --seed --face", 0, "transition"),
        ("missing.mp4", "a.mp4", "--au", 0, "clip"),
        ("broken.mp4", "a.png", "--timeline", 0, "clip"),
        ("missing.png", "a.png", "--au", 0, "photo"),
        ("missing.png", "a.mp4", "--to", 0, "transition"),
    ],
)
def test_modes(files: Path, source: str, out: str, given: str, recipes: int, found: Mode) -> None:
    assert mode(files / source, Path(out), {*given.split()}, recipes) == found


@pytest.mark.parametrize(
    ("source", "out", "given", "recipes", "message"),
    [
        ("photo.png", "a.mp4", "--to --set", 0, "--set is for one photo or a folder, or several"),
        ("photo.png", "a.mp4", "--to --points", 0, "--points is for one photo: leave it out for a"),
        ("photo.png", "a.mp4", "--from --measure", 0, "--measure is for one photo or a clip: "),
        ("photo.png", "a.mp4", "--from --timeline", 0, "--timeline is for a clip: leave it out"),
        ("photo.png", "a.mp4", "--timeline", 0, "--timeline is for a clip: leave it out for one"),
        ("photo.png", "a.mp4", "--expression", 0, "photo.png a photo: say with --to how"),
        ("photo.png", "a.png", "--jobs", 0, "--jobs is for a folder, or several recipes: leave"),
        ("photo.png", "a.png", "--blinks", 0, "--blinks is for a photo that moves"),
        ("photo.png", "a.png", "--points --face --neutral", 0, "leave out --face"),
        ("clip.mp4", "a.mp4", "--au --jobs", 0, "--jobs is for"),
        ("clip.mp4", "a.mp4", "--au --seconds", 0, "--seconds is for a photo that moves"),
        (
            "clip.mp4",
            "a.mp4",
            "--to",
            0,
            "--to is for a photo that moves .*: leave it out for a cl",
        ),
        ("clip.mp4", "a.mp4", "--recipe", 2, "a clip takes one"),
        ("", "a", "--measure", 0, "leave it out for a folder"),
        ("", "a", "--points", 0, "leave it out for a folder"),
    ],
)
def test_what_would_have_no_effect_is_refused(
    files: Path, source: str, out: str, given: str, recipes: int, message: str
) -> None:
    with pytest.raises(InputError, match=message) as raised:
        mode(files / source, Path(out), {*given.split()}, recipes)
    assert "\n" not in str(raised.value)


def test_the_table_knows_the_options() -> None:
    options = {max(p.opts, key=len) for p in get_command(app).commands["edit"].params}
    assert {*_FOR} | {"--face", "--neutral", "--out", "--help", "source"} >= options
    assert {*_FOR} <= options


def test_only_what_is_typed_counts(mien_command, files: Path) -> None:  # type: ignore[no-untyped-def]
    ran = mien_command("edit", f"{files / 'photo.png'}", "-o", "a.png", "--jobs", "1")
    assert ran.code == 2
    assert ran.err == (
        "mien: --jobs is for a folder, or several recipes: leave it out for one photo\n"
    )
