"""Arguments of ``mien edit``."""

import sys
from pathlib import Path

import pytest

from mien.core.recipe import Recipe, find, recipe_text
from mien.flows.edit import MESH
from mien.flows.shoot import Shoot, photos_in

MINE = Recipe("mine", {"AU12": 2.0})


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A recipe of the user's own, beside one photo."""
    (tmp_path / "photo.jpg").touch()
    file = tmp_path / "mine.json"
    file.write_text(recipe_text(MINE), "utf-8")
    return file


@pytest.fixture
def fake_shoot(fake_flow):  # type: ignore[no-untyped-def]
    """The calls of a shoot of which one photo fails."""
    out = Path("out")
    failed = {Path("other.jpg"): "other.jpg: no face found"}
    made = Shoot((out / "mine/photo.jpg",), (), failed, out / "report.json", (out / "sheet.jpg",))
    calls = fake_flow("mien.flows.shoot", "shoot", made)
    sys.modules["mien.flows.shoot"].photos_in = photos_in  # type: ignore[attr-defined]
    return calls


def test_wish_reaches_the_flow(mien_command, fake_flow) -> None:
    calls = fake_flow("mien.flows.edit_file", "edit_file", [Path("a-0.50.png"), Path("a-1.00.png")])
    ran = mien_command(
        "edit", "in.jpg", "-o", "a.png", "--expression", "happy=0.6", "--expression", "shy=.2",
        "--au", "au12l=2.5", "--set", "AU25=0", "--strengths", "0.5,1", "--face", "1",
        "--neutral", "rest.jpg", "--measure", "report.json", "--turn", "5,0,-2.5",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert ran.out.splitlines() == ["a-0.50.png", "a-1.00.png"]
    (call,) = calls
    call.pop("progress")
    assert call == {
        "args": (Path("in.jpg"), Path("a.png"), {"happy": 0.6, "shy": 0.2, "au12l": 2.5}),
        "set": {"AU25": 0.0},
        "strengths": [0.5, 1.0],
        "face": 1,
        "neutral": Path("rest.jpg"),
        "turn": [5.0, 0.0, -2.5],
        "points": None,
        "report": Path("report.json"),
        "words": {},
        "backend": MESH,
    }


def test_words_of_ones_own_reach_the_flow(mien_command, fake_flow) -> None:
    calls = fake_flow("mien.flows.edit_file", "edit_file", [])
    typed = ("--text", "faintly amused=0.6", "--text", "proud")
    assert mien_command("edit", "in.png", "-o", "a.png", *typed).code == 0
    assert calls[0]["words"] == {"faintly amused": 0.6, "proud": 1.0}


def test_points_reach_the_flow(mien_command, fake_flow) -> None:
    calls = fake_flow("mien.flows.edit_file", "edit_file", [])
    assert mien_command("edit", "in.png", "-o", "a.png", "--points", "points.json").code == 0
    assert calls[0]["points"] == Path("points.json")


@pytest.mark.parametrize(
    ("typed", "face"), [("2", 2), ("640,380.5", (640.0, 380.5)), ("all", "all")]
)
def test_which_face(mien_command, fake_flow, typed: str, face) -> None:
    calls = fake_flow("mien.flows.edit_file", "edit_file", [])
    assert mien_command("edit", "in.jpg", "-o", "a.png", "--face", typed).code == 0
    assert calls[0]["face"] == face


def test_nothing_wished(mien_command, fake_flow) -> None:
    calls = fake_flow("mien.flows.edit_file", "edit_file", [Path("a.png")])
    assert mien_command("edit", "in.jpg", "-o", "a.png").code == 0
    assert calls[0]["args"][2] == {}
    assert calls[0]["set"] is None
    assert calls[0]["strengths"] is None


def test_recipe_of_a_file_or_a_name(mien_command, fake_flow, mine) -> None:
    calls = fake_flow("mien.flows.edit_file", "edit_file", [])
    for typed, wish in (
        (["--recipe", f"{mine}"], {MINE: 1.0}),
        (["--recipe", f"{mine}=0.6", "--au", "AU25=1"], {MINE: 0.6, "AU25": 1.0}),
        (["--expression", f"{mine}=0.6", "--expression", "sad=1"], {MINE: 0.6, "sad": 1.0}),
        (["--recipe", "Smirk"], {find("smirk"): 1.0}),
        (["--expression", "smirk=0.5"], {"smirk": 0.5}),
    ):
        ran = mien_command("edit", "in.jpg", "-o", "a.png", *typed)
        assert ran.code == 0, ran.err
        assert calls[-1]["args"][2] == wish


def test_who_works_reaches_the_flow(mien_command, fake_shoot, mine, tmp_path) -> None:
    typed = ("edit", f"{tmp_path}", "-o", "out", "--expression", "sad=1")
    for more, jobs, engine in (((), None, "local"), (("--engine", "ray"), None, "ray")):
        assert mien_command(*typed, *more).code == 0
        assert (fake_shoot[-1]["jobs"], fake_shoot[-1]["engine"]) == (jobs, engine)


def test_folder_and_recipes_reach_the_flow(mien_command, fake_shoot, mine, tmp_path) -> None:
    ran = mien_command(
        "edit", f"{tmp_path}", "-o", "out", "--recipe", f"{mine}", "--recipe", "smirk=0.5",
        "--au", "AU25=1", "--set", "AU12=0", "--strengths", "0.5,1", "--face", "1", "--jobs", "3",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    (call,) = fake_shoot
    call.pop("progress")
    photos, out, wishes = call.pop("args")
    assert photos == [tmp_path / "photo.jpg"]
    assert out == Path("out")
    assert wishes == {
        "mine": {"AU25": 1.0, MINE: 1.0},
        "smirk-0.50": {"AU25": 1.0, find("smirk"): 0.5},
    }
    assert call == {
        "set": {"AU12": 0.0}, "strengths": [0.5, 1.0], "face": 1, "neutral": None, "jobs": 3,
        "engine": "local",
        "turn": (0.0, 0.0, 0.0), "words": {}, "backend": MESH,
    }  # fmt: skip
    assert ran.out.splitlines() == ["out/mine/photo.jpg", "out/sheet.jpg", "out/report.json"]
    assert ran.err.splitlines() == [
        "mien: other.jpg: no face found",
        "mien: pictures: 1 written, 0 kept; photos: 1 of 1 failed",
    ]


def test_other_ways_to_a_folder(mien_command, fake_shoot, mine, tmp_path) -> None:
    assert mien_command("edit", "a.jpg", "-o", "d", "--recipe", "shy", "--recipe", "sad").code == 0
    assert fake_shoot[-1]["args"][0] == [Path("a.jpg")]
    folder = f"{tmp_path}"
    assert mien_command("edit", folder, "-o", "d", "--expression", "happy=1").code == 0
    assert fake_shoot[-1]["args"][2] == {"edited": {"happy": 1.0}}
    for typed, message in (
        ([], "nothing to do: give --recipe"),
        (["--recipe", f"{mine}", "--recipe", f"{mine}"], "two make a folder mine"),
    ):
        ran = mien_command("edit", folder, "-o", "d", *typed)
        assert ran.code == 2
        assert message in ran.err


def test_nothing_done_is_an_error(mien_command, fake_flow, tmp_path) -> None:
    failed = Shoot((), (), {Path("a.jpg"): "a.jpg: no face found"}, tmp_path / "report.json", ())
    fake = fake_flow("mien.flows.shoot", "shoot", failed)
    sys.modules["mien.flows.shoot"].photos_in = lambda folder: [Path("a.jpg")]
    ran = mien_command("edit", f"{tmp_path}", "-o", "out", "--recipe", "sad")
    assert len(fake) == 1
    assert ran.code == 2
    assert ran.err.splitlines()[0] == "mien: a.jpg: no face found"
    assert "no photo could be edited" in ran.err.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--recipe", "smirc"], "did you mean smirk?"),
        (["--recipe", "smirk=much"], "--recipe smirk=much: 'much' is not a number"),
        (["--recipe", "none.json"], "none.json: no such file"),
        (["--expression", "none.json=1"], "none.json: no such file"),
        (["--expression", "happy"], "write NAME=VALUE, such as happy=0.6"),
        (["--expression", "=1"], "write NAME=VALUE"),
        (["--expression", "happy=much"], "'much' is not a number"),
        (["--expression", "happy=nan"], "'nan' is not a finite number"),
        (["--expression", "happy=1", "--expression", "happy=0.5"], "happy is given twice"),
        (["--expression", "AU12=1"], "write --au AU12"),
        (["--au", "AU99=1"], "unknown action unit 'AU99'"),
        (["--au", "happy=1"], "unknown action unit 'happy'"),
        (["--au", "AU17L=1"], "AU17 has no sides"),
        (["--au", "AU12=inf"], "not a finite number"),
        (["--face", "-1"], "--face -1: write a number from 0, a point X,Y in pixels, or all"),
        (["--face", "1,2,3"], "--face 1,2,3: write a number"),
        (["--face", "first"], "--face: 'first' is not a number"),
        (["--turn", "left"], "--turn: 'left' is not a number"),
        (["--set", "AU30=1"], "write AU30L or AU30R"),
        (["--strengths", ""], "separated by commas"),
        (["--text", "=1"], "give words"),
        (["--text", "amused=much"], "'much' is not a number"),
        (["--text", "amused", "--text", "amused=0.5"], "amused is given twice"),
        (["--strengths", "0,x"], "'x' is not a number"),
        (["--neutral", "https://example.org/me.jpg"], "is a URL"),
    ],
)
def test_bad_values_give_one_line(mien_command, arguments, message) -> None:
    ran = mien_command("edit", "in.jpg", "-o", "out.png", *arguments)
    assert ran.code == 2
    assert message in ran.err
    assert len(ran.err.splitlines()) == 1
    assert ran.err.startswith("mien: ")
    assert ran.out == ""


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["in.jpg"],
        ["in.jpg", "-o", "out.png", "--happy"],
        ["a.jpg", "b.jpg", "-o", "out.png"],
    ],
)
def test_wrong_usage(mien_command, arguments) -> None:
    ran = mien_command("edit", *arguments)
    assert ran.code == 2
    assert "mien edit -h" in ran.err
    assert "Traceback" not in ran.err
