"""Edit a portrait in memory: the same person, another expression, measured afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.inverse import invert
from mien.anatomy.threads import one_thread
from mien.core import facs
from mien.core.errors import NoFaceError
from mien.core.expression import Wish, parse_wish, target
from mien.core.face import Landmarks
from mien.edit.mesh import render
from mien.edit.points import moved
from mien.edit.portrait import (
    Portrait,
    Source,
    faces_of,
    hidden_as_nan,
    neutral_model,
    pixels_of,
    portrait,
)
from mien.landmark.detect import reread


@dataclass(frozen=True)
class EditResult:
    """An edited portrait.

    Attributes:
        image: RGB uint8, shape (H, W, 3).
        mask: shape (H, W), 0 to 1; where it is 0 no pixel has changed.
        aus: what was asked for, AU column to intensity, 0 to 5.
        measured: what is read from the result, AU column to intensity; NaN where the face was not
            found again.
        faces: all faces of the picture, largest first.
    """

    image: NDArray[np.uint8]
    mask: NDArray[np.float32]
    aus: dict[str, float]
    measured: dict[str, float]
    faces: tuple[Landmarks, ...]


@one_thread()
def edit(
    source: Source,
    wish: Mapping[str, float],
    *,
    set: Mapping[str, float] | None = None,
    face: int = 0,
    neutral: Source | None = None,
) -> EditResult:
    """Give a portrait another expression.

    Args:
        source: file, or RGB uint8 array of shape (H, W, 3).
        wish: category to strength (0 stays, 1 is all of it, up to 1.5) and action unit to change of
            intensity, e.g. ``{"happy": 0.6, "AU12L": 2.5}``. NaN entries are ignored.
        set: action unit to absolute intensity, 0 to 5.
        face: which face, 0 is the largest.
        neutral: a photo of the same person with a neutral face; without it the neutral face is
            estimated.

    Raises:
        InputError: an unknown name or a value out of range.
        MediaError: a file cannot be read.
        NoFaceError: no such face.
    """
    parsed, image = parse_wish(wish), pixels_of(source)
    faces = faces_of(image, _name(source))
    person = portrait(chosen(faces, face, _name(source)), neutral_model(neutral))
    return edited(image, faces, person, parsed, set)


def edited(
    image: NDArray[np.uint8],
    faces: Sequence[Landmarks],
    person: Portrait,
    wish: Wish,
    fixed: Mapping[str, float] | None,
) -> EditResult:
    """Edit a face that is understood already; the arguments are those of :func:`edit`, parsed."""
    wanted = target(person.aus, wish, fixed)
    if not wish.additions.any() and not any(wish.expressions.values()) and not fixed:
        wanted = facs.resolve(person.aus)
    points = moved(person.subject, wanted)
    if np.array_equal(points, person.landmarks.points):
        # Nothing moves: what was read from this very picture is what is on it.
        mask = np.zeros(image.shape[:2], dtype=np.float32)
        measured = facs.to_dict(person.visible_aus)
        return EditResult(image, mask, facs.to_dict(wanted), measured, tuple(faces))
    drawn, mask = render(image, person.landmarks.points, points)
    found = reread(drawn, person.landmarks)
    seen = np.full(len(facs.COLUMNS), np.nan)
    if found is not None:
        again = invert(person.prepared, found.points, steps=2)
        seen = hidden_as_nan(again.aus, again.view)
    return EditResult(drawn, mask, facs.to_dict(wanted), facs.to_dict(seen), tuple(faces))


def chosen(faces: Sequence[Landmarks], face: int, what: str) -> Landmarks:
    """One of the faces of a picture.

    Args:
        faces: largest first.
        face: its number.
        what: name of the picture for the message.

    Raises:
        NoFaceError: there is no such face.
    """
    if not 0 <= face < len(faces):
        raise NoFaceError(
            f"{what}: there is no face {face}; {len(faces)} found, numbered from 0, largest first"
        )
    return faces[face]


def _name(source: Source) -> str:
    return "the picture" if isinstance(source, np.ndarray) else str(source)
