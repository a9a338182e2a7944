"""The people of a picture who are to be edited, understood once however often they are edited."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.head import TURNED
from mien.core.errors import InputError, NoFaceError
from mien.core.face import Landmarks, Which
from mien.core.points import Point
from mien.edit.mesh import Canvas, is_flat, prepare
from mien.edit.portrait import (
    Portrait,
    Source,
    drawn_portrait,
    faces_of,
    neutral_model,
    portrait,
)
from mien.landmark.cover.occlusion import occluders
from mien.landmark.placed import placed

Image = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Sitter:
    """One face that is edited.

    Attributes:
        image: RGB uint8, shape (H, W, 3), the whole picture.
        number: of the face, 0 is the largest.
        person: what is known of it.
        drawn: whether it is flat art: line art, cel shading.
    """

    image: Image
    number: int
    person: Portrait
    drawn: bool

    @cached_property
    def canvas(self) -> Canvas:
        """Made ready for edits of the face; what covers it stays."""
        points = self.person.landmarks.points
        held = None if self.drawn else occluders(self.image, points)
        return prepare(self.image, points, flat=self.drawn, held=held)

    @cached_property
    def wide_canvas(self) -> Canvas:
        """Made ready for edits that turn the head, and its hair and glasses with it."""
        return prepare(self.image, self.person.landmarks.points, flat=self.drawn, wide=True)


@dataclass(frozen=True)
class Sitting:
    """A picture and who on it is edited.

    Attributes:
        name: of the picture, for messages.
        image: RGB uint8, shape (H, W, 3).
        faces: all faces, largest first.
        sitters: those that are edited, at least one.
        left: number of a face that was asked for and cannot be edited, and why.
    """

    name: str
    image: Image
    faces: tuple[Landmarks, ...]
    sitters: tuple[Sitter, ...]
    left: Mapping[int, str]


def sitting(
    image: Image,
    what: str,
    *,
    face: Which = 0,
    neutral: Source | None = None,
    points: Mapping[str, Point] | None = None,
) -> Sitting:
    """Find and understand the faces that are to be edited.

    Args:
        image: RGB uint8, shape (H, W, 3).
        what: name of the picture for messages.
        face: which one.
        neutral: photo of the person at rest.
        points: of a drawn face, placed by hand, see :mod:`mien.core.points`; nothing is detected.

    Raises:
        InputError: a neutral photo for more than one face, or points that make no face.
        NoFaceError: no such face, or none that can be edited.
        MediaError: the neutral photo cannot be read.
    """
    if points is not None:
        mesh = placed(points, (image.shape[1], image.shape[0]))
        drawn = is_flat(image, mesh.points)
        return Sitting(what, image, (mesh,), (Sitter(image, 0, drawn_portrait(mesh), drawn),), {})
    faces = faces_of(image, what)
    numbers = _numbers(faces, face, what)
    if neutral is not None and len(numbers) > 1:
        raise InputError("a neutral photo shows one person: say which face with --face")
    model = neutral_model(neutral)
    sitters: list[Sitter] = []
    left: dict[int, str] = {}
    for number in numbers:
        mesh = faces[number]
        drawn = is_flat(image, mesh.points)
        person = drawn_portrait(mesh) if drawn else portrait(mesh, model)
        yaw = person.view.pose.yaw
        if abs(yaw) > TURNED:
            left[number] = (
                f"turned aside by {abs(yaw):.0f} degrees; up to {TURNED:.0f} can be edited"
            )
        else:
            sitters.append(Sitter(image, number, person, drawn))
    if not sitters:
        raise NoFaceError(f"{what}: " + "; ".join(f"face {n} is {why}" for n, why in left.items()))
    return Sitting(what, image, tuple(faces), tuple(sitters), left)


def _numbers(faces: list[Landmarks], face: Which, what: str) -> list[int]:
    """The faces that are asked for.

    Raises:
        InputError: neither a number nor a point nor "all".
        NoFaceError: there is no such face.
    """
    if isinstance(face, str):
        if face != "all":
            raise InputError(f"face {face!r}: give a number, a point (x, y) or 'all'")
        return list(range(len(faces)))
    if not isinstance(face, tuple):
        if not 0 <= face < len(faces):
            raise NoFaceError(
                f"{what}: there is no face {face}; {len(faces)} found, numbered from 0, the largest"
            )
        return [face]
    if len(face) != 2:
        raise InputError(f"face {face}: a point has two coordinates, x and y in pixels")
    x, y = face
    for number, found in enumerate(faces):
        left, top, right, bottom = found.box
        if left <= x <= right and top <= y <= bottom:
            return [number]
    boxes = "; ".join(
        f"{number} spans {', '.join(f'{side:.0f}' for side in found.box)}"
        for number, found in enumerate(faces)
    )
    raise NoFaceError(
        f"{what}: no face at {x:g},{y:g}; face {boxes} (left, top, right, bottom in px)"
    )
