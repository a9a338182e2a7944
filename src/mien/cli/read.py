"""``mien read``: action units and their events from clips and photos."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.options import Neutral, local_path
from mien.cli.progress import bar
from mien.core.errors import InputError

if TYPE_CHECKING:
    from mien.guard.policy import Ground


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
    subject: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Who the largest face is, if calibrated (mien calibrate); instead of --neutral.",
        ),
    ] = None,
    context: Annotated[
        str | None,
        typer.Option(
            metavar="SETTING",
            help="Also name what each movement looks like; say where it was filmed: personal, art,"
            " research, health, workplace or education.",
        ),
    ] = None,
    ground: Annotated[
        str | None,
        typer.Option(
            metavar="medical|safety",
            help="With --context: the reason without which nothing is named at work and in"
            " education.",
        ),
    ] = None,
    record: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="With --ground: where that reason is written down."),
    ] = None,
    confidence: Annotated[
        float,
        typer.Option(
            min=0.0,
            max=1.0,
            metavar="C",
            help="List only events of at least this confidence: fewer false alarms, fewer finds.",
        ),
    ] = 0.0,
    learned: Annotated[
        bool,
        typer.Option(
            "--learned/--no-learned",
            help="Ask the learned model about each event; needs mien[learned].",
        ),
    ] = True,
    magnify: Annotated[
        bool,
        typer.Option(
            "--magnify",
            help="Also write the best micro-expressions as clips in which their motion is"
            " magnified, into DIR/NAME/magnified.",
        ),
    ] = False,
) -> None:
    """Measure action units, head pose and events of every face.

    Writes DIR/NAME/track.csv, track.parquet, events.json, events.csv and report.html per input, and
    prints what it wrote, one file per line. What a clip does not allow is said on stderr.

    \b
    Examples:
      mien read interview.mp4 -o out
      mien read before.jpg after.jpg -o out --neutral rest.jpg
      mien read session.mp4 -o out --subject anna --context research
    """
    from mien.capture.learned import opinion
    from mien.export import track_parquet
    from mien.flows.read_files import read_files

    zero = neutral if subject is None else _known(subject, neutral)
    reason = _ground(ground, record)
    remarks: list[str] = []
    with bar() as progress:
        written = read_files(
            sources,
            out,
            neutral=zero,
            context=context,
            ground=reason,
            confidence=confidence,
            learned=learned,
            magnify=magnify,
            progress=progress,
            say=remarks.append,
        )
    for line in remarks:
        typer.echo(f"mien: {line}", err=True)
    for path in written:
        typer.echo(path)
    if not track_parquet.available():
        hint = f"{track_parquet.NAME} was left out: pip install 'mien[{track_parquet.EXTRA}]'"
        typer.echo(hint, err=True)
    if learned and not opinion.available():
        hint = f"the learned opinion was left out: pip install 'mien[{opinion.EXTRA}]'"
        typer.echo(f"{hint}, or say --no-learned", err=True)


def _known(subject: str, neutral: Path | None) -> str:
    """The name of somebody calibrated."""
    from mien.flows.calibrations import calibrated

    if neutral is not None:
        raise InputError("--subject and --neutral both say what rest is: give one of them")
    calibrated(subject)
    return subject


def _ground(kind: str | None, record: str | None) -> "Ground | None":
    """What justifies names."""
    from mien.guard.policy import Ground

    if kind is None:
        if record is not None:
            raise InputError("--record goes with --ground medical or --ground safety")
        return None
    return Ground(kind, record or "")
