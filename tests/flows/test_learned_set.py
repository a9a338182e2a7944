"""Sets of labelled clips: what is read of them, what is refused, and training on them."""

import csv
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mien.capture.learned.grid import APEX
from mien.core.errors import InputError
from mien.flows.learned_set import left_out, windows_name, windows_of
from mien.learn.microexpression.chosen import Chosen, chosen
from mien.learn.microexpression.config import Config
from mien.learn.microexpression.held import Held, write_windows
from mien.learn.microexpression.sources import gathered
from mien.learn.microexpression.synthetic import sample
from mien.media.image import save_image
from mien.synth.clip import Clip

COLUMNS = ("subject", "clip", "fps", "onset", "apex", "offset", "aus", "emotion")
QUICK = Config(network="ststnet", steps=1, batch=2, validation=20)


def sheet(root: Path, *rows: Sequence[object], columns: Sequence[str] = COLUMNS) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    path = root / "clips.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows((columns, *rows))
    return path


def pictures(folder: Path, first: int, last: int) -> None:
    folder.mkdir(parents=True)
    for number in range(first, last + 1):
        save_image(folder / f"{number}.png", np.zeros((2, 2, 3), np.uint8))


def labels(root: Path, *people: str) -> Path:
    """Two clips of everybody, whose images show nothing."""
    rows = [(who, f"c{n}", 100, 5, 7, 9, "1+2", "surprise") for who in people for n in "12"]
    for who, name, *_ in rows:
        pictures(root / str(who) / str(name), 1, 12)
    return sheet(root, *rows)


def seen(part: Chosen) -> Held:
    """Windows as if the images had been read."""
    clips = part.clips
    windows = [sample(3, number) for number in range(len(clips))]
    labelled = gathered(windows, [one.subject for one in clips], [one.clip for one in clips])
    sets = tuple(one.dataset for one in clips)
    return Held(part.origin, labelled, sets, ({"aus": "1+2"},) * len(clips))


def stored(name: str, root: Path, out: Path) -> None:
    part = chosen(name, root)
    write_windows(seen(part), out / windows_name(part.origin))


def test_windows_that_are_there_are_not_made_again(tmp_path: Path) -> None:
    labels(tmp_path / "set", "a", "b", "c")
    stored("folder", tmp_path / "set", tmp_path / "out")
    said: list[str] = []
    written = left_out(QUICK, [("folder", tmp_path / "set")], tmp_path / "out", say=said.append)
    assert [path.name for path in written] == ["aus.log", "audit.json"]
    assert said[0] == "folder: 6 clips used, 0 left out, 0 of those used without action units"
    assert re.fullmatch(r"AU F1 0\.\d{3} over 2 units and 6 clips; \d+ s a fold", said[1])
    assert said[2] == "leak audit: 3 folds, nobody trained on is tested"


def test_windows_of_another_set_are_refused(tmp_path: Path) -> None:
    """Neither is another folder's set read, nor one whose labels were changed meanwhile."""
    root, out = tmp_path / "set", tmp_path / "out"
    labels(root, "a", "b")
    stored("folder", root, out)
    labels(tmp_path / "other", "a", "b")
    with pytest.raises(InputError, match="give another folder with -o"):
        left_out(QUICK, [("folder", tmp_path / "other")], out)
    path = root / "clips.csv"
    path.write_text(path.read_text().replace("1+2", "1+4", 1))
    with pytest.raises(InputError, match="labels of folder were changed since"):
        left_out(QUICK, [("folder", root)], out)


def named(root: Path, title: str, *people: str) -> Path:
    """A set of one's own that has a name."""
    labels(root, *people)
    rows = [(title, who, f"c{n}", 100, 5, 7, 9, "1+2") for who in people for n in "12"]
    return sheet(root, *rows, columns=("dataset", *COLUMNS[:-1]))


def test_each_of_several_sets_is_left_out(tmp_path: Path) -> None:
    out = tmp_path / "out"
    named(tmp_path / "one", "red", "a", "b")
    named(tmp_path / "two", "blue", "c")
    sets = [("folder", tmp_path / "one"), ("folder", tmp_path / "two")]
    for name, root in sets:
        stored(name, root, out)
    said: list[str] = []
    left_out(QUICK, sets, out, say=said.append)
    assert "leak audit: 2 folds, nobody trained on is tested" in said
    lines = (out / "aus.log").read_text().splitlines()
    assert [line for line in lines if line.count(" ") == 1] == ["red a", "red b", "blue c"]


