"""The CSV that OpenFace writes, as columns: FeatureExtraction of 2.x (714) and of 1.x (431).

Columns are found by name and only the needed ones are looked at; older files have blanks after
their commas. It is read line by line, and nothing in it is believed before it was checked.
"""

import csv
import math
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import InputError
from mien.core.facs import MAX_INTENSITY
from mien.media.files import readable

UNITS = (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 25, 26, 45)  # with an intensity
PRESENT = (*UNITS, 28)  # with a presence
POSE = ("pose_Rx", "pose_Ry", "pose_Rz")
# The eye corners among its 68 points, from the right of the subject's right eye onwards.
CORNERS = tuple(f"{axis}_{point}" for axis in "xy" for point in (36, 39, 42, 45))

_KEYS = ("frame", "timestamp", "confidence", "success")  # the first four of every row that is read
_FACE = "face_id"
_LONGEST = 1 << 17  # characters of a line; OpenFace's have about 6000
_LAST = 10**9  # frame, second
_FAR = 1e6  # px, radians: nothing that was measured lies beyond
_AROUND = 5.0  # by which intensities that were not adjusted to the person may leave 0 to 5


def intensity(code: int) -> str:
    """The column of a unit's intensity."""
    return f"AU{code:02d}_r"


def presence(code: int) -> str:
    """The column that says whether a unit is there."""
    return f"AU{code:02d}_c"


@dataclass(frozen=True, eq=False)
class Table:
    """The rows of a file.

    Attributes:
        columns: name to numbers, shape (n,); NaN where there is none. ``frame``, ``timestamp``,
            ``confidence`` and ``success`` are always there; a group of which a part is missing,
            such as the eye corners, is left out.
        face: shape (n,), OpenFace's own number of each face; 0 where it gives none.
    """

    columns: dict[str, NDArray[np.float64]]
    face: NDArray[np.int64]


def read_table(path: Path) -> Table:
    """Read a CSV of OpenFace.

    Raises:
        InputError: not such a file, or a line in it that cannot be; the message names the line.
        MediaError: no such file, or an empty one.
    """
    path = readable(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _table(path, file)
    except UnicodeDecodeError:
        raise InputError(f"{path}: is no CSV of OpenFace: it is no text in UTF-8") from None


def _table(path: Path, file: TextIO) -> Table:
    lines = csv.reader(_bounded(path, file), skipinitialspace=True)
    values, faces, rows = array("d"), array("q"), _Rows()
    try:
        header = [name.strip() for name in next(lines, [])]
        names = _wanted(path, header)
        places = [header.index(name) for name in names]
        at_face = header.index(_FACE) if _FACE in header else None
        for number, cells in enumerate(lines, 2):
            if not cells:
                continue
            where = f"{path}: line {number}"
            if len(cells) != len(header):
                wanted = f"{len(cells)} cells instead of {len(header)}"
                raise InputError(f"{where}: has {wanted}: is it cut off?")
            row = [_number(where, name, cells[at]) for name, at in zip(names, places, strict=True)]
            face = 0.0 if at_face is None else _number(where, _FACE, cells[at_face])
            rows.check(where, row, _whole(where, _FACE, face))
            values.extend(row)
            faces.append(int(face))
    except csv.Error as error:
        raise InputError(f"{path}: line {lines.line_num}: {error}") from None
    if not faces:
        raise InputError(f"{path}: has no rows: OpenFace read nothing of the clip")
    numbers = np.array(values).reshape(-1, len(names))
    return Table(dict(zip(names, numbers.T, strict=True)), np.array(faces))


def _bounded(path: Path, file: TextIO) -> Iterator[str]:
    """The lines of a file, none of them too long to be kept."""
    number = 0
    while line := file.readline(_LONGEST):
        number += 1
        if len(line) == _LONGEST:
            raise InputError(f"{path}: line {number} is too long for a CSV of OpenFace")
        yield line


def _wanted(path: Path, header: list[str]) -> list[str]:
    """The columns to read, of those that are there."""
    if any(";" in name for name in header):
        raise InputError(f"{path}: has semicolons for commas: give the file as OpenFace wrote it")
    if "frame" not in header and intensity(UNITS[0]) in header:
        raise InputError(f"{path}: is of single pictures (FaceLandmarkImg): give one of a clip")
    for name in _KEYS:
        if name not in header:
            raise InputError(f"{path}: is no CSV of OpenFace: has no column {name}")
    units = [intensity(code) for code in UNITS if intensity(code) in header]
    if not units:
        raise InputError(f"{path}: has no intensities (AU01_r ...): run FeatureExtraction -aus")
    units += [presence(code) for code in PRESENT if presence(code) in header]
    whole = [group for group in (POSE, CORNERS) if set(group) <= set(header)]
    names = [*_KEYS, *(name for group in whole for name in group), *units]
    for name in (*names, _FACE):
        if header.count(name) > 1:
            raise InputError(f"{path}: is no CSV of OpenFace: has the column {name} twice")
    return names


def _number(where: str, name: str, cell: str) -> float:
    """A cell's number; NaN for none, for what C++ prints in its place, and for what cannot be."""
    text = cell.strip()
    if not text or "nan" in text.lower():
        return math.nan
    try:
        value = float(text)
    except ValueError:
        raise InputError(f"{where}: {name} is {text[:20]!r}, which is no number") from None
    if name.endswith("_r") and not -_AROUND <= value <= MAX_INTENSITY + _AROUND:
        raise InputError(f"{where}: {name} is {value:g}: intensities lie between 0 and 5")
    return value if abs(value) <= _FAR or name in _KEYS else math.nan


def _whole(where: str, name: str, value: float) -> int:
    if not (0 <= value <= _LAST and value == int(value)):
        raise InputError(f"{where}: {name} is {value:g}: it counts from 0")
    return int(value)


class _Rows:
    """Tells whether each row can follow those before it."""

    def __init__(self) -> None:
        self._frame, self._time = -1, 0.0
        self._faces: set[int] = set()

    def check(self, where: str, row: list[float], face: int) -> None:
        """The first four numbers of a row are what they are called, and none is there twice."""
        frame, (time, confidence, success) = _whole(where, "frame", row[0]), row[1:4]
        if not 0.0 <= time <= _LAST:
            raise InputError(f"{where}: timestamp is {time:g}: it is in seconds from 0")
        if success not in (0.0, 1.0):
            raise InputError(f"{where}: success is {success:g}, neither 0 nor 1")
        if success and not 0.0 <= confidence <= 1.0:
            raise InputError(f"{where}: confidence is {confidence:g}: it lies between 0 and 1")
        if frame < self._frame or time < self._time:
            raise InputError(f"{where}: goes back in time: frame {frame}, {time:g} s")
        if frame > self._frame:
            self._faces.clear()
        if face in self._faces:
            raise InputError(f"{where}: frame {frame} is there twice")
        self._faces.add(face)
        self._frame, self._time = frame, time
