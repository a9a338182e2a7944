"""The small JSON files of mien: one object, a version, no unknown fields, clear errors."""

import difflib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from mien.core.errors import InputError

Value = TypeVar("Value")


def load(path: str | Path, parse: Callable[[str], Value], what: str) -> Value:
    """Read a file.

    Args:
        path: of the file.
        parse: makes a value of its text, or raises an InputError that begins with the field.
        what: it should be, for messages: ``"a recipe"``.

    Raises:
        InputError: no such file, or what ``parse`` raises with the path before it.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file: give {what}, a JSON file")
    try:
        return parse(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise InputError(f"{path}: is no text in UTF-8: give {what}, a JSON file") from None
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def fields_of(text: str, known: Iterable[str], what: str) -> dict[str, Any]:
    """The object in a text of JSON, with ``"mien": 1`` and no fields but those known.

    Args:
        text: of a file.
        known: names of the fields; ``mien`` and ``$schema`` go without saying.
        what: it should be, for messages: ``"a recipe"``.

    Raises:
        InputError: anything else; the message begins with the line or the field.
    """
    try:
        stored = json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise InputError(f"line {error.lineno}: is no JSON: {error.msg}") from None
    except (RecursionError, ValueError):  # deep nesting, numbers of thousands of digits
        raise InputError(f"cannot be {what}: nested or written too long") from None
    if not isinstance(stored, dict):
        raise InputError(f'is not {what}: write an object such as {{"mien": 1, ...}}')
    names = ("mien", "$schema", *known)
    for key in stored:
        if key not in names:
            raise InputError(f"{key}: unknown field{did_you_mean(key, names)}")
    version = stored.get("mien")
    if isinstance(version, bool) or version != 1:
        raise InputError('mien: is the version of the file: write "mien": 1')
    return stored


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint for the end of a message; empty where nothing known is near."""
    near = difflib.get_close_matches(name, known, n=1)
    return f": did you mean {near[0]}?" if near else ""


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A JSON object that names nothing twice."""
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise InputError(f"{key}: is there twice")
        found[key] = value
    return found
