"""The portrait that the demo works on: close, large enough to see, and at rest."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from mien.core import facs
from mien.core.errors import NoFaceError
from mien.core.extras import require
from mien.edit.mesh import render
from mien.edit.points import moved
from mien.edit.portrait import Portrait, faces_of, neutral_model, pixels_of, portrait
from mien.flows.edit import edit
from mien.landmark.detect import refine

Image = NDArray[np.uint8]

SIDE = 640  # px of the square that the demo edits
_AROUND = 2.3  # side of that square in heights of the face
_TILE = (1.24, 1.5)  # width and height of a tile in heights of the face
_AT_REST = 1.0  # a portrait on which none of these exceeds this intensity is taken as it is
_TELLING = ("mouth", "chin", "cheek")  # brows and lids differ as much between people at rest


@dataclass(frozen=True, eq=False)
class Stage:
    """The portrait and its face, ready for edits.

    Attributes:
        original: RGB uint8, shape (640, 640, 3), cut out of the photo and brought to this size.
        rest: the same with its expression taken off; ``original`` itself where it has none.
        person: the face on ``rest``, which counts as this person's neutral photo.
        found: AU column to intensity, what was on ``original``.
        enlarged: how many times larger the cut-out is than it was in the photo.
        credit: where the photo comes from.
    """

    original: Image
    rest: Image
    person: Portrait
    found: dict[str, float]
    enlarged: float
    credit: str

    @property
    def relaxed(self) -> bool:
        """Whether an expression had to be taken off."""
        return self.rest is not self.original


@dataclass(frozen=True, eq=False)
class Shot:
    """One edited picture.

    Attributes:
        label: e.g. ``"happy 0.5"``.
        image: RGB uint8, shape (h, w, 3), cut to the face.
        asked: AU column to intensity.
        measured: AU column to intensity, read from the picture; NaN where there is no reading.
    """

    label: str
    image: Image
    asked: dict[str, float]
    measured: dict[str, float]


def set_stage(photo: Path | None) -> Stage:
    """Load a portrait, go close, and take its expression off.

    Args:
        photo: the user's own, or None for the sample.

    Raises:
        MissingExtraError: the sample's library is not installed.
        MediaError: the photo cannot be read.
        NoFaceError: no face is on it.
    """
    if photo is None:
        whole, name = np.asarray(require("skimage.data", "demo").astronaut()), "the sample portrait"
        credit = (
            "Astronaut Eileen Collins, photographed by NASA; public domain;"
            " via scikit-image, where it ships as a sample."
        )
    else:
        whole, name, credit = pixels_of(photo), str(photo), f"Your own photo, {photo.name}."
    original, enlarged = _close_up(whole, faces_of(whole, name)[0].box)
    found = portrait(faces_of(original, name)[0])
    rest = _relaxed(original, found)
    again = refine(rest, found.landmarks.points)
    if again is None:
        raise NoFaceError(
            f"{name}: the face was lost when it was put at rest; use another portrait"
        )
    person = portrait(again, neutral_model(rest))
    person = replace(person, aus=np.zeros_like(person.aus))  # at rest, because that is its rest
    return Stage(original, rest, person, facs.to_dict(found.aus), enlarged, credit)


def shot(stage: Stage, label: str, wish: dict[str, float]) -> Shot:
    """Edit the portrait at rest and measure the result, as a user would."""
    result = edit(stage.rest, wish, neutral=stage.rest)
    return Shot(label, tile(stage, result.image), result.aus, result.measured)


def tile(stage: Stage, image: Image) -> Image:
    """The part round the face of a picture of the stage, shape (h, w, 3)."""
    left, top, right, bottom = stage.person.landmarks.box
    tall, x = bottom - top, (left + right) / 2
    y = (top + bottom) / 2 - 0.05 * tall  # hair is taller than a chin
    half_width, half_height = _TILE[0] * tall / 2, _TILE[1] * tall / 2
    rows = slice(max(round(y - half_height), 0), round(y + half_height))
    return image[rows, max(round(x - half_width), 0) : round(x + half_width)]


def _close_up(image: Image, box: tuple[float, float, float, float]) -> tuple[Image, float]:
    """A square round a face, resampled to the size of the stage, and by how much it grew."""
    left, top, right, bottom = box
    side = min(_AROUND * (bottom - top), *image.shape[:2])
    x = float(np.clip((left + right - side) / 2, 0, image.shape[1] - side))
    y = float(np.clip((top + bottom - side) / 2, 0, image.shape[0] - side))
    close = Pillow.fromarray(image).resize(
        (SIDE, SIDE), Pillow.Resampling.LANCZOS, box=(x, y, x + side, y + side)
    )
    return np.asarray(close), SIDE / side


def _relaxed(image: Image, found: Portrait) -> Image:
    """The picture with its expression taken off; itself where there is next to none."""
    telling = [i for i, column in enumerate(facs.COLUMNS) if facs.REGION[column] in _TELLING]
    if found.aus[telling].max() <= _AT_REST:
        return image
    rest = moved(found.subject, np.zeros(len(facs.COLUMNS)))
    edited, _ = render(image, found.landmarks.points, rest)
    return edited
