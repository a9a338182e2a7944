"""Timelines as files that people read and write.

    {"mien": 1, "relative": true,
     "keys": [{"time": 0}, {"time": 1.5, "expression": {"happy": 0.6}, "aus": {"AU12L": 1}}],
     "micro": [{"onset": 800, "apex": 900, "offset": 1100, "aus": {"AU04": 2}}]}

Keys count seconds, micro-expressions milliseconds. The schema beside this file says the form.
"""

import json
import math
from pathlib import Path

from mien.core import document
from mien.core.errors import InputError
from mien.core.recipe import Recipe
from mien.core.timeline import Key, Micro, Timeline

_FIELDS = ("relative", "keys", "micro")
_KEY = ("time", "expression", "aus", "ease")
_MICRO = ("onset", "apex", "offset", "aus")


def load_timeline(path: str | Path) -> Timeline:
    """Read a timeline from a file.

    Raises:
        InputError: no such file, or not a timeline; the message names file, entry and field.
    """
    return document.load(path, parse_timeline, "a timeline")


def parse_timeline(text: str) -> Timeline:
    """A timeline from the text of its file.

    Raises:
        InputError: the message begins with the entry and the field, e.g. ``keys[1].time``.
    """
    stored = document.fields_of(text, _FIELDS, "a timeline")
    relative = stored.get("relative", True)
    if not isinstance(relative, bool):
        raise InputError("relative: is true or false")
    keys = [_key(entry, f"keys[{i}]") for i, entry in enumerate(_list(stored, "keys"))]
    micro = [_micro(entry, f"micro[{i}]") for i, entry in enumerate(_list(stored, "micro"))]
    return Timeline(tuple(keys), tuple(micro), relative)


def timeline_text(timeline: Timeline) -> str:
    """The text of a timeline's file, the inverse of :func:`parse_timeline`.

    Recipes are written by their names, so those of a user's own cannot be read back.
    """
    keys = []
    for key in timeline.keys:
        entry: dict[str, object] = {"time": key.time}
        if key.expression:
            entry["expression"] = {_name(what): s for what, s in key.expression.items()}
        if key.aus:
            entry["aus"] = dict(key.aus)
        keys.append({**entry, "ease": key.ease})
    micro = [
        {"onset": one.onset, "apex": one.apex, "offset": one.offset, "aus": dict(one.aus)}
        for one in timeline.micro
    ]
    content = {"mien": 1, "relative": timeline.relative, "keys": keys, "micro": micro}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _name(what: str | Recipe) -> str:
    return what.name if isinstance(what, Recipe) else what


def _key(entry: object, where: str) -> Key:
    found = _object(entry, where, _KEY)
    time = _number(found, "time", where)
    expression, aus = _numbers(found, "expression", where), _numbers(found, "aus", where)
    ease = found.get("ease", "natural")
    if not isinstance(ease, str):
        raise InputError(f"{where}.ease: is a text such as natural")
    try:
        return Key(time, expression, aus, ease)
    except InputError as error:
        raise InputError(f"{where}.{error}") from None


def _micro(entry: object, where: str) -> Micro:
    found = _object(entry, where, _MICRO)
    onset, apex, offset = (_number(found, name, where) for name in _MICRO[:3])
    try:
        return Micro(onset, apex, offset, _numbers(found, "aus", where))
    except InputError as error:
        raise InputError(f"{where}.{error}") from None


def _object(entry: object, where: str, fields: tuple[str, ...]) -> dict[str, object]:
    if not isinstance(entry, dict):
        raise InputError(f"{where}: is an object with {', '.join(fields)}")
    for name in entry:
        if name not in fields:
            raise InputError(f"{where}.{name}: unknown field{document.did_you_mean(name, fields)}")
    return entry


def _list(stored: dict[str, object], name: str) -> list[object]:
    entries = stored.get(name, [])
    if not isinstance(entries, list):
        raise InputError(f"{name}: is a list")
    return entries


def _numbers(found: dict[str, object], name: str, where: str) -> dict[str, float]:
    values = found.get(name, {})
    if not isinstance(values, dict):
        raise InputError(f'{where}.{name}: is an object such as {{"happy": 0.6}} or {{"AU12": 2}}')
    return {each: _number(values, each, f"{where}.{name}") for each in values}


def _number(found: dict[str, object], name: str, where: str) -> float:
    if name not in found:
        raise InputError(f"{where}.{name}: is missing")
    value = found[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InputError(f"{where}.{name}: {value!r} is not a number")
    return value
