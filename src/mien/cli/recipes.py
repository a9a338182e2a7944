"""``mien recipes``: the expressions that have a name."""

from typing import Annotated

import typer

from mien.core.recipe import Recipe, find, presets, recipe_text, recipes


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command("recipes")(list_recipes)


def list_recipes(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Print this one as a file.")
    ] = None,
) -> None:
    """List the expressions that `mien edit` knows by name, their action units and sources.

    With a NAME, print its file: a start for a recipe of your own.

    \b
    Examples:
      mien recipes
      mien recipes approachable > mine.json
    """
    if name is not None:
        typer.echo(recipe_text(find(name)), nl=False)
        return
    for recipe in (*recipes().values(), *presets().values()):
        typer.echo(f"{recipe.name:16}{_units(recipe)}\n{'':16}{recipe.source}")


def _units(recipe: Recipe) -> str:
    return "  ".join(f"{au} {value:g}" for au, value in recipe.aus.items()) or "-"
