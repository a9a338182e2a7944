"""What the JSON of a row must look like; all that is wrong with it, not the first thing only."""

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath, PureWindowsPath
from typing import TypeGuard

from mien.core import facs
from mien.core.document import did_you_mean
from mien.core.recipe import recipes
from mien.learn.ffe.skin import TONES

DOMAINS = ("human", "anime")
SPLITS = ("train", "validation", "test")

_CATEGORIES = tuple(name for name, recipe in recipes().items() if recipe.aus)
_ID = re.compile(r"[A-Za-z0-9_-]{1,120}")
_OLDEST = 130  # years
_SHOWN = 60  # characters of a foreign value in a message

Check = Callable[[object, str], Iterator[str]]


def problems(stored: object) -> Iterator[str]:
    """Everything that is wrong with the form of a row; each begins with the field.

    Args:
        stored: what was parsed from JSON.
    """
    yield from _fields(stored, "", _ROW, ("id", "domain", "src", "dst"))


def pictures(stored: object) -> Iterator[tuple[str, str, list[float] | None]]:
    """Field, path and box of each picture that a row names, whatever else is wrong with it.

    Args:
        stored: what was parsed from JSON.
    """
    found = stored if isinstance(stored, dict) else {}
    targets = found.get("dst")
    named = {"src": found.get("src")}
    named |= {
        f"dst[{i}]": one for i, one in enumerate(targets if isinstance(targets, list) else ())
    }
    for where, one in named.items():
        if isinstance(one, dict) and not [*_path(one.get("image"), where)]:
            box = one.get("boxes")
            yield where, one["image"], None if [*_box(box, where)] else box


def written(stored: object) -> TypeGuard[str]:
    """Whether it is text that UTF-8 can have: JSON can escape halves of characters."""
    return isinstance(stored, str) and not any("\ud800" <= one <= "\udfff" for one in stored)


def _fields(
    stored: object, where: str, known: Mapping[str, Check], needed: tuple[str, ...] = ()
) -> Iterator[str]:
    if not isinstance(stored, dict):
        yield f"{where or 'row'}: is no object such as {{...}}"
        return
    path = f"{where}." if where else ""
    for name in needed:
        if name not in stored:
            yield f"{path}{name}: is missing"
    for name, value in stored.items():
        if name in known:
            yield from known[name](value, f"{path}{name}")
        else:
            yield f"{path}{_cut(name)}: unknown field{did_you_mean(name, known)}"


def _text(stored: object, where: str) -> Iterator[str]:
    if not written(stored) or not stored.strip():
        yield f"{where}: {_cut(stored)} is no text"


def _words(stored: object, where: str) -> Iterator[str]:
    if not written(stored):
        yield f"{where}: {_cut(stored)} is no text"


def _id(stored: object, where: str) -> Iterator[str]:
    if not isinstance(stored, str) or not _ID.fullmatch(stored):
        yield f"{where}: {_cut(stored)}: use up to 120 letters, digits, - and _"


def _path(stored: object, where: str) -> Iterator[str]:
    if not written(stored) or not stored or "\0" in stored:
        yield f"{where}: {_cut(stored)} is no path"
    elif PurePosixPath(stored).is_absolute() or PureWindowsPath(stored).anchor or "\\" in stored:
        yield f"{where}: {_cut(stored)}: give a path from the folder of this file, with /"


def _box(stored: object, where: str) -> Iterator[str]:
    numbers = isinstance(stored, list) and len(stored) == 4 and all(map(_number, stored))
    if not numbers or not (stored[0] < stored[2] and stored[1] < stored[3]):  # type: ignore[index]
        yield f"{where}: {_cut(stored)} is no [left, top, right, bottom] in px"


def _one_of(names: tuple[str, ...]) -> Check:
    def check(stored: object, where: str) -> Iterator[str]:
        if stored not in names:
            hint = did_you_mean(str(stored).lower(), names) or f": use {', '.join(names)}"
            yield f"{where}: unknown {where.rpartition('.')[2]} {_cut(stored)}{hint}"

    return check


def _scores(stored: object, where: str) -> Iterator[str]:
    if stored == {}:  # not annotated yet
        return
    yield from _fields(stored, where, dict.fromkeys(_CATEGORIES, _score), _CATEGORIES)


