"""Expressions as recipes of action units, and what a wish makes of a face.

A wish names categories with a strength (0 stays, 1 is the whole recipe, up to 1.5) and action units
with a change of intensity. Categories interpolate from what is on the face, action units add:

    target = current + sum(strength * (recipe - current)) + additions,  then absolute values are set
"""

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from mien.core import facs
from mien.core.errors import InputError

MAX_STRENGTH = 1.5

# A recipe that sets the rest to zero leaves these alone: they say where the person looks, not how
# they feel.
_STAY = ("AU43L", "AU43R", "AU61", "AU62", "AU63", "AU64")


@dataclass(frozen=True)
class Recipe:
    """An expression.

    Attributes:
        name: as typed by the user.
        aus: AU name to intensity, 0 to 5; a name without a side means both.
        rest: value of the units it does not name (gaze and blinks excepted), or None: they stay.
        source: where its units come from.
    """

    name: str
    aus: Mapping[str, float]
    rest: float | None
    source: str


@dataclass(frozen=True)
class Wish:
    """What a user wants of a face, in two parts.

    Attributes:
        expressions: category to strength, 0 to 1.5.
        additions: shape (len(COLUMNS),), change of intensity per action unit.
    """

    expressions: Mapping[str, float]
    additions: NDArray[np.float64]

    def scaled(self, factor: float) -> "Wish":
        """The same wish, stronger or weaker.

        Raises:
            InputError: a category would leave the range of strengths.
        """
        strengths = {name: factor * value for name, value in self.expressions.items()}
        for name, value in strengths.items():
            _check_strength(name, value)
        return Wish(strengths, factor * self.additions)


@cache
def recipes() -> Mapping[str, Recipe]:
    """The twelve categories and ``neutral``, by name."""
    stored = json.loads((files("mien.core") / "expressions.json").read_text())
    found = {
        entry["name"]: Recipe(entry["name"], entry["aus"], entry.get("rest"), entry["source"])
        for entry in stored["recipes"]
    }
    return MappingProxyType(found)


def parse_wish(wish: Mapping[str, float]) -> Wish:
    """Sort the entries of a wish such as ``{"happy": 0.6, "AU12L": 2.5}``.

    NaN entries are ignored, so that the output of a measurement can be given back.

    Raises:
        InputError: an unknown name, a value that is not a number, a strength outside 0 to 1.5.
    """
    expressions: dict[str, float] = {}
    additions: dict[str, float] = {}
    for name, value in wish.items():
        number = _number(name, value)
        if np.isnan(number):
            continue
        if facs.is_au(name):
            for column in facs.expand(name):
                additions[column] = additions.get(column, 0.0) + number
        else:
            _check_strength(find(name).name, number)
            expressions[find(name).name] = number
    return Wish(expressions, facs.vector(additions))


def find(name: str) -> Recipe:
    """A recipe by its name, whatever its case.

    Raises:
        InputError: no such recipe.
    """
    known = recipes()
    recipe = known.get(name.strip().lower())
    if recipe is None:
        near = difflib.get_close_matches(name.lower(), known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"use one of {', '.join(known)}"
        raise InputError(f"unknown expression {name!r}: {hint}")
    return recipe


def goal(recipe: Recipe, current: NDArray[np.float64]) -> NDArray[np.float64]:
    """The recipe as intensities for a face that shows ``current`` now, shape (len(COLUMNS),)."""
    wanted = current.copy()
    if recipe.rest is not None:
        moves = [i for i, column in enumerate(facs.COLUMNS) if column not in _STAY]
        wanted[moves] = recipe.rest
    named = facs.vector(recipe.aus, fill=np.nan)
    return np.where(np.isnan(named), wanted, named)


def target(
    current: NDArray[np.float64], wish: Wish, fixed: Mapping[str, float] | None = None
) -> NDArray[np.float64]:
    """Intensities that a wish asks of a face.

    Args:
        current: shape (len(COLUMNS),), what is on the face; NaN counts as 0.
        wish: see :func:`parse_wish`.
        fixed: AU name to absolute intensity, 0 to 5; NaN entries are ignored.

    Returns:
        Shape (len(COLUMNS),), within 0 to 5, exclusive pairs resolved; ``current`` itself, clipped,
        for an empty wish.

    Raises:
        InputError: a fixed value outside 0 to 5, or an unknown name.
    """
    now = np.nan_to_num(current, nan=0.0)
    wanted = now + wish.additions
    for name, strength in wish.expressions.items():
        wanted = wanted + strength * (goal(find(name), now) - now)
    given = _absolute(fixed or {})
    for column, value in given.items():
        wanted[[i for i in _displaced_by(column, value) if facs.COLUMNS[i] not in given]] = 0.0
    for column, value in given.items():
        wanted[facs.INDEX[column]] = value
    return facs.resolve(wanted)


def ease(share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Smooth start and stop: 0 to 1 mapped to 0 to 1 with no speed at either end."""
    clipped = np.clip(share, 0.0, 1.0)
    return np.asarray(clipped * clipped * (3.0 - 2.0 * clipped))


def transition(
    start: NDArray[np.float64], end: NDArray[np.float64], share: float
) -> NDArray[np.float64]:
    """Intensities on the way from one expression to another.

    Args:
        start: shape (len(COLUMNS),).
        end: shape (len(COLUMNS),).
        share: time gone by, 0 at the start and 1 at the end.
    """
    return facs.resolve(start + float(ease(np.array(share))) * (end - start))


def _absolute(fixed: Mapping[str, float]) -> dict[str, float]:
    """Columns and values of absolute targets, NaN left out."""
    given = {}
    for name, value in fixed.items():
        number = _number(name, value)
        if np.isnan(number):
            continue
        if not 0.0 <= number <= facs.MAX_INTENSITY:
            raise InputError(f"{name}={number:g}: an absolute intensity lies between 0 and 5")
        given.update(dict.fromkeys(facs.expand(name), number))
    return given


def _displaced_by(column: str, value: float) -> list[int]:
    """Units that make way for one that was set: its antagonists, and its other name."""
    pairs = [("AU26", "AU27")] + (list(facs.EXCLUSIVE) if value > 0.0 else [])
    return [facs.INDEX[a if column == b else b] for a, b in pairs if column in (a, b)]


def _number(name: str, value: object) -> float:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise InputError(f"{name}={value!r}: a strength or intensity is a number") from None
    if np.isinf(number):
        raise InputError(f"{name}={number}: a strength or intensity is a finite number")
    return number


def _check_strength(name: str, strength: float) -> None:
    if not 0.0 <= strength <= MAX_STRENGTH:
        raise InputError(
            f"{name}={strength:g}: a strength lies between 0 (as it is) and {MAX_STRENGTH:g}"
        )
