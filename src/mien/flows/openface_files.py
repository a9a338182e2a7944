"""What a fused reading leaves beside ``track.csv``: where its values come from, on what scale.

``origin.csv`` has the rows of ``track.csv``, and in the place of each intensity ``mien``,
``openface``, ``both`` or nothing. ``scales.csv`` has a row per face and unit of OpenFace's.
"""

import csv
import math
from pathlib import Path

import numpy as np

from mien.capture.fuse import ORIGINS, Fused
from mien.core.facs import COLUMNS

ORIGIN, SCALES = "origin.csv", "scales.csv"
ORIGIN_COLUMNS = ("time", "frame", "face", "row", *COLUMNS)
SCALE_COLUMNS = (
    "face", "au", "joined", "frames", "correlation", "slope", "offset", "error", "why_not",
)  # fmt: skip


def write_origin(result: Fused, path: Path) -> None:
    """Write ``origin.csv``; ``row`` says who saw the face.

    Raises:
        OSError: the file cannot be written.
    """
    track, words = result.track, np.array(ORIGINS)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(ORIGIN_COLUMNS)
        for i in range(len(track)):
            which = (f"{track.time[i]:.6f}", track.frame[i], track.face[i], ORIGINS[result.row[i]])
            rows.writerow((*which, *words[result.origin[i]]))


def write_scales(result: Fused, path: Path) -> None:
    """Write ``scales.csv``: what was learned, or why a unit was not joined.

    Raises:
        OSError: the file cannot be written.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(SCALE_COLUMNS)
        for (face, unit), scale in sorted(result.scales.items()):
            numbers = (scale.correlation, scale.slope, scale.offset, scale.error)
            cells = ("" if math.isnan(number) else f"{number:.4f}" for number in numbers)
            rows.writerow((face, unit, int(not scale.refused), scale.frames, *cells, scale.refused))
