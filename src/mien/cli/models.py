"""``mien models``: what can be fetched, and fetching it."""

import sys
from typing import Annotated

import typer

from mien.cli.progress import bar
from mien.core.errors import ModelError
from mien.core.models import Model, as_told, lacking, models
from mien.core.places import models_folder

_SETTINGS = {"help_option_names": ["-h", "--help"]}


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    verbs = typer.Typer(no_args_is_help=True, rich_markup_mode=None, context_settings=_SETTINGS)
    for name, verb in (("list", list_models), ("pull", pull), ("where", where)):
        verbs.command(name)(verb)
    app.add_typer(verbs, name="models", help=_HELP)


_HELP = """Optional models: list them, fetch one by its name, say where they are kept.

mien works without any of them, and fetches nothing that was not asked for.

\b
Examples:
  mien models list
  mien models pull face_landmarker
"""


def list_models() -> None:
    """List the models that mien can use, with size, licence, and whether they are here.

    \b
    Example:
      mien models list
    """
    for model in models().values():
        known = as_told(model)
        typer.echo(
            f"{model.name:22}{_amount(known.size):>10}  {model.licence:14}{_state(model)}\n"
            f"{'':22}{model.purpose}\n{'':22}{model.source}"
        )


def pull(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As `mien models list` names it.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before fetching.")] = False,
) -> None:
    """Fetch a model and what it needs, once; an attempt that was cut off goes on where it stopped.

    Says first what will be fetched from where, its licence, and size and checksum of every file,
    and asks on a terminal. Prints the files that were fetched, one per line.

    \b
    Example:
      mien models pull face_landmarker --yes
    """
    from mien.flows.models_plan import plan

    planned = plan(name)
    if not planned:
        typer.echo(f"{name} is here already, in {models_folder()}", err=True)
        return
    _announce(planned)
    if not yes and sys.stdin.isatty() and not typer.confirm("Fetch it?", default=True, err=True):
        raise typer.Exit(1)
    from mien.flows.models import pull as fetch

    with bar() as progress:
        fetched = fetch(planned, progress)
    for path in fetched:
        typer.echo(path)


def where() -> None:
    """Print the folder in which models are looked for.

    \b
    Example:
      mien models where
    """
    typer.echo(models_folder())


def _announce(planned: list[Model]) -> None:
    files = [file for model in planned for file in lacking(model)]
    for model in planned:
        place = model.repository.address if model.repository else ""
        lines = [f"{model.name}: {model.purpose}", f"licence  {model.licence}, {model.source}"]
        if place:
            lines.append(f"from     {place}")
        for file in lacking(model):
            name = file.url.removeprefix(place)
            lines.append(f"{_amount(file.size):>10}  {file.checksum:71}  {name}")
        typer.echo("\n".join(lines), err=True)
    if any(file.checksum.startswith("git:") for file in files):
        typer.echo(
            "The checksums that begin with git are those that the publisher's server states now;"
            " mien knows the others.",
            err=True,
        )
    total = f"{len(files)} files, {_amount(sum(file.size for file in files))}, "
    typer.echo(f"into     {total if len(files) > 1 else ''}{models_folder()}", err=True)


def _state(model: Model) -> str:
    try:
        absent = len(lacking(model))
    except ModelError:
        return "another file of that name is here: remove it"
    count = len(model.files)
    if not absent:
        return "here"
    return "not here" if absent == count else f"{count - absent} of {count} files here"


def _amount(size: int) -> str:
    if size >= 1e9:
        return f"{size / 1e9:,.1f} GB"
    return f"{size / 1e6:,.1f} MB" if size >= 1e5 else f"{size / 1e3:,.1f} kB"
