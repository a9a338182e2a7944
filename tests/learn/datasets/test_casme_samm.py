"""CASME, CASME II, SAMM and SAMM Long Videos, with the oddities of their sheets."""

from pathlib import Path

import pytest

from mien.core.errors import InputError
from mien.learn.datasets.stats import beside, published, tally
from mien.learn.datasets.table import Loaded, load

CASME2 = [
    "Subject", "Filename", None, "OnsetFrame", "ApexFrame", "OffsetFrame", None, "Action Units",
    "Estimated Emotion",
]  # fmt: skip
SAMM = [
    "Subject", "Filename", "Inducement Code", "Onset Frame", "Apex Frame", "Offset Frame",
    "Duration", "Micro", "Action Units", "Estimated Emotion", "Objective Classes", "Notes",
]  # fmt: skip
LONG = [
    "Subject", "Filename", "Inducement Code", "Onset", "Apex", "Offset", "Duration", "Type",
    "Action Units", "Notes",
]  # fmt: skip


def errors(loaded: Loaded) -> list[str]:
    return [f"{one.where}: {one.what}" for one in loaded.findings if one.kind == "error"]


def fixed(loaded: Loaded) -> list[str]:
    return [f"{one.where}: {one.what}" for one in loaded.findings if one.kind == "fixed"]


def casme2_rows(count: int = 255) -> list[list[object]]:
    """Invented clips with the published tallies."""
    emotions = [e for e, n in published("casme2")["emotion"].items() for _ in range(n)]
    return [
        [1 + i % 26, f"EX{i:03d}", None, 10, 20 + i % 9, 60, None, 4, emotions[i]]
        for i in range(count)
    ]


@pytest.fixture
def casme2(book, tmp_path: Path) -> Path:
    """Two clips: one whole, with a number for a unit, and one without apex."""
    rows = [
        CASME2,
        [1, "EX02_01f", None, 8, 11, 14, None, 4, " Others "],
        [17, "EX05_04", None, 5, "/", 7, None, "R1+?", "happiness"],
    ]
    book(tmp_path / "CASME2-coding-20140508.xlsx", Sheet1=rows, Sheet2=[], Sheet3=[])
    return tmp_path


def test_casme2(casme2: Path, pictures) -> None:
    pictures(casme2 / "CASME2-RAW/sub01/EX02_01f", "img{}.jpg", range(1, 21))
    pictures(casme2 / "CASME2-RAW/sub17/EX05_04", "img{}.jpg", range(1, 11))
    loaded = load("casme2", casme2)
    assert errors(loaded) == []
    one, two = loaded.clips
    assert (one.subject, one.clip, one.fps) == ("01", "EX02_01f", 200.0)
    assert (one.onset, one.apex, one.offset, one.first_index) == (8, 11, 14, 1)
    assert (one.au_raw, [unit.number for unit in one.aus or ()]) == ("4", [4])
    assert (one.emotion_raw, one.emotion) == ("Others", "others")
    assert one.frame_dir == "CASME2-RAW/sub01/EX02_01f"
    assert one.frame_template.format(8) == "img8.jpg"
    assert two.apex is None
    assert two.flags == ("AU cell: more than is coded ('?')", "apex unknown")


def test_only_the_expression_may_be_there(casme2: Path, pictures) -> None:
    pictures(casme2 / "x/Cropped/sub01/EX02_01f", "reg_img{}.jpg", range(8, 15))
    pictures(casme2 / "x/Cropped/sub17/EX05_04", "reg_img{}.jpg", range(5, 8))
    loaded = load("casme2", casme2)
    assert errors(loaded) == []
    assert [clip.frame_template for clip in loaded.clips] == ["reg_img{}.jpg"] * 2
    assert [clip.first_index for clip in loaded.clips] == [8, 5]


