"""``mien bench``: measure what mien promises, on real photos."""

from collections.abc import Sequence
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.options import local_path
from mien.cli.progress import bar
from mien.core.errors import InputError

if TYPE_CHECKING:
    from mien.bench.result import Row


class Suite(StrEnum):
    """What can be measured; each is a module of ``mien.bench.suites``."""

    ANATOMY = "anatomy"
    EDIT = "edit"
    RESPONSE = "response"
    REALISM = "realism"
    OCCLUSION = "occlusion"
    DRAWINGS = "drawings"
    VIDEO = "video"
    QUALITY = "quality"
    ROBUSTNESS = "robustness"
    SPEED = "speed"
    SPOT = "spot"


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command("bench")(bench)


def bench(
    suite: Annotated[Suite, typer.Argument(help="What to measure.")],
    data: Annotated[
        Path,
        typer.Option(
            envvar="MIEN_TEST_DATA",
            metavar="DIR",
            parser=local_path,
            help="Folder with the measuring photos.",
        ),
    ] = Path("../shared/data"),
    jobs: Annotated[int, typer.Option(min=1, metavar="N", help="Processes to use.")] = 1,
    share: Annotated[
        float | None,
        typer.Option(metavar="S", help="spot: only this share of the clips, such as 0.1."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            parser=local_path,
            help="spot: keep what each clip gave here; the same command goes on where it stopped.",
        ),
    ] = None,
) -> None:
    """Measure what mien promises.

    Figures of the face model, the editor, the spotter or the speed, with intervals over people.
    "edit" is response, realism, occlusion, drawings and video together. Exit code 1 if a figure
    misses what is asked of it.

    \b
    Examples:
      mien bench anatomy
      mien bench edit --data ~/faces --jobs 4
      mien bench spot --jobs 2 --share 0.1 --out spotted
    """
    asked = {"share": share, "out": out}
    options = {name: value for name, value in asked.items() if value is not None}
    if options and suite is not Suite.SPOT:
        raise InputError(f"--{next(iter(options))} is for bench spot; leave it out here")
    if not data.is_dir():
        raise InputError(f"{data} is no folder: say with --data where the measuring photos are")
    module = import_module(f"mien.bench.suites.{suite.value}")
    with bar() as progress:
        rows: Sequence[Row] = module.run(data, progress, jobs=jobs, **options).rows
    _show(suite.value, rows)
    if any(row.held is False for row in rows):
        raise typer.Exit(1)


def _show(title: str, rows: Sequence["Row"]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("figure", "asked", "measured", "n", "interval", "", title=title)
    for row in rows:
        mark = "" if row.held is None else ("yes" if row.held else "NO")
        table.add_row(row.figure, row.asked, row.measured, row.n, row.interval, mark)
    Console().print(table)
