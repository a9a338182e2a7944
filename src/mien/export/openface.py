"""OpenFace 2.2: the CSV of FeatureExtraction, 714 columns.

mien knows frame, face, time, confidence, head rotation and action units; every other cell is empty.
OpenFace never leaves a cell empty: where it found nothing it writes 0 or the values of another
frame, which readers take for measurements.
"""

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.core.signal import Track
from mien.export.material import Material, cell, stronger
from mien.export.pose import openface_angles

INTENSITY = (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 25, 26, 45)
PRESENCE = (*INTENSITY[:-1], 28, 45)


def _points(names: str, count: int, prefix: str = "") -> list[str]:
    return [f"{prefix}{name}_{i}" for name in names for i in range(count)]


COLUMNS: tuple[str, ...] = (
    "frame", "face_id", "timestamp", "confidence", "success",
    *(f"gaze_{eye}_{axis}" for eye in (0, 1) for axis in "xyz"), "gaze_angle_x", "gaze_angle_y",
    *_points("xy", 56, "eye_lmk_"), *_points("XYZ", 56, "eye_lmk_"),
    "pose_Tx", "pose_Ty", "pose_Tz", "pose_Rx", "pose_Ry", "pose_Rz",
    *_points("xy", 68), *_points("XYZ", 68),
    "p_scale", "p_rx", "p_ry", "p_rz", "p_tx", "p_ty", *_points("p", 34),
    *(f"AU{code:02d}_r" for code in INTENSITY), *(f"AU{code:02d}_c" for code in PRESENCE),
)  # fmt: skip

# Rows in which a face was measured; what is drawn between two of them was not tracked.
_TRACKED = ("ok", "occluded", "blurred", "turned")
_PLACE = {name: i for i, name in enumerate(COLUMNS)}


def write(material: Material, path: Path) -> None:
    """Write all faces, frame by frame; frames count from 1, intensities to a ten-thousandth.

    Raises:
        OSError: the file cannot be written.
    """
    track = material.track
    codes = {code: _mien(code) for code in PRESENCE}
    known = {f"AU{code:02d}_r": stronger(track, codes[code]) for code in INTENSITY}
    known |= {f"AU{code:02d}_c": _present(track, codes[code]) for code in PRESENCE}
    known |= dict(
        zip(("pose_Rx", "pose_Ry", "pose_Rz"), openface_angles(track.pose).T, strict=True)
    )
    success = np.isin(track.status, _TRACKED)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        for i in np.lexsort((track.face, track.frame)):
            row = [""] * len(COLUMNS)
            row[:5] = (
                str(track.frame[i] + 1), str(track.face[i]), f"{track.time[i]:.6f}",
                cell(track.confidence[i]), str(int(success[i])),
            )  # fmt: skip
            for name, values in known.items():
                row[_PLACE[name]] = cell(values[i], 0 if name.endswith("_c") else 4)
            rows.writerow(row)


def _mien(code: int) -> str:
    return "AU43" if code == 45 else f"AU{code:02d}"


def _present(track: Track, code: str) -> NDArray[np.float64]:
    """1 where either side is present, 0 where none is, NaN where that is not known."""
    sides = (code,) if code in ("AU17", "AU23", "AU25", "AU28") else (f"{code}L", f"{code}R")
    if code == "AU26":
        sides = ("AU26", "AU27")
    there = np.any([track.present(side) for side in sides], axis=0).astype(np.float64)
    unknown = np.isnan(stronger(track, code)) | (track.deviation is None)
    return np.where(unknown, np.nan, there)
