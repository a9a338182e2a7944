"""Values that carry their clock: an interval in seconds and a track of AU intensities."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mien.core.facs import COLUMNS, INDEX

if TYPE_CHECKING:
    import pandas as pd

_PRESENT = 3.0  # standard deviations
STATUSES = ("ok", "interpolated", "lost", "occluded", "blurred", "turned")


@dataclass(frozen=True, order=True)
class Interval:
    """A span of time in seconds, both ends included.

    Raises:
        ValueError: the end lies before the start.
    """

    start: float
    end: float

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"interval ends at {self.end} s, before its start {self.start} s")

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.end - self.start

    def contains(self, time: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which of the times (seconds, any shape) lie inside."""
        return (time >= self.start) & (time <= self.end)

    def iou(self, other: Interval) -> float:
        """Intersection over union of two spans, 0 to 1."""
        shared = min(self.end, other.end) - max(self.start, other.start)
        union = max(self.end, other.end) - min(self.start, other.start)
        return max(shared, 0.0) / union if union > 0 else float(self == other)


@dataclass(frozen=True)
class Track:
    """What was read from a clip: one row per frame and face.

    Attributes:
        time: shape (n,), seconds from the first presented frame.
        pts: shape (n,), int64, the container's own time stamps.
        frame: shape (n,), int64.
        face: shape (n,), int64, largest face first.
        status: shape (n,), str, one of :data:`STATUSES`.
        confidence: shape (n,), 0 to 1.
        pose: shape (n, 3), yaw, pitch, roll in degrees.
        position: shape (n, 3), x, y (px, midpoint of the pupils), scale (px per IOD).
        aus: shape (n, len(COLUMNS)), 0 to 5, in single precision where a clip was read; NaN where
            the face gives no reading.
        deviation: shape (n, len(COLUMNS)), standard deviation of each intensity; None where it is
            not known.

    Raises:
        ValueError: fields of different length.
    """

    time: NDArray[np.float64]
    pts: NDArray[np.int64]
    frame: NDArray[np.int64]
    face: NDArray[np.int64]
    status: NDArray[np.str_]
    confidence: NDArray[np.float64]
    pose: NDArray[np.float64]
    position: NDArray[np.float64]
    aus: NDArray[np.floating[Any]]
    deviation: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        n = len(self.time)
        units = (n, len(COLUMNS))
        expected = {"pose": (n, 3), "position": (n, 3), "aus": units, "deviation": units}
        for item in fields(self):
            values = getattr(self, item.name)
            shape = expected["deviation"] if values is None else values.shape
            if shape != expected.get(item.name, (n,)):
                wanted = expected.get(item.name, (n,))
                raise ValueError(f"track.{item.name}: expected shape {wanted}, got {shape}")

    def __len__(self) -> int:
        return len(self.time)

    def select(self, rows: NDArray[np.bool_]) -> Track:
        """The rows where the mask, shape (n,), is true; the track itself where it always is."""
        if rows.all():
            return self
        parts: dict[str, Any] = {
            item.name: None if values is None else values[rows]
            for item in fields(self)
            for values in (getattr(self, item.name),)
        }
        return Track(**parts)

    def crop(self, interval: Interval) -> Track:
        """The rows inside an interval (seconds)."""
        return self.select(interval.contains(self.time))

    def of_face(self, face: int) -> Track:
        """The rows of one face."""
        return self.select(self.face == face)

    def au(self, column: str) -> NDArray[np.floating[Any]]:
        """One AU column such as ``"AU12L"``, shape (n,)."""
        return self.aus[:, INDEX[column]]

    def present(self, column: str) -> NDArray[np.bool_]:
        """Where an AU column is above its noise, shape (n,): three standard deviations, no less.

        Nowhere where the deviation is not known.
        """
        if self.deviation is None:
            return np.zeros(len(self), dtype=np.bool_)
        return np.asarray(self.au(column) > _PRESENT * self.deviation[:, INDEX[column]])

    def confidence_of(self, column: str) -> NDArray[np.float64]:
        """How far to believe an AU column, 0 to 1, shape (n,).

        The row's own confidence; half of it where the intensity is uncertain by 1.
        """
        if self.deviation is None:
            return self.confidence
        unsure = np.nan_to_num(self.deviation[:, INDEX[column]], nan=np.inf, posinf=np.inf)
        return np.asarray(self.confidence / (1.0 + unsure))

    def asymmetry(self, code: str) -> NDArray[np.float64]:
        """Left less right over their sum, -1 to 1, shape (n,), of a sided unit such as ``"AU12"``.

        NaN where neither side is present, or one is not seen.
        """
        left, right = self.au(f"{code}L"), self.au(f"{code}R")
        there = self.present(f"{code}L") | self.present(f"{code}R")
        total = np.where(there, left + right, np.nan)
        return np.asarray((left - right) / total)

    def to_pandas(self) -> pd.DataFrame:
        """The track as a data frame with the columns of ``track.csv``."""
        import pandas as pd

        table: dict[str, NDArray[np.generic]] = {
            name: getattr(self, name)
            for name in ("time", "pts", "frame", "face", "status", "confidence")
        }
        for i, name in enumerate(("yaw", "pitch", "roll")):
            table[name] = self.pose[:, i]
        for i, name in enumerate(("x", "y", "scale")):
            table[name] = self.position[:, i]
        for i, name in enumerate(COLUMNS):
            table[name] = self.aus[:, i]
        return pd.DataFrame(table)


TRACK_COLUMNS: tuple[str, ...] = (
    "time", "pts", "frame", "face", "status", "confidence",
    "yaw", "pitch", "roll", "x", "y", "scale", *COLUMNS,
)  # fmt: skip
