"""From how nodes have moved to where each pixel of a frame looks on the plate."""

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.edit.mesh.pixels import F32, Box
from mien.synth.plate import FINE, Plate, first
from mien.synth.sheet import STEP, sampled

_CLOSE = 0.003  # px of the film: what counts as still
_NEAR = 0.03  # px of the film: from there, one step of Newton's method leaves next to nothing
_ROUNDS = 12
_NO_MAP = np.zeros((0, 0), np.float32)


class Lens:
    """Films a plate frame by frame, see :mod:`mien.synth.plate`.

    A frame starts from where the one before looked, so frames are taken in order.
    """

    def __init__(self, plate: Plate) -> None:
        self._plate = plate
        wide, high = plate.size
        inner = plate.margin // STEP
        rows, columns = -(-high // STEP), -(-wide // STEP)
        nodes = np.meshgrid(*(np.arange(n, dtype=np.float32) + inner for n in (columns, rows)))
        self._nodes = np.dstack(nodes).reshape(-1, 2)
        self._shape = rows, columns, 2
        self._back = self._drift = np.zeros_like(self._nodes)
        pixels = np.meshgrid(*(np.arange(n, dtype=np.float32) for n in (wide, high)))
        self._pixels = np.dstack(pixels) * FINE + np.float32(first(FINE, plate.margin))
        self._still: F32 | None = None

    def back(self, moved: F32) -> F32:
        """Where the frame's nodes have come from, by Newton's method on the bilinear field.

        Args:
            moved: displacement of the sheet's nodes, shape (rows, columns, 2), px of the film.

        Returns:
            Displacement on the nodes inside the frame, px of the film.
        """
        if not moved.any():
            self._back = self._drift = np.zeros_like(self._back)
            return self._back.reshape(self._shape)
        found = self._back + self._drift  # as far again as from the frame before to the last one
        for _ in range(_ROUNDS):
            went, slope = sampled(moved, self._nodes + found / np.float32(STEP))
            miss = found + went  # 0 where the point found goes where it should
            xx, xy = 1.0 + slope[:, 0, 0] / STEP, slope[:, 1, 0] / STEP
            yx, yy = slope[:, 0, 1] / STEP, 1.0 + slope[:, 1, 1] / STEP
            det = np.maximum(xx * yy - xy * yx, np.float32(0.2))
            found[:, 0] -= (yy * miss[:, 0] - xy * miss[:, 1]) / det
            found[:, 1] -= (xx * miss[:, 1] - yx * miss[:, 0]) / det
            if np.abs(miss).max() < _NEAR:
                break
        self._back, self._drift = found, found - self._back
        return np.asarray(found.reshape(self._shape), np.float32)

    def light(self, moved: F32, pixels: F32, changed: Box | None = None) -> F32:
        """The light of one frame, float32, shape (H, W, 3), levels; not to be written to.

        Args:
            moved: as in :meth:`back`.
            pixels: the plate as it looks now.
            changed: left, top, right, bottom, px of the plate, where it is not as at rest.
        """
        if self._still is None:
            self._still = self._look(self._plate.light, self._pixels)
        back = self.back(moved)
        box = self._moving(back, changed)
        if box is None:
            return self._still
        left, top, right, bottom = box
        wide, high = self._plate.size
        rows, columns = back.shape[:2]
        smooth = cv2.resize(back, (columns * STEP, rows * STEP))[:high, :wide]
        area = np.s_[top:bottom, left:right]
        where = cv2.scaleAdd(np.ascontiguousarray(smooth[area]), FINE, self._pixels[area].copy())
        seen = self._look(pixels, np.asarray(where, np.float32))
        if seen.shape == self._still.shape:
            return seen
        frame = self._still.copy()
        frame[area] = seen
        return frame

    def _moving(self, back: F32, changed: Box | None) -> Box | None:
        """The part of the frame that differs from the still one, px."""
        wide, high = self._plate.size
        moves = (np.abs(back) > _CLOSE).any(axis=-1).astype(np.uint8)
        x, y, w, h = cv2.boundingRect(moves)
        boxes = [((x - 1) * STEP, (y - 1) * STEP, (x + w + 1) * STEP, (y + h + 1) * STEP)] * (w > 0)
        if changed is not None:
            left, top, right, bottom = (n // FINE - self._plate.margin for n in changed)
            boxes.append((left - 2, top - 2, right + 3, bottom + 3))
        if not boxes:
            return None
        low, high_ = np.min(boxes, axis=0), np.max(boxes, axis=0)
        left, top = (int(max(n, 0)) for n in low[:2])
        right, bottom = int(min(high_[2], wide)), int(min(high_[3], high))
        return (left, top, right, bottom) if right > left and bottom > top else None

    @staticmethod
    def _look(pixels: F32, where: NDArray[np.float32]) -> F32:
        border = cv2.BORDER_REPLICATE
        return np.asarray(
            cv2.remap(pixels, where, _NO_MAP, cv2.INTER_LINEAR, borderMode=border), np.float32
        )
