"""SMIC, CAS(ME)², CAS(ME)³, MMEW, 4DME and DFME, with the oddities of their files."""

import csv
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import InputError
from mien.learn.datasets.stats import beside, published, tally
from mien.learn.datasets.table import Loaded, load
from mien.learn.datasets.unified import write

_ME3 = "cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx"


def errors(loaded: Loaded) -> list[str]:
    return [f"{one.where}: {one.what}" for one in loaded.findings if one.kind == "error"]


@pytest.mark.parametrize("form", ["{}/s{}/micro/{}", "{}/s{}/{}", "x/{}/s{}/micro/{}"])
def test_smic(tmp_path: Path, pictures, form: str) -> None:
    names = {2: ("positive", "po"), 10: ("negative", "ne"), 1: ("surprise", "sur")}
    for subject, (emotion, short) in names.items():
        folder = tmp_path / form.format("HS", subject, emotion) / f"s{subject}_{short}_01"
        pictures(folder, "reg_image{}.bmp", range(98, 103))
    pictures(tmp_path / "VIS/s1/micro/negative/s1_ne_01", "image{}.bmp", range(3))
    loaded = load("smic-hs", tmp_path)
    assert errors(loaded) == []
    assert [(clip.subject, clip.emotion) for clip in loaded.clips] == [
        ("s1", "surprise"),
        ("s2", "positive"),
        ("s10", "negative"),
    ]
    clip = loaded.clips[0]
    assert (clip.onset, clip.apex, clip.offset, clip.first_index) == (98, None, 102, 98)
    assert clip.aus is None
    assert clip.frame_template.format(98) == "reg_image98.bmp"
    assert len(load("smic-vis", tmp_path).clips) == 1
    assert load("smic-hs", tmp_path / form.split("{}", maxsplit=1)[0] / "HS").clips
    with pytest.raises(InputError, match="no folders such as NIR"):
        load("smic-nir", tmp_path)


def test_smic_misplaced_and_empty(tmp_path: Path, pictures) -> None:
    pictures(tmp_path / "HS/s1/micro/positive/s1_ne_01", "{}.bmp", range(4))
    pictures(tmp_path / "HS/s1/micro/negative/s1_ne_02", "notes.txt", (1,))
    pictures(tmp_path / "HS/s1/micro/negative/s1_ne_03", "{}.bmp", (1, 2, 4))
    assert errors(load("smic-hs", tmp_path)) == [
        "HS/s1/micro/negative/s1_ne_02: holds no numbered images: copy it again",
        "HS/s1/micro/positive/s1_ne_01: is named as negative: move it to that folder",
        (
            "HS/s1/micro/negative/s1_ne_03 (s1 s1_ne_03): 1 of 4 frames from 1 to 4 are missing in"
            " HS/s1/micro/negative/s1_ne_03: copy it again, or correct the sheet"
        ),
    ]


def test_smic_e(book, tmp_path: Path, pictures) -> None:
    head = ["Subject", "Filename", "OnsetF", "OffsetF", "TotalMF1", "Emotion", "FirstF"]
    row = [1, "s1_ne_01", 17581050, 17581060, 11, "negative", 17581039]
    rows = [head, row, [], ["Frames count through all recordings."], ["FirstF: the first one."]]
    book(tmp_path / "SMIC-HS-E_annotation.xlsx", a=rows)
    pictures(tmp_path / "HS/s1/micro/s1_ne_01", "image{}.jpg", range(17581039, 17581100))
    loaded = load("smic-hs-e", tmp_path)
    assert errors(loaded) == []
    (clip,) = loaded.clips
    assert (clip.subject, clip.onset - clip.first_index, clip.fps) == ("s1", 11, 100.0)
    assert clip.frame_template.format(clip.onset) == "image17581050.jpg"


@pytest.fixture
def cas_me_2(book, tmp_path: Path) -> Path:
    rows = [
        [1, "anger1_1", 10, 12, 18, "4+7", "negative", "micro-expression", "anger"],
        [1, "anger1_2", 30, 40, 0, 12, "positive", "macro-expression", "happiness"],
        [2, "film2_1", 1, 2, 3, "?", "others", "macro-expression", "sadness"],
        [3, "anger1_1", 1, 2, 3, "4", "others", "macro-expression", "sadness"],
        [1, "other9_1", 1, 2, 3, "4", "others", "macro-expression", "sadness"],
    ]
    book(
        tmp_path / "CAS(ME)^2code_final(Updated).xlsx",
        CASFEcode_final=rows,
        naming__rule1=[["s15", 15, 1], ["s16", 16, 2]],
        naming__rule2=[["0401", "anger1"], [101, "film2"]],
    )
    return tmp_path


