"""The leak audit: what was chosen, and on whose data.

Choosing the epoch that does best on the person who is tested lifts published figures by a tenth and
more (Varanka et al., IEEE TAFFC 2024, arXiv 2211.11425). So a trainer writes down every choice with
the people it was made on, and figures are refused where one of them is tested.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mien.core.document import fields_of, load
from mien.core.errors import InputError
from mien.media.files import atomic


@dataclass(frozen=True)
class Selection:
    """One choice.

    Attributes:
        what: was chosen: ``"epoch"``, ``"threshold"``, ``"scale"``, ``"architecture"`` ...
        value: that was taken.
        people: on whose data; empty where it stood before any data were seen.
    """

    what: str
    value: str
    people: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Fold:
    """One training.

    Attributes:
        name: of the fold.
        train: people whose data the weights come from.
        test: people it was tested on.
        choices: made for it.
    """

    name: str
    train: frozenset[str]
    test: frozenset[str]
    choices: tuple[Selection, ...] = ()


def check(folds: Sequence[Fold], tested: Iterable[str] = ()) -> None:
    """Refuse figures that rest on what was tested.

    Args:
        folds: of a run.
        tested: people who have predictions; each must be tested in one fold.

    Raises:
        InputError: somebody is trained on and tested in one fold, or tested in two; a choice was
            made on somebody who is tested; or somebody has predictions but no fold.
    """
    seen: set[str] = set()
    for fold in folds:
        _none(fold.train & fold.test, f"fold {fold.name}: trained on whom it tests")
        _none(seen & fold.test, f"fold {fold.name}: tests whom another fold tests")
        for one in fold.choices:
            _none(one.people & fold.test, f"fold {fold.name}: {one.what} was chosen on the tested")
        seen |= fold.test
    _none(set(tested) - seen, "leak audit: no fold tests")


def lines(folds: Sequence[Fold]) -> list[str]:
    """What an audit that holds says, a line for each thing chosen."""
    told = [f"leak audit: {len(folds)} folds, nobody trained on is tested"]
    for what in dict.fromkeys(one.what for fold in folds for one in fold.choices):
        made = [one for fold in folds for one in fold.choices if one.what == what]
        fixed = sum(not one.people for one in made)
        values = sorted({one.value for one in made})
        shown = ", ".join(values[:3]) + (", ..." if len(values) > 3 else "")
        where = f"before any data in {fixed}" if fixed else ""
        on = f"on people not tested in {len(made) - fixed}" if fixed < len(made) else ""
        told.append(
            f"leak audit: {what} ({shown}) chosen {' and '.join(filter(None, (where, on)))}"
        )
    told += [] if any(fold.choices for fold in folds) else ["leak audit: no choice is written down"]
    return told


def parse(text: str) -> list[Fold]:
    """The folds of a text of JSON.

    Raises:
        InputError: it is no audit; the message begins with the field.
    """
    stored = fields_of(text, ("folds",), "an audit")
    folds = stored.get("folds")
    if not isinstance(folds, list) or not folds:
        raise InputError("folds: give a list of folds")
    return [_fold(one, f"folds[{i}]") for i, one in enumerate(folds)]


def read(path: Path) -> list[Fold]:
    """The folds that a trainer wrote down.

    Raises:
        InputError: no such file, or no audit.
    """
    return load(path, parse, "an audit")


def write(folds: Iterable[Fold], path: Path) -> None:
    """Write folds, with people in order.

    Raises:
        MediaError: the file cannot be written.
    """
    stored = {"mien": 1, "folds": [_stored(fold) for fold in folds]}
    with atomic(path) as file:
        file.write_text(json.dumps(stored, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _stored(fold: Fold) -> dict[str, Any]:
    choices = [
        {"what": one.what, "value": one.value, "people": sorted(one.people)} for one in fold.choices
    ]
    people = {"train": sorted(fold.train), "test": sorted(fold.test)}
    return {"name": fold.name, **people, "choices": choices}


def _fold(stored: object, where: str) -> Fold:
    fields = _object(stored, where, ("name", "train", "test"), ("choices",))
    choices = fields.get("choices", [])
    if not isinstance(choices, list):
        raise InputError(f"{where}.choices: give a list")
    return Fold(
        _text(fields["name"], f"{where}.name"),
        _people(fields["train"], f"{where}.train"),
        _people(fields["test"], f"{where}.test"),
        tuple(_selection(one, f"{where}.choices[{i}]") for i, one in enumerate(choices)),
    )


def _selection(stored: object, where: str) -> Selection:
    fields = _object(stored, where, ("what", "value", "people"))
    what, value = (_text(fields[name], f"{where}.{name}") for name in ("what", "value"))
    return Selection(what, value, _people(fields["people"], f"{where}.people"))


def _object(
    stored: object, where: str, needed: tuple[str, ...], more: tuple[str, ...] = ()
) -> dict[str, Any]:
    known = {*needed, *more}
    if not isinstance(stored, dict) or not set(needed) <= set(stored) <= known:
        raise InputError(f"{where}: give an object with {', '.join((*needed, *more))}")
    return stored


def _text(stored: object, where: str) -> str:
    if not isinstance(stored, str) or not stored:
        raise InputError(f"{where}: give a text")
    return stored


def _people(stored: object, where: str) -> frozenset[str]:
    if not isinstance(stored, list) or not all(isinstance(one, str) for one in stored):
        raise InputError(f"{where}: give a list of names")
    return frozenset(stored)


def _none(people: Iterable[str], what: str) -> None:
    found = sorted(people)
    if found:
        shown = ", ".join(found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else "")
        raise InputError(f"{what}: {shown}: figures are refused")
