"""What ``mien edit`` does where something moves: clips, and clips made of photos."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from mien.cli.edit_backend import Name, backend_of
from mien.cli.progress import bar
from mien.cli.wish import recipe_of
from mien.core.errors import InputError
from mien.core.expression import Asked
from mien.core.face import Which
from mien.core.timeline import Timeline, key_of

TIMELINE = "--timeline keys.json, --expression or --au"


def ends(start: str | None, end: str | None) -> tuple[Asked, Asked]:
    """What ``--from`` and ``--to`` ask for; without one the photo is as it is.

    Raises:
        InputError: an unknown name or a strength that is none.
    """
    first, last = (
        {} if text is None else dict([recipe_of(text, option)])
        for text, option in ((start, "--from"), (end, "--to"))
    )
    return first, last


def edit_clip(
    source: Path,
    out: Path,
    timeline: Path | None,
    wish: Asked,
    *,
    face: Which = 0,
    neutral: Path | None = None,
    report: Path | None = None,
) -> None:
    """Edit a clip on a timeline, or with one wish from its first frame to its last.

    Raises:
        InputError: neither or both are given, or a face that is no number.
    """
    from mien.flows.edit_video import edit_video

    if (timeline is None) == (not wish):
        raise InputError(f"{source} is a clip: give one of {TIMELINE}")
    if isinstance(face, str):
        raise InputError("--face all is for photos: edit the faces of a clip one after the other")
    asked = Timeline((key_of(0.0, wish),)) if timeline is None else timeline
    with bar() as progress:
        written = edit_video(
            source, out, asked, face=face, neutral=neutral, report=report, progress=progress
        )
    for path in written:
        typer.echo(path)


def edit_transition(
    source: Path,
    out: Path,
    start: Asked,
    end: Asked,
    *,
    seconds: float = 1.5,
    blinks: bool = False,
    seed: int = 0,
    face: Which = 0,
    neutral: Path | None = None,
    backend: tuple[Name, Sequence[str]] = (Name.MESH, ()),
) -> None:
    """Make a clip of a photo: from one expression to another."""
    if backend[0] is not Name.MESH and (blinks or seed):
        raise InputError(
            f"--blinks, --seed: are the mesh's: leave them out for --backend {backend[0]}"
        )
    with bar() as progress:
        editor = backend_of(*backend, progress)
        same: dict[str, Any] = {
            "seconds": seconds, "face": face, "neutral": neutral, "progress": progress,
        }  # fmt: skip
        if backend[0] is Name.MESH:
            from mien.flows.transition import transition_file

            written = transition_file(source, out, start, end, blinks=blinks, seed=seed, **same)
        else:
            from mien.flows.drawing.transition import drawn_transition

            written = drawn_transition(source, out, start, end, editor, **same)
    for path in written:
        typer.echo(path)
