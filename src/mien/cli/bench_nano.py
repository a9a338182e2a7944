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
        typer.Option(
            min=1, metavar="N", help="Of every training; those of the model unless given."
        ),
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
    model: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="nano, or mini, which draws 64 px in eight times the time."
        ),
    ] = "nano",
) -> None:
    """Does the paper's claim hold in small? Trained and judged at 32 px.

    The loss of mien train pixelsmile and its ablations on faces of people whom neither model nor
    judge has seen, with intervals over people and seeds. Writes DIR/sheet.png. Needs
    pip install 'mien[train]'.

    \b
    Examples:
      mien bench pixelsmile-nano -o nano
      mien bench pixelsmile-nano -o nano --seeds 1 --variants full,no-contrast --steps 300
      mien bench pixelsmile-nano -o nano --model mini --seeds 1 --variants full
    """
    from mien.bench.nano.runs import STANDARD, Wanted
    from mien.cli.bench import measure_with_files

    chosen = STANDARD
    if variants is not None:
        chosen = tuple(name.strip() for name in variants.split(","))
    wanted = Wanted(chosen, seeds, steps, model)
    measure_with_files("pixelsmile_nano", data, out=out, wanted=wanted, jobs=jobs)
