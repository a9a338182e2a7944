"""``mien calibrate``: a person's resting face, kept for later readings."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.options import local_path, number
from mien.cli.progress import bar
from mien.core.errors import InputError

if TYPE_CHECKING:
    from mien.capture.calibration import Calibration
    from mien.core.seams import Progress
    from mien.core.signal import Interval
    from mien.flows.resting import Named, Rest

_WAYS = "--photo, --clip, --find or --camera"


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command("calibrate")(calibrate)


def calibrate(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="Who; without it, everybody who is calibrated."),
    ] = None,
    photo: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", parser=local_path, help="A photo at rest; may be repeated."),
    ] = None,
    clip: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", parser=local_path, help="A clip; say when with the next three."
        ),
    ] = None,
    frames: Annotated[
        str | None,
        typer.Option(metavar="LIST", help="Frames of --clip at rest, from 0: 10-40,55."),
    ] = None,
    from_: Annotated[
        float | None, typer.Option("--from", metavar="S", help="Rest in --clip starts, seconds.")
    ] = None,
    to: Annotated[
        float | None, typer.Option("--to", metavar="S", help="Rest in --clip ends, seconds.")
    ] = None,
    find: Annotated[
        Path | None,
        typer.Option(metavar="FILE", parser=local_path, help="A clip in which mien finds rest."),
    ] = None,
    camera: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Record now, guided, with this camera.")
    ] = None,
    expressions: Annotated[
        bool,
        typer.Option("--expressions", help="With --camera: try a smile and raised brows too."),
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Add to what is known, under another light perhaps.")
    ] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Forget the person.")] = False,
) -> None:
    """Keep a person's face at rest, the zero that `mien read --subject NAME` counts from.

    What is kept are numbers in MIEN_HOME/calibration/NAME.json, never a picture. With a name alone,
    shows what is known; without one, lists everybody.

    \b
    Examples:
      mien calibrate anna --camera 0 --expressions
      mien calibrate anna --photo rest.jpg
      mien calibrate anna --clip session.mp4 --from 1.2 --to 3
      mien calibrate anna --find session.mp4 --again
      mien calibrate anna --remove
    """
    given = [way for way in (photo, clip, find, camera) if way is not None and way != []]
    if name is None:
        if given or again or remove:
            raise InputError("say who: mien calibrate NAME ...")
        _list()
    elif remove:
        if given or again:
            raise InputError("--remove goes with a name alone")
        _remove(name)
    elif not given:
        if again:
            raise InputError(f"--again: say how with {_WAYS}")
        _show(name)
    elif len(given) > 1:
        raise InputError(f"give only one of {_WAYS}")
    else:
        moments = _moments(frames, from_, to, clip is not None)
        if expressions and camera is None:
            raise InputError("--expressions goes with --camera: only then can mien ask for them")
        recording = (camera or 0, expressions)
        _make(name, partial(_rest, photo, clip, moments, find, recording), again)


def _list() -> None:
    from mien.flows.calibrations import subjects

    for name in subjects():
        typer.echo(name)


def _remove(name: str) -> None:
    from mien.flows.calibrations import forget

    typer.echo(f"removed {forget(name)}")


def _show(name: str) -> None:
    from mien.flows.calibrations import calibrated, path_of

    _print(calibrated(name))
    typer.echo(path_of(name))


def _make(name: str, rest: "Callable[[Progress], Rest]", again: bool) -> None:
    from mien.flows.calibrate import calibrate as run
    from mien.flows.calibrations import path_of

    with bar() as progress:
        made = run(name, partial(rest, progress), again=again)
    _print(made)
    typer.echo(path_of(name))


def _rest(
    photo: list[Path] | None,
    clip: Path | None,
    moments: "Named | None",
    find: Path | None,
    recording: tuple[int, bool],
    progress: "Progress",
) -> "Rest":
    """The resting face, seen in the one way that is given."""
    from mien.flows import resting

    if photo:
        return resting.photos(photo)
    if clip is not None and moments is not None:
        return resting.named(clip, moments, progress)
    if find is not None:
        return resting.found(find, progress)
    return _recorded(*recording)


def _recorded(number: int, expressions: bool) -> "Rest":
    from contextlib import closing

    from mien.flows.guided import guided
    from mien.media.camera import camera_pictures

    with closing(camera_pictures(number)) as pictures:
        return guided(pictures, lambda line: typer.echo(line, err=True), expressions=expressions)


def _moments(
    frames: str | None, from_: float | None, to: float | None, clip: bool
) -> "Named | None":
    """The frames of a clip that are named, if there is a clip."""
    from mien.core.signal import Interval
    from mien.flows.resting import Named

    timed = from_ is not None or to is not None
    if not clip:
        if frames or timed:
            raise InputError("--frames, --from and --to say when in a clip: add --clip FILE")
        return None
    if (frames is None) == (not timed):
        raise InputError("--clip: say when the face rests, with --frames or with --from and --to")
    if frames is not None:
        return Named(tuple(_span(part) for part in frames.split(",")))
    start, end = from_ or 0.0, float("inf") if to is None else to
    if not 0.0 <= start <= end:
        raise InputError(f"--from {start:g} --to {end:g}: give seconds, the earlier first")
    return Named((Interval(start, end),), seconds=True)


def _span(part: str) -> "Interval":
    """``"10-40"`` or ``"55"``."""
    from mien.core.signal import Interval

    first, dash, last = part.strip().partition("-")
    start = number(first, f"--frames {part}")
    end = number(last, f"--frames {part}") if dash else start
    if not 0 <= start <= end or start % 1 or end % 1:
        raise InputError(f"--frames {part.strip()}: write frames from 0, such as 10-40,55")
    return Interval(start, end)


def _print(known: "Calibration") -> None:
    """Every session, its checks, and what to change."""
    from mien.capture.calibration_checks import checks, level

    points = f"sure to {100 * known.uncertainty:.2f} % of the distance of the eyes"
    many = len(known.sessions)
    typer.echo(f"{known.subject}: {many} session{'s' * (many > 1)}, resting face {points}")
    for session in known.sessions:
        camera, verdicts = session.camera, checks(session)
        rate = "" if camera.rate is None else f", {camera.rate:.0f} frames/s"
        size = f"{camera.width} x {camera.height}{rate}"
        typer.echo(f"{level(verdicts)}: {session.made}, {session.source}, {size}")
        for verdict in verdicts:
            advice = f": {verdict.advice}" if verdict.advice else ""
            typer.echo(f"  {verdict.level:<6}  {verdict.check:<11}  {verdict.reason}{advice}")
