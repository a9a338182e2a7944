"""``mien bench megc|spotting|strs|au``: score predictions about micro-expressions from files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.options import local_path, numbers
from mien.core.errors import InputError

if TYPE_CHECKING:
    from mien.bench.micro.report import Report

_WHOLE = 6  # letters; a column of such words keeps its width, since half a number misleads

Predicted = Annotated[
    Path,
    typer.Argument(metavar="FILE", parser=local_path, help="The predictions, csv or log."),
]
Audit = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE.json",
        parser=local_path,
        help="What was chosen on whom; figures are refused where it was on the tested.",
    ),
]
Log = Annotated[
    Path | None,
    typer.Option(metavar="FILE", parser=local_path, help="Write the log of the challenge here."),
]
Out = Annotated[
    Path | None,
    typer.Option(metavar="FILE.json", parser=local_path, help="Write the figures here."),
]


def register(suites: typer.Typer) -> None:
    """Add the commands to ``mien bench``."""
    for command in (megc, spotting, strs, au):
        suites.command(command.__name__)(command)


def megc(
    predicted: Predicted,
    classes: Annotated[
        str | None,
        typer.Option(
            metavar="LIST",
            help="Classes in the order of their labels; negative,positive,surprise unless given.",
        ),
    ] = None,
    audit: Audit = None,
    log: Log = None,
    out: Out = None,
) -> None:
    """Recognition: UF1 and UAR, pooled over folds, as in MEGC 2019.

    FILE: a log ('set subject', then 'file truth predicted' for each clip), or a csv with set,
    subject, file, truth, predicted.

    \b
    Example:
      mien bench megc loso.txt --audit audit.json --out figures.json
    """
    from mien.bench.suites.megc import COMPOSITE, run

    names = COMPOSITE if classes is None else _names(classes)
    _show(run(predicted, names, audit, log, out))


def spotting(
    predicted: Predicted,
    truth: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            parser=local_path,
            help="The labels: subject, video, onset, offset, kind. Without it FILE is a log.",
        ),
    ] = None,
    clips: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            parser=local_path,
            help="All clips: subject, video, seconds; for false alarms per minute.",
        ),
    ] = None,
    audit: Audit = None,
    log: Log = None,
    out: Out = None,
) -> None:
    """Spotting: one F1 over all clips, IoU from 0.5, as in MEGC 2019 to 2025.

    FILE: a csv with video, onset, offset (frames, ends included), and subject, kind where needed;
    an events.csv of mien read; or a log.

    \b
    Examples:
      mien bench spotting spotted.csv --truth labels.csv --clips clips.csv --log log.csv
      mien bench spotting log.csv
    """
    from mien.bench.suites.spotting import run

    _show(run(predicted, truth, clips, audit, log, out))


def strs(
    predicted: Predicted,
    truth: Annotated[
        Path,
        typer.Option(
            metavar="FILE",
            parser=local_path,
            help="The labels: subject, video, onset, offset, emotion.",
        ),
    ],
    classes: Annotated[
        str | None,
        typer.Option(metavar="LIST", help="Emotions that count; all that are labelled."),
    ] = None,
    audit: Audit = None,
    log: Log = None,
    out: Out = None,
) -> None:
    """Spot, then recognise: STRS as the official script counts it, and strictly.

    FILE: a csv with video, onset, offset, emotion, and subject where needed.

    \b
    Example:
      mien bench strs spotted.csv --truth labels.csv --classes negative,positive,surprise
    """
    from mien.bench.suites.strs import run

    names = None if classes is None else _names(classes)
    _show(run(predicted, truth, names, audit, log, out))


def au(
    predicted: Predicted,
    units: Annotated[
        str | None,
        typer.Option(metavar="LIST", help="Units that count, such as 1,2,4; the 12 of CD6ME."),
    ] = None,
    audit: Audit = None,
    log: Log = None,
    out: Out = None,
) -> None:
    """Action units: F1 of presence and macro-F1, as in CD6ME.

    FILE: as for megc, with units such as 1+2 or none in place of a class.

    \b
    Example:
      mien bench au across.csv --units 1,2,4,12
    """
    from mien.bench.suites.au import CD6ME, run

    _show(run(predicted, CD6ME if units is None else _units(units), audit, log, out))


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    if "" in names or len(set(names)) < len(names):
        raise InputError(f"--classes {text}: give names separated by commas, each once")
    return names


def _units(text: str) -> tuple[int, ...]:
    values = numbers(text, "--units")
    if any(value != int(value) or not 1 <= value <= 99 for value in values):
        raise InputError(f"--units {text}: give numbers of action units, such as 1,2,4")
    return tuple(dict.fromkeys(int(value) for value in values))


def _show(report: "Report") -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    for one in report.tables:
        table = Table(title=escape(one.title))
        for head, *cells in zip(one.columns, *one.rows, strict=True):
            whole = all(len(text) <= _WHOLE and " " not in text for text in (head, *cells))
            table.add_column(escape(head), overflow="fold", no_wrap=whole)
        for row in one.rows:
            table.add_row(*map(escape, row))
        console.print(table)
    for line in report.lines:
        typer.echo(line)
