"""The list of names that ``mien edit`` takes."""

import re
import shlex
import sys
from pathlib import Path
from typing import Any

from mien.core.recipe import Recipe, find, parse_recipe, presets, recipes
from mien.flows.shoot import Shoot


def test_every_name_with_units_and_source(mien_command) -> None:
    ran = mien_command("recipes")
    assert ran.code == 0
    for recipe in (*recipes().values(), *presets().values()):
        assert f"\n{recipe.name} " in f"\n{ran.out}"
        assert recipe.source in ran.out
    assert "AU12 2 " in ran.out


def test_one_as_a_file(mien_command) -> None:
    ran = mien_command("recipes", "Happy")
    assert parse_recipe(ran.out) == find("happy")
    assert mien_command("recipes", "hapy").code == 2


def test_the_page_lists_them(root: Path) -> None:
    page = (root / "docs" / "recipes.md").read_text("utf-8")
    rows = [
        f"| `{recipe.name}` | {units(recipe)} | {recipe.source} |"
        for recipe in (*recipes().values(), *presets().values())
    ]
    assert "\n|---|---|---|\n" + "\n".join(rows) + "\n\n" in page


def units(recipe: Recipe) -> str:
    return ", ".join(f"{au} {value:g}" for au, value in recipe.aus.items()) or "-"


def test_examples_of_the_page_run(
    root: Path, mien_command, fake_flow, tmp_path: Path, monkeypatch
) -> None:
    page = (root / "docs" / "recipes.md").read_text("utf-8")
    (written,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    Path("mine.json").write_text(written, "utf-8")
    Path("shoot").mkdir()
    fake_flow("mien.flows.edit_file", "edit_file", [])
    made = Shoot((Path("a.jpg"),), (), {}, Path("report.json"), ())
    fake_flow("mien.flows.shoot", "shoot", made)
    sys.modules["mien.flows.shoot"].photos_in = lambda folder: [folder / "a.jpg"]
    blocks = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    lines = [line.split(" > ")[0] for block in blocks for line in block.strip().splitlines()]
    assert len(lines) > 6
    for line in lines:
        verb, *arguments = shlex.split(line)
        assert verb == "mien"
        ran = mien_command(*arguments)
        assert ran.code == 0, (line, ran.err)


def test_python_of_the_page_runs(root: Path, data: Path, tmp_path: Path, monkeypatch) -> None:
    page = (root / "docs" / "recipes.md").read_text("utf-8")
    (written,), (code,) = (
        re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL) for kind in ("json", "python")
    )
    monkeypatch.chdir(tmp_path)
    Path("mine.json").write_text(written, "utf-8")
    Path("portrait.jpg").symlink_to(data / "london" / "neutral" / "002.jpg")
    space: dict[str, Any] = {}
    exec(code, space)
    assert space["result"].aus["AU12L"] > 1.0