def test_cas_me_2(cas_me_2: Path, pictures) -> None:
    pictures(cas_me_2 / "rawpic/s15/15_0401anger", "img{:03d}.jpg", range(1, 1201))
    pictures(cas_me_2 / "rawpic/s16/16_0101film", "img{:03d}.jpg", range(1, 4))
    loaded = load("cas-me-2", cas_me_2)
    assert errors(loaded) == [
        (
            "CAS(ME)^2code_final(Updated).xlsx row 4: subject: '3' is not in the second sheet: add"
            " it there"
        ),
        (
            "CAS(ME)^2code_final(Updated).xlsx row 5: clip: 'other9' is not in the third sheet: add"
            " it there"
        ),
    ]
    one, two, three = loaded.clips
    assert (one.subject, one.video, one.frame_dir) == ("15", "15_0401", "rawpic/s15/15_0401anger")
    assert (one.event_type, one.frame_template.format(7)) == ("micro", "img007.jpg")
    assert (two.event_type, two.offset) == ("macro", 40)
    assert two.flags == ("fixed: offset 0 -> 40",)
    assert (three.subject, three.aus) == ("16", None)
    assert len(errors(load("cas-me-2", cas_me_2, labels_only=True, as_distributed=True))) == 3


def test_cas_me_2_without_its_names(book, tmp_path: Path) -> None:
    path = book(tmp_path / "CAS(ME)^2code_final.xlsx", a=[[1, "anger1_1", 1, 2, 3]])
    with pytest.raises(InputError, match="second and third"):
        load("cas-me-2", path)


def test_cas_me_3(book, old_book, tmp_path: Path, pictures) -> None:
    fields = ["Subject", "Filename", "Onset", "Apex", "Offset", "AU"]
    book(tmp_path / _ME3, label=[
        [*fields, "Objective class", "emotion"],
        ["spNO.1", "a", 355, 358, 362, "4，7", "III", "Disgust"],
        ["spNO.1", "a", 400, 405, 410, "?", "VII", "sad"],
        ["spNO.2", "b", 50, 40, 30, 12, "I", "happy"],
    ])  # fmt: skip
    whole = [*fields, "Expression type", "Objective class"]
    old_book(tmp_path / "CAS(ME)3_part_A_v2.xls", **{
        "AU+Emotion": [
            whole,
            ["spNO.1", "a", 355, 358, 362, "4,7", "Micro-expression", "III"],
            ["spNO.1", "a", 500, 510, 560, "12", "Macro-expression", "I"],
        ],
        "eye__blink": [["Subject", "Onset"], ["spNO.1", 3]],
    })  # fmt: skip
    pictures(tmp_path / "part_A/spNO.1/a/color", "{}.jpg", range(300, 600))
    loaded = load("cas-me-3a", tmp_path)
    assert errors(loaded) == [
        f"{_ME3} row 4 (spNO.2 b_50_30): no folder spNO.2/b/color: copy it again",
        (
            f"{_ME3} row 4 (spNO.2 b_50_30): onset 50, apex 40, offset 30: must not fall: correct"
            " the sheet"
        ),
    ]
    assert [(clip.clip, clip.event_type) for clip in loaded.clips] == [
        ("a_355_362", "micro"), ("a_400_410", "micro"), ("b_50_30", "micro"),
        ("a_500_560", "macro"),
    ]  # fmt: skip
    assert [unit.number for unit in loaded.clips[0].aus or ()] == [4, 7]
    assert [clip.emotion for clip in loaded.clips] == ["disgust", "sadness", "happiness", ""]
    assert loaded.clips[0].frame_dir == "part_A/spNO.1/a/color"
    assert loaded.clips[3].objective_class == "I"
    (tmp_path / _ME3).unlink()
    assert [clip.event_type for clip in load("cas-me-3a", tmp_path, labels_only=True).clips] == [
        "micro",
        "macro",
    ]


def test_cas_me_3c(book, tmp_path: Path) -> None:
    rows = [["sub", "count", "onset", "offset", "au", "emotion"],
            [3, 1, 20, 30, "4，7", "negtive"], [3, 1, 40, 52, 12, "positive"]]  # fmt: skip
    book(tmp_path / "CAS(ME)3_part_C_ME.xlsx", mockCrimeME=rows)
    loaded = load("cas-me-3c", tmp_path, labels_only=True)
    assert errors(loaded) == []
    assert [(clip.subject, clip.emotion) for clip in loaded.clips] == [
        ("03", "negative"),
        ("03", "positive"),
    ]
    assert loaded.clips[0].apex is None


@pytest.mark.parametrize("above", ["S03/happiness", "happiness", "Release/S03/happiness"])
def test_mmew(book, tmp_path: Path, pictures, above: str) -> None:
    head = ["Subject", "Filename", "OnsetFrame", "ApexFrame", "OffsetFrame", "Action Units",
            "Estimated Emotion", "remarks"]  # fmt: skip
    book(
        tmp_path / "MMEW_Micro_Exp.xlsx", a=[head, [3, "S03-01-002", 1, 4, 9, 12, "happiness", ""]]
    )
    pictures(tmp_path / above / "S03-01-002", "{}.jpg", range(1, 10))
    loaded = load("mmew", tmp_path)
    assert errors(loaded) == []
    assert loaded.clips[0].subject == "S03"
    assert loaded.clips[0].frame_dir == f"{above}/S03-01-002"


