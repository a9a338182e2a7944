"""The rules of the house that no linter knows."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

import mien
from mien.cli import app
from mien.core.facs import ACTION_UNITS

COMMAND = get_command(app)
VERBS = sorted(COMMAND.commands)
HEAVY = ("numpy", "cv2", "mediapipe", "pandas", "plotly", "PIL", "av", "scipy", "jax", "typer")
PUBLIC = ["EditResult", "Reading", "__version__", "edit", "measure", "read"]
MAX_LINES = 400


def python(code: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_import_is_light() -> None:
    assert python(f"import sys, mien; print([m for m in {HEAVY} if m in sys.modules])") == "[]"


def test_command_starts_without_the_heavy_libraries() -> None:
    heavy = ("cv2", "mediapipe", "pandas", "plotly", "av", "scipy", "jax")
    assert python(f"import sys, mien.cli; print([m for m in {heavy} if m in sys.modules])") == "[]"


def test_public_list() -> None:
    assert mien.__all__ == PUBLIC
    assert dir(mien) == PUBLIC


@pytest.mark.parametrize("name", [name for name in PUBLIC if name != "__version__"])
def test_public_names_exist(name: str) -> None:
    assert callable(getattr(mien, name))


def test_unknown_name() -> None:
    with pytest.raises(AttributeError, match="smile"):
        mien.smile  # noqa: B018


@pytest.mark.parametrize("first", ["mien", "mien.edit.mesh", "mien.flows.edit"])
def test_edit_is_the_verb_whatever_was_imported_first(first: str) -> None:
    code = f"import {first}, mien; from mien.edit import mesh; print(mien.edit.__module__)"
    assert python(code) == "mien.flows.edit"


@pytest.mark.parametrize("verb", VERBS)
def test_command_is_explained(verb: str, root: Path) -> None:
    command = COMMAND.commands[verb]
    assert f"mien {verb}" in (command.help or ""), "help without an example"
    page = (root / "docs" / f"{verb}.md").read_text()
    assert f"mien {verb}" in page
    for parameter in command.params:
        if parameter.param_type_name == "option":
            assert parameter.help, f"{parameter.name} has no help"
            longest = max(parameter.opts, key=len)
            assert f"`{longest}" in page, f"docs/{verb}.md does not mention {longest}"


def test_readme_commands_are_targets(root: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (root / "Makefile").read_text(), re.MULTILINE))
    asked = set(re.findall(r"^make ([a-z]+)", (root / "README.md").read_text(), re.MULTILINE))
    assert {"demo", "test"} <= asked <= targets


def test_integration_runs_what_people_run(root: Path) -> None:
    assert "make test" in (root / ".ci/run").read_text()


def test_links_lead_somewhere(root: Path) -> None:
    pages = [*root.glob("*.md"), *root.glob("docs/*.md")]
    dead = [
        f"{page.name}: {link}"
        for page in pages
        for link in re.findall(r"(?:\]\(|src=\")([^)#\s\"]+)", page.read_text())
        if "://" not in link and not (page.parent / link).exists()
    ]
    assert not dead


def test_files_stay_small(root: Path) -> None:
    lines = {
        path.relative_to(root).as_posix(): path.read_text().count("\n")
        for path in root.glob("src/mien/**/*.py")
    }
    assert not {path: n for path, n in lines.items() if n > MAX_LINES}


def test_anatomy_page_lists_every_action_unit(root: Path) -> None:
    page = (root / "docs/anatomy.md").read_text()
    missing = [u.code for u in ACTION_UNITS if f"| {u.code} | {u.name} | {u.muscles} |" not in page]
    assert not missing
