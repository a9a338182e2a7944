"""``mien edit``: the same person with another expression."""

from collections.abc import Sequence
from pathlib import Path

import typer

from mien.cli import edit_moving as moving
from mien.cli import edit_options as options
from mien.cli.edit_backend import Name, backend_of
from mien.cli.edit_mode import mode, typed
from mien.cli.many import Engines, going_on
from mien.cli.options import Neutral
from mien.cli.progress import bar
from mien.cli.wish import Wanted, wanted, which
from mien.core.errors import InputError
from mien.core.face import Which
from mien.flows.engine import Engine


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command("edit")(edit)


def edit(
    context: typer.Context,
    source: options.Source,
    out: options.Out,
    expression: options.Expressions = None,
    text: options.Texts = None,
    recipe: options.Recipes = None,
    au: options.Aus = None,
    set_: options.Fixed = None,
    strengths: options.Strengths = None,
    turn: options.Turn = None,
    face: options.Face = "0",
    points: options.Points = None,
    neutral: Neutral = None,
    measure: options.Measure = None,
    jobs: options.Jobs = None,
    engine: Engines = None,
    timeline: options.Timeline = None,
    from_: options.From = None,
    to: options.To = None,
    seconds: options.Seconds = 1.5,
    blinks: options.Blinks = False,
    seed: options.Seed = 0,
    backend: options.Backend = Name.MESH,
    with_: options.With = None,
) -> None:
    """Write a photo, a clip, or a folder of photos, with another expression.

    Prints the files it wrote, one per line.

    \b
    Examples:
      mien edit me.jpg -o happy.jpg --expression happy=0.6
      mien edit me.jpg -o smirk.png --au AU12L=2.5
      mien edit me.jpg -o still.png --expression neutral=1
      mien edit me.jpg -o shut.png --set AU25=0 --set AU26=0
      mien edit me.jpg -o row.png --expression sad=1 --strengths 0,0.5,1
      mien edit me.jpg -o warm.jpg --recipe approachable=0.8
      mien edit me.jpg -o there.jpg --turn 8,0,0 --set AU61=2
      mien edit us.jpg -o all.jpg --expression happy=0.7 --face all
      mien edit manga.png -o fun.png --points manga.json --expression happy=1
      mien edit shoot -o variants --recipe approachable --recipe mine.json --jobs 4
      mien edit me.jpg -o turn.mp4 --from confused --to surprised --blinks
      mien edit talk.mp4 -o warm.mp4 --timeline keys.json
      mien edit me.jpg -o new.jpg --expression happy=0.6 --backend pixelsmile --with steps=20
      mien edit me.jpg -o set --backend pixelsmile --recipe happy --recipe sad
    """
    found = mode(source, out, typed(context), len(recipe or ()))
    asked = wanted(expression, au, set_, recipe, strengths, turn, text)
    who, drawn_by = which(face), (backend, with_ or ())
    if found == "photo":
        _photo(source, out, asked, who, neutral, points, measure, drawn_by)
    elif found == "photos":
        _shoot(source, out, asked, who, neutral, drawn_by, jobs, engine or "local")
    elif found == "clip":
        moving.edit_clip(
            source, out, timeline, asked.whole, face=who, neutral=neutral, report=measure
        )
    else:
        moving.edit_transition(
            source,
            out,
            *moving.ends(from_, to),
            seconds=seconds,
            blinks=blinks,
            seed=seed,
            face=who,
            neutral=neutral,
            backend=drawn_by,
        )


def _photo(
    source: Path,
    out: Path,
    asked: Wanted,
    face: Which,
    neutral: Path | None,
    points: Path | None,
    report: Path | None,
    drawn_by: tuple[Name, Sequence[str]],
) -> None:
    """One picture, or one per strength."""
    from mien.flows.edit_file import edit_file

    with bar() as progress:
        written = edit_file(
            source,
            out,
            asked.whole,
            set=asked.fixed,
            strengths=asked.strengths,
            face=face,
            neutral=neutral,
            turn=asked.turn,
            points=points,
            report=report,
            progress=progress,
            words=asked.words,
            backend=backend_of(*drawn_by, progress),
        )
    for path in written:
        typer.echo(path)


def _shoot(
    source: Path,
    out: Path,
    asked: Wanted,
    face: Which,
    neutral: Path | None,
    drawn_by: tuple[Name, Sequence[str]],
    jobs: int | None,
    engine: Engine,
) -> None:
    """Every photo of a folder with every recipe; a photo counts as a folder of one."""
    from mien.flows.shoot import photos_in, shoot

    wishes = asked.variants()
    photos = photos_in(source) if source.is_dir() else [source]
    with going_on(), bar() as progress:
        made = shoot(
            photos,
            out,
            wishes,
            set=asked.fixed,
            strengths=asked.strengths,
            face=face,
            neutral=neutral,
            turn=asked.turn,
            words=asked.words,
            backend=backend_of(*drawn_by, progress),
            jobs=jobs,
            engine=engine,
            progress=progress,
        )
    for path in (*made.written, *made.sheet, made.report):
        typer.echo(path)
    for reason in made.failed.values():
        typer.echo(f"mien: {reason}", err=True)
    pictures = f"pictures: {len(made.written)} written, {len(made.kept)} kept"
    failed = f"photos: {len(made.failed)} of {len(photos)} failed"
    typer.echo(f"mien: {pictures}; {failed}", err=True)
    if not made.written and not made.kept:
        raise InputError(f"{source}: no photo could be edited; the reasons are above")
