"""What happens before the camera, and the exact truth about any moment of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mien.core import facs
from mien.core.blinks import shut
from mien.core.envelope import Course
from mien.core.errors import InputError
from mien.synth.hand import Hand
from mien.synth.head import Head
from mien.synth.movement import Movement
from mien.synth.plate import Plate
from mien.synth.speech import Speech
from mien.synth.turn import turn_of

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Scene:
    """What happens before the camera.

    Attributes:
        seconds: how long.
        movements: expressions and micro-expressions; these are the events.
        head: how the head moves.
        blinks: when the eyes close, see :func:`mien.core.blinks.natural_blinks`; no events.
        speech: talk; no event.
        hand: a hand that passes.

    Raises:
        InputError: no time at all, or a movement that does not fit into it.
    """

    seconds: float
    movements: tuple[Movement, ...] = ()
    head: Head = field(default_factory=Head)
    blinks: tuple[Course, ...] = ()
    speech: Speech | None = None
    hand: Hand | None = None

    def __post_init__(self) -> None:
        if not 0.0 < self.seconds < np.inf:
            raise InputError(f"a scene of {self.seconds:g} s: give more than 0")
        for movement in self.movements:
            onset, offset = movement.course.onset, movement.course.offset
            if not 0.0 <= onset < offset <= self.seconds + 1e-9:
                raise InputError(
                    f"an event from {onset:g} to {offset:g} s does not fit into {self.seconds:g} s"
                )


def shares_at(scene: Scene, time: Array) -> Array:
    """How much of its peak each movement shows, shape (n, movements), 0 to 1."""
    found = [movement.course.value(time) for movement in scene.movements]
    return np.stack(found, axis=1) if found else np.zeros((len(time), 0))


def aus_at(plate: Plate, scene: Scene, time: Array) -> Array:
    """Change of intensity against the portrait, shape (n, len(COLUMNS)), blinks and talk too."""
    return _aus(plate, scene, time, scene.movements)


def drawn_at(plate: Plate, scene: Scene, time: Array) -> Array:
    """The part of :func:`aus_at` that is redrawn, not only displaced."""
    return _aus(plate, scene, time, [one for one in scene.movements if one.drawn])


def turns_at(scene: Scene, time: Array) -> Array:
    """Yaw, pitch, roll (degrees), shift to the right and down (px), shape (n, 5), all added."""
    return scene.head.course(time, scene.seconds)


def points_at(
    plate: Plate, scene: Scene, time: Array, which: Sequence[int] | slice = slice(None)
) -> Array:
    """Where landmarks are, shape (n, 478, 3), px of the film; z as on the portrait.

    Args:
        plate: the portrait.
        scene: what happens.
        time: shape (n,), seconds.
        which: some of the 478 only.
    """
    subject, sheet = plate.subject, plate.sheet
    start = subject.points[which]
    change = sheet.to_film(_change(plate, scene, time, which))
    found = np.repeat(start[None], len(time), axis=0)
    found[..., 2] += change[..., 2]
    turn = turn_of(subject, scene.head, turns_at(scene, time))
    found[..., :2] += turn.moved(sheet.deep(start), change)
    return found


def _change(plate: Plate, scene: Scene, time: Array, which: Sequence[int] | slice) -> Array:
    """Displacement by expression, blinks and talk, shape (n, points, 3), IOD, head's frame."""
    drawn = drawn_at(plate, scene, time) / facs.MAX_INTENSITY
    used = np.flatnonzero(drawn.any(axis=0))
    found = np.tensordot(drawn[:, used], plate.subject.model.fields[used][:, which], axes=1)
    for share, movement in zip(shares_at(scene, time).T, scene.movements, strict=True):
        if not movement.drawn:
            found += share[:, None, None] * movement.field[which]
    return np.asarray(found)


def pose_at(plate: Plate, scene: Scene, time: Array) -> Array:
    """Yaw, pitch, roll, x, y, scale, shape (n, 6), as in :class:`mien.core.face.Pose`."""
    view, turns = plate.subject.view, turns_at(scene, time)
    turn, pose = turn_of(plate.subject, scene.head, turns), view.pose
    pupils = np.array([[pose.x, pose.y, 0.0]])
    went = turn.moved(pupils, np.zeros_like(pupils))[:, 0]
    angles = np.array([pose.yaw, pose.pitch, pose.roll]) + turns[:, :3]
    return np.column_stack([angles, pupils[0, :2] + went, np.full(len(time), view.scale)])


def _aus(plate: Plate, scene: Scene, time: Array, movements: Sequence[Movement]) -> Array:
    """Change of intensity by some movements, talk and blinks, as far as a face can show it."""
    rest = facs.resolve(plate.subject.aus)
    change = np.zeros((len(time), len(rest)))
    for movement in movements:
        change += np.outer(movement.course.value(time), facs.vector(movement.aus))
    if scene.speech is not None:
        change += scene.speech.aus(time)
    shown = rest + change
    first, last = float(time.min(initial=np.inf)), float(time.max(initial=-np.inf))
    for blink in scene.blinks:
        if blink.offset < first or blink.onset > last:
            continue
        for row, share in enumerate(blink.value(time).tolist()):
            if share:
                shown[row] = shut(shown[row], share)
    changed = (shown != rest).any(axis=1)
    shown[changed] = facs.resolve(shown[changed])
    return np.asarray(shown - rest)
