"""From one expression to another, as a clip."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.core import facs
from mien.core.errors import InputError
from mien.core.expression import parse_wish, target, transition
from mien.core.seams import Progress, silent
from mien.edit.mesh import paint, prepare
from mien.edit.points import Subject, moved
from mien.edit.portrait import Portrait
from mien.guard.provenance import stamper
from mien.media.writer import video_writer

Image = NDArray[np.uint8]


def transition_clip(
    image: Image,
    person: Portrait,
    start: Mapping[str, float],
    end: Mapping[str, float],
    *,
    seconds: float = 1.5,
    rate: float = 30.0,
    hold: float = 0.4,
) -> Iterator[tuple[float, Image]]:
    """The frames of a face that goes from one expression to another, with a soft start and stop.

    Args:
        image: RGB uint8, shape (H, W, 3).
        person: the face on it.
        start: wish that the clip begins with; see :func:`mien.core.expression.parse_wish`.
        end: wish that it ends with.
        seconds: length of the way.
        rate: frames per second.
        hold: seconds for which the first and the last expression stand still.

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
    first, last = (target(person.aus, parse_wish(wish)) for wish in (start, end))
    subject = person.subject
    steps = np.arange(round((seconds + 2 * hold) * rate) + 1) / rate
    course = [(float(t), transition(first, last, (t - hold) / seconds)) for t in steps]
    return _frames(image, subject, course)


def _frames(
    image: Image, subject: Subject, course: list[tuple[float, NDArray[np.float64]]]
) -> Iterator[tuple[float, Image]]:
    """Draw a face at every (seconds, intensities)."""
    canvas, rest = prepare(image, subject.points), facs.resolve(subject.aus)
    for time, now in course:
        if np.array_equal(now, rest):
            yield time, image
        else:
            yield time, paint(canvas, moved(subject, now))[0]


def write_transition(
    path: Path,
    image: Image,
    person: Portrait,
    wishes: tuple[Mapping[str, float], Mapping[str, float]],
    *,
    seconds: float = 1.5,
    rate: float = 30.0,
    progress: Progress = silent,
) -> None:
    """Write a transition to a clip, whole or not at all.

    Args:
        path: ends in .mp4, .m4v, .mov or .mkv.
        image: RGB uint8, shape (H, W, 3).
        person: the face on it.
        wishes: what it begins and ends with.
        seconds: as in :func:`transition_clip`.
        rate: as in :func:`transition_clip`.
        progress: told about each frame.

    Raises:
        InputError: as in :func:`transition_clip`.
        MediaError: the clip cannot be written.
    """
    start, end = wishes
    frames = transition_clip(image, person, start, end, seconds=seconds, rate=rate)
    with video_writer(path, rate) as writer:
        for done, (time, frame) in enumerate(frames):
            progress("transition", done, None)
            writer.write(time, frame)
    record = {"action": "transition", "start": dict(start), "end": dict(end)}
    stamper().stamp(path, record)
