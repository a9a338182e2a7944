"""Who says whether a face of 32 px is still the same person, and how well that can be said.

MobileFaceNet, shown the square enlarged, where it is among the models and tells the people who are
trained on apart; else a small network that has learned them. Both are measured on the people who
are tested, by their neutral and their smiling photos.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.bench.nano.tested import SIDE
from mien.bench.people import Person
from mien.core.errors import MissingExtraError
from mien.core.face import Landmarks
from mien.core.seams import Progress, silent
from mien.edit.portrait import faces_of
from mien.judge.identity import MOBILEFACENET, Identity
from mien.learn.pixelsmile.crops import TIGHT, place, squared
from mien.media.files import atomic
from mien.media.image import load_image

if TYPE_CHECKING:
    from mien.learn.pixelsmile.crops import Crop

Squares = NDArray[np.uint8]  # (n, 32, 32, 3), RGB
Points = NDArray[np.float64]  # (n, 478, 3), px of the square
Vectors = NDArray[np.float64]  # (n, d), of length 1

LEAST = (
    0.85  # of two pairs that the one of the same person looks more alike, below which none counts
)
_ENLARGED = 4  # times; aligned to the 112 px that the network wants
_SEED = 5  # of the stand-in, unlike that of the loss


@dataclass(frozen=True, eq=False)
class Likeness:
    """Somebody who compares persons.

    Attributes:
        name: for the rows.
        embed: squares and landmarks to unit vectors, whose cosine says how alike two are.
    """

    name: str
    embed: Callable[[Squares, Points], Vectors]


@dataclass(frozen=True, eq=False)
class Photos:
    """Two photos of everybody.

    Attributes:
        squares: shape (n, 2, 32, 32, 3), neutral and smiling.
        points: shape (n, 2, 478, 3), px of the square.
    """

    squares: Squares
    points: Points


def photos(people: Sequence[Person], file: Path, progress: Progress = silent) -> Photos:
    """Both photos of some people at 32 px, read once.

    Raises:
        NoFaceError: a photo shows none.
        MediaError: a file cannot be read or written.
    """
    if not file.is_file():
        found = []
        for done, one in enumerate(people, start=1):
            found += [_square(one.neutral), _square(one.smiling)]
            progress("two photos of everybody", done, len(people))
        squares, points = (np.stack(part) for part in zip(*found, strict=True))
        with atomic(file) as part:
            np.savez_compressed(part, squares=squares, points=points)
    with np.load(file) as stored:
        squares, points = stored["squares"], stored["points"]
    pairs = len(squares) // 2
    return Photos(*(each.reshape(pairs, 2, *each.shape[1:]) for each in (squares, points)))


def chosen(models: Path, known: Photos, rows: "Sequence[Crop]") -> Likeness:
    """Who compares.

    Args:
        models: folder of the networks.
        known: photos of the people who are trained on.
        rows: of the same people, for the stand-in to learn from.
    """
    try:
        judge = Identity(models) if (models / MOBILEFACENET.file).is_file() else None
    except MissingExtraError:
        judge = None
    if judge is not None:
        theirs = Likeness(f"{MOBILEFACENET.name} at 32 px", _by(judge))
        if apart(theirs, known) >= LEAST:
            return theirs
    return stand_in(rows)


def stand_in(rows: "Sequence[Crop]") -> Likeness:
    """A network that has learned the people of some rows."""
    from mien.learn.pixelsmile import stand_ins

    encoder = stand_ins.persons_cnn(rows, _SEED)

    def embed(squares: Squares, points: Points) -> Vectors:
        del points
        return _unit(stand_ins.embedded(encoder, squares))

    return Likeness(f"{stand_ins.PERSONS}, seed {_SEED}", embed)


def apart(likeness: Likeness, some: Photos) -> float:
    """How well persons are told apart: the area under the curve, 0.5 (not at all) to 1.

    Of a pair of photos of one person and a pair of two, neutral and smiling, it is the share of
    cases in which the former look more alike. NaN for fewer than two people.
    """
    return area(cosines(likeness, some))


def cosines(likeness: Likeness, some: Photos) -> NDArray[np.float64]:
    """Of every neutral photo, in rows, with every smiling one, shape (n, n)."""
    neutral, smiling = (
        likeness.embed(some.squares[:, which], some.points[:, which]) for which in (0, 1)
    )
    return np.asarray(neutral @ smiling.T)


def area(alike: NDArray[np.float64]) -> float:
    """Share of pairs off the diagonal that are below those on it; ties are half."""
    same, different = np.diag(alike), alike[~np.eye(len(alike), dtype=bool)]
    if not len(different):
        return np.nan
    more = same[:, None] > different
    equal = same[:, None] == different
    return float((more + 0.5 * equal).mean())


def _by(judge: Identity) -> Callable[[Squares, Points], Vectors]:
    def embed(squares: Squares, points: Points) -> Vectors:
        side = _ENLARGED * SIDE
        found = []
        for square, mesh in zip(squares, points, strict=True):
            large = cv2.resize(square, (side, side), interpolation=cv2.INTER_CUBIC)
            found.append(judge.embed(np.asarray(large, np.uint8), Landmarks(_ENLARGED * mesh)))
        return np.stack(found)

    return embed


def _unit(vectors: Vectors) -> Vectors:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-9))


def _square(photo: Path) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """The square of a photo that nano would see, and the landmarks on it."""
    image = load_image(photo).pixels
    face = faces_of(image, photo.name)[0]
    left, top, right, _ = place((image.shape[1], image.shape[0]), face.box, TIGHT)
    zoom = SIDE / (right - left)
    points = face.points * zoom
    points[:, :2] -= zoom * np.array([left, top])
    return squared(image, face.box, SIDE, TIGHT), points
