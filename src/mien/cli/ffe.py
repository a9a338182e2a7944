"""``mien ffe``: the data set on which expression editors are trained."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli import ffe_options as options
from mien.cli.edit_backend import Name, backend_of
from mien.cli.ffe_tell import say, say_dropped, say_scored
from mien.cli.many import Engines
from mien.cli.options import numbers
from mien.cli.progress import bar
from mien.core.errors import InputError
from mien.core.places import models_folder

if TYPE_CHECKING:
    from mien.flows.ffe.annotate import Judging
    from mien.learn.ffe.compose import Composition

_SETTINGS = {"help_option_names": ["-h", "--help"]}
_MOST = 50  # findings that are printed; more are counted
_HELP = """The FFE data set: build it from portraits, score it, check it, count it.

A row is a portrait and two edits of it into different expressions, with twelve scores each.

\b
Examples:
  mien ffe build portraits -o ffe --licence "CC BY 4.0" --consent "forms in binder 3"
  mien ffe annotate ffe/ffe.jsonl --judge blendshapes --judge reader
  mien ffe check ffe/ffe.jsonl
  mien ffe stats ffe/ffe.jsonl
  mien ffe convert ffe/ffe.jsonl -o shards/ffe.tar
"""


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    verbs = typer.Typer(no_args_is_help=True, rich_markup_mode=None, context_settings=_SETTINGS)
    for verb in (build, annotate, check, stats, convert):
        verbs.command(verb.__name__)(verb)
    app.add_typer(verbs, name="ffe", help=_HELP)


def build(
    portraits: options.Portraits,
    out: options.Out,
    licence: options.Licence = None,
    consent: options.Consent = None,
    domain: options.Domain = "",
    pairs: options.Pairs = 6,
    confusable: options.Confusable = 0.5,
    pairs_from: options.Twins = None,
    overlap: options.Overlap = 1.0,
    jitter: options.Jitter = 0.2,
    blends: options.Blends = 0.0,
    one_sided: options.OneSided = 0.0,
    strengths: options.Strengths = "0.2,1",
    backend: Annotated[Name, typer.Option("--backend", help="What edits.")] = Name.MESH,
    with_: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="NAME=VALUE", help="Settings of --backend pixelsmile."),
    ] = None,
    pictures: options.Pictures = None,
    judge: options.Judges = None,
    models: options.Models = None,
    annotators: options.Count = 3,
    noise: options.Noise = 0.05,
    size: options.Size = 1024,
    seed: options.Seed = 0,
    validation: options.Validation = 0.1,
    test: options.Test = 0.1,
    until: options.Until = "annotate",
    jobs: options.Jobs = None,
    engine: Engines = None,
) -> None:
    """Make a set: collect portraits, compose pairs of targets, generate, annotate.

    Stop it with Ctrl-C; the same command goes on. Prints the files.

    \b
    Examples:
      mien ffe build portraits -o ffe --licence "CC BY 4.0" --consent "forms in binder 3"
      mien ffe build people.csv -o ffe --pairs 12 --blends 0.2 --one-sided 0.1 --jobs 4
      mien ffe build people.csv -o ffe --until compose
      mien ffe build people.csv -o ffe --pictures made-elsewhere --judge openai:gpt-5
    """
    from mien.flows.ffe.build import Plan
    from mien.flows.ffe.build import build as make
    from mien.flows.ffe.portraits import portraits as found_in
    from mien.learn.ffe.compose import Composition

    low_high = numbers(strengths, "--strengths")
    if len(low_high) != 2:
        raise InputError(f"--strengths {strengths}: give the least and the largest: 0.2,1")
    composition = Composition(
        pairs, confusable, overlap, jitter, blends, one_sided, (low_high[0], low_high[1])
    )
    if pictures is not None and (with_ or backend is not Name.MESH):
        raise InputError("--pictures are made already: leave --backend and --with out")
    found = found_in(portraits, licence=licence, consent=consent, domain=domain)
    if pairs_from is not None:
        composition = _alike(composition, pairs_from)
    judging = _judging(judge, models, annotators, noise, seed)
    with bar() as progress:
        plan = Plan(
            composition, judging, backend_of(backend, with_ or (), progress), pictures, size, seed,
            validation, test,
        )  # fmt: skip
        built = make(
            found, out, plan, until=until, jobs=jobs, engine=engine or "local", progress=progress
        )
    if built.removed:
        people = len({*built.removed.values()})
        say(f"removed: {len(built.removed)} portraits of {people} people who are no longer given")
    say_dropped(built.dropped)
    if built.annotated is not None:
        say_scored(built.annotated)
    if built.rows:
        say(f"rows: {built.rows}")
    for path in built.files:
        typer.echo(path)


def annotate(
    file: options.File,
    judge: options.Judges = None,
    truth: options.Truth = False,
    out: options.Rows = None,
    models: options.Models = None,
    annotators: options.Count = 3,
    noise: options.Noise = 0.05,
    seed: options.Seed = 0,
    jobs: options.Jobs = None,
    engine: Engines = None,
) -> None:
    """Give every edit twelve scores, the mean of all judges, and say how far they agree.

    \b
    Examples:
      mien ffe annotate ffe/ffe.jsonl --judge blendshapes --judge reader
      mien ffe annotate ffe/ffe.jsonl --truth --annotators 5 --noise 0.1
    """
    from mien.flows.ffe.annotate import annotate_file

    if bool(judge) == truth:
        raise InputError("who scores? Give --judge NAME, or --truth for what the mesh drew")
    judging = _judging(judge, models, annotators, noise, seed)
    with bar() as progress:
        found = annotate_file(
            file, out or file, judging, jobs=jobs, engine=engine or "local", progress=progress
        )
    say_scored(found)
    typer.echo(out or file)


def check(file: options.File, headers: options.Headers = False) -> None:
    """Find all that would stop or spoil a training. Exit code 1 if there is something.

    \b
    Examples:
      mien ffe check ffe/ffe.jsonl
      mien ffe check shards --headers
    """
    from mien.learn.ffe.check import check as look

    with bar() as progress:
        checked = look(file, pixels=not headers, progress=progress)
    for finding in checked.findings[:_MOST]:
        typer.echo(" ".join(f"{finding.where}: {finding.what}".split()))
    if len(checked.findings) > _MOST:
        typer.echo(f"... and {len(checked.findings) - _MOST} more")
    typer.echo(f"{file}: {len(checked.rows)} rows, problems: {len(checked.findings)}")
    if checked.findings:
        raise typer.Exit(1)


def stats(file: options.File) -> None:
    """Count what a set holds, and say what it lacks to be even.

    \b
    Examples:
      mien ffe stats ffe/ffe.jsonl
    """
    from mien.learn.ffe.files import read_rows
    from mien.learn.ffe.stats import lacking, tally, with_skin

    rows = read_rows(file)
    packed = file.suffix == ".tar" or file.is_dir()
    found = tally(rows if packed else with_skin(rows, file.parent))
    typer.echo(f"{found.rows} rows, {found.people} people, {found.pictures} edits")
    for kind, counts in found.counts.items():
        typer.echo(f"{kind:10} " + ", ".join(f"{name}: {n}" for name, n in counts.items()))
    typer.echo("\nintensity by fifths" + " " * 5 + "0-.2  .2-.4  .4-.6  .6-.8  .8-1")
    for name, steps in found.steps.items():
        typer.echo(f"  {name:16}" + "".join(f"{n:7}" for n in steps))
    for line in lacking(found):
        typer.echo(f"missing   {line}")


def convert(file: options.File, out: options.Converted) -> None:
    """Write a set in another form: JSON lines, Parquet, or WebDataset shards.

    \b
    Examples:
      mien ffe convert ffe/ffe.jsonl -o ffe/ffe.parquet
      mien ffe convert ffe/ffe.jsonl -o shards/ffe.tar
      mien ffe convert shards -o again/ffe.jsonl
    """
    from mien.learn.ffe.files import convert as write

    for path in write(file, out):
        typer.echo(path)


def _alike(composition: "Composition", path: Path) -> "Composition":
    """With the look-alikes of an annotated set in place of the two that are named."""
    from dataclasses import replace

    from mien.learn.ffe.agreement import confusable, confusion
    from mien.learn.ffe.files import read_rows

    targets = [one for row in read_rows(path) for one in row.dst if one.scores]
    twins = confusable(confusion([one.category for one in targets], [t.scores for t in targets]))
    if not twins:
        raise InputError(
            f"--pairs-from {path}: no categories are alike by its scores: leave it out"
        )
    say(f"look-alikes: {', '.join('-'.join(pair) for pair in twins)}")
    return replace(composition, twins=twins)


def _judging(
    judges: list[str] | None, models: Path | None, annotators: int, noise: float, seed: int
) -> "Judging":
    from mien.flows.ffe.annotate import Judging
    from mien.judge.table import is_remote
    from mien.learn.ffe.truth import Annotators

    for name in judges or ():
        if is_remote(name):
            say(f"{name} is sent every edit over the network: have the people's consent to that")
    who = Annotators(annotators, noise, seed)
    return Judging(tuple(judges or ()), models or models_folder(), who)
