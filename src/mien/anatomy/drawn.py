"""The face model of a drawn face, whose parts may be of any size.

A smile moves the corners of a mouth by a fifth of the distance between the eyes, on people. On a
mouth drawn a third as wide as theirs that would be a grimace: it moves less there. And the line
that stands for the lashes is as thick as the whole lid of a person: it moves as one.
"""

import numpy as np
from numpy.typing import NDArray

from mien.anatomy import topology as topo
from mien.anatomy.model import FaceModel, face_model
from mien.anatomy.template import distances, template
from mien.core.facs import INDEX

Array = NDArray[np.float64]

_SHARE = 0.75  # exponent: 1 would move a mouth in proportion to its width, 0 as on people
_NEAR = 0.25  # IOD along the skin: how gradually one part's proportion gives way to the next
_AS_USUAL = (33, 133, 263, 362, 159, 145, 386, 374, 1, 168, 9, 234, 454, 50, 280)
_UPPER_SHARE = 0.82  # how much of a blink is the upper lid's, see fields.csv
_BLINKS = (
    ("AU43R", topo.UPPER_LID_RIGHT, topo.LOWER_LID_RIGHT),
    ("AU43L", topo.UPPER_LID_LEFT, topo.LOWER_LID_LEFT),
)


def drawn_model(mesh: Array) -> FaceModel:
    """The model of a drawn face from its mesh as drawn, shape (478, 3), IOD, head's frame."""
    model = face_model(mesh)
    fields = model.fields * _proportions(mesh)[None, :, None]
    for lid, ring in topo.LID_RINGS.items():
        fields[:, list(ring)] = fields[:, list(lid[1:-1])]
    for column, upper, lower in _BLINKS:
        _shut(fields[INDEX[column]], mesh, upper, lower)
    return FaceModel(mesh, fields)


def _shut(field: Array, mesh: Array, upper: tuple[int, ...], lower: tuple[int, ...]) -> None:
    """A blink as it is drawn, in place: the lower line stays, the upper one comes to lie on it.

    Args:
        field: of the blink, shape (478, 3), IOD at intensity 5.
        mesh: shape (478, 3), IOD, head's frame.
        upper: points of the upper lid, corners included.
        lower: those of the lower lid.
    """
    above, below = (distances()[:, list(lid[1:-1])].min(axis=1) for lid in (upper, lower))
    field[~(above < below)] = 0.0
    field *= 1.0 / _UPPER_SHARE
    inner, rest = list(upper[1:-1]), list(lower)
    field[inner] = mesh[rest[1:-1]] - mesh[inner]
    ring = list(topo.LID_RINGS[upper])
    along = np.gradient(mesh[rest, :2], axis=0)[1:-1]
    up = np.stack([-along[:, 1], along[:, 0]], axis=1) * np.sign(along[:, :1].mean())
    up /= np.linalg.norm(up, axis=1, keepdims=True)
    thick = np.linalg.norm((mesh[ring] - mesh[inner])[:, :2], axis=1, keepdims=True)
    field[ring, :2] = mesh[rest[1:-1], :2] + thick * up - mesh[ring, :2]


def _proportions(mesh: Array) -> Array:
    """By how much more or less than on people each point moves, shape (478,)."""
    usual = template()
    mouth, chin = _ratio(mesh, usual, 61, 291), _ratio(mesh, usual, 14, 152)
    eyes = (_ratio(mesh, usual, 33, 133) * _ratio(mesh, usual, 263, 362)) ** 0.5
    sites = {**dict.fromkeys(topo.LIPS, mouth), 152: chin, 199: chin, **dict.fromkeys(_AS_USUAL, 1)}
    away = np.minimum(distances()[:, list(sites)], 1e3)
    weight = np.exp(-((away - away.min(axis=1, keepdims=True)) ** 2) / _NEAR**2)
    logs = np.log(np.array(list(sites.values())))
    factor = np.exp(_SHARE * (weight @ logs) / weight.sum(axis=1))
    factor[topo.IRIS_RIGHT :] = eyes
    return np.asarray(factor)


def _ratio(mesh: Array, usual: Array, first: int, second: int) -> float:
    """Distance of two points against the usual one."""
    length, known = (float(np.linalg.norm(m[first, :2] - m[second, :2])) for m in (mesh, usual))
    return float(np.clip(length / known, 0.2, 1.5))
