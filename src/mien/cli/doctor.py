"""``mien doctor``: whether everything that mien needs is here, or what a clip or camera allows."""

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.options import local_path
from mien.cli.progress import bar
from mien.core.errors import InputError

if TYPE_CHECKING:
    from mien.capture.verdict import Verdict
    from mien.flows.doctor_video import Examined

_MOST_SPANS = 4  # per check; more are counted
_GROUPS = {
    "time": ("length", "rate", "drops", "duplicates"),
    "face": ("face", "face_size", "pose", "motion"),
    "focus": ("blur",),
    "light": ("flicker", "exposure", "clipping", "range", "steps", "glare", "evenness", "shadows"),
    "record": ("noise", "compression", "blocks", "beat"),
}
_GROUP = {check: group for group, names in _GROUPS.items() for check in names}


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command("doctor")(doctor)


def doctor(
    video: Annotated[
        Path | None,
        typer.Argument(metavar="VIDEO", parser=local_path, help="A clip to check."),
    ] = None,
    camera: Annotated[
        int | None,
        typer.Option(min=0, metavar="N", help="Check camera N for some seconds; 0 is the first."),
    ] = None,
) -> None:
    """Check this installation, a clip or a camera, and say how to mend it.

    Without arguments: exit code 1 if something is missing that mien cannot do without. With a clip
    or a camera: exit code 1 if it is weak for micro-expressions.

    \b
    Examples:
      mien doctor
      mien doctor interview.mp4
      mien doctor --camera 0
    """
    if video is None and camera is None:
        _installation()
        return
    from mien.flows.doctor_video import examine, examine_camera

    if video is not None and camera is not None:
        raise InputError("doctor: give a clip or --camera, not both")
    with bar() as progress:
        if video is not None:
            found = examine(video, progress)
        else:
            assert camera is not None
            found = examine_camera(camera, progress=progress)
    _show(str(video) if video is not None else f"camera {camera}", found)
    if found.verdict not in ("good", "usable"):
        raise typer.Exit(1)


def _installation() -> None:
    from mien.flows.doctor import checks

    found = checks()
    width = max(len(check.name) for check in found)
    for check in found:
        typer.echo(f"{'ok  ' if check.ok else 'FAIL'}  {check.name:<{width}}  {check.detail}")
    missing = [check for check in found if not check.ok]
    for fix in dict.fromkeys(check.fix for check in missing if check.fix):
        typer.echo(f"\nTo mend: {fix}")
    if missing:
        raise typer.Exit(1)


def _show(name: str, found: "Examined") -> None:
    from mien.capture.quality import VERDICTS

    count = "1 frame" if found.frames == 1 else f"{found.frames} frames"
    rate = f", {found.rate:.4g} a second" if found.frames > 1 else ""
    typer.echo(f"{name}: {count}{rate}, {found.width}×{found.height}")
    for group, checks in groupby(_in_order(found.checks), key=lambda one: _GROUP[one.check]):
        typer.echo(f"\n{group}")
        for _, ones in groupby(checks, key=lambda one: one.check):
            _lines(list(ones))
    advice = list(dict.fromkeys(one.advice for one in found.checks if one.advice))
    if advice:
        typer.echo("\nTo change:")
    for line in advice:
        typer.echo(f"  {line}")
    typer.echo(f"\n{VERDICTS[found.verdict]}")


def _in_order(checks: Iterable["Verdict"]) -> list["Verdict"]:
    place = {check: i for i, check in enumerate(_GROUP)}
    return sorted(checks, key=lambda one: place[one.check])  # keeps the order within a check


def _lines(checks: list["Verdict"]) -> None:
    """One check: the whole clip, then its spans."""
    title = checks[0].check.replace("_", " ")
    spans = [one for one in checks if one.span is not None]
    for one in checks:
        if one.span is None:
            typer.echo(f"  {one.level:<6}  {title:<12}  {one.reason}")
    for one in spans[:_MOST_SPANS]:
        assert one.span is not None
        start, end = f"{one.span.start:.2f}", f"{one.span.end:.2f}"
        when = f"at {start} s" if start == end else f"{start} to {end} s"
        typer.echo(f"  {one.level:<6}  {'':<12}  {when}: {one.reason}")
    if len(spans) > _MOST_SPANS:
        typer.echo(f"  {'':<6}  {'':<12}  and {len(spans) - _MOST_SPANS} more such spans")
