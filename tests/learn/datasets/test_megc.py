"""The MEGC 2019 composite of made-up copies that have the published tallies."""

from collections import Counter
from pathlib import Path

import pytest

from mien.core.errors import InputError
from mien.learn.datasets.megc import EXCLUDED, read_list
from mien.learn.datasets.stats import beside, published, tally
from mien.learn.datasets.table import Loaded, load

_SMIC = {"negative": ("ne", 70), "positive": ("po", 51), "surprise": ("sur", 43)}
_CODES = {"negative": 0, "positive": 1, "surprise": 2}


def listed_emotions(name: str) -> list[str]:
    return [e for e, count in published(name)["emotion"].items() for _ in range(count)]


@pytest.fixture
def sets(book, tmp_path: Path, pictures) -> Path:
    """SMIC-HS, CASME II and SAMM, complete, with invented clips."""
    for emotion, (short, count) in _SMIC.items():
        for i in range(count):
            name = f"s{1 + i % 16}_{short}_{i:02d}"
            pictures(tmp_path / f"SMIC/HS/s{1 + i % 16}/micro/{emotion}/{name}", "{}.bmp", (1, 2))
    # Two of the three that the list leaves out would be negative, one would be nothing.
    emotions = listed_emotions("casme2")
    taken = {emotions.index("disgust"): 0, emotions.index("repression"): 1, 0: 2}
    rows = []
    for i, emotion in enumerate(emotions):
        rest = emotion in {"others", "sadness", "fear"}
        subject, name = 1 + i % (26 if rest else 24), f"EX{i:03d}"
        if i in taken:
            text, name = sorted(EXCLUDED)[taken[i]]
            subject = int(text)
        rows.append([subject, name, 1, 2, 3, "4", emotion])
    head = ["Subject", "Filename", "OnsetFrame", "ApexFrame", "OffsetFrame", "Action Units",
            "Estimated Emotion"]  # fmt: skip
    book(tmp_path / "CASME2-coding.xlsx", a=[head, *rows])
    rows = [
        [f"{900 + i % 28:03d}", f"{900 + i % 28:03d}_1_{i}", 1, 2, 3, "4", emotion]
        for i, emotion in enumerate(listed_emotions("samm"))
    ]
    head = ["Subject", "Filename", "Onset Frame", "Apex Frame", "Offset Frame", "Action Units",
            "Estimated Emotion"]  # fmt: skip
    book(tmp_path / "SAMM_Micro_FACS_Codes_v2.xlsx", MICRO_ONLY=[["words"], head, *rows])
    return tmp_path


def test_tallies(sets: Path) -> None:
    clips = load("megc2019", sets, labels_only=True).clips
    rows = beside(tally(clips), published("megc2019"))
    assert all(there in {None, here} for _, here, there in rows), rows
    assert len(clips) == 442
    assert Counter(clip.emotion for clip in clips) == {
        "negative": 250, "positive": 109, "surprise": 83}  # fmt: skip
    people = {(clip.dataset, clip.subject) for clip in clips}
    assert Counter(dataset for dataset, _ in people) == {"smic-hs": 16, "casme2": 24, "samm": 28}
    assert not {(c.subject, c.clip) for c in clips if c.dataset == "casme2"} & EXCLUDED


def composite(sets: Path) -> Loaded:
    """The composite; these sheets are as long as the real ones, and have none of their slips."""
    return load("megc2019", sets, labels_only=True, as_distributed=True)


def listed(clips, sets: Path) -> Path:  # type: ignore[no-untyped-def]
    """The official list as it would be for these clips, with other spellings of subjects."""
    lines = []
    for clip in clips:
        name = clip.dataset.removesuffix("-hs")
        subject = f"sub{clip.subject}" if name == "casme2" else clip.subject
        lines.append(f"{name},{subject},{clip.clip},{_CODES[clip.emotion]}")
    path = sets / "combined_3_class_gt.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_the_list_agrees(sets: Path) -> None:
    path = listed(composite(sets).clips, sets)
    rows, wrong = read_list(path)
    assert (len(rows), wrong) == (442, [])
    assert Counter(row.label for row in rows) == {"negative": 250, "positive": 109, "surprise": 83}
    assert composite(sets).findings == ()


def test_the_list_does_not_agree(sets: Path) -> None:
    path = listed(composite(sets).clips, sets)
    lines = path.read_text().splitlines()
    lines[0] = lines[0][:-1] + "2"
    lines[1] = lines[1].replace("s", "t", 1)
    lines[2] += "7"
    lines.append("samm,999,999_1_1,0")
    path.write_text("\n".join(lines[:-2] + lines[-1:]))
    found = [f"{one.where}: {one.what}" for one in composite(sets).findings]
    assert len(found) == 7
    assert sum("write smic, casme2 or samm" in line for line in found) == 1
    assert sum("write 0, 1 or 2" in line for line in found) == 1
    assert sum("is surprise here, negative in its set" in line for line in found) == 1
    assert sum("is not among the clips" in line for line in found) == 1
    assert sum("is not in the list" in line for line in found) == 3


def test_images_of_all_three(sets: Path, pictures) -> None:
    for clip in composite(sets).clips:
        if clip.dataset == "casme2":
            pictures(sets / f"Cropped/sub{clip.subject}/{clip.clip}", "img{}.jpg", (1, 2, 3))
        elif clip.dataset == "samm":
            pictures(sets / f"SAMM/{clip.subject}/{clip.clip}", "{:05d}.jpg", (1, 2, 3))
    assert load("megc2019", sets, as_distributed=True).findings == ()


def test_one_set_alone(sets: Path) -> None:
    (sets / "CASME2-coding.xlsx").unlink()
    loaded = composite(sets)
    assert len(loaded.clips) == 442 - 145
    assert [one.where for one in loaded.findings] == ["casme2"]


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none of SMIC-HS, CASME II and SAMM"):
        load("megc2019", tmp_path)
    (tmp_path / "a.csv").write_text("x,y\n")
    with pytest.raises(InputError, match="give the list itself"):
        read_list(tmp_path / "a.csv")
