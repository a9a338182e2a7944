"""``track.csv``: one row per frame and face; a number that was not measured is an empty cell."""

import csv
from pathlib import Path

import numpy as np

from mien.core.errors import InputError
from mien.core.signal import STATUSES, TRACK_COLUMNS, Track

NAME = "track.csv"

_WHOLE = 4  # time, then pts, frame and face, which are whole numbers
_STATUS = TRACK_COLUMNS.index("status")


def write(track: Track, path: Path) -> None:
    """Write a track; times to the microsecond, intensities to a ten-thousandth.

    Raises:
        OSError: the file cannot be written.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(TRACK_COLUMNS)
        for i in range(len(track)):
            numbers = (track.confidence[i], *track.pose[i], *track.position[i], *track.aus[i])
            rows.writerow(
                (
                    f"{track.time[i]:.6f}", track.pts[i], track.frame[i], track.face[i],
                    track.status[i], *map(_cell, numbers),
                )
            )  # fmt: skip


def read(path: Path) -> Track:
    """Read a track that :func:`write` wrote.

    Raises:
        InputError: other columns, a status that mien does not know, or a cell that is no number.
        OSError: the file cannot be read.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        try:
            if tuple(next(rows, ())) != TRACK_COLUMNS:
                raise InputError(f"{path}: is no track.csv of mien: its columns are others")
            read_rows = [_parsed(row) for row in rows]
        except UnicodeDecodeError:
            raise InputError(f"{path}: is no track.csv of mien: it is no text") from None
        except (ValueError, IndexError, csv.Error):
            raise InputError(f"{path}: line {rows.line_num} is damaged") from None
    whole = np.array([row[0] for row in read_rows], dtype=np.int64).reshape(-1, 3)
    numbers = np.array([row[1] for row in read_rows]).reshape(-1, len(TRACK_COLUMNS) - 4)
    return Track(
        time=numbers[:, 0],
        pts=whole[:, 0],
        frame=whole[:, 1],
        face=whole[:, 2],
        status=np.array([row[2] for row in read_rows], dtype="<U12"),
        confidence=numbers[:, 1],
        pose=numbers[:, 2:5],
        position=numbers[:, 5:8],
        aus=numbers[:, 8:],
    )


def _cell(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.4f}"


def _parsed(row: list[str]) -> tuple[list[int], list[float], str]:
    """Whole numbers, other numbers and status of one line."""
    if len(row) != len(TRACK_COLUMNS) or row[_STATUS] not in STATUSES:
        raise ValueError(row)
    cells = [row[0], *row[_STATUS + 1 :]]
    numbers = [float(cell) if cell else float("nan") for cell in cells]
    return [int(cell) for cell in row[1:_WHOLE]], numbers, row[_STATUS]
