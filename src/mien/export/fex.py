"""Py-Feat: the CSV of its Fex table, in the columns of its first detector.

Its action units run from 0 to 1, so intensities are divided by 5. Its angles are radians, positive
down, to the subject's right, and to the right shoulder, as its second detector has them on its own
test picture. Where the face is, landmarks, emotions and gaze are not in a track: their cells are
empty, which pandas and Py-Feat read as NaN. Emotions are left out on purpose: a movement is not a
feeling.
"""

import csv
from pathlib import Path

import numpy as np

from mien.core.facs import MAX_INTENSITY
from mien.export.material import Material, cell, stronger

AUS = (
    "AU01", "AU02", "AU04", "AU05", "AU06", "AU07", "AU09", "AU10", "AU11", "AU12", "AU14", "AU15",
    "AU17", "AU20", "AU23", "AU24", "AU25", "AU26", "AU28", "AU43",
)  # fmt: skip
COLUMNS: tuple[str, ...] = (
    "FaceRectX", "FaceRectY", "FaceRectWidth", "FaceRectHeight", "FaceScore",
    *(f"{axis}_{i}" for axis in "xy" for i in range(68)),
    "Pitch", "Roll", "Yaw", "X", "Y", "Z", *AUS,
    "anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral",
    "gaze_pitch", "gaze_yaw", "gaze_angle", "FrameHeight", "FrameWidth",
    "input", "frame", "approx_time", "Identity",
)  # fmt: skip

_PLACE = {name: i for i, name in enumerate(COLUMNS)}


def write(material: Material, path: Path) -> None:
    """Write all faces, frame by frame; frames count from 0, numbers to the sixth digit.

    Raises:
        OSError: the file cannot be written.
    """
    track = material.track
    known = {code: stronger(track, code) / MAX_INTENSITY for code in AUS}
    yaw, pitch, roll = -np.radians(track.pose).T
    known |= {"FaceScore": track.confidence, "Pitch": pitch, "Roll": roll, "Yaw": yaw}
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        for i in np.lexsort((track.face, track.frame)):
            row = [""] * len(COLUMNS)
            for name, values in known.items():
                row[_PLACE[name]] = cell(values[i], 6)
            row[-4:] = (
                str(material.media or material.clip), str(track.frame[i]), f"{track.time[i]:.6f}",
                f"Person_{track.face[i]}",
            )  # fmt: skip
            rows.writerow(row)
