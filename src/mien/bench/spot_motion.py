"""What moves in the clips on which spotting is measured: not the fields that the reader inverts.

Two sources: the sculpted shapes of ICT-FaceKit, and what the smile of the person's own second photo
moves, whole or on one side. Both are displacements at the 478 points; their size in pixels is set
where the clip is made.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.fields import reflect
from mien.anatomy.fit import Pair, Shape
from mien.anatomy.topology import N_SKIN, STILL
from mien.core.face import N_POINTS
from mien.core.facs import COLUMNS

Array = NDArray[np.float64]

# The action units of real micro-expressions in six sets, the commonest first (2,031 clips, CD6ME).
UNITS = (
    "AU04", "AU01", "AU02", "AU14", "AU07", "AU12",
    "AU05", "AU09", "AU17", "AU10", "AU06", "AU15",
)  # fmt: skip
SIDES = ("L", "R", "both")
SMILE = "smile"
_SMILE_UNITS = ("AU06", "AU12")  # the prototype of happiness (FACS Investigator's Guide, 2002)
_PARTED_UNITS = ("AU25", "AU26")  # which a smile that parts the lips is made of as well
_PARTED = 0.05  # IOD
_LIPS = (13, 14)  # middle of the upper and the lower lip, inner contour
_SEAM = 0.15  # IOD to either side of the middle, over which a half of a smile fades out


@dataclass(frozen=True, eq=False)
class Motion:
    """A movement of a face.

    Attributes:
        field: shape (478, 3), IOD, head's frame; its size means nothing.
        side: ``"L"``, ``"R"`` or ``"both"``.
        accepted: AU columns of which each is a right name for the strongest part.
    """

    field: Array
    side: str
    accepted: frozenset[str]


def sculpted(shapes: Mapping[str, Shape], unit: str, side: str) -> Motion:
    """One action unit as a sculptor made it.

    Args:
        shapes: of :func:`mien.bench.people.sculpted_shapes`.
        unit: one of :data:`UNITS`.
        side: one of :data:`SIDES`; a unit without sides is always both.
    """
    left = shapes[unit].displacement
    if unit in COLUMNS:
        return Motion(left, "both", frozenset({unit}))
    halves = {"L": left, "R": reflect(left)}
    named = {f"{unit}{half}" for half in halves if side in (half, "both")}
    field = np.sum([halves[column[-1]] for column in sorted(named)], axis=0)
    return Motion(field, side, frozenset(named))


def real_smile(pair: Pair, side: str) -> Motion:
    """What a person's smile moves, the turn of the head between the two photos taken out.

    Args:
        pair: of :func:`mien.anatomy.fit.pair_of`.
        side: one of :data:`SIDES`.
    """
    field = np.zeros((N_POINTS, 3))
    field[:N_SKIN, :2] = pair.displacement
    field -= _of_head(pair.neutral, field)
    field[N_SKIN:] = 0.0
    share = np.clip(pair.neutral[:, 0] / (2.0 * _SEAM) + 0.5, 0.0, 1.0)
    left = share**2 * (3.0 - 2.0 * share)
    weight = {"L": left, "R": 1.0 - left, "both": np.ones(N_POINTS)}[side]
    sides = "LR" if side == "both" else side
    accepted = {unit + one for unit in _SMILE_UNITS for one in sides}
    upper, lower = _LIPS
    if field[upper, 1] - field[lower, 1] > _PARTED:
        accepted |= set(_PARTED_UNITS)
    return Motion(field * weight[:, None], side, frozenset(accepted))


def _of_head(mesh: Array, field: Array) -> Array:
    """The part of a displacement that a moved head makes, from the points that expressions spare.

    Shift, size, roll, and the parallax of a small turn and nod, by least squares in x and y.

    Args:
        mesh: shape (478, 3), IOD.
        field: shape (478, 3), IOD.
    """
    x, y, z = mesh.T
    zero, one = np.zeros_like(x), np.ones_like(x)
    ways = np.array([(one, zero), (zero, one), (x, y), (-y, x), (z, zero), (zero, z)])
    still = list(STILL)
    columns = ways[:, :, still].reshape(len(ways), -1).T
    seen = field[still, :2].T.ravel()
    found, *_ = np.linalg.lstsq(columns, seen, rcond=None)
    part = np.zeros_like(field)
    part[:, :2] = np.tensordot(found, ways, axes=1).T
    return part
