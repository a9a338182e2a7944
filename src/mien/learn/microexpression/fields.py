"""Fields of motion for training: what each action unit moves, on faces of nobody.

The faces are the average one with other proportions; the fields are those of the anatomy model on
them, bent, blurred, turned and mixed, because other people's muscles and other motion models are
not like it.
"""

from dataclasses import dataclass
from functools import cache, lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy.fields import fields_of
from mien.anatomy.template import template
from mien.anatomy.topology import OVAL
from mien.capture.learned.grid import SIDE, cells, skin, spacing

Array = NDArray[np.float64]
F32 = NDArray[np.float32]

FACES = 24
PX = 100.0 * float(np.ptp(template()[list(OVAL), 0])) / 300.0
"""Hundredths of an IOD that are 1 px on a face 300 px wide."""

_BEND = 1.1  # cells; how far fields are shifted about
_GROW = 0.35  # of the logarithm of their strength, from place to place
_TURN, _CURL = 14.0, 14.0  # degrees; as a whole, and from place to place
_LEAK = 0.15  # of another unit's field, at most


@dataclass(frozen=True, eq=False)
class Face:
    """A face of nobody.

    Attributes:
        place: shape (SIDE, SIDE, 3), where each cell is, IOD, head's frame.
        across: shape (SIDE, SIDE, 3), how that changes per IOD of the average face to the left.
        up: the same upwards.
        normal: shape (SIDE, SIDE, 3), their cross product.
        fields: shape (len(COLUMNS), SIDE, SIDE, 3), of which the largest is 1 in x and y.
    """

    place: F32
    across: F32
    up: F32
    normal: F32
    fields: F32


@lru_cache(maxsize=FACES)
def face(number: int) -> Face:
    """One of :data:`FACES` faces."""
    random = np.random.default_rng((number, 0xFACE))
    mesh = template().copy()
    mesh *= np.exp(random.normal(0.0, (0.05, 0.07, 0.15)))
    x, y = mesh[:, 0].copy(), mesh[:, 1].copy()
    for axis in range(3):  # slow waves over the face: noses, jaws, asymmetry
        kx, ky = random.uniform(-2.0, 2.0, 2)
        mesh[:, axis] += random.normal(0.0, 0.03) * np.sin(kx * x + ky * y + random.uniform(0, 6.3))
    return _face(mesh)


@cache
def average() -> Face:
    """The average face."""
    return _face(template())


def _face(mesh: Array) -> Face:
    """The face of a mesh, shape (478, 3), IOD."""
    place = (cells() @ mesh).reshape(SIDE, SIDE, 3)
    down, right = spacing()
    fields = np.tensordot(fields_of(mesh), cells(), axes=(1, 1)).transpose(0, 2, 1)
    fields = fields.reshape(-1, SIDE, SIDE, 3) * skin()[..., None]
    size = np.hypot(fields[..., 0], fields[..., 1]).max(axis=(1, 2))
    fields /= np.maximum(size, 1e-3)[:, None, None, None]
    across, up = np.gradient(place, right, axis=1), np.gradient(place, -down, axis=0)
    parts = (place, across, up, np.cross(across, up), fields)
    return Face(*(part.astype(np.float32) for part in parts))


@cache
def matched(stiff: float = 0.03) -> F32:
    """What finds each column of units in the flow of a face from the front: a ridge regression.

    The rigid motions of the head are fitted beside them and left out.

    Args:
        stiff: share of the mean of what the fields explain, by which they are held at 0.

    Returns:
        Shape (n, 2 * SIDE²), of the columns that move skin.
    """
    one = average()
    ahead = np.array([0.0, 0.0, 1.0])
    flow, _ = seen_flow(one, np.concatenate([one.fields, rigid(one)]), ahead)
    ways = (np.moveaxis(flow, -1, 1) * skin()).reshape(len(flow), -1)
    moving = np.flatnonzero(np.abs(ways).max(axis=1) > 0.1)
    ways = ways[moving]
    gram = ways @ ways.T
    gram += stiff * np.trace(gram) / len(gram) * np.eye(len(gram), dtype=np.float32)
    count = int((moving < len(one.fields)).sum())
    return np.asarray(np.linalg.solve(gram, ways)[:count], np.float32)


