"""A photo that moves: its frames, written to a clip with what it says of its way."""

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import InputError
from mien.core.expression import Asked
from mien.core.face import Which
from mien.core.recipe import Recipe
from mien.core.seams import Progress, silent
from mien.flows.backend import Backend
from mien.flows.outputs import check_outputs
from mien.guard.provenance import stamper
from mien.media.animated import SUFFIXES, check_room, write_animation
from mien.media.writer import check_clip, write_video

Image = NDArray[np.uint8]


def check_transition(out: Path, face: Which, inputs: Iterable[object]) -> None:
    """Refuse a transition that cannot be, before anything is read.

    Args:
        out: the clip or animation to write.
        face: which one; a single one.
        inputs: what is read; only paths count.

    Raises:
        InputError: more than one face, or an input would be overwritten.
        MediaError: a name that no clip has.
    """
    if face == "all":
        raise InputError("a transition is of one face: say which with --face")
    check_clip(out, others=SUFFIXES)
    check_outputs([out], inputs)


def write_frames(
    path: Path,
    frames: Iterator[tuple[float, Image]],
    total: int,
    rate: float,
    shape: tuple[int, ...],
    record: dict[str, object],
    progress: Progress = silent,
) -> None:
    """Write frames to a clip or an animation, whole or not at all.

    Args:
        path: ends in .mp4, .m4v, .mov, .mkv, .gif or .webp.
        frames: seconds from the first one, and each.
        total: how many.
        rate: frames per second.
        shape: of a frame.
        record: what its provenance says.
        progress: told about each frame.

    Raises:
        MediaError: the clip cannot be written, or is too large for an animation.
    """
    mark = partial(stamper().stamp, record=record)
    if path.suffix.lower() in SUFFIXES:
        check_room(path, total, shape)
        write_animation(path, _told(frames, total, progress), rate, mark=mark)
    else:
        write_video(path, _told(frames, total, progress), rate, mark=mark)


def record_of(wishes: tuple[Asked, Asked], backend: Backend) -> dict[str, object]:
    """What a transition's provenance says: the way, and what drew it."""
    start, end = (
        {key.name if isinstance(key, Recipe) else key: value for key, value in wish.items()}
        for wish in wishes
    )
    return {"action": "transition", "start": start, "end": end, "backend": backend.record}


def _told(
    frames: Iterator[tuple[float, Image]], total: int, progress: Progress
) -> Iterator[tuple[float, Image]]:
    for done, frame in enumerate(frames):
        progress("transition", done, total)
        yield frame
