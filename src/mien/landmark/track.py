"""Faces followed through a clip: one pass of the mesh network per frame and face.

Each face is read in the canonical square of the frame before, which moves smoothly, because the
network's answer breathes with its square. What is read must look like a face, sit where the square
was and have its size; else the face is lost, and nothing is said about it until it is found again.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.head import view_of
from mien.anatomy.identity import anybody
from mien.anatomy.inverse import invert
from mien.anatomy.template import template
from mien.anatomy.topology import STILL
from mien.core.face import Landmarks
from mien.landmark.backends.mediapipe import Square, mesh_in_square
from mien.landmark.detect import apart, shrunk_part, square_of, starts
from mien.landmark.shots import Shots

Image = NDArray[np.uint8]
Array = NDArray[np.float64]

_SEARCH_LOST = 5  # frames between two searches while a face is missing
_SEARCH_NEW = 1.0  # seconds between two searches for somebody new
_LINGER = 0.5  # seconds for which a lost face is looked for in its old place, frame by frame
_KEEP = 32  # lost faces that may come back under their own number
_SETTLE = 3  # readings of a new face until its square no longer moves
# Shares of the square that a face may move and grow by from one frame to the next.
_JUMP, _GROWTH = 0.35, 1.4
# IOD. Real faces, smiling, laughing or turned by 20 degrees, stay within .02 of the nearest face
# that the builds can make and, on still points, within .065 of the average one; cartoons lie beyond
# .03 and .07.
_STRANGE, _STRANGE_STILL = 0.026, 0.09
_STILL = np.array(STILL)


@dataclass(frozen=True)
class Seen:
    """A face on one frame.

    Attributes:
        face: its number, in order of appearance.
        points: shape (478, 3), px.
    """

    face: int
    points: Array


@dataclass(eq=False)
class _Followed:
    """A face and the square in which it is read next."""

    face: int
    points: Array
    square: Square
    time: float  # seconds; when it was last seen
    cut: int = 0  # number of the shot it was last seen in


@dataclass
class Following:
    """What is known while a clip runs; nothing in it grows with the length of the clip."""

    live: list[_Followed] = field(default_factory=list)
    lost: list[_Followed] = field(default_factory=list)
    count: int = 0
    shots: Shots = field(default_factory=Shots)
    index: int = -1
    searched: int = -_SEARCH_LOST  # frame
    searched_at: float = -np.inf  # seconds


def follow(pictures: Iterable[tuple[float, Image]]) -> Iterator[list[Seen]]:
    """Follow all faces through a clip; yields what is seen on each frame, largest number last.

    A face that is lost and found again keeps its number where place and size say that it is the
    same one; after a scene cut only where it is in the same place.

    Args:
        pictures: seconds and RGB picture (H, W, 3) of each frame, in order.
    """
    state = Following()
    for time, image in pictures:
        yield seen_on(state, time, image)


def seen_on(state: Following, time: float, image: Image) -> list[Seen]:
    """What is seen on the next picture, as :func:`follow` yields it.

    Args:
        state: one per clip; it is changed.
        time: seconds.
        image: RGB (H, W, 3).
    """
    state.index += 1
    cut = state.shots.starts(image)
    if cut:
        state.lost, state.live = [*state.lost, *state.live][-_KEEP:], []
    before = len(state.live)
    _move_on(state, time, image)
    missing = len(state.live) < before or not state.live
    waited = state.index - state.searched >= _SEARCH_LOST
    due = time - state.searched_at >= _SEARCH_NEW
    if cut or due or (missing and waited):
        _search(state, time, image)
    return [Seen(one.face, one.points) for one in sorted(state.live, key=lambda one: one.face)]


def read_near(image: Image, square: Square) -> Array | None:
    """The points of a face inside a square of a picture, shape (478, 3), px, or None.

    Only the surroundings of the square are handed over, shrunk where the face is large: that is
    faster than the whole picture and free of aliasing.
    """
    part, left, top, shrink = shrunk_part(image, square, 0.75)
    inside = Square(
        (square.x - left) / shrink, (square.y - top) / shrink, square.size / shrink, square.angle
    )
    points = mesh_in_square(np.ascontiguousarray(part), inside)
    return None if points is None else points * shrink + (left, top, 0.0)


def _move_on(state: Following, time: float, image: Image) -> None:
    """Read every face where it was on the frame before; and for a while the lost ones too."""
    shot = state.shots.number
    waiting = [one for one in state.lost if one.cut == shot and time - one.time <= _LINGER]
    seen: list[_Followed] = []
    for one in [*state.live, *waiting]:
        points = read_near(image, one.square)
        if points is None:
            continue
        place = square_of(points)
        if not _continues(points, place, one.square):
            continue
        if any(not apart(Landmarks(points), Landmarks(other.points)) for other in seen):
            continue
        one.square = _drawn_to(one.square, place, time - one.time)
        one.points, one.time = points, time
        seen.append(one)
    gone = [one for one in [*state.lost, *state.live] if one not in seen]
    state.live, state.lost = seen, gone[-_KEEP:]


def _search(state: Following, time: float, image: Image) -> None:
    """Look for faces that are not followed yet."""
    state.searched, state.searched_at = state.index, time
    for start in starts(image, [one.points for one in state.live]):
        points = _settled(image, start)
        if points is None or not _is_face(points):
            continue
        one = _returned(state, points)
        if one is None:
            one = _Followed(state.count, points, square_of(points), time)
            state.count += 1
        one.points, one.square = points, square_of(points)
        one.time, one.cut = time, state.shots.number
        state.live.append(one)


def _settled(image: Image, start: Array) -> Array | None:
    """Points read in the square that they themselves ask for, from rough ones."""
    points: Array | None = start
    for _ in range(_SETTLE):
        if points is None:
            return None
        points = read_near(image, square_of(points))
    return points


def _returned(state: Following, points: Array) -> _Followed | None:
    """The lost face that these points belong to, taken off the list of the lost."""
    now = square_of(points)
    best, nearest = None, np.inf
    for one in state.lost:
        same_shot = one.cut == state.shots.number
        far = np.hypot(one.square.x - now.x, one.square.y - now.y) / one.square.size
        growth = abs(np.log(now.size / one.square.size))
        limit = (2.0, np.log(2.0)) if same_shot else (0.35, np.log(1.25))
        if far < limit[0] and growth < limit[1] and far < nearest:
            best, nearest = one, far
    if best is not None:
        state.lost.remove(best)
    return best


def _continues(points: Array, now: Square, square: Square) -> bool:
    """Whether points read in a square are a face, and one that sits where it was.

    Args:
        points: shape (478, 3), px.
        now: the square they ask for.
        square: the one they were read in.
    """
    moved = math.hypot(now.x - square.x, now.y - square.y) / square.size
    return (
        moved < _JUMP  # false for what is not a number
        and abs(math.log(now.size / square.size)) < math.log(_GROWTH)
        and _still_error(points) < _STRANGE_STILL
    )


def _is_face(points: Array) -> bool:
    """Whether some natural face with some expression looks like these points."""
    return invert(anybody(), points, steps=2).residual < _STRANGE


def _still_error(points: Array) -> float:
    """How far the points that no expression moves lie from an average head, IOD."""
    apart_by = view_of(points, template()).to_head(points[_STILL]) - template()[_STILL]
    return math.sqrt((apart_by[:, :2] ** 2).sum() / len(_STILL))


def _drawn_to(square: Square, target: Square, elapsed: float) -> Square:
    """The square on its way to another: slow while the face rests, at once when it moves."""
    turn = (target.angle - square.angle + np.pi) % (2 * np.pi) - np.pi
    gap = np.hypot(target.x - square.x, target.y - square.y) / square.size
    gap += abs(np.log(target.size / square.size)) + abs(turn)
    share = float(np.clip(elapsed / 0.25 + gap / 0.05, 0.0, 1.0))
    return Square(
        square.x + share * (target.x - square.x),
        square.y + share * (target.y - square.y),
        square.size + share * (target.size - square.size),
        square.angle + share * turn,
    )
