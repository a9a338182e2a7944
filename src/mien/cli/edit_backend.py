"""``--backend`` and ``--with`` of ``mien edit``: what draws the picture, and how."""

from collections.abc import Sequence
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

import typer

from mien.core.errors import InputError
from mien.core.seams import Progress

if TYPE_CHECKING:
    from mien.flows.edit_file import Draw


class Backend(StrEnum):
    """What draws an edited picture."""

    MESH = "mesh"
    PIXELSMILE = "pixelsmile"


def draw_of(backend: Backend, settings: Sequence[str], progress: Progress) -> "Draw | None":
    """What draws, for :func:`mien.flows.edit_file.edit_file`; None for the mesh.

    Args:
        backend: of ``--backend``.
        settings: of ``--with``, each NAME=VALUE.
        progress: told about prompts and steps.

    Raises:
        InputError: an unknown setting or a value that is none, or settings for the mesh.
        ModelError: PixelSmile's file is another one.
    """
    if backend is Backend.MESH:
        if settings:
            raise InputError(f"--with {settings[0]}: is for --backend pixelsmile")
        return None
    from mien.flows.drawing_settings import drawing_of
    from mien.flows.redraw import redrawn

    say = partial(typer.echo, err=True)
    drawing = drawing_of(settings)
    return partial(redrawn, drawing, progress=progress, say=lambda line: say(f"mien: {line}"))