def test_4dme(book, tmp_path: Path) -> None:
    head = ["sub_ID", "fold_name", "Emotion", "Onset", "Apex", "Offset", "AUs", "AU4", "AU12",
            "Positive", "Negative", "Surprise", "Repression", "Others"]  # fmt: skip
    row = ["p01", "p01_c1", "Negative", 5, 8, 12, "AU4(k)+AU12", 1, 1, 0, 1, 0, 1, 0]
    book(tmp_path / "4DME_Labelling_Micro_release v1.xlsx", a=[head, row])
    (clip,) = load("4dme", tmp_path, labels_only=True).clips
    assert (clip.emotion_raw, clip.emotion) == ("Negative", "negative+repression")
    assert clip.flags == ("AU cell: AU04: note 'k'",)


def test_dfme(tmp_path: Path) -> None:
    (tmp_path / "DFME_train.csv").write_text(
        "Subject,Filename,OnsetFrame,ApexFrame,OffsetFrame,Emotion,EmotionId,Fps,AU\n"
        "s1,c1,1,20,90,Disgust,2,500,AD38+M58+R12\n"
        "s1,c2,1,20,90,Disgust,3,500,4\n"
        "s1,c3,1,20,90,Fear,3,240,4\n"
    )
    loaded = load("dfme", tmp_path, labels_only=True)
    assert errors(loaded) == [
        "DFME_train.csv row 3: EmotionId: 3 is not the number of 'disgust': correct one of them",
        "DFME_train.csv row 4: Fps: '240': the cameras had 500, 300 or 200",
    ]
    (clip,) = loaded.clips
    assert [unit.name for unit in clip.aus or ()] == ["AD38", "M58", "AU12R"]


def test_parts_of_a_set_count_together(tmp_path: Path, pictures) -> None:
    rows = "Subject,Filename,OnsetFrame,ApexFrame,OffsetFrame,Emotion,EmotionId,Fps,AU\n"
    for part, fps in (("A", 500), ("B", 300)):
        for i in range(2):
            rows += f"{part}{i},c{part}{i},1,2,3,Fear,3,{fps},4\n"
            pictures(tmp_path / f"part{part}/{part}{i}/c{part}{i}", "{:05d}.png", (1, 2, 3))
    (tmp_path / "DFME.csv").write_text(rows)
    loaded = load("dfme", tmp_path)
    assert loaded.findings == ()
    assert [clip.frame_dir for clip in loaded.clips] == [
        "partA/A0/cA0", "partA/A1/cA1", "partB/B0/cB0", "partB/B1/cB1"]  # fmt: skip


_SHEETS = {
    "casme": "Subject,Filename,Emotion,OnsetF,ApexF1,ApexF2,OffsetF,AU",
    "casme2": "Subject,Filename,OnsetFrame,ApexFrame,OffsetFrame,Action Units,Estimated Emotion",
    "samm_micro": "Subject,Filename,Onset Frame,Apex Frame,Offset Frame,Duration,Action Units,"
    "Estimated Emotion,Objective Classes",
    "samm_longvideos": "Subject,Filename,Onset,Apex,Offset,Type,Action Units",
    "smic-hs-e": "Subject,Filename,OnsetF,OffsetF,Emotion,FirstF",
    "mmew": "Subject,Filename,OnsetFrame,ApexFrame,OffsetFrame,Action Units,Estimated Emotion",
    "4dme": "sub_ID,fold_name,Emotion,Onset,Apex,Offset,AUs,Positive",
    "dfme": "Subject,Filename,OnsetFrame,ApexFrame,OffsetFrame,Emotion,EmotionId,Fps,AU",
    "clips": "subject,clip,fps,onset,offset,frame_template,first_index,frame_dir",
}
_NAMES = {"samm_micro": "samm", "samm_longvideos": "samm-lv", "clips": "folder"}
_ODD = ("", "1", "2", "²", "/", "?", "1e999", "-5", "a/../b", ".", "*", "{", "s1_ne_01", "micro")
cells = st.sampled_from((*_ODD, "Fear", "500")) | st.text(max_size=6)


@pytest.mark.parametrize("sheet", _SHEETS)
@given(rows=st.lists(st.lists(cells, min_size=6, max_size=9), max_size=5))
def test_no_cell_is_a_crash(sheet: str, rows: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{sheet}.csv"
        (Path(folder) / "s1/c1").mkdir(parents=True)
        with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
            csv.writer(file).writerows([_SHEETS[sheet].split(","), *rows])
        try:
            loaded = load(_NAMES.get(sheet, sheet), path.parent)
        except InputError:
            return
        beside(tally(loaded.clips), published(loaded.dataset.name))
        write(loaded.clips, path.with_name("table.csv"))
