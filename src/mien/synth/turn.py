"""A head that turns before a camera: where its points go on the film.

Coordinates are those of the film: px, x to the right, y down, depth away from the viewer and
counted from the plane of the pupils.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.head import rotation_of
from mien.edit.points import Subject
from mien.synth.head import Head

Array = NDArray[np.float64]

FLIP = np.array([1.0, -1.0, -1.0])  # from the camera's axes to the film's
_NECK = np.array([[0.0, -0.3, -0.9]])  # IOD, head's frame: what a head turns about


@dataclass(frozen=True, eq=False)
class Turn:
    """How a head has moved against the portrait, for any number of frames.

    Attributes:
        rotation: shape (..., 3, 3), on the film's axes.
        shift: shape (..., 1, 2), px.
        pivot: shape (3,), px.
        distance: px from the camera to the pupils.
        depth: how deep the head is against the model's idea.
    """

    rotation: Array
    shift: Array
    pivot: Array
    distance: float
    depth: float

    def moved(self, place: NDArray[Any], change: NDArray[Any]) -> NDArray[Any]:
        """Displacement of points by expression and head together, px, shape (..., n, 2).

        The portrait is what the camera sees; perspective acts on what changes in depth.

        Args:
            place: shape (n, 3), px.
            change: shape (..., n, 3), px, of the expression.
        """
        r = self.rotation.astype(place.dtype)[..., None]
        px, py, pz = self.pivot.tolist()
        x0, y0 = place[..., 0], place[..., 1]
        z0 = self.depth * place[..., 2]
        x, y = x0 + change[..., 0] - px, y0 + change[..., 1] - py
        z = z0 + self.depth * (change[..., 2] - pz)
        deep = r[..., 2, 0, :] * x + r[..., 2, 1, :] * y + r[..., 2, 2, :] * z + self.depth * pz
        near = (self.distance + z0) / (self.distance + deep)
        found = np.empty((*deep.shape, 2), place.dtype)
        for axis, (start, middle) in enumerate(((x0, px), (y0, py))):
            row = r[..., axis, 0, :] * x + r[..., axis, 1, :] * y + r[..., axis, 2, :] * z
            found[..., axis] = row * near + (middle - start)
        found += self.shift.astype(place.dtype)
        return found


def turn_of(subject: Subject, head: Head, course: Array) -> Turn:
    """The turns of a head, one per frame.

    Args:
        subject: the face, on the film.
        head: how it moves.
        course: of :meth:`mien.synth.head.Head.course`, shape (n, 5).
    """
    view, pose = subject.view, subject.view.pose
    flip = np.diag(FLIP)
    rotations = [
        flip @ rotation_of(pose.yaw + yaw, pose.pitch + pitch, pose.roll + roll)
        @ rotation_of(pose.yaw, pose.pitch, pose.roll).T @ flip
        for yaw, pitch, roll in course[:, :3]
    ]  # fmt: skip
    neck, pupils = view.to_picture(np.concatenate([_NECK, np.zeros((1, 3))]))
    pivot = np.array([neck[0], neck[1], neck[2] - pupils[2]])
    return Turn(
        np.stack(rotations), course[:, None, 3:], pivot, head.distance * view.scale, head.depth
    )
