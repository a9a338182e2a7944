"""``mien bench pixelsmile-nano``: the training of PixelSmile and its ablations, in small."""

from pathlib import Path
from typing import Annotated

import typer

from mien.cli.bench_options import PHOTOS, Data, Jobs
from mien.cli.options import local_path


def register(suites: typer.Typer) -> None:
    """Add the command to ``mien bench``."""
    suites.command("pixelsmile-nano")(pixelsmile_nano)


def pixelsmile_nano(
    out: Annotated[
        Path,
        typer.Option(
            "-o",
            "--out",
            metavar="DIR",
            parser=local_path,
            help="For set, trainings and sheet; the same command goes on where it stopped.",
        ),
    ],
    data: Data = PHOTOS,
    jobs: Jobs = 1,
    steps: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Of every training; those of nano unless given."),
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, metavar="N", help="Trainings of each variant.")] = 3,
    variants: Annotated[
        str | None,
        typer.Option(
            metavar="LIST",
            help="Of full, no-contrast, not-symmetric, no-identity, one-hot (these five unless"
            " given), hinge, log-ratio.",
        ),
    ] = None,
) -> None:
    """Does the paper's claim hold in small? Trained and judged at 32 px.

    The loss of mien train pixelsmile and its ablations on faces of people whom neither model nor
    judge has seen, with intervals over people and seeds. Writes DIR/sheet.png. Needs
    pip install 'mien[train]'.

    \b
    Examples:
      mien bench pixelsmile-nano -o nano
      mien bench pixelsmile-nano -o nano --seeds 1 --variants full,no-contrast --steps 300
    """
    from mien.cli.bench import measure_with_files

    chosen = {}
    if variants is not None:
        chosen["variants"] = [name.strip() for name in variants.split(",")]
    options = {"out": out, "steps": steps, "seeds": seeds, "jobs": jobs}
    measure_with_files("pixelsmile_nano", data, **options, **chosen)