def test_what_is_missing(casme2: Path, pictures) -> None:
    pictures(casme2 / "CASME2-RAW/sub01/EX02_01f", "img{}.jpg", (8, 9, 10, 13, 99))
    assert errors(load("casme2", casme2)) == [
        (
            "CASME2-coding-20140508.xlsx row 2 (01 EX02_01f): 3 of 7 frames from 8 to 14 are"
            " missing in CASME2-RAW/sub01/EX02_01f: copy it again, or correct the sheet"
        ),
        "CASME2-coding-20140508.xlsx row 3 (17 EX05_04): no folder sub17/EX05_04: copy it again",
    ]
    assert errors(load("casme2", casme2, labels_only=True)) == []


def test_no_images_at_all_is_said_once(casme2: Path) -> None:
    (line,) = errors(load("casme2", casme2))
    assert "--labels-only" in line


def test_two_trees(casme2: Path, pictures) -> None:
    for tree in ("Cropped", "RAW"):
        pictures(casme2 / tree / "sub01/EX02_01f", "img{}.jpg", range(8, 15))
    pictures(casme2 / "RAW/sub17/EX05_04", "img{}.jpg", range(5, 8))
    loaded = load("casme2", casme2)
    assert errors(loaded) == []
    assert {clip.frame_dir.split("/")[0] for clip in loaded.clips} == {"RAW"}
    assert [one.what for one in loaded.findings] == [
        "images are read from RAW; others of the same clips are in Cropped: see --frames"
    ]
    cropped = load("casme2", casme2, frames=casme2 / "Cropped")
    assert cropped.clips[0].frame_dir == "sub01/EX02_01f"
    assert len(errors(cropped)) == 1


def test_one_bad_row_does_not_hide_the_others(book, tmp_path: Path) -> None:
    rows: list[list[object]] = [
        CASME2,
        [1, "A", None, "x", 11, 14, None, 4, "fear"],
        [1, "B", None, 12, 11, 14, None, 4, "fear"],
        [None, "C", None, 1, 2, 3, None, 4, "fear"],
        [1, "D", None, 1, 2, 3, None, 4, "fear"],
        [1, "D", None, 1, 2, 3, None, 4, "fear"],
        [1, "E", None, 1, 5, 9000, None, 4, "fear"],
        [1, "F", None, 1, 60, 141, None, 4, "fear"],
    ]
    book(tmp_path / "CASME2.xlsx", a=rows)
    loaded = load("casme2", tmp_path, labels_only=True)
    assert errors(loaded) == [
        "CASME2.xlsx row 2: OnsetFrame: 'x' is no frame number: write a whole number",
        "CASME2.xlsx row 3 (01 B): onset 12, apex 11, offset 14: must not fall: correct the sheet",
        "CASME2.xlsx row 4: Subject: is empty: fill it in from the set's own sheet",
        "CASME2.xlsx row 6 (01 D): is the same clip as row 5: remove one of them",
        (
            "CASME2.xlsx row 7 (01 E): lasts 45.0 s, too long for a micro-expression: look for a"
            " slip in its frames"
        ),
    ]
    assert [clip.clip for clip in loaded.clips] == ["B", "D", "D", "E", "F"]
    assert loaded.clips[-1].flags == ("longer than 0.5 s", "onset phase longer than 0.26 s")


def test_a_known_slip_is_corrected_in_a_whole_sheet(book, tmp_path: Path) -> None:
    rows = casme2_rows()
    rows[60][5] = 9
    path = book(tmp_path / "CASME2.xlsx", a=[CASME2, *rows])
    loaded = load("casme2", path, labels_only=True)
    assert errors(loaded) == []
    assert fixed(loaded) == [
        "CASME2.xlsx row 62 (09 EX060): offset 9 -> 91: slip of the sheet (meb)"
    ]
    assert loaded.clips[60].offset == 91
    assert "fixed: offset 9 -> 91" in loaded.clips[60].flags
    as_is = load("casme2", path, labels_only=True, as_distributed=True)
    assert fixed(as_is) == []
    assert len(errors(as_is)) == 1
    rows[60][4] = 95
    moved = load("casme2", book(tmp_path / "CASME2.xlsx", a=[CASME2, *rows]), labels_only=True)
    assert fixed(moved) == []
    assert "is known for this row, but cannot be" in moved.findings[0].what
    short = book(tmp_path / "CASME2.xlsx", a=[CASME2, *rows[:-1]])
    assert fixed(load("casme2", short, labels_only=True)) == []


