"""``--backend`` and ``--with`` of ``mien edit``: what edits the picture, and how."""

from collections.abc import Sequence
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

import typer

from mien.core.errors import InputError
from mien.core.seams import Progress

if TYPE_CHECKING:
    from mien.flows.backend import Backend


class Name(StrEnum):
    """What draws an edited picture."""

    MESH = "mesh"
    PIXELSMILE = "pixelsmile"


def backend_of(name: Name, settings: Sequence[str], progress: Progress) -> "Backend":
    """What edits.

    Args:
        name: of ``--backend``.
        settings: of ``--with``, each NAME=VALUE.
        progress: told about prompts and steps.

    Raises:
        InputError: an unknown setting or a value that is none, or settings for the mesh.
        ModelError: PixelSmile's file is another one.
    """
    if name is Name.MESH:
        if settings:
            raise InputError(f"--with {settings[0]}: is for --backend pixelsmile")
        from mien.flows.edit import MESH

        return MESH
    from mien.flows.drawing.redraw import pixelsmile
    from mien.flows.drawing.settings import drawing_of

    say = partial(typer.echo, err=True)
    return pixelsmile(drawing_of(settings), progress, lambda line: say(f"mien: {line}"))
