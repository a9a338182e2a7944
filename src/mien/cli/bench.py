"""``mien bench``: measure what mien promises, on real photos."""

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mien.cli import bench_learned, bench_live, bench_micro, bench_nano
from mien.cli.bench_options import PHOTOS, Data, Jobs
from mien.cli.options import local_path, numbers
from mien.cli.progress import bar
from mien.core.errors import InputError

if TYPE_CHECKING:
    from mien.bench.result import Row

# Each is a module of ``mien.bench.suites``.
_SUITES = {
    "anatomy": "The face model: smiles, scans, still faces.",
    "edit": "The next five, one after the other.",
    "response": "What judges see on edited photos.",
    "realism": "Edits beside the person's own smile.",
    "occlusion": "Glasses, hair, hands: found, and held.",
    "drawings": "Points, line width, colours of drawings.",
    "video": "Flicker, following, memory of clips.",
    "quality": "The quality gate on degraded clips.",
    "robustness": "1,000 damaged and mislabelled files.",
    "speed": "Time for an edit, a preview, a reading.",
    "scale": "Two workers beside one; what one needs.",
    "redraw": "PixelSmile's passes, on a random model.",
}
_HELP = """Measure what mien promises, with intervals over people.

Exit code 1 if a figure misses what is asked of it.

\b
Examples:
  mien bench anatomy
  mien bench edit --data ~/faces --jobs 4
  mien bench spot --jobs 2 --share 0.1 --out spotted
  mien bench ffe mesh --judge blendshapes --out ffe
"""
_SETTINGS = {"help_option_names": ["-h", "--help"]}


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    suites = typer.Typer(no_args_is_help=True, rich_markup_mode=None, context_settings=_SETTINGS)
    for name, words in _SUITES.items():
        suites.command(name, help=words)(_plain(name))
    suites.command("spot")(spot)
    suites.command("ffe")(ffe)
    bench_learned.register(suites)
    bench_live.register(suites)
    bench_micro.register(suites)
    bench_nano.register(suites)
    app.add_typer(suites, name="bench", help=_HELP)


def _plain(suite: str) -> Callable[..., None]:
    def command(data: Data = PHOTOS, jobs: Jobs = 1) -> None:
        measure(suite, data, jobs=jobs)

    return command


def spot(
    data: Data = PHOTOS,
    jobs: Jobs = 1,
    share: Annotated[
        float, typer.Option(metavar="S", help="Only this share of the clips, such as 0.1.")
    ] = 1.0,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            parser=local_path,
            help="Keep what each clip gave here; the same command goes on where it stopped.",
        ),
    ] = None,
) -> None:
    """Micro-expressions on clips with known truth.

    Found, when, where, and only there; false alarms; baselines; parts left out.

    \b
    Example:
      mien bench spot --jobs 2 --share 0.1 --out spotted
    """
    measure("spot", data, jobs=jobs, share=share, out=out)


def ffe(
    editor: Annotated[
        str,
        typer.Argument(
            metavar="EDITOR",
            help="mesh; pixelsmile, or pixelsmile:NAME=VALUE,... with settings of edit --with; or "
            "a folder of edited pictures.",
        ),
    ],
    data: Data = PHOTOS,
    judge: Annotated[
        list[str] | None,
        typer.Option(
            metavar="JUDGE",
            help="blendshapes, reader, FILE.onnx, openai:MODEL or gemini:MODEL; repeatable. The "
            "last two send the pictures to a server.",
        ),
    ] = None,
    out: Annotated[
        Path,
        typer.Option(metavar="DIR", parser=local_path, help="For the page, and all it rests on."),
    ] = Path("out/ffe"),
    strengths: Annotated[
        str | None,
        typer.Option(metavar="LIST", help="The grid, such as 0,0.5,1,1.5; 1 among them."),
    ] = None,
    people: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="At most so many portraits.")
    ] = None,
    jobs: Jobs = 1,
) -> None:
    """FFE-Bench: judge an expression editor.

    Confusion, accuracy, linear control and likeness, beside the published figures.

    Writes DIR/index.html, and with the judge reader DIR/curves.json. What was made and said is
    kept in DIR; the same command goes on there.
    The data: a folder of portraits, or one with a list (.jsonl) of image, box, category, prompt.

    \b
    Examples:
      mien bench ffe mesh --judge blendshapes --judge fer2013.onnx --out ffe
      mien bench ffe made-elsewhere --data portraits --judge gemini:MODEL --people 20
    """
    from mien.judge.table import is_remote

    judges = judge or ["blendshapes"]
    for name in filter(is_remote, judges):
        typer.echo(f"mien: the pictures will be sent to the judge {name}", err=True)
    grid = {} if strengths is None else {"strengths": numbers(strengths, "--strengths")}
    options = {"editor": editor, "judges": judges, "out": out, "people": people, "jobs": jobs}
    measure_with_files("ffe", data, **options, **grid)


def measure(suite: str, data: Path, **options: Any) -> None:
    """Run a suite, print its table, and tell by the exit code whether it holds."""
    _hold(_run(suite, data, **options).rows)


def measure_with_files(suite: str, data: Path, **options: Any) -> None:
    """The same with a suite that writes files, which are named below the table."""
    result = _run(suite, data, **options)
    for file in result.files:
        typer.echo(file)
    _hold(result.rows)


def _run(suite: str, data: Path, **options: Any) -> Any:
    """Run a suite and print its table; what it returns."""
    if not data.exists():
        raise InputError(f"{data} is no folder: say with --data where the measuring photos are")
    module = import_module(f"mien.bench.suites.{suite}")
    with bar() as progress:
        result = module.run(data, progress, **options)
    show(suite, result.rows)
    return result


def _hold(rows: Sequence["Row"]) -> None:
    if any(row.held is False for row in rows):
        raise typer.Exit(1)


def show(title: str, rows: Sequence["Row"]) -> None:
    """Print figures as a table."""
    from rich.console import Console
    from rich.table import Table

    table = Table("figure", "asked", "measured", "n", "interval", "", title=title)
    for row in rows:
        mark = "" if row.held is None else ("yes" if row.held else "NO")
        table.add_row(row.figure, row.asked, row.measured, row.n, row.interval, mark)
    Console().print(table)