def test_a_whole_copy_has_the_published_tallies(book, tmp_path: Path) -> None:
    path = book(tmp_path / "CASME2.xlsx", a=[CASME2, *casme2_rows()])
    clips = load("casme2", path, labels_only=True).clips
    rows = beside(tally(clips), published("casme2"))
    assert all(there in {None, here} for _, here, there in rows)
    fewer = {what: (here, there) for what, here, there in
             beside(tally(clips[:-1]), published("casme2"))}  # fmt: skip
    assert fewer["clips"] == (254, 255)
    assert fewer["fear"] == (1, 2)


def test_casme(book, tmp_path: Path, pictures) -> None:
    head = [
        "Subject",
        "Filename",
        None,
        "Emotion",
        "OnsetF",
        "ApexF1",
        "ApexF2",
        None,
        "OffsetF",
        "AU",
    ]
    row = [2, "EX01_1", None, "tense", 3, 4, 5, None, 6, "4+L9"]
    book(tmp_path / "CASME.xlsx", a=[head, row])
    book(tmp_path / "CASME2-coding.xlsx", a=[CASME2])
    pictures(tmp_path / "sub02/EX01_1", "EX01_1-{}.jpg", range(3, 7))
    (clip,) = load("casme", tmp_path).clips
    assert (clip.apex, clip.offset, clip.fps, clip.emotion) == (4, 6, 60.0, "tense")
    assert clip.frame_template == "EX01_1-{}.jpg"


def samm_row(clip: str, frames: tuple[int, object, int], *more: object) -> list[object]:
    onset, apex, offset = frames
    aus, emotion, objective = more or ("4", "Anger", "III")
    return [
        clip[:3], clip, 1, onset, apex, offset, offset - onset + 1, "Micro - 1/2", aus, emotion,
        objective, None,
    ]  # fmt: skip


def samm_sheet(*rows: list[object]) -> list[list[object]]:
    return [*[[f"Line {i} of words"] for i in range(13)], SAMM, *rows]


def test_samm(book, tmp_path: Path, pictures) -> None:
    rows = samm_sheet(
        samm_row("906_1_2", (5562, 5571, 5601)),
        samm_row("906_1_3 ", (10, 11, 12), "(R6 or R12) + R15", "Other ", "vii"),
        samm_row("906_1_4", (20, 21, 22), "1+2", "Others", "I"),
    )
    rows[-1][6] = 7
    book(tmp_path / "SAMM_Micro_FACS_Codes_v2.xlsx", About=[["words"]], MICRO_ONLY=rows)
    pictures(tmp_path / "906/906_1_2", "906_{:05d}.jpg", range(5562, 5602))
    pictures(tmp_path / "906/906_1_3", "906_{:05d}.jpg", (10, 11))
    pictures(tmp_path / "906/906_1_3", "906-1-3_{}.jpg", (12,))
    pictures(tmp_path / "906/906_1_4", "906_{:05d}.jpg", range(18, 25))
    loaded = load("samm", tmp_path)
    assert errors(loaded) == []
    one, two, three = loaded.clips
    assert (one.subject, one.video, one.first_index) == ("906", "906_1", 5562)
    assert one.frame_template.format(5562) == "906_05562.jpg"
    assert (two.clip, two.emotion, two.objective_class) == ("906_1_3", "others", "VII")
    assert two.flags == ("irregular image names",)
    assert three.emotion == "others"
    assert three.flags == ("the sheet's duration is not offset - onset + 1 = 3",)
    counted = tally(loaded.clips)
    assert counted.objective == {"I": 1, "III": 1, "VII": 1}
    assert counted.derived == {"II": 1, "III": 1}
    assert (counted.agree, counted.both) == (1, 2)


