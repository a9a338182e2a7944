"""What the options of ``mien edit`` ask for, read together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mien.cli.options import au_pairs, expression_pairs, number, numbers
from mien.core.errors import InputError
from mien.core.face import Which
from mien.core.recipe import SUFFIX, Recipe, find, load_recipe


@dataclass(frozen=True)
class Wanted:
    """What is asked of a face.

    Attributes:
        wish: of ``--expression`` and ``--au``, as :func:`mien.edit` takes it.
        recipes: of ``--recipe``, with strengths; one picture each.
        words: of ``--text``, with strengths.
        fixed: of ``--set``; None without.
        strengths: of ``--strengths``; None without.
        turn: of ``--turn``, degrees.
    """

    wish: dict[str | Recipe, float]
    recipes: tuple[tuple[Recipe, float], ...]
    words: dict[str, float]
    fixed: dict[str, float] | None
    strengths: Sequence[float] | None
    turn: Sequence[float]

    @property
    def whole(self) -> dict[str | Recipe, float]:
        """The wish for a single picture."""
        return {**self.wish, **dict(self.recipes)}

    def variants(self) -> dict[str, dict[str | Recipe, float]]:
        """A wish per folder: of each recipe, or ``edited`` where there is none.

        Raises:
            InputError: nothing is asked, or two recipes have one name.
        """
        if not self.recipes:
            if not (self.wish or self.words or self.fixed or any(self.turn)):
                raise InputError(
                    "nothing to do: give --recipe, --expression, --text, --au, --set or --turn"
                )
            return {"edited": self.wish}
        named: dict[str, dict[str | Recipe, float]] = {}
        for recipe, strength in self.recipes:
            name = recipe.name if strength == 1.0 else f"{recipe.name}-{strength:.2f}"
            if name.casefold() in {other.casefold() for other in named}:
                raise InputError(f"--recipe: two make a folder {name}: give one another name")
            named[name] = {**self.wish, recipe: strength}
        return named


def wanted(
    expressions: Iterable[str] | None,
    aus: Iterable[str] | None,
    fixed: Iterable[str] | None,
    recipes: Iterable[str] | None,
    strengths: str | None,
    turn: str | None,
    texts: Iterable[str] | None = None,
) -> Wanted:
    """Read the options, as typed.

    Raises:
        InputError: something that cannot be read; the message names the option.
    """
    asked = expression_pairs(expressions or (), "--expression", "happy=0.6")
    wish = {_named(name): strength for name, strength in asked.items()}
    wish.update(au_pairs(aus or (), "--au", "AU12L=2.5"))
    return Wanted(
        wish,
        tuple(recipe_of(text) for text in recipes or ()),
        _words(texts or ()),
        au_pairs(fixed or (), "--set", "AU12=0") or None,
        numbers(strengths, "--strengths") if strengths is not None else None,
        numbers(turn, "--turn") if turn is not None else (0.0, 0.0, 0.0),
    )


def which(text: str) -> Which:
    """A face as typed: ``0``, ``640,380`` or ``all``.

    Raises:
        InputError: none of these.
    """
    if text == "all":
        return "all"
    parts = [number(part, "--face") for part in text.split(",")]
    if len(parts) == 2:
        return parts[0], parts[1]
    if len(parts) == 1 and parts[0] >= 0 and parts[0].is_integer():
        return int(parts[0])
    raise InputError(f"--face {text}: write a number from 0, a point X,Y in pixels, or all")


def _words(texts: Iterable[str]) -> dict[str, float]:
    words: dict[str, float] = {}
    for text in texts:
        name, strength = _worded(text)
        if name in words:
            raise InputError(f"--text: {name} is given twice")
        words[name] = strength
    return words


def _worded(text: str) -> tuple[str, float]:
    """Words and their strength: ``faintly amused`` or ``faintly amused=0.6``."""
    words, equals, strength = text.rpartition("=")
    if not equals:
        words, strength = text, "1"
    if not words.strip():
        raise InputError(f'--text {text}: give words, such as "faintly amused=0.6"')
    return words.strip(), number(strength, f"--text {text}")


def _named(name: str) -> str | Recipe:
    """A file is read; whether any other name exists is known further down."""
    return load_recipe(Path(name)) if name.lower().endswith(SUFFIX) else name


def recipe_of(text: str, option: str = "--recipe") -> tuple[Recipe, float]:
    """A recipe and its strength: ``NAME``, ``FILE.json``, ``NAME=0.6`` or ``FILE.json=0.6``."""
    name, equals, strength = text.rpartition("=")
    if not equals:
        name, strength = text, "1"
    found = _named(name.strip())
    recipe = found if isinstance(found, Recipe) else find(found)
    return recipe, number(strength, f"{option} {text}")
