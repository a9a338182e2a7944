"""A clip's true motion without its pictures, on a stabilised crop of the face: for training."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.topology import OVAL, STILL
from mien.core import facs
from mien.edit.mesh.pixels import F32
from mien.synth.clip import Clip
from mien.synth.scene import drawn_at, points_at, shares_at, turns_at
from mien.synth.sheet import sampled
from mien.synth.turn import turn_of

Array = NDArray[np.float64]

_ROOM = 1.1  # side of the crop in heights of the face's oval
_STILL = list(STILL)


@dataclass(frozen=True, eq=False)
class Crop:
    """Where the motion is known: a square grid on the portrait's face.

    Attributes:
        place: shape (side², 3), px of the film and depth, row by row.
        side: points in a row.
        step: px of the film from one to the next.
    """

    place: F32
    side: int
    step: float


class Motion:
    """Dense flow of a clip; what does not change with time is worked out once.

    Args:
        clip: the clip.
        side: of the crop, points in a row.
    """

    def __init__(self, clip: Clip, side: int = 32) -> None:
        self._clip = clip
        self.crop = _crop(clip, side)
        self._fields = [
            self._on_crop(movement.field) for movement in clip.scene.movements if not movement.drawn
        ]
        self._kept = [i for i, one in enumerate(clip.scene.movements) if not one.drawn]
        sheet = clip.plate.sheet
        nodes = sheet.grid.to_nodes(self.crop.place[:, :2])
        self._follows = np.asarray(sampled(sheet.follows, nodes)[0], np.float32)
        self._units: dict[int, F32] = {}

    def flow(self, rows: slice = slice(None)) -> F32:
        """Displacement against the portrait with the head's similarity taken out.

        The shift, roll and scale that match the still points are removed, as a reader stabilises a
        face; parallax of a turning head stays.

        Args:
            rows: which frames.

        Returns:
            Shape (frames, side, side, 2), px of the film.
        """
        clip, time = self._clip, self._clip.time[rows]
        shares = shares_at(clip.scene, time)[:, self._kept].astype(np.float32)
        change = np.zeros((len(time), len(self.crop.place), 3), np.float32)
        drawn = drawn_at(clip.plate, clip.scene, time)
        for weight, field in zip(shares.T, self._fields, strict=True):
            change += weight[:, None, None] * field
        for unit in np.flatnonzero(drawn.any(axis=0)).tolist():
            weight = (drawn[:, unit] / facs.MAX_INTENSITY).astype(np.float32)
            change += weight[:, None, None] * self._unit(unit)
        if not clip.scene.head.still:
            turn = turn_of(clip.plate.subject, clip.scene.head, turns_at(clip.scene, time))
            away = turn.moved(self.crop.place, change)
            change = change[..., :2] + self._follows * (away - change[..., :2])
        return self._stabilised(change[..., :2], time).reshape(
            len(time), self.crop.side, self.crop.side, 2
        )

    def _stabilised(self, moved: F32, time: Array) -> F32:
        """Displacements, shape (n, points, 2), without the similarity of the still points."""
        clip = self._clip
        rest = clip.plate.subject.points[_STILL, :2] @ (1, 1j)
        now = points_at(clip.plate, clip.scene, time, _STILL)[..., :2] @ (1, 1j)
        middle, start = now.mean(axis=1, keepdims=True), rest.mean()
        spread = rest - start
        turn = (now - middle) @ spread.conj() / np.vdot(spread, spread).real
        place = self.crop.place[:, :2]
        at = (moved + place) @ np.array([1, 1j], np.complex64)
        back = (at - middle.astype(np.complex64)) / turn[:, None].astype(np.complex64)
        found = back + np.complex64(start) - place @ np.array([1, 1j], np.complex64)
        return np.stack([found.real, found.imag], axis=-1)

    def _on_crop(self, field: Array) -> F32:
        sheet = self._clip.plate.sheet
        nodes = sheet.grid.to_nodes(self.crop.place[:, :2])
        return np.asarray(sampled(sheet.spread(field), nodes)[0], np.float32)

    def _unit(self, unit: int) -> F32:
        if unit not in self._units:
            self._units[unit] = self._on_crop(self._clip.plate.subject.model.fields[unit])
        return self._units[unit]


def strain(flow: F32, step: float) -> F32:
    """Optical strain √(uₓ² + vᵧ² + ½(uᵧ + vₓ)²), shape (frames, side, side), per px.

    Args:
        flow: shape (frames, side, side, 2), px.
        step: px from one point to the next.
    """
    ux, uy = np.gradient(flow[..., 0], step, axis=(2, 1))
    vx, vy = np.gradient(flow[..., 1], step, axis=(2, 1))
    return np.asarray(np.sqrt(ux**2 + vy**2 + 0.5 * (uy + vx) ** 2), np.float32)


def _crop(clip: Clip, side: int) -> Crop:
    plate = clip.plate
    oval = plate.subject.points[list(OVAL), :2]
    low, high = oval.min(axis=0), oval.max(axis=0)
    reach = _ROOM * float((high - low).max()) / 2
    x, y = (np.linspace(m - reach, m + reach, side) for m in (low + high) / 2)
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    return Crop(plate.sheet.deep(points).astype(np.float32), side, 2 * reach / (side - 1))
