"""``mien synth``: clips with micro-expressions in them, and the exact truth about them."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from mien.cli import synth_options as options
from mien.cli.edit_mode import typed
from mien.cli.options import au_pairs
from mien.cli.progress import bar
from mien.core.errors import InputError

if TYPE_CHECKING:
    from mien.synth.take import Move

# What is wanted, where its option is called otherwise.
_OPTION = {"shift": "--drift", "rise": "--drift"}
_RISE, _FALL = 100.0, 200.0  # ms
_MOVE = ("--au", "--pixels", "--onset", "--apex", "--offset", "--family")


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command("synth")(synth)


def synth(
    context: typer.Context,
    source: options.Source,
    out: options.Out,
    au: options.Aus = None,
    pixels: options.Pixels = None,
    face_width: options.FaceWidth = 300.0,
    onset: options.Onset = 1000.0,
    apex: options.Apex = None,
    offset: options.Offset = None,
    family: options.Family = "cosine",
    seconds: options.Seconds = 3.0,
    rate: options.Rate = 200.0,
    noise: options.Noise = 1.5,
    exposure: options.Exposure = 0.0,
    flicker: options.Flicker = 0.0,
    mains: options.Mains = 50.0,
    crf: options.Crf = 10,
    yaw: options.Yaw = 0.0,
    roll: options.Roll = 0.0,
    drift: options.Drift = 0.0,
    blinks: options.Blinks = False,
    speech: options.Speech = False,
    hand: options.Hand = False,
    track: options.Track = False,
    count: options.Count = None,
    jobs: options.Jobs = 1,
    seed: options.Seed = 0,
) -> None:
    """Write a clip of a portrait on which something happens, and the exact truth about it.

    CLIP.truth.json beside it holds the events as `mien read` writes them. Prints the files.

    \b
    Examples:
      mien synth me.jpg -o smirk.mp4 --au AU12L=1 --pixels 1 --onset 400 --apex 500 --offset 700
      mien synth me.jpg -o hard.mp4 --au AU04=0.5 --noise 5 --flicker 0.06 --yaw 15 --crf 28
      mien synth me.jpg -o talk.mp4 --speech --blinks --seconds 20
      mien synth photos -o clips --count 1000 --rate 200
    """
    given = typed(context)
    wanted = {
        "face_width": face_width, "seconds": seconds, "rate": rate, "noise": noise,
        "exposure": exposure, "flicker": flicker, "mains": mains, "crf": crf, "yaw": yaw,
        "roll": roll, "shift": drift, "rise": drift / 2,
        "blinks": blinks, "speech": speech, "hand": hand,
    }  # fmt: skip
    if count is None:
        moves = _moves(au or (), pixels, (onset, apex, offset), family)
        if not moves and given & set(_MOVE):
            raise InputError(f"{min(given & set(_MOVE))}: say what moves: --au AU12L=1")
        if "--jobs" in given:
            raise InputError("--jobs is for many clips: leave it out, or add --count")
        _one(source, out, moves, wanted, track=track, seed=seed)
        return
    if given & set(_MOVE):
        raise InputError(f"{min(given & set(_MOVE))}: with --count chance says what moves")
    fixed = {name: value for name, value in wanted.items() if _option(name) in given}
    _many(source, out, count, fixed, track=track, jobs=jobs, seed=seed)


def _option(name: str) -> str:
    return _OPTION.get(name, f"--{name.replace('_', '-')}")


def _one(
    photo: Path,
    out: Path,
    moves: "tuple[Move, ...]",
    wanted: Mapping[str, Any],
    *,
    track: bool,
    seed: int,
) -> None:
    from mien.flows.synth import synth as write
    from mien.synth.camera import Camera
    from mien.synth.take import Take, changed

    if photo.is_dir():
        raise InputError(f"{photo}: is a folder: give one photo, or --count for many clips")
    take = changed(Take(moves=moves, camera=Camera(seed=seed), seed=seed), wanted)
    with bar() as progress:
        written = write(photo, out, take, track=track, progress=progress)
    for path in written:
        typer.echo(path)


def _many(
    source: Path,
    out: Path,
    count: int,
    fixed: Mapping[str, Any],
    *,
    track: bool,
    jobs: int,
    seed: int,
) -> None:
    from mien.flows.shoot import photos_in
    from mien.flows.synth import synth_many

    photos = photos_in(source) if source.is_dir() else [source]
    try:
        with bar() as progress:
            made = synth_many(
                photos, out, count, fixed=fixed, seed=seed, track=track, jobs=jobs,
                progress=progress,
            )  # fmt: skip
    except KeyboardInterrupt:
        typer.echo("mien: stopped; the same command goes on where it was", err=True)
        raise
    for path in made:
        typer.echo(path)
    typer.echo(f"mien: clips: {len(made)} written, {count - len(made)} kept", err=True)


def _moves(
    aus: Iterable[str],
    pixels: float | None,
    times: tuple[float, float | None, float | None],
    family: str,
) -> "tuple[Move, ...]":
    """The one movement that is asked for, or none."""
    from mien.synth.take import Move

    wanted = au_pairs(aus, "--au", "AU12L=1")
    if not wanted:
        return ()
    onset, apex, offset = times
    apex = onset + _RISE if apex is None else apex
    offset = apex + _FALL if offset is None else offset
    return (Move(wanted, onset / 1000, apex / 1000, offset / 1000, family, pixels),)
