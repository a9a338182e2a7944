"""Landmarks of a whole clip, kept on disk.

The resting face of a person is known only when the clip is over, so landmarks wait in a temporary
file, about 10 MB per face and minute at 30 frames a second.
"""

from array import array
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mien.capture.tape import Tape
from mien.core.face import N_POINTS

_CHUNK = 128  # rows read back at once


class Rows:
    """Landmarks by frame and face; used in a ``with`` block, written first and read then.

    Args:
        columns: numbers per point; the first three are its landmark, others may follow.
    """

    def __init__(self, columns: int = 3) -> None:
        shape = (N_POINTS, columns)
        self._tape = Tape(np.dtype([("frame", "<i8"), ("face", "<i8"), ("points", "<f4", shape)]))
        self._of_face: dict[int, array[int]] = {}
        self._size: dict[int, float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._tape.close()

    def add(self, frame: int, face: int, points: NDArray[np.float64]) -> None:
        """Keep the points, shape (478, columns), px, of a face on a frame."""
        self._of_face.setdefault(face, array("q")).append(self._tape.add(frame, face, points))
        low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
        self._size[face] = self._size.get(face, 0.0) + float(np.prod(high - low))

    def faces(self, least: int = 1) -> list[int]:
        """Faces with at least so many rows, first the one that covers most of the clip."""
        known = [face for face, rows in self._of_face.items() if len(rows) >= least]
        return sorted(known, key=lambda face: -self._size[face])

    def span(self, face: int) -> tuple[int, int]:
        """First and last frame with a face."""
        rows = np.array(self._of_face[face])
        first, last = self._tape.read(rows[[0, -1]])["frame"].tolist()
        return first, last

    def sample(self, face: int) -> NDArray[np.float64]:
        """Landmarks of a face at moments spread evenly, shape (n, 478, 3), px.

        Every eighth row, but at least 8 and at most 48.
        """
        rows = np.array(self._of_face[face])
        count = min(max(len(rows) // 8, 8), 48, len(rows))
        chosen = np.linspace(0, len(rows) - 1, count).round().astype(int)
        points = [self._tape.read(rows[i : i + 1])["points"][..., :3] for i in chosen]
        return np.concatenate(points, dtype=np.float64)

    def __iter__(self) -> Iterator[tuple[int, int, NDArray[np.float64]]]:
        """Frame, face and points of every row, in the order in which they were added."""
        for start in range(0, len(self._tape), _CHUNK):
            for row in self._tape.read(np.arange(start, min(start + _CHUNK, len(self._tape)))):
                yield int(row["frame"]), int(row["face"]), row["points"].astype(np.float64)
