"""The light that falls on the film at each moment of a scene."""

import numpy as np
from numpy.typing import NDArray

from mien.core import facs
from mien.edit.mesh.pixels import F32
from mien.synth.hand import Passing
from mien.synth.lens import Lens
from mien.synth.plate import Plate
from mien.synth.redraw import Redraw
from mien.synth.scene import Scene, drawn_at, points_at, shares_at, turns_at
from mien.synth.turn import turn_of

Array = NDArray[np.float64]

_BLUR = 0.5  # px that anything moves between two of the moments an exposure is averaged over
_MOMENTS = 12  # at most


class Exposure:
    """Exposes the frames of one scene, one after the other."""

    def __init__(self, plate: Plate, scene: Scene) -> None:
        self._plate, self._scene = plate, scene
        self._lens, self._redraw = Lens(plate), Redraw(plate)
        self._fields = [
            None if movement.drawn else plate.sheet.spread(movement.field)
            for movement in scene.movements
        ]
        self._units: dict[int, F32] = {}
        self._hand = None if scene.hand is None else Passing(scene.hand, plate)

    def light(self, time: float, open_for: float) -> F32:
        """The light of a frame, float32, shape (H, W, 3), levels; not to be written to.

        Args:
            time: seconds, the middle of the exposure.
            open_for: seconds that it lasts; what moves meanwhile is blurred.
        """
        moments = self._moments(time, open_for)
        if moments == 1:
            return self._at(time)
        shares = (np.arange(moments) + 0.5) / moments - 0.5
        total = sum(self._at(time + float(share) * open_for) for share in shares)
        return np.asarray(total / moments, np.float32)

    def _moments(self, time: float, open_for: float) -> int:
        """How many moments make an exposure."""
        if not open_for:
            return 1
        ends = np.array([time - open_for / 2, time + open_for / 2])
        first, last = points_at(self._plate, self._scene, ends)[..., :2]
        far = float(np.abs(last - first).max())
        if self._hand is not None:
            first, last = (self._hand.place(float(end)) for end in ends)
            far = max(far, float(np.abs(last - first).max()))
        return int(np.clip(np.ceil(far / _BLUR), 1, _MOMENTS))

    def _at(self, time: float) -> F32:
        """The light of one moment."""
        moment = np.array([time])
        change = np.zeros(self._plate.sheet.place.shape, np.float32)
        for share, field in zip(shares_at(self._scene, moment)[0], self._fields, strict=True):
            if field is not None and share:
                change += np.float32(share) * field
        pixels, box, left = self._redraw.at(drawn_at(self._plate, self._scene, moment)[0])
        for unit in np.flatnonzero(left).tolist():
            change += np.float32(left[unit] / facs.MAX_INTENSITY) * self._unit(unit)
        light = self._lens.light(self._carried(change, moment), pixels, box)
        return light if self._hand is None else self._hand.over(light, time)

    def _unit(self, unit: int) -> F32:
        """One action unit at 5 on the nodes."""
        if unit not in self._units:
            plate = self._plate
            self._units[unit] = plate.sheet.spread(plate.subject.model.fields[unit])
        return self._units[unit]

    def _carried(self, change: F32, moment: Array) -> F32:
        """Displacement of the nodes with the head's motion, shape (rows, columns, 2), px."""
        sheet, head = self._plate.sheet, self._scene.head
        inner = change[..., :2]
        if head.still:
            return np.ascontiguousarray(inner)
        turn = turn_of(sheet.subject, head, turns_at(self._scene, moment))
        away = turn.moved(sheet.place.reshape(-1, 3), change.reshape(-1, 3))[0]
        return np.asarray(inner + sheet.follows * (away.reshape(inner.shape) - inner))
