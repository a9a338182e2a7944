"""Objective classes: movements sorted by their action units alone.

Davison, Merghani & Yap, *Objective classes for micro-facial expression recognition* (2018): I to VI
are what happiness, surprise, anger, disgust, sadness and fear look like, VII is everything else.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files


def class_of_units(codes: Iterable[str]) -> str:
    """The class of action units that move together, ``"I"`` to ``"VII"``.

    Args:
        codes: such as ``"AU12"``, without sides.
    """
    return objective_classes().get(frozenset(codes), "VII")


@cache
def objective_classes() -> Mapping[frozenset[str], str]:
    """Units that move together, by their codes, to the class of I to VI that they are."""
    stored = json.loads((files("mien.core") / "objective_classes.json").read_text("utf-8"))
    return {
        frozenset(f"AU{int(number):02d}" for number in units.split("+")): name
        for name, members in stored["classes"].items()
        for units in members
    }
