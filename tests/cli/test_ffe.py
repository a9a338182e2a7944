"""``mien ffe`` from the outside."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.main import get_command

from mien.cli import app
from mien.core.recipe import recipes

CATEGORIES = [name for name, recipe in recipes().items() if recipe.aus]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """One row with three pictures of noise."""
    chance = np.random.default_rng(0)
    about = {"identity": "anna", "licence": "CC0", "consent": "none needed", "source": "noise"}
    for name in ("src", "a", "b"):
        Image.fromarray(chance.integers(0, 255, (40, 40, 3), np.uint8)).save(
            tmp_path / f"{name}.png"
        )
    dst = [
        {
            "image": f"{name}.png",
            **about,
            "category": kind,
            "scores": dict.fromkeys(CATEGORIES, 0.3),
        }
        for name, kind in (("a", "fear"), ("b", "surprised"))
    ]
    row = {"id": "r", "domain": "anime", "src": {"image": "src.png", **about}, "dst": dst}
    path = tmp_path / "ffe.jsonl"
    path.write_text(json.dumps(row) + "\n")
    return path


@pytest.mark.parametrize("name", ["build", "annotate", "check", "stats", "convert"])
def test_every_option_is_on_the_page(root: Path, name: str) -> None:
    command = get_command(app).commands["ffe"].commands[name]
    page = (root / "docs" / "ffe-data.md").read_text()
    assert f"mien ffe {name}" in page
    assert f"mien ffe {name}" in (command.help or "")
    for parameter in command.params:
        if parameter.param_type_name == "option":
            assert f"`{max(parameter.opts, key=len)}" in page


def test_pages_know_each_other(root: Path) -> None:
    assert "(ffe-data.md" in (root / "docs" / "ffe.md").read_text()
    assert "(ffe.md" in (root / "docs" / "ffe-data.md").read_text()


def test_check(mien_command, small: Path) -> None:
    ran = mien_command("ffe", "check", str(small))
    assert (ran.code, ran.out, ran.err) == (0, f"{small}: 1 rows, problems: 0\n", "")
    (small.parent / "b.png").unlink()
    ran = mien_command("ffe", "check", str(small), "--headers")
    assert ran.code == 1
    assert ran.out == (
        f"{small}:1: dst[1].image: b.png: there is no such picture\n{small}: 1 rows, problems: 1\n"
    )


def test_many_problems_are_counted(mien_command, small: Path) -> None:
    small.write_text("{\n" * 60)
    ran = mien_command("ffe", "check", str(small))
    assert ran.code == 1
    assert ran.out.count("is no JSON") == 50
    assert "... and 10 more\n" in ran.out


def test_stats(mien_command, small: Path) -> None:
    ran = mien_command("ffe", "stats", str(small))
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("1 rows, 1 people, 2 edits\n")
    assert "fear: 1, surprised: 1" in ran.out
    assert "missing   skin: not given for 1 people\n" in ran.out


def test_convert(mien_command, small: Path) -> None:
    shard = small.parent / "shards" / "s.tar"
    ran = mien_command("ffe", "convert", str(small), "-o", str(shard))
    assert (ran.code, ran.out) == (0, f"{shard.with_name('s-00000.tar')}\n")
    assert mien_command("ffe", "check", str(shard.parent)).code == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("check", "{}/none.jsonl"), "no such file"),
        (("stats", "{}/none.jsonl"), "no such file"),
        (("check", "https://x.org/a.jsonl"), "URL"),
        (("annotate", "{}/ffe.jsonl"), "who scores"),
        (("annotate", "{}/ffe.jsonl", "--truth", "--judge", "reader"), "who scores"),
        (("annotate", "{}/ffe.jsonl", *("--judge", "reader") * 2), "named twice"),
        (("annotate", "{}/ffe.jsonl", "--truth"), "does not say what was drawn"),
        (("annotate", "{}/ffe.jsonl", "--judge", "nobody"), "unknown judge"),
        (("annotate", "{}/ffe.jsonl", "--truth", "-o", "{}/new/ffe.jsonl"), "in the folder of"),
        (("annotate", "{}/ffe.jsonl", "--truth", "-o", "{}/ffe.parquet"), ".jsonl"),
        (("convert", "{}/ffe.jsonl", "-o", "{}/ffe.csv"), ".parquet or .tar"),
        (("build", "{}", "-o", "{}/out"), "--licence"),
        (("build", "{}", "-o", "{}/out", "--licence", "CC0"), "--consent"),
        (("build", "{}/none.csv", "-o", "{}/out"), "no such file"),
        (("build", "{}", "-o", "{}/out", "--strengths", "1"), "--strengths"),
        (("build", "{}", "-o", "{}/out", "--pairs", "0"), "pair"),
        (("build", "{}", "-o", "{}/out", "--pictures", "{}", "--with", "steps=2"), "--with"),
        (
            ("build", "{}", "-o", "{}/out", "--licence", "CC0", "--consent", "x",
             "--pairs-from", "{}/no.jsonl"),
            "no such file",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_used(
    mien_command, small: Path, arguments: tuple[str, ...], says: str
) -> None:
    before = small.read_bytes()
    ran = mien_command("ffe", *(argument.format(small.parent) for argument in arguments))
    assert ran.code == 2
    assert says in ran.err
    assert len(ran.err.splitlines()) == 1
    assert small.read_bytes() == before
    assert not (small.parent / "out").exists()


def test_look_alikes_of_another_set(mien_command, small: Path) -> None:
    folder = str(small.parent)
    given = ("--licence", "CC0", "--consent", "none needed", "--pairs-from", str(small))
    ran = mien_command("ffe", "build", folder, "-o", f"{folder}/out", *given)
    assert ran.code == 2
    look, why = ran.err.splitlines()
    assert look == "mien: look-alikes: fear-surprised"
    assert "no portrait can be used" in why


def test_build(mien_command, data: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for number in ("002", "024", "026"):
        photo = data / "london" / "neutral" / f"{number}.jpg"
        if photo.is_file():
            Image.open(photo).resize((400, 400)).save(folder / photo.name)
    options = ("--licence", "CC BY 4.0", "--consent", "forms", "--pairs", "1", "--size", "256")
    splits = ("--validation", "0", "--test", "0")
    ran = mien_command("ffe", "build", str(folder), "-o", str(out), *options, *splits)
    assert ran.code == 0, ran.err
    assert ran.out.split() == [
        str(out / n) for n in ("ffe.jsonl", "prompts.jsonl", "dropped.jsonl")
    ]
    assert "agreement of simulated annotators, median of the categories: ICC(2,k)" in ran.err
    ran = mien_command("ffe", "annotate", str(out / "ffe.jsonl"), "--judge", "reader")
    assert (ran.code, ran.out) == (0, f"{out / 'ffe.jsonl'}\n")
    ran = mien_command("ffe", "check", str(out / "ffe.jsonl"))
    assert ran.code == 0, ran.out
    assert "skin       very light:" in mien_command("ffe", "stats", str(out / "ffe.jsonl")).out
