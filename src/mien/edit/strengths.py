"""What a drawing model makes of a strength, measured: so that a slider means what it says.

    {"mien": 1, "made_with": {...}, "people": 52, "curves":
      {"happy": {"strengths": [0, 0.5, 1], "measured": [0, 0.3, 0.9], "limit": 1}, ...}}

The model's own strength is a place between two prompts; how much expression it draws there is
another matter, and another one for each expression. ``mien bench ffe`` measures it.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from mien.core.document import fields_of, load
from mien.core.errors import InputError
from mien.media.files import atomic

_FIELDS = ("made_with", "people", "curves")
_CURVE = ("strengths", "measured", "limit")


@dataclass(frozen=True)
class Curve:
    """How much of an expression the strengths of a model draw.

    Attributes:
        strengths: of the model, two or more, rising from 0.
        measured: share of the category's whole recipe that is read at each, from 0, not falling.
        limit: strength from which more brings no more expression, or another person.

    Raises:
        InputError: anything else; the message begins with the field.
    """

    strengths: tuple[float, ...]
    measured: tuple[float, ...]
    limit: float

    def __post_init__(self) -> None:
        _check_numbers("strengths", self.strengths)
        _check_numbers("measured", self.measured)
        if len(self.measured) != len(self.strengths):
            raise InputError("measured: has as many numbers as strengths")
        if not all(a < b for a, b in pairwise(self.strengths)):
            raise InputError("strengths: rise from 0")
        if not all(a <= b for a, b in pairwise(self.measured)):
            raise InputError("measured: does not fall")
        if not 0.0 <= self.limit <= self.strengths[-1]:
            raise InputError("limit: is one of the strengths, or lies between two")

    @property
    def reach(self) -> float:
        """The most that can be asked of it, as a share of the recipe."""
        return float(np.interp(self.limit, self.strengths, self.measured))

    def strength(self, share: float) -> float:
        """The model's strength that draws a share of the recipe, up to :attr:`reach`.

        Where the curve is flat it is the smallest one.

        Raises:
            InputError: more than can be reached.
        """
        if share > self.reach + 1e-9:
            raise InputError(f"{share:g} is more than the model reaches, {self.reach:.2f}")
        for (low, high), (start, end) in zip(
            pairwise(self.strengths), pairwise(self.measured), strict=True
        ):
            if share <= end:
                way = (share - start) / (end - start) if end > start else 0.0
                return low + max(way, 0.0) * (high - low)
        return self.limit


@dataclass(frozen=True)
class Strengths:
    """Curves of a model.

    Attributes:
        curves: expression to its curve.
        made_with: what drew when they were measured, see :class:`mien.flows.backend.Backend`.
        people: on how many they were measured.
    """

    curves: Mapping[str, Curve] = field(hash=False)
    made_with: Mapping[str, object] = field(hash=False)
    people: int

    @property
    def digest(self) -> str:
        """Tells them from others, 12 hexadecimal digits."""
        return hashlib.sha256(strengths_text(self).encode()).hexdigest()[:12]


def load_strengths(path: str | Path) -> Strengths:
    """Read curves from a file.

    Raises:
        InputError: no such file, or none of curves; the message names the file and the field.
    """
    return load(path, parse_strengths, "strength curves")


def save_strengths(path: Path, strengths: Strengths) -> None:
    """Write curves to a file, whole or not at all."""
    with atomic(path) as temporary:
        temporary.write_text(strengths_text(strengths), "utf-8")


def parse_strengths(text: str) -> Strengths:
    """Curves from the text of their file.

    Raises:
        InputError: not JSON of this form; the message begins with the field.
    """
    stored = fields_of(text, _FIELDS, "strength curves")
    for key in _FIELDS:
        if key not in stored:
            raise InputError(f"{key}: is missing: mien bench ffe writes such files")
    people, curves, made_with = stored["people"], stored["curves"], stored["made_with"]
    if not isinstance(people, int) or isinstance(people, bool) or people < 1:
        raise InputError("people: is how many were measured, 1 or more")
    if not isinstance(curves, dict) or not isinstance(made_with, dict):
        raise InputError("curves, made_with: are objects")
    return Strengths({name: _curve(name, one) for name, one in curves.items()}, made_with, people)


def strengths_text(strengths: Strengths) -> str:
    """The text of a file of curves, the inverse of :func:`parse_strengths`."""
    curves = {
        name: {"strengths": [*one.strengths], "measured": [*one.measured], "limit": one.limit}
        for name, one in strengths.curves.items()
    }
    content = {
        "mien": 1,
        "made_with": dict(strengths.made_with),
        "people": strengths.people,
        "curves": curves,
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _curve(name: str, stored: Any) -> Curve:
    if not isinstance(stored, dict) or sorted(stored) != sorted(_CURVE):
        raise InputError(f"curves.{name}: is an object with {', '.join(_CURVE)}")
    columns = [stored[key] for key in _CURVE[:2]]
    if not all(isinstance(column, list) for column in columns) or not _is_number(stored["limit"]):
        raise InputError(f"curves.{name}: strengths and measured are lists, limit is a number")
    try:
        return Curve(tuple(columns[0]), tuple(columns[1]), stored["limit"])
    except InputError as error:
        raise InputError(f"curves.{name}.{error}") from None


def _check_numbers(name: str, values: tuple[float, ...]) -> None:
    if len(values) < 2 or not all(map(_is_number, values)) or values[0] != 0:
        raise InputError(f"{name}: are two or more numbers, the first of them 0")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e6
