"""The watcher: fed with every frame of a clip, it says at the end what the clip allows.

gate = Gate()
gate.look(time, luma, points)   # every frame, in order
checks = gate.judge()           # tuple[Verdict, ...]
"""

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.topology import OVAL, STILL
from mien.capture.gate import compression, flicker, head, light, noise, sharpness, timing
from mien.capture.gate.glance import glance
from mien.capture.gate.record import FRAME, GLANCE, Array, Luma, Record, iod_of
from mien.capture.verdict import Verdict

_GLANCES = 0.4  # seconds between two glances
_GRID = 6000  # pixels of a picture on which two frames are compared, at most about
_LEAST = 24  # px; a smaller face says nothing
_CUT = 30.0  # levels; a greater change is another shot, and says nothing about light
_WANDER = 0.05  # widths that a face may move before its box follows
_OVAL, _STILL = np.array(OVAL), np.array(STILL)
_PARTS = (timing, head, flicker, sharpness, light, noise, compression)


class Gate:
    """Collects some sixty bytes a frame; holds on to two frames, so leave them as they are."""

    def __init__(self) -> None:
        self._frames, self._glances = bytearray(), bytearray()
        self._before: Luma | None = None
        self._grid: Luma | None = None
        self._box: tuple[int, int, int, int] | None = None
        self._bands: Array | None = None  # of the frame before, in the same box
        self._next = -np.inf

    def look(self, time: float, luma: Luma, points: Array | None) -> None:
        """Take in the next frame.

        Args:
            time: seconds, rising.
            luma: uint8, shape (H, W), 0 black to 255 white, not changed afterwards.
            points: shape (478, 3), px, of the largest face; None without one.
        """
        row = np.zeros(1, FRAME)
        row["time"], row["place"], row["edges"] = time, np.nan, np.nan
        before = self._before
        if before is not None and before.shape != luma.shape:
            before = self._grid = self._box = self._bands = None
        self._compare(row, luma, before)
        self._box = None if points is None else self._followed(points, luma.shape)
        if points is not None and self._box is not None:
            self._face(row, time, luma, before, points)
        self._frames += row.tobytes()
        self._before = luma

    @property
    def record(self) -> Record:
        """All that was kept."""
        frames, glances = np.frombuffer(self._frames, FRAME), np.frombuffer(self._glances, GLANCE)
        return Record(frames, glances)

    def judge(self, bits_per_pixel: float | None = None) -> tuple[Verdict, ...]:
        """What the clip allows: for every check a verdict on the clip, then one per poor span.

        Args:
            bits_per_pixel: of the file, per pixel and frame; None where unknown.
        """
        record = self.record
        found = [one for part in _PARTS for one in part.verdicts(record)]
        if bits_per_pixel is not None:
            found = compression.with_rate(found, bits_per_pixel)
        return tuple(found)

    def _compare(self, row: NDArray[np.void], luma: Luma, before: Luma | None) -> None:
        """The whole picture against the frame before."""
        stride = max(int(np.sqrt(luma.size / _GRID)), 1)
        grid = np.ascontiguousarray(luma[stride // 2 :: stride, stride // 2 :: stride])
        if before is not None and self._grid is not None:
            row["change"], row["scene"] = timing.change(grid, self._grid)
            if row["change"] > _CUT:
                row["scene"] = 0.0
            row["same"] = row["change"] == 0.0 and self._repeats(luma, before)
        self._grid = grid

    def _repeats(self, luma: Luma, before: Luma) -> bool:
        """Whether two pictures that agree on the grid agree on the face, or everywhere, as well."""
        if self._box is None:
            return bool(np.array_equal(luma, before))
        left, top, right, bottom = self._box
        return bool(np.array_equal(luma[top:bottom, left:right], before[top:bottom, left:right]))

    def _followed(self, points: Array, shape: tuple[int, ...]) -> tuple[int, int, int, int] | None:
        """The box of the face: it stays where it is until the face leaves it."""
        oval = points[_OVAL, :2]
        low, high = oval.min(axis=0), oval.max(axis=0)
        near = _WANDER * (high[0] - low[0])
        now = np.concatenate([low, high])
        if self._box is not None and np.abs(now - self._box).max() < near:
            return self._box
        self._bands = None
        height, width = shape[:2]
        left, top, right, bottom = np.rint(now).clip(0, (width, height, width, height)).astype(int)
        box = (int(left), int(top), int(right), int(bottom))
        return box if min(right - left, bottom - top) >= _LEAST else None

    def _face(
        self, row: NDArray[np.void], time: float, luma: Luma, before: Luma | None, points: Array
    ) -> None:
        assert self._box is not None
        left, top, right, bottom = self._box
        face = luma[top:bottom, left:right]
        row["seen"] = True
        row["place"] = (*points[_STILL, :2].mean(axis=0), iod_of(points))
        row["edges"], row["shrink"] = sharpness.edges(face)
        bands = flicker.bands(face)
        if before is not None and row["change"] <= _CUT:
            if self._bands is None:  # the box has moved: the same part of both frames
                self._bands = flicker.bands(before[top:bottom, left:right])
            row["bands"] = np.log(bands / self._bands)
            if time >= self._next and not row["same"]:
                self._next = time + _GLANCES
                self._glances += glance(time, luma, before, points, self._box).tobytes()
        self._bands = bands
