"""Where the points of a photographed face go when it shows other action units."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.head import View, rotation_of
from mien.anatomy.lips import closing, partings, touching
from mien.anatomy.model import FaceModel, displacement
from mien.anatomy.unfold import unfolded

_TO_PICTURE = np.array([1.0, -1.0, -1.0])
_NECK = np.array([0.0, -0.3, -0.9])  # IOD, head's frame: what a head turns about, between the ears
_PARTED = 0.01  # IOD; lips that action units part by less than this are not known to be parted


@dataclass(frozen=True)
class Subject:
    """A face on a picture, as the face model sees it.

    Attributes:
        points: shape (478, 3), px, the landmarks.
        model: the person's face.
        view: how the head is seen.
        aus: shape (len(COLUMNS),), what is on the face, 0 to 5.
    """

    points: NDArray[np.float64]
    model: FaceModel
    view: View
    aus: NDArray[np.float64]


def moved(
    subject: Subject, wanted: NDArray[np.float64], turn: Sequence[float] = (0.0, 0.0, 0.0)
) -> NDArray[np.float64]:
    """Where the landmarks go, shape (478, 3), px; where they are, if nothing else is wanted.

    What action units do not explain of the face stays as it is, except for lips that are parted
    further than they explain: that fades in step with what parts them. No triangle turns over.

    Args:
        subject: the face as it is.
        wanted: shape (len(COLUMNS),), 0 to 5.
        turn: by how much the head turns further: yaw, pitch, roll in degrees.
    """
    before, after = displacement(subject.model, subject.aus), displacement(subject.model, wanted)
    change = after - before
    parts_now, parts_then = partings(before).max(), partings(after).max()
    if parts_now > _PARTED:
        rest = subject.view.to_head(subject.points) - before
        unexplained = partings(rest) - partings(subject.model.neutral)
        gone = 1.0 - np.clip(parts_then / parts_now, 0.0, 1.0)
        change = change + gone * closing(unexplained)
    neutral = subject.model.neutral
    change = change + touching(neutral, neutral + after) - touching(neutral, neutral + before)
    view = subject.view
    camera = view.scale * change @ view.rotation.T
    if any(turn):
        camera = camera + _turned(subject, camera, turn)
    return unfolded(subject.points, subject.points + camera * _TO_PICTURE)


def _turned(
    subject: Subject, change: NDArray[np.float64], turn: Sequence[float]
) -> NDArray[np.float64]:
    """What a turn of the head adds to a change of points (478, 3), px, camera frame."""
    view = subject.view
    pivot = view.origin + view.scale * view.rotation @ _NECK
    arm = subject.points * _TO_PICTURE + change - pivot
    pose = view.pose
    further = rotation_of(pose.yaw + turn[0], pose.pitch + turn[1], pose.roll + turn[2])
    return np.asarray(arm @ (further @ view.rotation.T).T - arm)
