"""``mien demo``: a page that shows what mien does, on one portrait."""

from pathlib import Path
from typing import Annotated

import typer

from mien.cli.options import local_path
from mien.cli.progress import bar


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command("demo")(demo)


def demo(
    photo: Annotated[
        Path | None,
        typer.Option(
            metavar="MINE",
            parser=local_path,
            help="A portrait of your own in place of the sample.",
        ),
    ] = None,
    out: Annotated[
        Path,
        typer.Option(
            "-o", "--out", metavar="DIR", parser=local_path, help="Folder for page and files."
        ),
    ] = Path("out/demo"),
) -> None:
    """Show on one portrait what mien does.

    Expressions at rising strength, one side alone, a blend, a transition, and a clip with a hidden
    micro-expression that is read back. Needs no network. Prints the page it wrote; open it in a
    browser.

    \b
    Examples:
      mien demo
      mien demo --photo me.jpg -o out/me
    """
    from mien.flows.demo import demo as run

    with bar() as progress:
        page = run(out, photo, progress)
    typer.echo(page)
