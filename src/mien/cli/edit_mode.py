"""What ``mien edit`` is to make, and which of its options belong to that."""

from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Literal

import typer

from mien.core.errors import InputError, MediaError

Mode = Literal["photo", "photos", "clip", "transition"]

_PHOTO: tuple[Mode, ...] = ("photo",)
_PHOTOS: tuple[Mode, ...] = ("photo", "photos")
_PEOPLE: tuple[Mode, ...] = ("photo", "photos", "clip")
_DRAWN: tuple[Mode, ...] = ("photo", "photos", "transition")
_CLIP: tuple[Mode, ...] = ("clip",)
_TRANSITION: tuple[Mode, ...] = ("transition",)

# Options that are not for everything, and what they are for.
_FOR: dict[str, tuple[Mode, ...]] = {
    "--expression": _PEOPLE, "--recipe": _PEOPLE, "--au": _PEOPLE,
    "--set": _PHOTOS, "--strengths": _PHOTOS, "--turn": _PHOTOS,
    "--points": _PHOTO, "--measure": ("photo", "clip"), "--timeline": _CLIP,
    "--jobs": ("photos",), "--engine": ("photos",),
    "--from": _TRANSITION, "--to": _TRANSITION, "--seconds": _TRANSITION,
    "--blinks": _TRANSITION, "--seed": _TRANSITION, "--text": _PHOTOS,
    "--backend": _DRAWN, "--with": _DRAWN,
}  # fmt: skip
_CALLED: dict[Mode, str] = {
    "photo": "one photo",
    "photos": "a folder, or several recipes",
    "clip": "a clip",
    "transition": "a photo that moves (--from, --to)",
}
_PLACED = {"--face", "--neutral"}  # which face and how it rests; --points say both


def mode(source: Path, out: Path, given: AbstractSet[str], recipes: int) -> Mode:
    """What is to be made.

    Args:
        source: what is edited; need not exist, that is told further down.
        out: what is written.
        given: options that were typed, such as ``"--turn"``.
        recipes: how often ``--recipe`` is one of them.

    Raises:
        InputError: an option that would have no effect, or a clip of a photo without ``--to``.
    """
    found = _mode(source, out, given, recipes)
    for option, meant in _FOR.items():
        if option in given and found not in meant:
            places = " or ".join(_CALLED[one] for one in meant)
            raise InputError(f"{option} is for {places}: leave it out for {_CALLED[found]}")
    if "--points" in given and given & _PLACED:
        raise InputError(f"--points say where the face is: leave out {min(given & _PLACED)}")
    if found == "clip" and recipes > 1:
        raise InputError("--recipe: a clip takes one: blend with --expression")
    if found == "photo" and _is_clip(out):
        raise InputError(f"{out} is a clip and {source} a photo: say with --to how it shall move")
    return found


def typed(context: typer.Context) -> set[str]:
    """The options that were typed, by their long names."""
    sources = {max(p.opts, key=len): p.name or "" for p in context.command.params}
    found = {option: context.get_parameter_source(name) for option, name in sources.items()}
    return {option for option, how in found.items() if how and how.name == "COMMANDLINE"}


def _mode(source: Path, out: Path, given: AbstractSet[str], recipes: int) -> Mode:
    moving = not given.isdisjoint({"--from", "--to"})
    if source.is_dir():
        return "transition" if moving else "photos"
    if (_is_clip(out) or "--timeline" in given) and _moves(source, unknown=not moving):
        return "clip"
    if moving:
        return "transition"
    return "photos" if recipes > 1 else "photo"


def _is_clip(out: Path) -> bool:
    """Whether a clip is to be written; a WebP may be either, and is taken for a picture."""
    from mien.media.writer import CLIPS

    return out.suffix.lower() in {*CLIPS, ".gif"}


def _moves(source: Path, *, unknown: bool) -> bool:
    """Whether a file holds a clip; ``unknown`` where it cannot be read."""
    from mien.media.kind import classify

    try:
        return classify(source) == "video"
    except MediaError:
        return unknown
