"""Write the table of docs/recipes.md anew, from the recipes that come with mien."""

from pathlib import Path

from mien.core.recipe import Recipe, presets, recipes

PAGE = Path(__file__).resolve().parent.parent / "docs" / "recipes.md"
HEAD = "| name | action units at strength 1 | where they come from |\n|---|---|---|\n"


def row(recipe: Recipe) -> str:
    """A line of the table."""
    units = ", ".join(f"{au} {value:g}" for au, value in recipe.aus.items()) or "-"
    return f"| `{recipe.name}` | {units} | {recipe.source} |\n"


before, _, rest = PAGE.read_text("utf-8").partition(HEAD)
_, gap, after = rest.partition("\n\n")
table = "".join(row(recipe) for recipe in (*recipes().values(), *presets().values()))
PAGE.write_text(before + HEAD + table.rstrip("\n") + gap + after, "utf-8")
