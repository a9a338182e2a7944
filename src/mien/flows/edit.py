"""Edit a portrait in memory: the same person, another expression, measured afterwards."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.inverse import invert
from mien.anatomy.threads import one_thread
from mien.core import facs
from mien.core.errors import InputError
from mien.core.expression import MAX_STRENGTH, Asked, Wish, parse_wish, target
from mien.core.face import Landmarks, Which
from mien.core.points import Point
from mien.edit.mesh import paint
from mien.edit.points import moved
from mien.edit.portrait import Portrait, Source, hidden_as_nan, pixels_of
from mien.flows.backend import Backend
from mien.flows.sitters import Sitter, Sitting, sitting
from mien.landmark.detect import reread

Image = NDArray[np.uint8]
Turn = tuple[float, float, float]

MAX_TURN = 10.0  # degrees about each axis
STRAIGHT: Turn = (0.0, 0.0, 0.0)
_LEAKS = 0.1  # intensity; what moves by less has not moved


@dataclass(frozen=True)
class Ask:
    """All that is asked of a face.

    Attributes:
        wish: see :func:`mien.core.expression.parse_wish`.
        fixed: action unit to absolute intensity, 0 to 5.
        turn: by how much the head turns further: yaw, pitch, roll in degrees.
        factor: of the whole: 0 is the picture as it is, 1 all that is asked.
        words: expressions in words of one's own to strength, for a backend that takes them.
    """

    wish: Wish
    fixed: Mapping[str, float]
    turn: Turn
    factor: float = 1.0
    words: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class FaceEdit:
    """What was done to one face. All mappings go from AU column to intensity, 0 to 5.

    Attributes:
        face: its number, 0 is the largest.
        current: what was on it.
        confidence: how sure that is, 0 to 1.
        aus: what was asked for.
        measured: what is read from the result; NaN where the face was not found again.
    """

    face: int
    current: dict[str, float]
    confidence: dict[str, float]
    aus: dict[str, float]
    measured: dict[str, float]

    @property
    def leakage(self) -> dict[str, float] | None:
        """What moved by 0.1 or more although nobody asked; None where there is no reading."""
        if all(np.isnan(value) for value in self.measured.values()):
            return None
        return {
            column: self.measured[column] - now
            for column, now in self.current.items()
            if abs(self.aus[column] - now) < 1e-9 and abs(self.measured[column] - now) >= _LEAKS
        }


@dataclass(frozen=True)
class EditResult:
    """An edited picture.

    Attributes:
        image: RGB uint8, shape (H, W, 3).
        mask: shape (H, W), 0 to 1; where it is 0 no pixel has changed.
        edits: one per edited face, largest first; there is at least one.
        faces: all faces of the picture, largest first.
        left: number of a face that was asked for and is not edited, and why.
        passes: what has changed the picture, in order: ``backend``, and for one that draws the
            ``strengths`` it was given.
    """

    image: Image
    mask: NDArray[np.float32]
    edits: tuple[FaceEdit, ...]
    faces: tuple[Landmarks, ...]
    left: Mapping[int, str]
    passes: tuple[Mapping[str, object], ...] = ()

    @property
    def aus(self) -> dict[str, float]:
        """What was asked for on the first edited face."""
        return self.edits[0].aus

    @property
    def measured(self) -> dict[str, float]:
        """What is read from the result on the first edited face."""
        return self.edits[0].measured


@one_thread()
def edit(
    source: Source,
    wish: Asked,
    *,
    set: Mapping[str, float] | None = None,
    face: Which = 0,
    neutral: Source | None = None,
    turn: Sequence[float] = STRAIGHT,
    points: Mapping[str, Point] | None = None,
    words: Mapping[str, float] | None = None,
    backend: Backend | None = None,
) -> EditResult:
    """Give a portrait another expression.

    Args:
        source: file, or RGB uint8 array of shape (H, W, 3).
        wish: category, preset or recipe to strength (0 stays, 1 is all of it, up to 1.5) and action
            unit to change of intensity, e.g. ``{"happy": 0.6, "AU12L": 2.5}``. NaN entries are
            ignored.
        set: action unit to absolute intensity, 0 to 5.
        face: which face: its number, 0 is the largest; a point on it, (x, y) in px; or ``"all"``.
        neutral: a photo of the same person with a neutral face; without it the neutral face is
            estimated.
        turn: by how much the head turns further: yaw, pitch, roll in degrees, −10 to 10 each.
        points: of a drawn face, name to (x, y) in px, see :mod:`mien.core.points`; without them
            faces are detected.
        words: expressions in words of one's own to strength, for a backend that draws.
        backend: what edits it; None for the mesh, see :func:`mien.flows.drawing.redraw.pixelsmile`.

    Raises:
        InputError: an unknown name or a value out of range.
        MediaError: a file cannot be read.
        NoFaceError: no such face, or it is turned too far aside.
    """
    backend = backend or MESH
    asked, image = ask(wish, set, turn, words, backend), pixels_of(source)
    name = "the picture" if isinstance(source, np.ndarray) else str(source)
    people = sitting(image, name, face=face, neutral=neutral, points=points)
    return next(backend.edits(people, [asked]))


def ask(
    wish: Asked,
    set: Mapping[str, float] | None = None,
    turn: Sequence[float] = STRAIGHT,
    words: Mapping[str, float] | None = None,
    backend: Backend | None = None,
    factor: float = 1.0,
) -> Ask:
    """What a caller wrote, checked; the arguments are those of :func:`edit`, and ``factor``.

    That is the factor of the whole; the largest one, where there will be several.

    Raises:
        InputError: an unknown name or a value out of range.
    """
    backend = backend or MESH
    parsed, fixed = parse_wish(wish, backend.strongest), dict(set or {})
    target(np.zeros(len(facs.COLUMNS)), parsed, fixed)
    angles = [float(angle) for angle in turn]
    most = max(factor, 1.0)
    if len(angles) != 3 or not all(most * abs(angle) <= MAX_TURN for angle in angles):
        told = ",".join(f"{angle:g}" for angle in angles) + (f" times {most:g}" if most > 1 else "")
        raise InputError(f"turn {told}: give yaw,pitch,roll, each from -10 to 10 degrees")
    asked = Ask(parsed, fixed, (angles[0], angles[1], angles[2]), factor, dict(words or {}))
    parsed.scaled(factor)
    backend.check(asked)
    return asked


def edited(people: Sitting, asked: Ask) -> EditResult:
    """Edit people who are understood already.

    Args:
        people: of :func:`mien.flows.sitters.sitting`.
        asked: of :func:`ask`.

    Raises:
        InputError: a strength would leave its range.
    """
    image, mask = people.image, np.zeros(people.image.shape[:2], np.float32)
    wants = []
    turn = [asked.factor * angle for angle in asked.turn]
    for sitter in people.sitters:
        wanted = wanted_of(sitter.person, asked)
        points = moved(sitter.person.subject, wanted, turn)
        still = np.array_equal(points, sitter.person.landmarks.points)
        wants.append((sitter, wanted, still))
        if still:
            continue
        canvas = sitter.wide_canvas if any(turn) else sitter.canvas
        drawn, changed = paint(canvas, points, wanted - facs.resolve(sitter.person.aus))
        if image is people.image:
            image, mask = drawn, changed
        else:  # where two faces touch, each pixel is that of the face that it is more of
            image = np.where((changed > mask)[..., None], drawn, image)
            mask = np.maximum(mask, changed)
    edits = tuple(
        # Where nothing moves, what was read from this very picture is what is on it.
        told(sitter, wanted, sitter.person.visible_aus if still else measured_on(image, sitter))
        for sitter, wanted, still in wants
    )
    passes = () if all(still for *_, still in wants) else ({"backend": MESH.name},)
    return EditResult(image, mask, edits, people.faces, people.left, passes)


def _by_mesh(people: Sitting, asks: Sequence[Ask]) -> Iterator[EditResult]:
    return (edited(people, each) for each in asks)


def _knows_recipes(asked: Ask) -> None:
    if asked.words:
        raise InputError(
            f"{next(iter(asked.words))!r}: words of one's own are for the backend pixelsmile; the"
            " mesh knows recipes"
        )


MESH = Backend("mesh", _by_mesh, _knows_recipes, MAX_STRENGTH)


def wanted_of(person: Portrait, asked: Ask) -> NDArray[np.float64]:
    """Intensities that are wanted of a face, shape (len(COLUMNS),).

    Raises:
        InputError: a strength would leave its range.
    """
    wish = asked.wish
    if not wish.additions.any() and not any(wish.expressions.values()) and not asked.fixed:
        return facs.resolve(person.aus)
    if asked.factor == 1.0:
        return target(person.aus, wish, asked.fixed)
    return target(person.aus, wish.scaled(asked.factor), _partway(person, asked))


def _partway(person: Portrait, asked: Ask) -> dict[str, float]:
    """Absolute targets for a part of the way: from what is on the face to the values given."""
    now = facs.resolve(person.aus)
    part = {}
    for name, value in asked.fixed.items() if asked.factor else ():
        for column in facs.expand(name):
            start = float(now[facs.INDEX[column]])
            wanted = start + asked.factor * (value - start)
            part[column] = min(max(wanted, 0.0), facs.MAX_INTENSITY)
    return part


def measured_on(drawn: Image, sitter: Sitter) -> NDArray[np.float64]:
    """What is read on an edited face, shape (len(COLUMNS),); NaN where it is not found again.

    Args:
        drawn: the edited picture, RGB, shape (H, W, 3).
        sitter: the face, as it was.
    """
    found = None if sitter.drawn else reread(drawn, sitter.person.landmarks)
    if found is None:
        return np.full(len(facs.COLUMNS), np.nan)
    again = invert(sitter.person.prepared, found.points, steps=2)
    return hidden_as_nan(again.aus, again.view)


def told(sitter: Sitter, wanted: NDArray[np.float64], seen: NDArray[np.float64]) -> FaceEdit:
    """What was done to a face.

    Args:
        sitter: the face, as it was.
        wanted: intensities that were asked for, shape (len(COLUMNS),).
        seen: intensities that are read on the result, shape (len(COLUMNS),).
    """
    current = facs.to_dict(facs.resolve(sitter.person.aus))
    confidence = facs.to_dict(sitter.person.confidence)
    return FaceEdit(sitter.number, current, confidence, facs.to_dict(wanted), facs.to_dict(seen))