@pytest.mark.parametrize(
    ("title", "people", "said"),
    [
        ("red", ("c",), "red: is there twice"),
        ("7", ("1",), "7: subject 1 reads as a label"),
        ("blue two", ("c",), "'blue two': a log has no place"),
    ],
)
def test_sets_that_cannot_be_left_out(
    tmp_path: Path, title: str, people: tuple[str, ...], said: str
) -> None:
    named(tmp_path / "one", "red", "a", "b")
    named(tmp_path / "two", title, *people)
    sets = [("folder", tmp_path / "one"), ("folder", tmp_path / "two")]
    with pytest.raises(InputError, match=said):
        left_out(QUICK, sets, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_same_person_in_two_sets_is_refused(tmp_path: Path) -> None:
    named(tmp_path / "one", "red", "a", "b")
    columns = ("dataset", *COLUMNS[:-1])
    rows = [
        (title, "a", name, 100, 5, 7, 9, "1+2") for title, name in (("red", "x"), ("blue", "y"))
    ]
    for name in "xy":
        pictures(tmp_path / "two" / "a" / name, 1, 12)
    sheet(tmp_path / "two", *rows, columns=columns)
    sets = [("folder", tmp_path / "one"), ("folder", tmp_path / "two")]
    with pytest.raises(InputError, match="red/a is in red and in folder"):
        left_out(QUICK, sets, tmp_path / "out")


def test_errors_are_said_and_left_out(tmp_path: Path) -> None:
    for name in ("good", "falls", "twice", "unread"):
        pictures(tmp_path / "anna" / name, 1, 12)
    pictures(tmp_path / "anna" / "gap", 1, 6)
    rows = [
        ("anna", "good", 100, 5, 7, 9, "1", ""),
        ("anna", "falls", 100, 10, 5, 12, "1", ""),
        ("anna", "twice", 100, 5, 7, 9, "1", ""),
        ("anna", "twice", 100, 5, 7, 9, "4", ""),
        ("anna", "unread", 100, "x", 7, 9, "1", ""),
        ("anna", "gap", 100, 5, 7, 9, "1", ""),
    ]
    path = sheet(tmp_path, *rows)
    said: list[str] = []
    part = chosen("folder", path, said.append)
    assert [one.clip for one in part.clips] == ["good"]
    assert part.folder == tmp_path
    told = "\n".join(said)
    for what in ("must not fall", "is the same clip", "no frame number", "3 of 5 frames"):
        assert what in told
    assert said[-1].startswith("folder: 4 of 5 clips are left out")


def test_nothing_but_errors(tmp_path: Path) -> None:
    pictures(tmp_path / "anna" / "falls", 1, 12)
    sheet(tmp_path, ("anna", "falls", 100, 10, 5, 12, "1", ""))
    with pytest.raises(InputError, match="no clip can be used: mien data check folder"):
        chosen("folder", tmp_path)


@pytest.mark.parametrize(("who", "what"), [("Anna B", "c1"), ("anna", "c 1"), ("a,b", "c1")])
def test_names_that_the_logs_cannot_hold(tmp_path: Path, who: str, what: str) -> None:
    pictures(tmp_path / who / what, 1, 12)
    sheet(tmp_path, (who, what, 100, 5, 7, 9, "1", ""))
    with pytest.raises(InputError, match="a log has no place"):
        chosen("folder", tmp_path)


@pytest.fixture(scope="module")
def filmed(moved: Clip, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Whole, cut to the way up and down again, and cut to next to nothing."""
    root = tmp_path_factory.mktemp("filmed")
    cuts = {"brows": (40, 140), "cut": (66, 80), "few": (73, 75)}
    for number, (_, frame) in enumerate(moved.frames(), start=1):
        for name, (first, last) in cuts.items():
            if first <= number <= last:
                (root / "anna" / name).mkdir(parents=True, exist_ok=True)
                stem = "extra" if (name, number) == ("brows", 76) else "img"
                save_image(root / "anna" / name / f"{stem}{number}.png", frame)
    sheet(
        root,
        ("anna", "brows", 100, 61, 76, 101, "1+2", "surprise"),
        ("anna", "cut", 100, 66, 76, 80, "1+2", "surprise"),
        ("anna", "few", 100, 73, 74, 75, "1+2", "surprise"),
    )
    return root


def test_windows_of_a_set(filmed: Path) -> None:
    said: list[str] = []
    found = windows_of(chosen("folder", filmed / "clips.csv"), say=said.append)
    assert found.labelled.subjects == ("anna", "anna")
    assert found.labelled.names == ("brows", "cut")
    assert found.sets == ("folder", "folder")
    assert found.labelled.classes.tolist() == [2, 2]
    assert found.labelled.aus.sum(axis=1).tolist() == [4, 4]
    assert found.truths[0]["classes"] == "II"
    moved = np.hypot(*np.moveaxis(found.labelled.windows[:, APEX, :2].astype(float), 1, 0))
    assert moved[0].max() == pytest.approx(1.5, abs=0.6)
    assert moved[1].max() > 0.4  # it is compared with its first image, which is no rest
    assert said == [
        "anna few: left out: 3 images, 0.03 s, are too few: copy those around it as well"
    ]


def test_labels_are_part_of_what_a_set_is(filmed: Path) -> None:
    part = chosen("folder", filmed)
    assert part.origin == chosen("folder", filmed / "clips.csv").origin
    assert replace(part.origin, digest="") != part.origin
