"""What a wish makes of a face.

A wish names expressions with a strength (0 stays, 1 is the whole recipe, up to 1.5) and action
units with a change of intensity. Expressions interpolate from what is on the face, units add:

    target = current + sum(strength * (recipe - current)) + additions,  then absolute values are set
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.core import facs
from mien.core.errors import InputError
from mien.core.recipe import Recipe, find

MAX_STRENGTH = 1.5

# What a caller writes: the name of a category or preset or a recipe of their own to its strength,
# an action unit to a change of its intensity.
Asked = Mapping[str, float] | Mapping[Recipe, float] | Mapping[str | Recipe, float]

# A recipe that sets the rest to zero leaves these alone: they say where the person looks, not how
# they feel.
_STAY = ("AU43L", "AU43R", "AU61", "AU62", "AU63", "AU64")


@dataclass(frozen=True)
class Wish:
    """What a user wants of a face, in two parts.

    Attributes:
        expressions: recipe to strength, 0 to ``most``.
        additions: shape (len(COLUMNS),), change of intensity per action unit.
        most: strength that no expression may leave.
    """

    expressions: Mapping[Recipe, float]
    additions: NDArray[np.float64]
    most: float = MAX_STRENGTH

    def scaled(self, factor: float) -> "Wish":
        """The same wish, stronger or weaker.

        Raises:
            InputError: an expression would leave the range of strengths.
        """
        strengths = {recipe: factor * value for recipe, value in self.expressions.items()}
        for recipe, value in strengths.items():
            _check_strength(recipe.name, value, self.most)
        return Wish(strengths, factor * self.additions, self.most)


def parse_wish(wish: Asked, most: float = MAX_STRENGTH) -> Wish:
    """Sort the entries of a wish such as ``{"happy": 0.6, "AU12L": 2.5}`` or ``{recipe: 0.6}``.

    NaN entries are ignored, so that the output of a measurement can be given back.

    Args:
        wish: what a caller wrote.
        most: largest strength of an expression.

    Raises:
        InputError: an unknown name, an expression given twice, a value that is not a number, a
            strength out of range.
    """
    expressions: dict[Recipe, float] = {}
    additions: dict[str, float] = {}
    for key, value in wish.items():
        name = key.name if isinstance(key, Recipe) else key
        number = _number(name, value)
        if np.isnan(number):
            continue
        if isinstance(key, str) and facs.is_au(key):
            for column in facs.expand(key):
                additions[column] = additions.get(column, 0.0) + number
        else:
            _check_strength(name, number, most)
            recipe = key if isinstance(key, Recipe) else find(key)
            if recipe in expressions:
                raise InputError(f"{name}: the same expression twice: give it once")
            expressions[recipe] = number
    return Wish(expressions, facs.vector(additions), most)


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
    for recipe, strength in wish.expressions.items():
        wanted = wanted + strength * (goal(recipe, now) - now)
    given = _absolute(fixed or {})
    for column, value in given.items():
        wanted[[i for i in _displaced_by(column, value) if facs.COLUMNS[i] not in given]] = 0.0
    for column, value in given.items():
        wanted[facs.INDEX[column]] = value
    return facs.resolve(wanted)


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


def _check_strength(name: str, strength: float, most: float) -> None:
    if not 0.0 <= strength <= most:
        raise InputError(f"{name}={strength:g}: a strength lies between 0 (as it is) and {most:g}")
