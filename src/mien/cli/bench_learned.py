"""``mien bench learned``: the learned opinion on people and motion models it never saw."""

from pathlib import Path
from typing import Annotated

import typer

from mien.cli.options import local_path


def register(suites: typer.Typer) -> None:
    """Add the command to ``mien bench``."""
    suites.command("learned")(learned)


def learned(
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
    part: Annotated[
        int, typer.Option(min=1, metavar="N", help="Only each N-th person, for a quicker look.")
    ] = 1,
    model: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.onnx", parser=local_path, help="Of mien train; else that of the package."
        ),
    ] = None,
    beside: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.onnx", parser=local_path, help="Another one, whose figures are shown too."
        ),
    ] = None,
    switches: Annotated[
        bool,
        typer.Option("--switches", help="Also what is done about rare classes; needs mien[train]."),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            parser=local_path,
            help="Keep what the network sees of each clip: any model is then measured at once.",
        ),
    ] = None,
) -> None:
    """Action units and objective classes by the learned model.

    On people and motion models it never saw; fall-off by rate, size and turn of the head; beside it
    the rules of the training-free reader.

    \b
    Examples:
      mien bench learned --out windows
      mien bench learned --out windows --model out/micro.onnx --beside ststnet/micro.onnx
    """
    from mien.cli.bench import measure

    options = {"part": part, "model": model, "beside": beside, "switches": switches, "out": out}
    measure("learned", data, jobs=jobs, **options)
