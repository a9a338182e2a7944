"""Objective classes: movements sorted by their action units alone.

Davison, Merghani & Yap, *Objective classes for micro-facial expression recognition* (2018): I to VI
are what happiness, surprise, anger, disgust, sadness and fear look like, VII is everything else.
The table is the one that readings are described with.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from itertools import product

from mien.core.au_string import CodedUnit


def objective_class(aus: Iterable[CodedUnit] | None) -> str:
    """The class of a coded movement, ``"I"`` to ``"VII"``.

    Sides, intensities and doubts do not count, nor do references.

    Args:
        aus: codes of one expression; None where nothing is coded.

    Returns:
        Empty where nothing is coded, and where a choice (``R6 or R12``) leaves it open.
    """
    fixed: set[int] = set()
    choices: dict[int, list[int]] = defaultdict(list)
    for unit in aus or ():
        if unit.reference or not unit.number:
            continue
        if unit.alternative:
            choices[unit.alternative].append(unit.number)
        else:
            fixed.add(unit.number)
    if not fixed and not choices:
        return ""
    found = {_class_of(fixed.union(chosen)) for chosen in product(*choices.values())}
    return found.pop() if len(found) == 1 else ""


def _class_of(numbers: Iterable[int]) -> str:
    return _classes().get(frozenset(numbers), "VII")


@cache
def _classes() -> Mapping[frozenset[int], str]:
    stored = json.loads((files("mien.capture") / "objective_classes.json").read_text("utf-8"))
    return {
        frozenset(map(int, units.split("+"))): name
        for name, members in stored["classes"].items()
        for units in members
    }
