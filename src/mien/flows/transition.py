"""From one expression to another, as a clip."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.threads import one_thread
from mien.core import facs
from mien.core.blinks import natural_blinks, shut
from mien.core.errors import InputError
from mien.core.expression import Asked
from mien.core.face import Which
from mien.core.seams import Progress, silent
from mien.core.timeline import Timeline, key_of, target_at
from mien.edit.mesh import Canvas, paint, prepare
from mien.edit.points import Subject, moved
from mien.edit.portrait import Portrait, Source
from mien.flows.edit import MESH
from mien.flows.moving import check_transition, record_of, write_frames
from mien.flows.sitters import sitting
from mien.media.image import load_image

Image = NDArray[np.uint8]
Array = NDArray[np.float64]

_LONG = 1.0  # seconds from which a transition draws a blink
_GAZE = [i for i, column in enumerate(facs.COLUMNS) if facs.REGION[column] == "gaze"]
_LOOKS = 1.0  # change of gaze that draws one, however short


def transition_clip(
    image: Image,
    person: Portrait,
    start: Asked,
    end: Asked,
    *,
    seconds: float = 1.5,
    rate: float = 30.0,
    hold: float = 0.4,
    blinks: bool = False,
    seed: int = 0,
    canvas: Canvas | None = None,
) -> Iterator[tuple[float, Image]]:
    """The frames of a face that goes from one expression to another, as faces do.

    Args:
        image: RGB uint8, shape (H, W, 3).
        person: the face on it.
        start: wish that the clip begins with; see :func:`mien.core.expression.parse_wish`.
        end: wish that it ends with.
        seconds: length of the way.
        rate: frames per second.
        hold: seconds for which the first and the last expression stand still.
        blinks: whether the person blinks now and then, and on the way where it is long or the gaze
            moves.
        seed: of the chance in it.
        canvas: the picture and the face made ready; None: that is done here.

    Returns:
        Pairs of seconds from the first frame, and the frame, shape (H, W, 3); drawn as they are
        taken.

    Raises:
        InputError: an unknown name, a value out of range, or times that are not positive.
    """
    if not (seconds > 0 and rate > 0 and hold >= 0 and np.isfinite([seconds, rate, hold]).all()):
        raise InputError(
            f"no clip lasts {seconds:g} s at {rate:g} frames a second: use more than 0"
        )
    timeline = Timeline((key_of(hold, start), key_of(hold + seconds, end)))
    whole = seconds + 2 * hold
    times = np.arange(round(whole * rate) + 1) / rate
    course = [target_at(timeline, float(time), person.aus) for time in times]
    if blinks:
        moves = np.abs(course[-1] - course[0])[_GAZE].max() > _LOOKS
        cues = [hold] if moves or seconds >= _LONG else []
        for blink in natural_blinks(whole, cues, seed=seed):
            shares = blink.value(times)
            course = [shut(now, float(share)) for now, share in zip(course, shares, strict=True)]
    resolved = [facs.resolve(now) for now in course]
    canvas = canvas or prepare(image, person.subject.points)
    return _frames(image, canvas, person.subject, list(zip(times.tolist(), resolved, strict=True)))


def _frames(
    image: Image, canvas: Canvas, subject: Subject, course: list[tuple[float, Array]]
) -> Iterator[tuple[float, Image]]:
    """Draw a face at every (seconds, intensities)."""
    rest = facs.resolve(subject.aus)
    for time, now in course:
        if np.array_equal(now, rest):
            yield time, image
        else:
            yield time, paint(canvas, moved(subject, now), now - rest)[0]


def write_transition(
    path: Path,
    image: Image,
    person: Portrait,
    wishes: tuple[Asked, Asked],
    *,
    seconds: float = 1.5,
    rate: float = 30.0,
    hold: float = 0.4,
    blinks: bool = False,
    seed: int = 0,
    canvas: Canvas | None = None,
    progress: Progress = silent,
) -> None:
    """Write a transition to a clip, whole or not at all.

    Args:
        path: ends in .mp4, .m4v, .mov, .mkv, .gif or .webp.
        image: RGB uint8, shape (H, W, 3).
        person: the face on it.
        wishes: what it begins and ends with.
        seconds: as in :func:`transition_clip`.
        rate: as in :func:`transition_clip`.
        hold: as in :func:`transition_clip`.
        blinks: as in :func:`transition_clip`.
        seed: as in :func:`transition_clip`.
        canvas: as in :func:`transition_clip`.
        progress: told about each frame.

    Raises:
        InputError: as in :func:`transition_clip`.
        MediaError: the clip cannot be written, or is too large for an animation.
    """
    frames = transition_clip(
        image,
        person,
        *wishes,
        seconds=seconds,
        rate=rate,
        hold=hold,
        blinks=blinks,
        seed=seed,
        canvas=canvas,
    )
    total = round((seconds + 2 * hold) * rate) + 1
    write_frames(path, frames, total, rate, image.shape, record_of(wishes, MESH), progress)


@one_thread()
def transition_file(
    source: Path,
    out: Path,
    start: Asked,
    end: Asked,
    *,
    seconds: float = 1.5,
    rate: float = 30.0,
    blinks: bool = False,
    seed: int = 0,
    face: Which = 0,
    neutral: Source | None = None,
    progress: Progress = silent,
) -> list[Path]:
    """A clip of a photo whose face goes from one expression to another.

    Args:
        source: the photo.
        out: the clip or animation to write.
        start: wish that it begins with, on top of what the face shows; empty: as it is.
        end: wish that it ends with.
        seconds: as in :func:`transition_clip`.
        rate: as in :func:`transition_clip`.
        blinks: as in :func:`transition_clip`.
        seed: as in :func:`transition_clip`.
        face: which one; a single one.
        neutral: a photo of the same person at rest.
        progress: told about each frame.

    Returns:
        The clip.

    Raises:
        InputError: as in :func:`transition_clip`; more than one face; the photo would be
            overwritten.
        MediaError: a file cannot be read or written.
        NoFaceError: no such face.
    """
    check_transition(out, face, [source, neutral])
    image = load_image(source).pixels
    (sitter,) = sitting(image, str(source), face=face, neutral=neutral).sitters
    write_transition(
        out,
        image,
        sitter.person,
        (start, end),
        seconds=seconds,
        rate=rate,
        blinks=blinks,
        seed=seed,
        canvas=sitter.canvas,
        progress=progress,
    )
    return [out]
