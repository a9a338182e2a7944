"""``mien bench learned``: the learned opinion on people and motion models it never saw."""

from pathlib import Path
from typing import Annotated

import typer

from mien.cli.bench_options import PHOTOS, Data, Jobs
from mien.cli.options import Roots, folder_path, local_path, sets_of
from mien.cli.progress import bar
from mien.core.errors import InputError


def register(suites: typer.Typer) -> None:
    """Add the command to ``mien bench``."""
    suites.command("learned")(learned)


def learned(
    data: Data = PHOTOS,
    jobs: Jobs = 1,
    part: Annotated[
        int,
        typer.Option(
            min=1,
            metavar="N",
            help="Only each N-th person: all take some 90 minutes on one core, each tenth 20.",
        ),
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
            parser=folder_path,
            help="Keep what the network sees of each clip: any model is then measured at once. With"
            " --set also the answers, as logs.",
        ),
    ] = None,
    sets: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME",
            help="Ask about the labelled clips of this set instead, see mien data; repeatable.",
        ),
    ] = None,
    roots: Roots = None,
) -> None:
    """Action units and objective classes by the learned model.

    On people and motion models it never saw; fall-off by rate, size and turn of the head; beside it
    the rules of the training-free reader.

    With --set: on a labelled set of micro-expressions, without any training. --out then also gets
    the answers as logs, for mien bench megc and mien bench au.

    \b
    Examples:
      mien bench learned --part 10 --jobs 2
      mien bench learned --out windows --model out/micro.onnx --beside ststnet/micro.onnx
      mien bench learned --set casme2 --root /data/CASME2 --out casme2
    """
    from mien.cli.bench import measure

    if given := sets_of(sets, roots):
        if part > 1 or jobs > 1 or beside is not None or switches:
            told = "are about the photos: leave them out with --set"
            raise InputError(f"--part, --jobs, --beside and --switches {told}")
        _on_sets(given, model, out)
        return

    options = {"part": part, "model": model, "beside": beside, "switches": switches, "out": out}
    measure("learned", data, jobs=jobs, **options)


def _on_sets(sets: list[tuple[str, Path]], model: Path | None, out: Path | None) -> None:
    from mien.bench.learned_set import run
    from mien.cli.bench import show

    with bar() as progress:
        found = run(sets, progress, model, out, lambda line: typer.echo(f"mien: {line}", err=True))
    show("learned", found.rows)
    for file in found.files:
        typer.echo(file)