def _score(stored: object, where: str) -> Iterator[str]:
    if stored is not None and not (_number(stored) and 0.0 <= stored <= 1.0):  # type: ignore[operator]
        yield f"{where}: {_cut(stored)} is no score from 0 to 1"


def _asked(stored: object, where: str) -> Iterator[str]:
    yield from _fields(stored, where, dict.fromkeys(_CATEGORIES, _strength))


def _strength(stored: object, where: str) -> Iterator[str]:
    if not _number(stored) or stored < 0.0:  # type: ignore[operator]
        yield f"{where}: {_cut(stored)} is no strength"


def _aus(stored: object, where: str) -> Iterator[str]:
    yield from _fields(stored, where, dict.fromkeys(facs.COLUMNS, _intensity))


def _intensity(stored: object, where: str) -> Iterator[str]:
    if not _number(stored) or not 0.0 <= stored <= facs.MAX_INTENSITY:  # type: ignore[operator]
        yield f"{where}: {_cut(stored)} is no intensity from 0 to 5"


def _age(stored: object, where: str) -> Iterator[str]:
    if not _number(stored) or not 0.0 <= stored <= _OLDEST:  # type: ignore[operator]
        yield f"{where}: {_cut(stored)} is no age in years"


def _angle(stored: object, where: str) -> Iterator[str]:
    if not _number(stored) or not -90.0 <= stored <= 90.0:  # type: ignore[operator]
        yield f"{where}: {_cut(stored)} is no angle from -90 to 90 degrees"


def _seed(stored: object, where: str) -> Iterator[str]:
    if isinstance(stored, bool) or not isinstance(stored, int) or not 0 <= stored < 2**63:
        yield f"{where}: {_cut(stored)} is no seed, a whole number from 0"


def _object(stored: object, where: str) -> Iterator[str]:
    if not isinstance(stored, dict):
        yield f"{where}: is no object such as {{...}}"
    elif not written(json.dumps(stored, ensure_ascii=False)):
        yield f"{where}: holds what is no text"


def _names(stored: object, where: str) -> Iterator[str]:
    if not isinstance(stored, list) or not all(map(written, stored)):
        yield f"{where}: {_cut(stored)} is no list of names"


def _person(stored: object, where: str) -> Iterator[str]:
    known = {"gender": _words, "age": _age, "skin": _one_of(TONES), "ita": _angle}
    yield from _fields(stored, where, known)


def _source(stored: object, where: str) -> Iterator[str]:
    yield from _fields(stored, where, _PICTURE, _OF_PICTURE)


def _targets(stored: object, where: str) -> Iterator[str]:
    if not isinstance(stored, list):
        yield f"{where}: is no list of two targets"
        return
    if len(stored) != 2:
        yield f"{where}: {len(stored)} target{'s' * (len(stored) != 1)}: a row has two"
    for number, one in enumerate(stored):
        yield from _fields(one, f"{where}[{number}]", _TARGET, (*_OF_PICTURE, "category"))


def _number(stored: object) -> bool:
    number = isinstance(stored, int | float) and not isinstance(stored, bool)
    return number and abs(stored) <= sys.float_info.max  # type: ignore[arg-type]


def _cut(stored: object) -> str:
    """A foreign value on one short line."""
    shown = ascii(stored) if isinstance(stored, int | float | str) else type(stored).__name__
    return shown if len(shown) <= _SHOWN else shown[: _SHOWN - 3] + "..."


_OF_PICTURE = ("image", "identity", "licence", "consent", "source")
_PICTURE: Mapping[str, Check] = {**dict.fromkeys(_OF_PICTURE, _text), "image": _path, "boxes": _box}
_TARGET: Mapping[str, Check] = {
    **_PICTURE, "category": _one_of(_CATEGORIES), "scores": _scores, "asked": _asked,
    "aus": _aus, "prompt": _words,
}  # fmt: skip
_ROW: Mapping[str, Check] = {
    "id": _id, "domain": _one_of(DOMAINS), "split": _one_of(SPLITS), "person": _person,
    "src": _source, "dst": _targets, "generator": _object, "seed": _seed, "judges": _names,
}  # fmt: skip
