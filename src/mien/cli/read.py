"""``mien read``: action units and their events from clips and photos."""

from pathlib import Path
from typing import Annotated

import typer

from mien.cli.options import Neutral, local_path
from mien.cli.progress import bar


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command("read")(read)


def read(
    sources: Annotated[
        list[Path],
        typer.Argument(metavar="VIDEO|PHOTO...", parser=local_path, help="What to read."),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "-o",
            "--out",
            metavar="DIR",
            parser=local_path,
            help="Folder to write into; every input gets a folder of its name in it.",
        ),
    ],
    neutral: Neutral = None,
) -> None:
    """Measure action units, head pose and events of every face.

    Writes DIR/NAME/track.csv, events.json and report.html per input, and prints what it wrote, one
    file per line.

    \b
    Examples:
      mien read interview.mp4 -o out
      mien read before.jpg after.jpg -o out --neutral rest.jpg
    """
    from mien.flows.read import read_files

    with bar() as progress:
        written = read_files(sources, out, neutral=neutral, progress=progress)
    for path in written:
        typer.echo(path)
