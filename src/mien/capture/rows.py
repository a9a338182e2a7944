"""Landmarks of a whole clip, kept on disk: memory does not grow with the length of the clip.

The resting face of a person is known only when the clip is over, so landmarks wait in a temporary
file, about 10 MB per face and minute at 30 frames a second. The file has no name where the system
allows that, and goes with the process whatever happens.
"""

import tempfile
from array import array
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mien.core.face import N_POINTS

_CHUNK = 128  # rows read back at once


class Rows:
    """Landmarks by frame and face; used in a ``with`` block, written first and read then.

    Args:
        columns: numbers per point; the first three are its landmark, others may follow.
    """

    def __init__(self, columns: int = 3) -> None:
        shape = (N_POINTS, columns)
        self._row = np.dtype([("frame", "<i8"), ("face", "<i8"), ("points", "<f4", shape)])
        self._file = tempfile.TemporaryFile(prefix="mien-")  # noqa: SIM115 (closed on exit)
        self._of_face: dict[int, array[int]] = {}
        self._count = 0
        self._size: dict[int, float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, frame: int, face: int, points: NDArray[np.float64]) -> None:
        """Keep the points, shape (478, columns), px, of a face on a frame."""
        row = np.zeros(1, self._row)
        row[0] = (frame, face, points)
        self._file.write(row.tobytes())
        self._of_face.setdefault(face, array("q")).append(self._count)
        low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
        self._size[face] = self._size.get(face, 0.0) + float(np.prod(high - low))
        self._count += 1

    def faces(self, least: int = 1) -> list[int]:
        """Faces with at least so many rows, first the one that covers most of the clip."""
        known = [face for face, rows in self._of_face.items() if len(rows) >= least]
        return sorted(known, key=lambda face: -self._size[face])

    def sample(self, face: int) -> NDArray[np.float64]:
        """Landmarks of a face at moments spread evenly, shape (n, 478, 3), px.

        Every eighth row, but at least 8 and at most 48.
        """
        rows = self._of_face[face]
        count = min(max(len(rows) // 8, 8), 48, len(rows))
        chosen = np.linspace(0, len(rows) - 1, count).round().astype(int)
        points = [self._read(rows[i], 1)["points"][..., :3] for i in chosen]
        return np.concatenate(points, dtype=np.float64)

    def __iter__(self) -> Iterator[tuple[int, int, NDArray[np.float64]]]:
        """Frame, face and points of every row, in the order in which they were added."""
        for start in range(0, self._count, _CHUNK):
            for row in self._read(start, min(_CHUNK, self._count - start)):
                yield int(row["frame"]), int(row["face"]), row["points"].astype(np.float64)

    def _read(self, start: int, count: int) -> NDArray[np.void]:
        self._file.seek(start * self._row.itemsize)
        return np.frombuffer(self._file.read(count * self._row.itemsize), self._row)
