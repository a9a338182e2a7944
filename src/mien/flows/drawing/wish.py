"""From what is asked of a face to what the model is told, and what a user should know of it."""

from collections.abc import Sequence

from mien.core.errors import InputError
from mien.core.recipe import recipes
from mien.edit.backends.pixelsmile.conditioning import check_conditioning
from mien.edit.backends.pixelsmile.prompts import EXPRESSIONS, NEUTRAL, Wish, warnings
from mien.edit.strengths import Strengths
from mien.flows.drawing.how import Drawing
from mien.flows.edit import Ask


def drawn_of(asked: Ask, drawing: Drawing) -> Wish:
    """The part of what is asked that is drawn; action units and turns are left to the mesh.

    Raises:
        InputError: an expression that PixelSmile does not know or that is asked for twice, a
            strength out of its range, or more than the conditioning knows.
    """
    wish = asked.wish.scaled(asked.factor)
    for recipe in wish.expressions:
        known = recipe.name in (*EXPRESSIONS, NEUTRAL)
        if not known or recipe != recipes()[recipe.name]:
            own = " of one's own cannot be drawn" if known else ""
            raise InputError(
                f"{recipe.name}{own}: PixelSmile knows {', '.join(EXPRESSIONS)} and neutral:"
                " use one of them, or the backend mesh"
            )
    strengths = {
        recipe.name: _strength(recipe.name, strength, drawing.curves)
        for recipe, strength in wish.expressions.items()
    }
    for words, strength in asked.words.items():
        if words in strengths:
            raise InputError(f"{words}: is there as an expression and as words: give it once")
        strengths[words] = asked.factor * strength
    drawn = Wish(strengths, conditioning=drawing.conditioning)
    check_conditioning(drawn)
    return drawn


def _strength(name: str, asked: float, measured: Strengths | None) -> float:
    """The model's own strength for one that is asked."""
    if measured is None or name not in measured.curves:
        return asked
    try:
        return measured.curves[name].strength(asked)
    except InputError as error:
        raise InputError(f"{name}={error}: ask for less, or leave out curves=") from None


def remarks(wishes: Sequence[Wish], drawing: Drawing) -> list[str]:
    """Lines on what may not come out as it was meant, each once."""
    lines = [line for wish in wishes for line in (*warnings(wish), *_full(wish))]
    return list(dict.fromkeys([*lines, *_unlike(drawing), *_unmeasured(drawing, wishes)]))


def _unlike(drawing: Drawing) -> list[str]:
    """A line where the curves were measured on something else than what draws now."""
    now = {"name": "pixelsmile", **drawing.details}
    then = {} if drawing.curves is None else drawing.curves.made_with
    other = [
        f"{'editor' if name == 'name' else name} {then[name]}, now {now[name]}"
        for name in now
        if name in then and then[name] != now[name] and name not in ("seed", "curves")
    ]
    return [f"the strengths were measured with another {'; '.join(other)}"] if other else []


def _unmeasured(drawing: Drawing, wishes: Sequence[Wish]) -> list[str]:
    """A line for each expression whose strength is the model's own though others are measured."""
    curves = {} if drawing.curves is None else drawing.curves.curves
    names = dict.fromkeys(name for wish in wishes for name in wish.moving if name not in curves)
    own = [f"{name}: was not measured, its strength is the model's own" for name in names]
    return own if drawing.curves is not None else []


def _full(wish: Wish) -> list[str]:
    """A line where a strength of the neutral edit has no effect."""
    if wish.strengths.get(NEUTRAL, 0.0) in (0.0, 1.0):
        return []
    return ["neutral is drawn in full, whatever its strength, and adds nothing to a blend"]
