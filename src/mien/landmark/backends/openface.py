"""What OpenFace read of a clip, in mien's terms: a track.

Its intensities are 0 to 5 and have no sides, so both sides of a unit are alike; its AU45 is AU43.
A row with ``success`` 0 carries numbers, too, of a face it does not believe in (its issue 425):
none of them is kept.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.head import TURNED
from mien.core.facs import COLUMNS, INDEX, MAX_INTENSITY, expand
from mien.core.signal import Track
from mien.landmark.backends.openface_csv import (
    CORNERS,
    POSE,
    PRESENT,
    UNITS,
    Table,
    intensity,
    presence,
    read_table,
)

SUFFIX = ".csv"

_CORNERS_TO_PUPILS = 1.0328  # how much further apart the pupils are; as in anatomy.head
_SIDEWAYS = 75.0  # degrees of yaw beyond which the distance of the eyes says nothing of the scale


@dataclass(frozen=True, eq=False)
class OpenFace:
    """What OpenFace says of a clip.

    Attributes:
        track: its rows; frames count from 0, ``pts`` is the frame, a unit without an intensity is
            NaN, and no deviation is known. x and y are the midpoint of the eye corners.
        present: shape (n, len(COLUMNS)), 1 or 0 where its other opinion (``_c``) is that a unit is
            there or is not, NaN where it has none.
        unfinished: whether there are intensities below 0, as where FeatureExtraction was stopped
            before it had adjusted them to the person (its issue 823); in the track they are 0.
    """

    track: Track
    present: NDArray[np.float32]
    unfinished: bool = False


def read_openface(path: Path) -> OpenFace:
    """Read a CSV of OpenFace.

    Faces are ordered by how much of the clip they cover: size times time where the file has
    landmarks, else time.

    Raises:
        InputError: not such a file, or a line in it that cannot be; the message names the line.
        MediaError: no such file, or an empty one.
    """
    return openface_of(read_table(path))


def openface_of(table: Table) -> OpenFace:
    """The rows of a file in mien's terms."""
    columns = table.columns
    lost = columns["success"] == 0.0
    aus = np.full((len(lost), len(COLUMNS)), np.nan, np.float32)
    present = aus.copy()
    for code in UNITS:
        if intensity(code) in columns:
            aus[:, columns_of(code)] = columns[intensity(code)][:, None]
    for code in PRESENT:
        if presence(code) in columns:
            present[:, columns_of(code)] = columns[presence(code)][:, None]
    present[(present != 0) & (present != 1)] = np.nan
    pose = _pose(table)
    position = _position(table, pose[:, 0])
    for numbers in (aus, present, pose, position):
        numbers[lost] = np.nan
    frame = columns["frame"].astype(np.int64)
    frame -= min(int(frame[0]), 1)  # it counts from 1, some of its windows from 0
    status = np.where(lost, "lost", np.where(np.abs(pose[:, 0]) > TURNED, "turned", "ok"))
    track = Track(
        time=columns["timestamp"],
        pts=frame,
        frame=frame,
        face=_largest_first(table, position[:, 2]),
        status=status.astype("<U12"),
        confidence=np.where(lost, 0.0, columns["confidence"]),
        pose=pose,
        position=position,
        aus=aus.clip(0.0, MAX_INTENSITY),
    )
    return OpenFace(track, present, bool((aus < 0.0).any()))


def columns_of(code: int) -> NDArray[np.int64]:
    """Places of the AU columns that one of OpenFace's units stands for, the left side first."""
    return np.array([INDEX[name] for name in expand("43" if code == 45 else str(code))])


def _largest_first(table: Table, scale: NDArray[np.float64]) -> NDArray[np.int64]:
    """Faces numbered anew, 0 for the one that covers most of the clip."""
    area = np.nan_to_num(scale) ** 2
    if not area.any():
        area = table.columns["success"]
    names, of = np.unique(table.face, return_inverse=True)
    rank = np.empty(len(names), np.int64)
    rank[np.argsort(-np.bincount(of, weights=area), kind="stable")] = np.arange(len(names))
    return rank[of]


def _pose(table: Table) -> NDArray[np.float64]:
    """Yaw, pitch, roll in degrees, shape (n, 3).

    OpenFace's are radians of a matrix Rx Ry Rz in a camera that looks along z with y down; checked
    against the 3D landmarks beside them.
    """
    from scipy.spatial.transform import Rotation

    pose = np.full((len(table.face), 3), np.nan)
    if POSE[0] not in table.columns:
        return pose
    angles = np.stack([table.columns[name] for name in POSE], axis=1)
    known = np.isfinite(angles).all(axis=1)
    if known.any():
        m = Rotation.from_euler("XYZ", angles[known]).as_matrix()
        yaw = -np.arctan2(m[:, 0, 2], m[:, 2, 2])
        pitch = np.arcsin(m[:, 1, 2].clip(-1.0, 1.0))
        roll = np.arctan2(m[:, 1, 0], m[:, 1, 1])
        pose[known] = np.degrees(np.stack([yaw, pitch, roll], axis=1))
    return pose


def _position(table: Table, yaw: NDArray[np.float64]) -> NDArray[np.float64]:
    """Midpoint of the eyes and distance of the pupils in px, shape (n, 3), by the eye corners."""
    place = np.full((len(yaw), 3), np.nan)
    if CORNERS[0] in table.columns:
        x, y = np.array([table.columns[name] for name in CORNERS]).reshape(2, 4, -1)
        place[:, 0], place[:, 1] = x.mean(axis=0), y.mean(axis=0)
        apart = np.hypot(*(each[2:].mean(axis=0) - each[:2].mean(axis=0) for each in (x, y)))
        turn = np.where(np.abs(yaw) < _SIDEWAYS, np.cos(np.radians(yaw)), np.nan)
        place[:, 2] = _CORNERS_TO_PUPILS * apart / turn
    return place
