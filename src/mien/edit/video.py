"""Redraw a face on frame after frame of a clip, so that nothing flickers."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mien.anatomy import topology as topo
from mien.edit.mesh import Canvas, paint, prepare
from mien.edit.mesh.photo.mouth import MouthLight
from mien.edit.mesh.shade import Complexion
from mien.landmark.cover.steady import Cover

Image = NDArray[np.uint8]
Array = NDArray[np.float64]

_ROOM = 1.3  # IOD round the landmarks beyond which no edit reaches
_SLOW = 0.5  # seconds in which the colours of the mouth follow the light


@dataclass(frozen=True)
class Ready:
    """A frame prepared for :func:`redrawn`.

    Attributes:
        image: RGB, shape (H, W, 3).
        corner: left and top of the part that an edit can reach, px.
        canvas: of that part.
    """

    image: Image
    corner: tuple[int, int]
    canvas: Canvas


class Painter:
    """Prepares frames of one face of one clip, one after the other.

    It remembers the colours of the mouth, how the skin folds, and what covers the face.
    """

    def __init__(self) -> None:
        self._light: MouthLight | None = None
        self._complexion: Complexion | None = None
        self._time = -math.inf
        self._cover = Cover()

    def prepare(self, image: Image, time: float, points: Array, edges: Array) -> Ready:
        """Get a frame ready.

        Args:
            image: RGB, shape (H, W, 3).
            time: seconds, later than the frame before.
            points: landmarks, shape (478, 3), px.
            edges: those on the picture's own edges of lips and lids, shape (478, 2), px.
        """
        left, top, right, bottom = _box(points, image.shape)
        shift = np.array([left, top, 0.0])
        part = np.ascontiguousarray(image[top:bottom, left:right])
        held = self._cover.at(image, time, points)[top:bottom, left:right]
        canvas = prepare(part, points - shift, snapped=edges - shift[:2], held=held)
        if self._complexion is None:
            self._complexion = canvas.shader.complexion
        light = self._steady(canvas.light, time)
        canvas = replace(canvas, light=light, complexion=self._complexion)
        return Ready(image, (left, top), canvas)

    def _steady(self, light: MouthLight, time: float) -> MouthLight:
        """The light, drawn slowly from what it was: blinks hide the whites it is measured on."""
        before = self._light
        share = 1.0 - math.exp(-(time - self._time) / _SLOW)
        if before is not None:
            light = replace(
                light,
                teeth=before.teeth + np.float32(share) * (light.teeth - before.teeth),
                cavity=before.cavity + np.float32(share) * (light.cavity - before.cavity),
                flesh=before.flesh + np.float32(share) * (light.flesh - before.flesh),
            )
        self._light, self._time = light, time
        return light


def redrawn(ready: Ready, to: Array, change: Array) -> Image:
    """A frame with its face redrawn, shape (H, W, 3); far from the face it is not touched.

    Args:
        ready: the frame.
        to: where its landmarks go, shape (478, 3), px.
        change: by how much each action unit rises, shape (len(COLUMNS),).
    """
    left, top = ready.corner
    part, _ = paint(ready.canvas, to - np.array([left, top, 0.0]), change)
    image = ready.image.copy()
    image[top : top + part.shape[0], left : left + part.shape[1]] = part
    return image


def _box(points: Array, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Left, top, right, bottom (px) of what an edit can reach, inside the picture."""
    room = _ROOM * float(np.linalg.norm(points[topo.IRIS_LEFT] - points[topo.IRIS_RIGHT]))
    low, high = points[:, :2].min(axis=0) - room, points[:, :2].max(axis=0) + room
    left, top = int(np.clip(low[0], 0, shape[1] - 1)), int(np.clip(low[1], 0, shape[0] - 1))
    right, bottom = np.clip(high, [left + 1, top + 1], shape[1::-1])
    return left, top, int(right), int(bottom)
