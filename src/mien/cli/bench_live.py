"""``mien bench live``: speed, latency, memory and spotting of ``mien live``."""

from typing import Annotated

import typer

from mien.cli.bench_options import PHOTOS, Data, Jobs


def register(suites: typer.Typer) -> None:
    """Add the suite to the verb."""
    suites.command("live")(live)


def live(
    data: Data = PHOTOS,
    jobs: Jobs = 1,
    share: Annotated[
        float,
        typer.Option(
            metavar="S", help="Compare spotting on this share of the clips of spot; 0: not at all."
        ),
    ] = 0.1,
    minutes: Annotated[
        float, typer.Option(metavar="M", help="Watch the memory for so long; 0: not at all.")
    ] = 1.0,
) -> None:
    """Speed, latency, faults, memory of live; its spotter.

    On an idle machine: other programs count as its own slowness.

    \b
    Example:
      mien bench live --jobs 2 --share 0.25 --minutes 30
    """
    from mien.cli.bench import measure

    measure("live", data, jobs=jobs, share=share, minutes=minutes)
