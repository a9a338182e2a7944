"""Lids that close and lips that part: drawn states of the plate, and what is left to displacement.

Drawn are only states on a lattice, some px of motion apart in every action unit; what lies between
two of them is displaced. So motion is exact, drawing is rare, and what is drawn does not depend on
what was drawn before.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.core import facs
from mien.edit.mesh import paint
from mien.edit.mesh.pixels import F32, Box, box_of
from mien.edit.points import moved
from mien.synth.plate import DRAWN, FINE, Plate, first, softened

Array = NDArray[np.float64]
Image = NDArray[np.uint8]

_APART = 1.5  # px of the film from one drawn state to the next
_KEPT = 128  # states of one plate, some 2 MB each
_EYES = np.array([facs.REGION[c] in {"eye", "gaze"} for c in facs.COLUMNS])  # drawn by themselves


@dataclass(frozen=True, eq=False)
class _State:
    """What one drawn state changes.

    Attributes:
        corner: left and top in px of the picture that is redrawn.
        added: what it adds to the picture at rest from there on, shape (h, w, 3), levels.
    """

    corner: tuple[int, int]
    added: NDArray[np.int16]


class Redraw:
    """The plate of one face, redrawn as its lids and lips need it."""

    def __init__(self, plate: Plate) -> None:
        self._plate = plate
        self._rest = facs.resolve(plate.subject.aus)
        reach = np.linalg.norm(plate.subject.model.fields, axis=-1).max(axis=-1)
        pixels = reach * plate.subject.view.scale / facs.MAX_INTENSITY  # per intensity
        self._lattice = _APART / np.maximum(_mirrored(pixels), 1e-3)
        self._shown: tuple[_State, ...] = ()
        self._boxes: list[Box] = []
        self._pixels = plate.light

    def at(self, change: Array) -> tuple[F32, Box | None, Array]:
        """The plate for a change of action units.

        Args:
            change: of intensity, shape (len(COLUMNS),).

        Returns:
            The plate, not to be written to; the box in px of the plate where it is not as at rest;
            and what is left of the change, to be displaced.
        """
        states, left = [], change.copy()
        for part in (_EYES, ~_EYES):
            if not change[part].any():
                continue
            near = np.where(part, np.rint(change / self._lattice) * self._lattice, 0.0)
            near = facs.resolve(self._rest + near) - self._rest
            if np.abs(near).max() > 1e-9:
                states.append(self._state(near))
                left -= near
        self._show(tuple(states))
        if not self._boxes:
            return self._pixels, None, left
        edges = np.array(self._boxes)
        low, high = edges[:, :2].min(axis=0).tolist(), edges[:, 2:].max(axis=0).tolist()
        return self._pixels, (low[0], low[1], high[0], high[1]), left

    def _state(self, change: Array) -> _State:
        """A state of the lattice, drawn where nobody has done so yet."""
        known, key = self._plate.states, change.round(9).tobytes()
        state: _State = known.pop(key) if key in known else self._drawn(change)
        known[key] = state  # the last one used is the last one to go
        if len(known) > _KEPT:
            known.popitem(last=False)
        return state

    def _drawn(self, change: Array) -> _State:
        plate = self._plate
        to = moved(plate.subject, facs.resolve(self._rest + change))
        picture, _ = paint(plate.canvas, plate.drawn(to), change)
        box = box_of((picture != plate.sharp).any(axis=-1))
        left, top, right, bottom = box or (0, 0, 1, 1)
        room = 4 * DRAWN  # of the blur
        left, top = max(left - room, 0), max(top - room, 0)
        area = np.s_[top : bottom + room, left : right + room]
        added = picture[area].astype(np.float32) - plate.sharp[area]
        soft = softened(added, DRAWN * plate.soft)
        return _State((left, top), np.rint(soft).astype(np.int16))

    def _show(self, states: tuple[_State, ...]) -> None:
        """Lay states on the plate, in place of those that lie there."""
        if len(states) == len(self._shown) and all(
            one is other for one, other in zip(states, self._shown, strict=True)
        ):
            return
        plate = self._plate
        if self._pixels is plate.light:
            self._pixels = plate.light.copy()
        for left, top, right, bottom in self._boxes:
            self._pixels[top:bottom, left:right] = plate.light[top:bottom, left:right]
        self._boxes = []
        for state in states:
            seen, (left, top, right, bottom) = _enlarged(state, plate)
            self._pixels[top:bottom, left:right] += seen
            self._boxes.append((left, top, right, bottom))
        self._shown = states


def _enlarged(state: _State, plate: Plate) -> tuple[F32, Box]:
    """What a state adds, brought to the plate's resolution, and its box there."""
    ratio, size = FINE / DRAWN, np.array(plate.light.shape[1::-1])
    corner = np.array(state.corner)
    shift = first(FINE, plate.margin) - ratio * first(DRAWN, plate.margin)
    low = np.ceil(ratio * corner + shift).astype(int).clip(0, size)
    high = np.floor(ratio * (corner + state.added.shape[1::-1]) + shift).astype(int)
    high = high.clip(low, size)
    offset = (low - shift) / ratio - corner
    to_picture = np.array([[1 / ratio, 0.0, offset[0]], [0.0, 1 / ratio, offset[1]]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    (left, top), (right, bottom) = low.tolist(), high.tolist()
    added = state.added.astype(np.float32)
    seen = cv2.warpAffine(added, to_picture, (right - left, bottom - top), flags=flags)
    return np.asarray(seen, np.float32), (left, top, right, bottom)


def _mirrored(values: Array) -> Array:
    """The larger one of both sides for both, so that both take their steps together."""
    found = values.copy()
    for unit in facs.ACTION_UNITS:
        places = [facs.INDEX[column] for column in unit.columns]
        found[places] = values[places].max()
    return found
