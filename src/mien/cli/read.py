"""``mien read``: action units and their events from clips and photos."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mien.cli.many import Engines, going_on, say, tell_failed
from mien.cli.options import Neutral, local_path
from mien.cli.progress import bar
from mien.core.errors import InputError
from mien.flows.engine import Engine

if TYPE_CHECKING:
    from mien.guard.policy import Ground


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command("read")(read)


def read(
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="VIDEO|PHOTO|FOLDER...",
            parser=local_path,
            help="What to read; of a folder all clips and photos in it. Also a CSV of OpenFace.",
        ),
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
    openface: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV|DIR|PROGRAM|auto",
            parser=local_path,
            help="Fuse what OpenFace says of a clip: its CSV, a folder of CSVs called as the clips,"
            " its FeatureExtraction (auto: the one on PATH), or the python of OpenFace 3.",
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="How many processes share the inputs; as with a folder."
        ),
    ] = None,
    engine: Engines = None,
) -> None:
    """Measure action units, head pose and events of every face.

    Writes DIR/NAME/track.csv, track.parquet, events.json, events.csv and report.html per input, and
    prints what it wrote, one file per line. What a clip does not allow is said on stderr.

    With a folder, --jobs or --engine an input that cannot be read does not stop the others: it is
    in DIR/failed.csv. The same command goes on where it was stopped; printed are folders.

    \b
    Examples:
      mien read interview.mp4 -o out
      mien read before.jpg after.jpg -o out --neutral rest.jpg
      mien read session.mp4 -o out --subject anna --context research
      mien read session.mp4 -o out --openface session.csv
      mien read recordings -o out --jobs 4
      mien read recordings -o out --engine ray
    """
    manner = {
        "neutral": neutral if subject is None else _known(subject, neutral),
        "context": context,
        "ground": _ground(ground, record),
        "confidence": confidence,
        "learned": learned,
        "magnify": magnify,
        "openface": openface,
    }
    if jobs or engine or any(source.is_dir() for source in sources):
        failed = _many(sources, out, manner, jobs, engine or "local")
    else:
        failed = _few(sources, out, manner)
    _hint(learned=learned)
    if failed:
        raise typer.Exit(2)


def _few(sources: list[Path], out: Path, manner: dict[str, Any]) -> bool:
    """Read until something is wrong, which is raised; False."""
    from mien.flows.read_files import read_files

    remarks: list[str] = []
    with bar() as progress:
        written = read_files(sources, out, **manner, progress=progress, say=remarks.append)
    for line in remarks:
        say(line)
    for path in written:
        typer.echo(path)
    return False


def _many(
    sources: list[Path], out: Path, manner: dict[str, Any], jobs: int | None, engine: Engine
) -> bool:
    """Read what can be read; whether something could not."""
    from mien.flows.read_files import Manner
    from mien.flows.read_many import read_many

    with going_on(), bar() as progress:
        made = read_many(
            sources, out, Manner(**manner), jobs=jobs, engine=engine, progress=progress, say=say
        )
    for path in made.written:
        typer.echo(path)
    told = f"{len(made.written)} read, {made.kept} kept, {len(made.failed)} failed"
    tell_failed(made.failed, made.table, told)
    return bool(made.failed)


def _hint(*, learned: bool) -> None:
    """What was left out, for want of an extra."""
    from mien.capture.learned import opinion
    from mien.export import track_parquet

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
