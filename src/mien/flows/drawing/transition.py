"""From one expression to another by a model that draws.

Some pictures of the way are drawn, all from the same noise, so that only the wish differs; the
frames between them are mixed of both. Where nothing is asked of an end, it is the face that the
model draws at rest: the photo itself differs from that in more than expression, and would jump.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy.threads import one_thread
from mien.core.ease import minimum_jerk
from mien.core.errors import InputError, NoFaceError
from mien.core.expression import Asked, Wish
from mien.core.face import Which
from mien.core.recipe import Recipe, recipes
from mien.core.seams import Progress, silent
from mien.edit.portrait import Source
from mien.flows.backend import Backend
from mien.flows.edit import Ask, EditResult, ask
from mien.flows.moving import check_transition, record_of, write_frames
from mien.flows.sitters import Sitting, sitting
from mien.media.image import load_image

Image = NDArray[np.uint8]
Array = NDArray[np.float64]

_DRAWN = 10.0  # pictures a second
_NEUTRAL = "neutral"


@one_thread()
def drawn_transition(
    source: Path,
    out: Path,
    start: Asked,
    end: Asked,
    backend: Backend,
    *,
    seconds: float = 1.5,
    rate: float = 30.0,
    hold: float = 0.4,
    face: Which = 0,
    neutral: Source | None = None,
    progress: Progress = silent,
) -> list[Path]:
    """A clip of a photo whose face goes from one expression to another, drawn by a model.

    Args:
        source: the photo.
        out: the clip or animation to write.
        start: wish that it begins with; empty: the face as it is drawn at rest.
        end: wish that it ends with.
        backend: what draws.
        seconds: length of the way; ten pictures a second are drawn.
        rate: frames per second.
        hold: seconds for which the first and the last expression stand still.
        face: which one; a single one.
        neutral: a photo of the same person at rest.
        progress: told about each frame.

    Returns:
        The clip.

    Raises:
        InputError: a wish that cannot be drawn, more than one face, no time, or the photo would be
            overwritten.
        MediaError: a file cannot be read or written.
        NoFaceError: no such face, or none on one of the pictures that were drawn.
        MienError: what the backend raises.
    """
    if not (0 < seconds < np.inf and 0 < rate < np.inf and 0 <= hold < np.inf):
        raise InputError(
            f"no clip lasts {seconds:g} s at {rate:g} frames a second: use more than 0"
        )
    check_transition(out, face, [source, neutral])
    asks = way(ask(start, backend=backend), ask(end, backend=backend), round(seconds * _DRAWN) + 1)
    image = load_image(source).pixels
    people = sitting(image, str(source), face=face, neutral=neutral)
    times = np.arange(round((seconds + 2 * hold) * rate) + 1) / rate
    shares = minimum_jerk((times - hold) / seconds)
    frames = zip(times.tolist(), _frames(people, backend, asks, shares), strict=True)
    record = record_of((start, end), backend)
    write_frames(out, frames, len(times), rate, image.shape, record, progress)
    return [out]


def way(start: Ask, end: Ask, count: int) -> list[Ask]:
    """What is asked at equal steps of a way, its ends included.

    Args:
        start: of :func:`mien.flows.edit.ask`.
        end: likewise.
        count: of steps, 2 or more.
    """
    return [
        Ask(_mixed(start.wish, end.wish, float(share)), {}, start.turn)
        for share in np.linspace(0.0, 1.0, max(count, 2))
    ]


def _mixed(first: Wish, last: Wish, share: float) -> Wish:
    """The wish between two: strengths mixed linearly; where none is left, a face at rest."""
    strengths: dict[Recipe, float] = {}
    for wish, weight in ((first, 1.0 - share), (last, share)):
        for recipe, strength in wish.expressions.items():
            if recipe.name != _NEUTRAL:
                strengths[recipe] = strengths.get(recipe, 0.0) + weight * strength
    if not any(strengths.values()):
        strengths = {recipes()[_NEUTRAL]: 1.0}
    additions = (1.0 - share) * first.additions + share * last.additions
    return Wish(strengths, additions, first.most)


def _frames(
    people: Sitting, backend: Backend, asks: Sequence[Ask], shares: Array
) -> Iterator[Image]:
    """A frame for each share of the way, rising, of the two drawn pictures next to it."""
    drawn = map(_shown, backend.edits(people, asks))
    before, after, passed = next(drawn), next(drawn), 0
    for place in np.minimum(shares, 1.0) * (len(asks) - 1):  # a rounding above 1 is none
        while place > passed + 1:
            before, after, passed = after, next(drawn), passed + 1
        rest = float(place - passed)
        yield np.asarray(cv2.addWeighted(before, 1.0 - rest, after, rest, 0.0), np.uint8)


def _shown(result: EditResult) -> Image:
    """A drawn picture; between others the photo itself would flash.

    Raises:
        NoFaceError: there is no face on it.
    """
    if result.left:
        why = "; ".join(f"face {number} is {why}" for number, why in result.left.items())
        raise NoFaceError(f"{why}: try another --with seed=N, or less expression")
    return result.image
