"""Folders of clips in trees, and the images in them."""

from pathlib import Path

import pytest

from mien.core.errors import InputError
from mien.learn.datasets.frames import images, images_of
from mien.learn.datasets.table import DATASETS, is_sheet, load
from mien.learn.datasets.trees import folders, locate


def names(folder: Path, *given: str) -> Path:
    """A folder with empty files of these names."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in given:
        (folder / name).touch()
    return folder


def test_hidden_files_are_no_images(tmp_path: Path) -> None:
    found = images(names(tmp_path, "img1.jpg", "img2.jpg", "._img1.jpg", "._img3.jpg"))
    assert found.names == {1: "img1.jpg", 2: "img2.jpg"}
    assert found.irregular == ()


def test_other_forms_do_not_pad_the_commonest(tmp_path: Path) -> None:
    found = images(names(tmp_path, "img1.jpg", "img2.jpg", "img10.jpg", "thumb_001.jpg"))
    assert found.template == "img{}.jpg"
    assert found.names == {1: "img1.jpg", 2: "img2.jpg", 10: "img10.jpg"}
    assert found.irregular == ("thumb_001.jpg",)


def test_padded_names(tmp_path: Path) -> None:
    found = images(names(tmp_path, "f099.png", "f100.png", "f1000.png", "cover.png"))
    assert found.template == "f{:03d}.png"
    assert list(found.names) == [99, 100, 1000]
    assert found.irregular == ("cover.png",)


@pytest.mark.parametrize("given", [(), ("notes.txt", "cover.jpg")])
def test_no_numbered_image(tmp_path: Path, given: tuple[str, ...]) -> None:
    assert images(names(tmp_path, *given)).names == {}
    assert images(tmp_path / "nowhere").names == {}


def test_every_frame_of_a_clip_has_its_file(tmp_path: Path, pictures) -> None:
    """Irregular names among them, such as those of six clips of SAMM."""
    pictures(tmp_path / "anna/c1", "a_{:04d}.jpg", (10, 11))
    pictures(tmp_path / "anna/c1", "a-{}.jpg", (12,))
    pictures(tmp_path / "anna/c1", "{}.JPG", (13,))
    names(tmp_path / "anna/c1", "._a_0013.jpg")
    (tmp_path / "clips.csv").write_text("subject,clip,fps,onset,offset\nanna,c1,100,10,13\n")
    loaded = load("folder", tmp_path)
    assert loaded.findings == ()
    (clip,) = loaded.clips
    assert "irregular image names" in clip.flags
    found = images_of(clip, tmp_path)
    assert list(found) == [10, 11, 12, 13]
    assert found[12] == tmp_path / "anna/c1/a-12.jpg"
    assert all(path.is_file() for path in found.values())


def test_what_an_archive_of_a_mac_leaves_is_no_tree(tmp_path: Path) -> None:
    names(tmp_path / "__MACOSX/raw/s1/a", "._1.jpg")
    names(tmp_path / "raw/s1/a", "1.jpg")
    assert locate(tmp_path, [("s1/a",)]).trees == ("raw",)


def test_what_a_tree_lacks_is_taken_from_the_next(tmp_path: Path) -> None:
    for folder in ("raw/s1/a", "raw/s1/b", "raw/s1/c", "cut/s1/c", "cut/s1/d", "rest/s1/d"):
        names(tmp_path / folder)
    found = locate(tmp_path, [(f"s1/{clip}",) for clip in "abcde"])
    assert [folder and folder.as_posix() for folder in found.folders] == [
        "raw/s1/a", "raw/s1/b", "raw/s1/c", "cut/s1/d", None,
    ]  # fmt: skip
    assert found.trees == ("raw", "cut")
    assert found.others == ("cut", "rest")


def test_the_trees_are_named_in_the_order_they_are_read_in(tmp_path: Path, pictures) -> None:
    for folder in ("raw/s1/a", "raw/s1/b", "cut/s1/b", "cut/s1/c"):
        pictures(tmp_path / folder, "{}.jpg", (1, 2))
    rows = "".join(f"s1,{clip},1,1,2,fear,3,200,4\n" for clip in "abc")
    head = "Subject,Filename,OnsetFrame,ApexFrame,OffsetFrame,Emotion,EmotionId,Fps,AU\n"
    (tmp_path / "dfme.csv").write_text(head + rows)
    loaded = load("dfme", tmp_path)
    (note,) = loaded.findings
    assert [clip.frame_dir for clip in loaded.clips] == ["raw/s1/a", "cut/s1/b", "cut/s1/c"]
    assert note.what == (
        "images are read from cut, then from raw; others of the same clips are in raw: see --frames"
    )


def test_whole_paths_are_found_right_below_the_root_only(tmp_path: Path) -> None:
    for folder in ("s1/a", "s2/b", "c"):
        names(tmp_path / folder)
    wanted = [("s1/a", "a"), ("s3/b", "b"), ("s1/c", "c")]
    found = locate(tmp_path, wanted, nested=False).folders
    assert [folder and folder.as_posix() for folder in found] == ["s1/a", None, "c"]
    assert locate(tmp_path, wanted).folders[1] is not None


def test_many_sheets_are_counted(tmp_path: Path) -> None:
    for number in range(150):
        names(tmp_path / f"s{number:03d}", "clips.csv")
    with pytest.raises(InputError) as error:
        load("folder", tmp_path)
    assert "s000/clips.csv, s001/clips.csv, s002/clips.csv and 147 more: give" in str(error.value)


def test_links_lead_to_images_and_sheets(tmp_path: Path, pictures) -> None:
    pictures(tmp_path / "disk/anna/c1", "{}.jpg", (1, 2))
    (tmp_path / "disk/clips.csv").write_text("subject,clip,fps,onset,offset\nanna,c1,100,1,2\n")
    own = names(tmp_path / "own")
    (own / "anna").symlink_to(tmp_path / "disk/anna")
    for name in ("clips.csv", "current.csv"):
        (own / name).symlink_to(tmp_path / "disk/clips.csv")
    (own / "round").symlink_to(own)
    loaded = load("folder", own)
    assert [clip.frame_dir for clip in loaded.clips] == ["anna/c1"]
    elsewhere = names(tmp_path / "elsewhere")
    (elsewhere / "disk").symlink_to(tmp_path / "disk")
    assert len(load("folder", elsewhere / "disk").clips) == 1


def test_a_folder_of_odd_digits_can_be_sorted(tmp_path: Path) -> None:
    assert [str(one) for one in folders(names(tmp_path / "2²").parent)] == ["2²"]


def test_what_would_be_taken_for_a_sheet() -> None:
    assert all(map(is_sheet, ("CASME2-a.csv", "clips.csv", "my_composite.csv", "SMIC-HS-E_x.csv")))
    assert all(map(is_sheet, ("SAMM_Micro_v3.xlsx", "CAS(ME)3_part_A_v2.xls")))
    assert not any(map(is_sheet, ("table.csv", "samm.csv", ".clips.csv", "casme2.txt")))
    assert [one.name for one in DATASETS.values() if not one.sheets] == [
        "smic-hs", "smic-vis", "smic-nir",
    ]  # fmt: skip