def rigid(one: Face) -> F32:
    """What moving heads do, shape (7, SIDE, SIDE, 3): shift, growth, turns."""
    shifts = np.broadcast_to(np.eye(3, dtype=np.float32)[:, None, None], (3, SIDE, SIDE, 3))
    turns = np.cross(np.eye(3, dtype=np.float32)[:, None, None], one.place[None])
    return np.asarray(np.concatenate([shifts, one.place[None], turns]), np.float32)


def other(random: np.random.Generator, one: Face, unit: int) -> F32:
    """The field of a unit as another model might have it, shape (SIDE, SIDE, 3), largest 1.

    Args:
        random: the chance.
        one: the face.
        unit: index of the column.
    """
    field = one.fields[unit]
    if random.random() < 0.3:
        field = field + random.uniform(0.0, _LEAK) * one.fields[random.integers(len(one.fields))]
    bend = smooth(random, 2, _BEND)
    rows, columns = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    shift = random.normal(0.0, 0.5, 2).astype(np.float32)
    where = np.dstack([columns + bend[..., 0] + shift[0], rows + bend[..., 1] + shift[1]])
    field = cv2.remap(field, where, np.empty(0, np.float32), cv2.INTER_LINEAR)
    wide = random.uniform(-1.0, 2.2)
    if wide > 0.4:
        field = cv2.GaussianBlur(field, (0, 0), wide)
    size = np.hypot(field[..., 0], field[..., 1])
    most = max(float(size.max()), 1e-6)
    gather = random.uniform(-0.2, 0.6)  # how much more it keeps to its middle
    grow = smooth(random, 1, _GROW)[..., 0]
    field = field * (np.maximum(size / most, 1e-3) ** gather * np.exp(grow))[..., None]
    angle = np.radians(random.normal(0.0, _TURN) + smooth(random, 1, _CURL)[..., 0])
    cos, sin = np.cos(angle), np.sin(angle)
    x, y, z = field[..., 0], field[..., 1], field[..., 2]
    deep = random.uniform(0.3, 1.7)
    field = np.stack([cos * x - sin * y, sin * x + cos * y, deep * z], axis=-1)
    size = np.hypot(field[..., 0], field[..., 1])
    return np.asarray(field / max(float(size.max()), 1e-6), np.float32)


def smooth(random: np.random.Generator, channels: int, spread: float, knots: int = 4) -> F32:
    """Chance that changes slowly over the face, shape (SIDE, SIDE, channels)."""
    coarse = random.normal(0.0, spread, (knots, knots, channels)).astype(np.float32)
    found = cv2.resize(coarse, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    return np.asarray(found.reshape(SIDE, SIDE, channels), np.float32)


def seen_flow(one: Face, fields: F32, towards: Array) -> tuple[F32, F32]:
    """What a camera sees of displacements, on the flat picture of the average face.

    A displacement is taken apart into two directions along the skin and the line of sight; the
    last one is not seen.

    Args:
        one: the face.
        fields: shape (n, SIDE, SIDE, 3).
        towards: shape (3,), unit vector from the face to the camera, head's frame.

    Returns:
        Shape (n, SIDE, SIDE, 2); and the cosine between skin and camera, shape (SIDE, SIDE).
    """
    sight = np.asarray(towards, np.float32)
    # Cramer's rule for across, up and sight
    volume = one.normal @ sight
    facing = volume / np.maximum(np.linalg.norm(one.normal, axis=-1), 1e-6)
    volume = np.where(np.abs(volume) < 0.1, 0.1, volume)
    to_left = np.cross(one.up, sight) / volume[..., None]
    upwards = np.cross(sight, one.across) / volume[..., None]
    flow = np.stack(
        [np.einsum("nijk,ijk->nij", fields, way) for way in (to_left, upwards)], axis=-1
    )
    return np.asarray(flow, np.float32), np.asarray(facing, np.float32)
