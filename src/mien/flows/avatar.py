"""The face that ``mien export --to gltf`` moves: the average one, with eyes and a mouth."""

import numpy as np
from numpy.typing import NDArray

from mien.anatomy import topology
from mien.anatomy.lips import closed
from mien.anatomy.model import FaceModel, face_model
from mien.anatomy.template import template
from mien.export.material import Mesh, Part

# Red, green, blue, linear.
_SKIN, _LIPS, _BROWS = (0.6, 0.38, 0.3), (0.45, 0.17, 0.15), (0.12, 0.07, 0.05)
_WHITE, _IRIS, _PUPIL = (0.85, 0.83, 0.8), (0.1, 0.06, 0.03), (0.01, 0.01, 0.01)
_MOUTH = (0.06, 0.01, 0.01)

_DEPTH = 0.07  # IOD; how far whites and mouth lie behind the lids and the lips
_PUPIL_SHARE, _BEFORE = 0.45, 0.002  # of the iris; IOD by which the pupil lies before it
_CORNERS = 24  # of an iris

_WHITES = (
    (*topology.UPPER_LID_RIGHT, *topology.LOWER_LID_RIGHT),
    (*topology.UPPER_LID_LEFT, *topology.LOWER_LID_LEFT),
)
_GAPE = ((*topology.UPPER_LIP_INNER, *topology.LOWER_LIP_INNER),)
_IRISES = (
    (topology.IRIS_RIGHT, topology.IRIS_RING_RIGHT),
    (topology.IRIS_LEFT, topology.IRIS_RING_LEFT),
)

# Points, how they move, and the triangles between them.
_Piece = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]


def avatar() -> Mesh:
    """The average neutral face with its lips closed, and what moves it.

    The skin has holes for the eyes and the mouth. Behind them lie pockets, which move as their rims
    do, and in those of the eyes the irises, which move with the gaze.
    """
    model = face_model(closed(template()))
    points, fields = model.neutral[: topology.N_SKIN], model.fields[:, : topology.N_SKIN]
    parts = _skin(points)
    for name, colour, pieces in (
        ("whites", _WHITE, [_behind(model, rim) for rim in _WHITES]),
        ("irises", _IRIS, [_disc(model, *iris, 1.0, 0.0) for iris in _IRISES]),
        ("pupils", _PUPIL, [_disc(model, *iris, _PUPIL_SHARE, _BEFORE) for iris in _IRISES]),
        ("mouth", _MOUTH, [_behind(model, rim) for rim in _GAPE]),
    ):
        triangles = []
        for where, moved, between in pieces:
            triangles.append(between + len(points))
            points = np.concatenate([points, where])
            fields = np.concatenate([fields, moved], axis=1)
        parts.append(Part(name, colour, np.concatenate(triangles)))
    return Mesh(points, fields, tuple(parts))


def _skin(points: NDArray[np.float64]) -> list[Part]:
    """The triangles of the face, those of lips and brows apart; on a picture they run clockwise."""
    triangles = topology.triangles()[:, ::-1]
    centres = points[triangles, :2].mean(axis=1)
    lips = _inside(centres, points[list(topology.MOUTH), :2])
    brows = np.any([_inside(centres, points[list(brow), :2]) for brow in topology.BROWS], axis=0)
    return [
        Part("skin", _SKIN, triangles[~lips & ~brows]),
        Part("lips", _LIPS, triangles[lips]),
        Part("brows", _BROWS, triangles[brows]),
    ]


def _inside(points: NDArray[np.float64], contour: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which points, shape (n, 2), lie inside a contour: a ray from there crosses it oddly often."""
    ends = np.roll(contour, -1, axis=0)
    rise = ends[:, 1] - contour[:, 1]
    share = (points[:, 1, None] - contour[:, 1]) / np.where(rise == 0.0, 1.0, rise)
    across = contour[:, 0] + share * (ends[:, 0] - contour[:, 0])
    passes = (points[:, 1, None] < contour[:, 1]) != (points[:, 1, None] < ends[:, 1])
    crossed = passes & (points[:, 0, None] < across)
    return np.asarray(crossed.sum(axis=1) % 2 == 1)


def _behind(model: FaceModel, rim: tuple[int, ...]) -> _Piece:
    """The pocket behind an opening; its rim is the upper row, then the lower one."""
    count, places = len(rim) // 2, list(rim)
    upper = np.arange(count - 1)
    lower = upper + count
    ring = np.array([*range(count), *range(2 * count - 2, count, -1)])
    following = np.roll(ring, -1)
    back = 2 * count
    walls = [(ring, following, following + back), (ring, following + back, ring + back)]
    end = [(upper, lower, lower + 1), (upper, lower + 1, upper + 1)]
    between = [np.stack(each, axis=1) for each in walls]
    between += [np.stack(each, axis=1) + back for each in end]
    where = np.concatenate([model.neutral[places], model.neutral[places] - (0.0, 0.0, _DEPTH)])
    moved = model.fields[:, places]
    return where, np.concatenate([moved, moved], axis=1), np.concatenate(between)


def _disc(
    model: FaceModel, centre: int, ring: tuple[int, ...], share: float, before: float
) -> _Piece:
    """A round piece of an iris, which moves as its centre does."""
    middle = model.neutral[centre]
    radius = share * np.linalg.norm(model.neutral[list(ring)] - middle, axis=1).mean()
    angles = np.linspace(0.0, 2.0 * np.pi, _CORNERS, endpoint=False)
    edge = radius * np.column_stack([np.cos(angles), np.sin(angles), 0.0 * angles])
    where = np.vstack([middle, middle + edge]) + np.array([0.0, 0.0, before])
    a = np.arange(_CORNERS)
    between = np.stack([0 * a, 1 + a, 1 + (a + 1) % _CORNERS], axis=1)
    return where, np.repeat(model.fields[:, [centre]], len(where), axis=1), between
