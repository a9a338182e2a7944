"""Live Link Face: the CSV of Epic's app, 63 columns, one face.

The columns stand in the file's own order, in which JawRight and MouthRight come before the left
ones; the packets of the app have it the other way round. Frames without a reading have no row. A
shape whose action unit was hidden stays as it was read last.
"""

import csv
from pathlib import Path

import numpy as np

from mien.core.blendshapes import ARKIT, gaze, weights
from mien.export.material import Material, held, seen

_RATE = 60  # frames a second of the time code, as the app counts unless told otherwise
_SWAPPED = {"jawLeft": "jawRight", "jawRight": "jawLeft"}
_SWAPPED |= {"mouthLeft": "mouthRight", "mouthRight": "mouthLeft"}
SHAPES: tuple[str, ...] = tuple(_SWAPPED.get(name, name) for name in ARKIT)
COLUMNS: tuple[str, ...] = (
    "Timecode", "BlendShapeCount", *(name[0].upper() + name[1:] for name in SHAPES),
    "HeadYaw", "HeadPitch", "HeadRoll", "LeftEyeYaw", "LeftEyePitch", "LeftEyeRoll",
    "RightEyeYaw", "RightEyePitch", "RightEyeRoll",
)  # fmt: skip


def write(material: Material, path: Path) -> None:
    """Write the frames in which the face was read; weights to the sixth digit.

    Raises:
        OSError: the file cannot be written.
    """
    track = material.track
    aus, order = held(track.aus.astype(np.float64)), [ARKIT.index(name) for name in SHAPES]
    eyes = np.column_stack([np.radians(gaze(aus)), np.zeros(len(track))])
    head = np.radians(held(track.pose))
    numbers = np.concatenate([weights(aus)[:, order], head, eyes, eyes], axis=1)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        for i in np.flatnonzero(seen(track)):
            values = (f"{value:.6f}" for value in numbers[i])
            rows.writerow((timecode(track.time[i]), numbers.shape[1], *values))


def timecode(time: float) -> str:
    """Seconds as ``HH:MM:SS:FF.mmm``, at 60 frames a second: exact to 17 microseconds."""
    second, part = divmod(round(time * _RATE * 1000), _RATE * 1000)
    hours, minutes = second // 3600, second // 60 % 60
    return f"{hours:02d}:{minutes:02d}:{second % 60:02d}:{part // 1000:02d}.{part % 1000:03d}"
