"""From points on a picture to the head's own frame, and back.

The camera is weak perspective: a rotation, one scale, a shift. Head frame: x to the subject's left,
y up, z out of the face; unit IOD, origin midway between the pupils. Eye corners stand in for the
pupils, because pupils move with the gaze.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.template import template
from mien.anatomy.topology import STILL
from mien.core.face import Pose
from mien.core.facs import ACTION_UNITS, INDEX

# Pupils against the midpoints of the eye corners, mean of 52 neutral faces of the London set
# looking ahead: 1.033 +- 0.020 times as far apart, 0.028 IOD higher, 0.045 IOD nearer to the
# viewer.
_PUPILS_PER_CORNERS = 1.0328
_PUPILS_FROM_CORNERS = np.array([0.0, 0.0283, 0.0446])
TURNED = 45.0  # degrees of yaw beyond which the far side is no longer seen

_SIDED = [column for unit in ACTION_UNITS if unit.sided for column in unit.columns]
_SIDES = {side: [INDEX[column] for column in _SIDED if column[-1] == side] for side in "LR"}
_STILL = np.array(STILL)
_TO_CAMERA = np.array([1.0, -1.0, -1.0])


@dataclass(frozen=True)
class View:
    """How a head is seen.

    Attributes:
        rotation: shape (3, 3), head frame to camera frame (x right, y up, z to the viewer).
        scale: px per IOD.
        origin: shape (3,), px in the camera frame; its x, y are the picture's with y negated.
    """

    rotation: NDArray[np.float64]
    scale: float
    origin: NDArray[np.float64]

    def to_picture(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Head frame (n, 3) in IOD to the picture (n, 3) in px, z growing away from the viewer."""
        camera = self.scale * points @ self.rotation.T + self.origin
        return np.asarray(camera * _TO_CAMERA)

    def to_head(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """The inverse of :meth:`to_picture`."""
        return np.asarray((points * _TO_CAMERA - self.origin) @ self.rotation / self.scale)

    @property
    def pose(self) -> Pose:
        """Angles in degrees, place and scale in px."""
        (_, ux, ox), (_, uy, oy), (_, uz, oz) = self.rotation.tolist()  # columns: left, up, out
        yaw, pitch = math.atan2(ox, oz), math.asin(min(max(oy, -1.0), 1.0))
        # Roll is what is left after yaw and pitch: the tilt of the up axis against the upright one.
        vx, vy, vz = -oy * math.sin(yaw), math.cos(pitch), -oy * math.cos(yaw)
        tilt = ox * (uy * vz - uz * vy) + oy * (uz * vx - ux * vz) + oz * (ux * vy - uy * vx)
        roll = math.atan2(tilt, ux * vx + uy * vy + uz * vz)
        x, y, _ = self.origin.tolist()
        yaw, pitch, roll = (math.degrees(angle) for angle in (yaw, pitch, roll))
        return Pose(yaw, pitch, roll, x, -y, self.scale)


def far_side(yaw: float) -> list[int]:
    """Indices of the AU columns on the side that a turned head hides; none up to TURNED degrees."""
    return [] if not abs(yaw) > TURNED else _SIDES["L" if yaw > 0 else "R"]


def rotation_of(yaw: float, pitch: float, roll: float) -> NDArray[np.float64]:
    """Rotation matrix, head to camera, of angles in degrees as in :class:`mien.core.face.Pose`."""
    y, p, r = np.radians([yaw, pitch, roll])
    turn = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    nod = np.array([[1, 0, 0], [0, np.cos(p), np.sin(p)], [0, -np.sin(p), np.cos(p)]])
    tip = np.array([[np.cos(r), np.sin(r), 0], [-np.sin(r), np.cos(r), 0], [0, 0, 1]])
    return np.asarray(turn @ nod @ tip)


def view_of(points: NDArray[np.float64], model: NDArray[np.float64]) -> View:
    """The view under which a head in its own frame looks like the points of a picture.

    Least-squares similarity (Umeyama, PAMI 1991) on points that no expression moves much.

    Args:
        points: shape (478, 3), px.
        model: shape (478, 3), IOD, head's frame.
    """
    seen, known = points[_STILL] * _TO_CAMERA, model[_STILL]
    seen_centre, known_centre = seen.sum(axis=0) / len(_STILL), known.sum(axis=0) / len(_STILL)
    seen -= seen_centre
    known -= known_centre
    u, s, vt = np.linalg.svd(seen.T @ known)
    rotation = u @ vt
    if np.linalg.det(rotation) < 0.0:  # a mirror image: turn one axis
        u[:, 2], s[2] = -u[:, 2], -s[2]
        rotation = u @ vt
    scale = float(s.sum() / (known * known).sum())
    return View(rotation, scale, seen_centre - scale * rotation @ known_centre)


def nudged(view: View, motion: NDArray[np.float64]) -> View:
    """The view after a small rigid motion of the head in its own frame.

    Args:
        view: before.
        motion: shape (7,), shift along x, y, z in IOD, growth, turns about x, y, z in radians.
    """
    x, y, z = motion[4:].tolist()
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    angle = max(math.sqrt(x * x + y * y + z * z), 1e-9)
    # Rodrigues' formula
    swing = math.sin(angle) / angle * cross + 2 * (math.sin(angle / 2) / angle) ** 2 * cross @ cross
    return View(
        view.rotation + view.rotation @ swing,
        view.scale * (1.0 + motion[3]),
        view.origin + view.scale * view.rotation @ motion[:3],
    )


def brought_over(
    points: NDArray[np.float64], source: NDArray[np.float64], onto: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Points of one picture brought onto another, shape (n, 2), px.

    By the shift, roll and scale that match the still points of both; a turn of the head is left.

    Args:
        points: shape (n, 2 or more), px of the one picture.
        source: shape (478, 2 or more), px, the face on it.
        onto: shape (478, 2 or more), px, the face on the other picture.
    """
    a, b, p = (each[:, :2] @ (1, 1j) for each in (source, onto, points))
    a0, b0 = a[_STILL].mean(), b[_STILL].mean()
    turn = np.vdot(a[_STILL] - a0, b[_STILL] - b0) / np.vdot(a[_STILL] - a0, a[_STILL] - a0).real
    placed = (p - a0) * turn + b0
    return np.stack([placed.real, placed.imag], axis=1)


def neutral_in_head(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], View]:
    """A neutral face's mesh in the head's frame, and how it was seen.

    Args:
        points: shape (478, 3), px, of a picture with a neutral face.

    Returns:
        Mesh, shape (478, 3), IOD, and the view that put it on the picture.
    """
    rough = view_of(points, template())
    camera = points * _TO_CAMERA
    right, left = camera[[33, 133]].mean(axis=0), camera[[362, 263]].mean(axis=0)
    scale = _PUPILS_PER_CORNERS * float(np.linalg.norm(left - right))
    offset = scale * rough.rotation @ _PUPILS_FROM_CORNERS
    view = View(rough.rotation, scale, (left + right) / 2 + offset)
    return view.to_head(points), view
