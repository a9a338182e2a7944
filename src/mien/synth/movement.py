"""What moves on a face: a displacement at its peak, times a course in time."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.model import FaceModel
from mien.anatomy.topology import IRIS_LEFT, IRIS_RIGHT, IRIS_RING_LEFT, IRIS_RING_RIGHT, OVAL
from mien.core import facs
from mien.core.envelope import Course, is_micro
from mien.core.errors import InputError
from mien.core.face import N_POINTS, Event

Array = NDArray[np.float64]

FACE = 300.0  # px: width of the face at which sizes in px are meant, unless another is given
_SIDED = {column for unit in facs.ACTION_UNITS if unit.sided for column in unit.columns}
_SKIN = np.setdiff1d(
    np.arange(N_POINTS), [IRIS_LEFT, IRIS_RIGHT, *IRIS_RING_LEFT, *IRIS_RING_RIGHT]
)
_ONE_SIDE = 4.0  # times as much motion as the other side has


@dataclass(frozen=True, eq=False)
class Movement:
    """One expression: where the face goes, when, and what that is called.

    Attributes:
        field: shape (478, 3), displacement at the peak, IOD, head's frame.
        course: when it comes and goes.
        aus: AU column to change of intensity at the peak; may be empty for a field that is given.
        side: ``L``, ``R`` or ``both``.
        region: ``brow``, ``eye``, ``nose``, ``cheek``, ``mouth`` or ``chin``.
        drawn: whether lips, lids and creases are redrawn for it, as large movements need it; else
            the skin is only displaced.
    """

    field: Array
    course: Course
    aus: Mapping[str, float]
    side: str
    region: str
    drawn: bool = False

    @property
    def event(self) -> Event:
        """The truth about it."""
        return Event(
            kind="micro" if is_micro(self.course) else "macro",
            onset=self.course.onset,
            apex=self.course.apex,
            offset=self.course.offset,
            face=0,
            aus=dict(self.aus),
            side=self.side,
            region=self.region,
            confidence=1.0,
            velocity=self._velocity,
        )

    @property
    def _velocity(self) -> float:
        """IOD per second of the fastest point on the way up."""
        time = np.linspace(self.course.onset, self.course.apex, 201)
        speed = np.diff(self.course.value(time)).max() / (time[1] - time[0])
        return float(speed * np.linalg.norm(self.field[_SKIN], axis=1).max())


def by_aus(
    model: FaceModel,
    aus: Mapping[str, float],
    course: Course,
    *,
    pixels: float | None = None,
    face_width: float = FACE,
    drawn: bool | None = None,
) -> Movement:
    """A movement of action units.

    Args:
        model: the person's face.
        aus: AU name to change of intensity at the peak, above 0 up to 5; with ``pixels`` only
            their ratio counts.
        course: when it comes and goes.
        pixels: px; how far the skin point that moves most goes on a picture from the front; None:
            as the intensities say.
        face_width: px; width of the face's oval at which these are counted.
        drawn: see :class:`Movement`; None: where the movement exceeds 3 px on a 300-px face.

    Raises:
        InputError: an unknown AU, an intensity that cannot be, or no movement at all.
    """
    peak = facs.vector(aus)
    if not (np.isfinite(peak).all() and peak.min() >= 0.0 and peak.any()):
        raise InputError("name action units and their intensities, above 0 up to 5")
    field = np.tensordot(peak / facs.MAX_INTENSITY, model.fields, axes=1)
    if pixels is not None:
        share = _share(model, field, pixels, face_width)
        peak, field = share * peak, share * field
    if peak.max() > facs.MAX_INTENSITY + 1e-9:
        most = facs.COLUMNS[int(peak.argmax())]
        how = "" if pixels is None else f" for {pixels:g} px on a face {face_width:g} px wide"
        raise InputError(f"{most} would have to be {peak.max():.1f}{how}; intensities end at 5")
    named = {c: float(v) for c, v in zip(facs.COLUMNS, peak, strict=True) if v > 0.0}
    large = size_in_px(model, field) > 3.0
    return Movement(field, course, named, *_named(named), large if drawn is None else drawn)


def given(
    model: FaceModel,
    field: Array,
    course: Course,
    *,
    aus: Mapping[str, float] | None = None,
    pixels: float | None = None,
    face_width: float = FACE,
) -> Movement:
    """A movement measured or sculpted elsewhere; the skin is displaced, nothing is redrawn.

    Args:
        model: the person's face.
        field: shape (478, 3), displacement at the peak, IOD, head's frame.
        course: when it comes and goes.
        aus: what it is in truth, AU name to change of intensity at the peak of ``field`` as given;
            None: not known, side and region are those of the action units most like it.
        pixels: as in :func:`by_aus`.
        face_width: as in :func:`by_aus`.

    Raises:
        InputError: a field of another shape, not finite, or without any movement.
    """
    if field.shape != (N_POINTS, 3) or not np.isfinite(field).all() or not field.any():
        raise InputError(f"a field is ({N_POINTS}, 3) finite numbers, and moves something")
    share = 1.0 if pixels is None else _share(model, field, pixels, face_width)
    peak = share * facs.vector(aus or {})
    named = {c: float(v) for c, v in zip(facs.COLUMNS, peak, strict=True) if v != 0.0}
    side, region = _named(named) if named else _alike(model, field)
    return Movement(share * field, course, named, side, region)


def size_in_px(model: FaceModel, field: Array, face_width: float = FACE) -> float:
    """How far a field (478, 3), IOD, moves any point of the skin, px on a face so many px wide."""
    wide = float(np.ptp(model.neutral[list(OVAL), 0]))
    return float(np.linalg.norm(field[_SKIN, :2], axis=1).max()) * face_width / wide


def _share(model: FaceModel, field: Array, pixels: float, face_width: float) -> float:
    """How many times a field makes a movement of some px."""
    if not (0.0 < pixels < np.inf and 0.0 < face_width < np.inf):
        raise InputError(f"no face {face_width:g} px wide moves by {pixels:g} px: both are above 0")
    size = size_in_px(model, field, face_width)
    if size < 1e-9:
        raise InputError("this moves no skin: its size cannot be given in px")
    return pixels / size


def _named(aus: Mapping[str, float]) -> tuple[str, str]:
    """Side and region of action units."""
    strongest = max(aus, key=lambda column: abs(aus[column]))
    sides = {column[-1] for column in aus if column in _SIDED}
    return (sides.pop() if len(sides) == 1 else "both"), facs.REGION[strongest]


def _alike(model: FaceModel, field: Array) -> tuple[str, str]:
    """Side by where the motion is, region of the action unit whose field is most like it."""
    energy = (field[_SKIN] ** 2).sum(axis=1)
    left, right = (
        float(energy[sign * model.neutral[_SKIN, 0] > 0.0].sum()) for sign in (1.0, -1.0)
    )
    side = "L" if left > _ONE_SIDE**2 * right else "R" if right > _ONE_SIDE**2 * left else "both"
    flat = model.fields[:, _SKIN, :2].reshape(len(facs.COLUMNS), -1)
    length = np.linalg.norm(flat, axis=1)
    score = flat @ field[_SKIN, :2].ravel() / np.where(length > 1e-9, length, np.inf)
    return side, facs.REGION[facs.COLUMNS[int(score.argmax())]]
