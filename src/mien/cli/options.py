"""What several verbs read from the command line in the same way."""

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from mien.core.errors import InputError
from mien.core.facs import expand, is_au


def local_path(text: str | Path) -> Path:
    """A path on this machine; a default comes as the path it is.

    Raises:
        InputError: the text is a URL; mien never fetches anything by itself.
    """
    if isinstance(text, str) and "://" in text:
        raise InputError(f"{text} is a URL: download it first, mien reads local files only")
    return Path(text)


def folder_path(text: str | Path) -> Path:
    """A path at which there is a folder, or nothing yet.

    Raises:
        InputError: a file, or a URL.
    """
    path = local_path(text)
    if path.exists() and not path.is_dir():
        raise InputError(f"{path}: is a file: give the name of a folder to make")
    return path


def sets_of(names: Sequence[str] | None, roots: Sequence[Path] | None) -> list[tuple[str, Path]]:
    """The pairs of ``--set`` and ``--root``, in order.

    Raises:
        InputError: more of one than of the other.
    """
    if len(names or ()) != len(roots or ()):
        raise InputError("--set and --root go together: which set, and where it is")
    return list(zip(names or (), roots or (), strict=True))


Roots = Annotated[
    list[Path] | None,
    typer.Option(
        "--root", metavar="ROOT", parser=local_path, help="The folder of each --set, in order."
    ),
]
Neutral = Annotated[
    Path | None,
    typer.Option(
        "--neutral",
        metavar="PHOTO",
        parser=local_path,
        help="Photo of the same person at rest; makes the reading of what is there much surer.",
    ),
]


def number(text: str, where: str) -> float:
    """A finite number, or an error that says where it was expected.

    Raises:
        InputError: not a number, or not a finite one.
    """
    try:
        value = float(text)
    except ValueError:
        raise InputError(f"{where}: {text.strip()!r} is not a number") from None
    if not math.isfinite(value):
        raise InputError(f"{where}: {text.strip()!r} is not a finite number")
    return value


def pairs(items: Iterable[str], option: str, example: str) -> dict[str, float]:
    """Parse the ``NAME=VALUE`` arguments of one option.

    Args:
        items: as typed, one per use of the option.
        option: name of the option, for messages: ``"--au"``.
        example: a correct argument, for messages: ``"AU12L=2.5"``.

    Raises:
        InputError: no ``=``, an empty name, a value that is not a number, or a name given twice.
    """
    values: dict[str, float] = {}
    for item in items:
        name, equals, value = item.rpartition("=")
        name = name.strip()
        if not equals or not name:
            raise InputError(f"{option} {item}: write NAME=VALUE, such as {example}")
        if name in values:
            raise InputError(f"{option}: {name} is given twice")
        values[name] = number(value, f"{option} {item}")
    return values


def au_pairs(items: Iterable[str], option: str, example: str) -> dict[str, float]:
    """Like :func:`pairs`, for action units only.

    Raises:
        InputError: as :func:`pairs`, or a name that is no action unit.
    """
    values = pairs(items, option, example)
    for name in values:
        expand(name)
    return values


def expression_pairs(items: Iterable[str], option: str, example: str) -> dict[str, float]:
    """Like :func:`pairs`, for expressions only; whether they exist is known further down.

    Raises:
        InputError: as :func:`pairs`, or an action unit.
    """
    values = pairs(items, option, example)
    for name in values:
        if is_au(name):
            raise InputError(f"{option} {name}: that is an action unit, write --au {name}=...")
    return values


def numbers(text: str, option: str) -> Sequence[float]:
    """Numbers separated by commas: ``"0,0.5,1"``.

    Raises:
        InputError: an empty list or something that is not a number.
    """
    parts = [part for part in text.split(",") if part.strip()]
    if not parts:
        raise InputError(f"{option}: give numbers separated by commas, such as 0,0.5,1")
    return [number(part, option) for part in parts]
