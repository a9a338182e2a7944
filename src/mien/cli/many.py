"""What verbs that work on many files share: who works, and what is told at the end."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from mien.flows.engine import Engine

_MOST = 20  # failures that are printed; the table has them all

Engines = Annotated[
    Engine | None,
    typer.Option(
        "--engine",
        help="Who works: processes of this machine (local), or the cores of a Ray cluster, the one"
        " of $RAY_ADDRESS or of this machine (ray, needs mien[cluster]).",
    ),
]


def say(line: str) -> None:
    """A line for people, on stderr."""
    typer.echo(f"mien: {line}", err=True)


@contextmanager
def going_on() -> Iterator[None]:
    """Tell who presses Ctrl-C that nothing is lost."""
    try:
        yield
    except KeyboardInterrupt:
        say("stopped; the same command goes on where it was")
        raise


def tell_failed(failed: Mapping[Path, str], table: Path, told: str) -> None:
    """What could not be done, and why; and in a line what became of all."""
    for path, reason in list(failed.items())[:_MOST]:
        say(f"{path}: {reason}")
    if len(failed) > _MOST:
        say(f"and {len(failed) - _MOST} more")
    say(f"{told}, see {table}" if failed else told)