def test_samm_with_a_class_that_is_none(book, tmp_path: Path) -> None:
    row = samm_row("906_1_2", (1, 2, 3), "4", "Anger", "IX")
    path = book(tmp_path / "SAMM_Micro_FACS_Codes_v2.xlsx", MICRO_ONLY=samm_sheet(row))
    assert errors(load("samm", path, labels_only=True)) == [
        (
            "SAMM_Micro_FACS_Codes_v2.xlsx row 15: Objective Classes: 'IX' is no objective class:"
            " write I to VII"
        )
    ]


def test_samm_long_videos(book, tmp_path: Path, pictures) -> None:
    rows: list[list[object]] = [[f"Line {i}"] for i in range(10)]
    rows += [
        LONG,
        [906, "906_1_2", 1, 10, 12, 20, 11, "Micro - 1/2", "12", None],
        [906, "906_1_8", 1, 30, 40, 0, 0, "Macro", "12", None],
        [906, "906_1_9", 1, 0, 40, 60, 0, "Macro", "12", None],
        [907, "907_2_1", 1, 1, 2, 3, 3, "Mini", "12", None],
    ]
    book(tmp_path / "SAMM_LongVideos_V2_Release.xlsx", a=rows)
    loaded = load("samm-lv", tmp_path, labels_only=True)
    assert [clip.emotion for clip in loaded.clips] == ["", ""]
    assert errors(loaded) == [
        "SAMM_LongVideos_V2_Release.xlsx row 15: Type: 'Mini': write micro or macro"
    ]
    assert [line.partition("): ")[2] for line in fixed(loaded)] == [
        "offset 0 -> 40: nobody saw it end: up to the apex",
        "left out: nobody saw it begin",
    ]
    as_is = load("samm-lv", tmp_path, labels_only=True, as_distributed=True)
    assert len(as_is.clips) == 3
    assert len(errors(as_is)) == 2
    book(
        tmp_path / "SAMM_Micro_FACS_Codes_v2.xlsx",
        MICRO_ONLY=samm_sheet(samm_row("906_1_2", (10, 12, 20), "12", "Happiness", "I")),
    )
    pictures(tmp_path / "906_1", "906_1_{:04d}.jpg", range(1, 70))
    joined = load("samm-lv", tmp_path)
    assert [clip.emotion for clip in joined.clips] == ["happiness", ""]
    assert [clip.event_type for clip in joined.clips] == ["micro", "macro"]
    assert joined.clips[0].frame_template.format(10) == "906_1_0010.jpg"


def test_which_sheet(book, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no sheet of CASME II"):
        load("casme2", tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        load("casme2", tmp_path / "nowhere")
    book(tmp_path / "CASME2.xlsx", a=[CASME2])
    with pytest.raises(InputError, match="has no rows"):
        load("casme2", tmp_path)
    book(tmp_path / "b/CASME2-other.xlsx", a=[CASME2])
    with pytest.raises(InputError, match=r"several sheets of CASME II.*give the one to read"):
        load("casme2", tmp_path)
    with pytest.raises(InputError, match="unknown set 'casme3': did you mean"):
        load("casme3", tmp_path)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("casmeii", "casme2"), ("CASME II", "casme2"), ("casme-2", "casme2"), ("SAMM", "samm"),
        ("cas(me)2", "cas-me-2"), ("CAS-ME-2", "cas-me-2"), ("cas(me)iii", "cas-me-3c"),
        ("sammlv", "samm-lv"), ("smic", "smic-hs"),
    ],
)  # fmt: skip
def test_a_set_by_another_name(tmp_path: Path, given: str, meant: str) -> None:
    with pytest.raises(InputError, match=rf"unknown set .*: did you mean {meant}\?"):
        load(given, tmp_path)
