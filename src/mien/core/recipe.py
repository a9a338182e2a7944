"""Recipes: an expression as action units, in files that people read and write.

    {"mien": 1, "name": "approachable", "aus": {"AU12": 1.5}, "rest": 0, "source": "..."}

The twelve categories, the presets and a user's own are the same kind of file and the same kind of
value; the schema beside the presets says the form.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from mien.core import facs
from mien.core.document import did_you_mean, fields_of, load
from mien.core.errors import InputError
from mien.core.names import check_name

SUFFIX = ".json"
_FIELDS = ("name", "aus", "rest", "source")


@dataclass(frozen=True)
class Recipe:
    """An expression.

    Attributes:
        name: what it is called; files and folders are named by it too, as
            :func:`mien.core.names.check_name` allows.
        aus: AU name to intensity, 0 to 5; a name without a side means both.
        rest: 0 brings the units it does not name to rest (gaze and blinks excepted), None lets them
            stay as they are.
        source: where its units come from.

    Raises:
        InputError: a name that no file could have, an unknown unit, one named twice, or an
            intensity outside 0 to 5; the message begins with the field.
    """

    name: str
    aus: Mapping[str, float] = field(hash=False)
    rest: float | None = None
    source: str = ""

    def __post_init__(self) -> None:
        _check_name(self.name)
        _check_aus(self.aus)
        if self.rest is not None and (isinstance(self.rest, bool) or self.rest != 0):
            raise InputError("rest: is 0, or left out so that other units stay as they are")
        if not isinstance(self.source, str):
            raise InputError("source: is a text that says where the action units come from")


def load_recipe(path: str | Path) -> Recipe:
    """Read a recipe from a file.

    Raises:
        InputError: no such file, or not a recipe; the message names the file and the field.
    """
    return load(path, parse_recipe, "a recipe")


def parse_recipe(text: str) -> Recipe:
    """A recipe from the text of its file.

    Raises:
        InputError: not JSON, not a recipe of version 1, an unknown field or a wrong value; the
            message begins with the field.
    """
    stored = fields_of(text, _FIELDS, "a recipe")
    for key in ("name", "aus"):
        if key not in stored:
            raise InputError(f"{key}: is missing")
    return Recipe(stored["name"], stored["aus"], stored.get("rest"), stored.get("source", ""))


def recipe_text(recipe: Recipe) -> str:
    """The text of a recipe's file, the inverse of :func:`parse_recipe`."""
    content: dict[str, object] = {"mien": 1, "name": recipe.name, "aus": dict(recipe.aus)}
    if recipe.rest is not None:
        content["rest"] = recipe.rest
    if recipe.source:
        content["source"] = recipe.source
    lines = [
        f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}"
        for key, value in content.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


@cache
def recipes() -> Mapping[str, Recipe]:
    """The twelve categories and ``neutral``, by name."""
    stored = json.loads((files("mien.core") / "expressions.json").read_text("utf-8"))
    found = {
        entry["name"]: Recipe(entry["name"], entry["aus"], entry.get("rest"), entry["source"])
        for entry in stored["recipes"]
    }
    return MappingProxyType(found)


@cache
def presets() -> Mapping[str, Recipe]:
    """The recipes that come with mien beside the categories, by name in order of the alphabet."""
    stored = (
        parse_recipe(file.read_text("utf-8"))
        for file in (files("mien.core") / "presets").iterdir()
        if file.name.endswith(SUFFIX)
    )
    return MappingProxyType({recipe.name: recipe for recipe in sorted(stored, key=_by_name)})


def find(name: str) -> Recipe:
    """A category or preset by its name, whatever its case.

    Raises:
        InputError: no such recipe.
    """
    known = {**recipes(), **presets()}
    recipe = known.get(name.strip().lower())
    if recipe is None:
        hint = did_you_mean(name.lower(), known) or f": use one of {', '.join(known)}"
        raise InputError(f"unknown expression {name!r}{hint}")
    return recipe


def _by_name(recipe: Recipe) -> str:
    return recipe.name


def _check_name(name: object) -> None:
    if not isinstance(name, str):
        raise InputError("name: is a text that can name a file")
    try:
        check_name(name)
    except InputError as error:
        raise InputError(f"name: {error}") from None
    if facs.is_au(name):
        raise InputError(f"name: {name} is written like an action unit: choose a word")


def _check_aus(aus: object) -> None:
    if not isinstance(aus, Mapping):
        raise InputError('aus: is an object such as {"AU12": 1.5}')
    named: dict[str, str] = {}
    for name, value in aus.items():
        try:
            columns = facs.expand(name)
        except InputError as error:
            raise InputError(f"aus.{name}: {error}") from None
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or not 0.0 <= value <= facs.MAX_INTENSITY:
            raise InputError(f"aus.{name}: {value!r} is no intensity, a number from 0 to 5")
        for column in columns:
            if column in named:
                raise InputError(f"aus.{name}: {column} is set by {named[column]} already")
            named[column] = name
