"""``mien live``: a face read while it is filmed."""

import os
import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.options import Neutral, local_path
from mien.core.errors import InputError

if TYPE_CHECKING:
    from mien.capture.neutral import Neutral as Resting


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command("live")(live)


def live(
    camera: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Number of the camera, from 0.")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            metavar="VIDEO", parser=local_path, help="A clip at its own pace instead of a camera."
        ),
    ] = None,
    fast: Annotated[
        bool,
        typer.Option(
            "--fast", help="With --file: as fast as it can be read, and nothing left out."
        ),
    ] = False,
    subject: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Who it is, if calibrated (mien calibrate)."),
    ] = None,
    calibration: Annotated[
        Path | None,
        typer.Option(metavar="FILE", parser=local_path, help="The file of a calibration instead."),
    ] = None,
    neutral: Neutral = None,
    serve: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            metavar="PORT",
            help="Also send the messages to WebSocket clients on this machine; 0 takes any port.",
        ),
    ] = None,
    origin: Annotated[
        list[str] | None,
        typer.Option(
            metavar="URL",
            help="With --serve: a page that may connect, besides those of this machine, such as"
            " https://example.org; repeatable.",
        ),
    ] = None,
    window: Annotated[
        bool, typer.Option("--window", help="Show the picture with what is read of it.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Write no messages to stdout.")] = False,
) -> None:
    """Read a face while it is filmed: action units, head and events as they happen.

    Writes one JSON message per line to stdout: hello, then a frame for every frame, an event for
    every expression that has ended, and a status every second. Keep your face at rest for the first
    three seconds, or say who you are. Ends with the clip, or with Ctrl-C; what it came to is said
    on stderr.

    \b
    Examples:
      mien live --camera 0 --window --quiet
      mien live --camera 0 --subject anna --serve 8765 --quiet
      mien live --file session.mp4 --fast > session.jsonl
    """
    from mien.flows.live.lines import lines
    from mien.flows.live.messages import Sink
    from mien.flows.live.run import Told
    from mien.flows.live.run import live as run
    from mien.flows.live.serve import HOST
    from mien.flows.live.serve import serve as serving
    from mien.flows.live.source import from_camera, from_file
    from mien.flows.live.window import Window, check_window

    if (camera is None) == (file is None):
        raise InputError("say what to look at: --camera N or --file VIDEO")
    if fast and file is None:
        raise InputError("--fast goes with --file: a camera has its own pace")
    if origin and serve is None:
        raise InputError("--origin goes with --serve PORT")
    rest, resting = _rest(subject, calibration, neutral)
    kind, name = ("file", file.name) if file is not None else ("camera", str(camera))
    source = from_camera(camera or 0) if file is None else from_file(file, fast=fast)
    sinks: dict[str, Sink] = {} if quiet else {"stdout": lines(sys.stdout.fileno())}
    with ExitStack() as stack:
        server = None if serve is None else stack.enter_context(serving(serve, origin or ()))
        if server is not None:
            sinks["clients"] = server.send
            _say(f"clients may connect to ws://{HOST}:{server.port}")
        screen = None
        if window:
            check_window()
            screen = Window()
            sinks["window"] = screen.note
        summary = run(
            source,
            sinks,
            told=Told(kind, name, rest),
            resting=resting,
            fast=fast,
            show=None if screen is None else screen.show,
            clients=tuple if server is None else server.clients,
            say=_say,
        )
    with suppress(BrokenPipeError):
        _say(str(summary))
    _silence()


def _rest(
    subject: str | None, calibration: Path | None, photo: Path | None
) -> tuple[str, "Resting | None"]:
    """What rest is, and where that comes from."""
    from mien.capture.calibration_file import parse_calibration
    from mien.core.document import load
    from mien.flows.calibrations import calibrated, neutral_of

    if sum(one is not None for one in (subject, calibration, photo)) > 1:
        raise InputError("--subject, --calibration and --neutral all say what rest is: give one")
    if subject is not None:
        return "calibration", calibrated(subject).neutral
    if calibration is not None:
        return "calibration", load(calibration, parse_calibration, "a calibration").neutral
    return ("start" if photo is None else "photo"), neutral_of(photo)


def _say(line: str) -> None:
    typer.echo(f"mien: {line}", err=True)


def _silence() -> None:
    """Where nobody reads stdout any more, Python would complain about that on its way out."""
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        return
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
