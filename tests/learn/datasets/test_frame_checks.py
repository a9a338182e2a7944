"""Images of clips: everybody has their own, and they can be opened."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mien.learn.datasets.table import load


def own(folder: Path, *rows: str) -> None:
    """A table of one's own; the last column may be left out."""
    head = "subject,clip,fps,onset,offset,frame_dir"
    lines = [head, *(row + "," * (5 - row.count(",")) for row in rows)]
    (folder / "clips.csv").write_text("\n".join(lines) + "\n")


def test_clips_of_one_name_belong_to_their_subject(tmp_path: Path, pictures) -> None:
    for subject in ("anna", "bert"):
        pictures(tmp_path / subject / "c1", "{}.png", range(10))
    own(tmp_path, "anna,c1,100,0,9", "bert,c1,100,0,9")
    loaded = load("folder", tmp_path)
    assert loaded.findings == ()  # none are told to be elsewhere
    assert [clip.frame_dir for clip in loaded.clips] == ["anna/c1", "bert/c1"]


def test_nobody_is_given_the_images_of_another(tmp_path: Path, pictures) -> None:
    pictures(tmp_path / "anna/c1", "{}.png", range(10))
    own(tmp_path, "anna,c1,100,0,9", "dora,c1,100,0,9")
    (finding,) = load("folder", tmp_path).findings
    assert (finding.kind, finding.where) == ("error", "clips.csv row 3 (dora c1)")
    assert finding.what == "no folder dora/c1: copy it again"


@pytest.mark.parametrize("given", ["", "c1"])
def test_a_folder_has_one_subject(tmp_path: Path, pictures, given: str) -> None:
    pictures(tmp_path / "c1", "{}.png", range(20))
    rows = [f"{who},c1,100,{on},{on + 9},{given}" for who, on in (("anna", 0), ("dora", 10))]
    own(tmp_path, *rows, f"anna,c2,100,3,5,{given}")
    said = [(one.kind, one.where, one.what) for one in load("folder", tmp_path).findings]
    what = "c1 is the folder of anna and dora: give each subject images of its own"
    assert ("error", "clips.csv row 2 (anna c1)", what) in said
    assert ("error", "clips.csv row 3 (dora c1)", what) in said


def test_two_expressions_of_one_recording_share_its_folder(tmp_path: Path, pictures) -> None:
    pictures(tmp_path / "film", "{}.png", range(20))
    rows = ("anna,c1,100,0,9,film", "anna,c2,100,10,19,film")
    own(tmp_path, *rows)
    assert load("folder", tmp_path).findings == ()


@pytest.mark.parametrize(
    ("kind", "hurt"),
    [
        (".jpg", lambda whole: whole[: len(whole) // 2]),
        (".jpg", lambda whole: whole[:8000] + bytes(3000) + whole[11000:]),
        (".png", lambda whole: whole[:-40]),
        (".png", lambda whole: b""),
        (".jpg", lambda whole: b"no picture at all"),
    ],
)
@pytest.mark.parametrize("which", [3, 6, 8])
def test_a_damaged_image_is_told(tmp_path: Path, kind: str, hurt, which: int) -> None:
    grain = np.random.default_rng(0).integers(0, 255, (160, 160, 3), dtype=np.uint8)
    folder = tmp_path / "anna/c1"
    folder.mkdir(parents=True)
    for number in range(3, 9):
        Image.fromarray(grain).save(folder / f"{number}{kind}", quality=90)
    own(tmp_path, "anna,c1,100,3,8")
    assert load("folder", tmp_path).findings == ()
    path = folder / f"{which}{kind}"
    path.write_bytes(hurt(path.read_bytes()))
    (finding,) = load("folder", tmp_path).findings
    assert finding.kind == "error"
    assert finding.what == f"{path.name} in anna/c1 cannot be opened, or is damaged: copy it again"
