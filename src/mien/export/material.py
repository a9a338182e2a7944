"""What an export is made of, and the small things that several formats do alike."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.core.face import Event
from mien.core.facs import INDEX, jaw_travel
from mien.core.signal import Track


@dataclass(frozen=True)
class Part:
    """Triangles of one colour.

    Attributes:
        name: of the part.
        colour: red, green, blue, 0 to 1, linear.
        triangles: shape (m, 3), int, counter-clockwise from the front.
    """

    name: str
    colour: tuple[float, float, float]
    triangles: NDArray[np.int64]


@dataclass(frozen=True)
class Mesh:
    """A face that action units move.

    Attributes:
        points: shape (p, 3), IOD, head's frame: x to the subject's left, y up, z out of the face.
        fields: shape (len(COLUMNS), p, 3), IOD, displacement at intensity 5.
        parts: what its surface is made of.
    """

    points: NDArray[np.float64]
    fields: NDArray[np.float64]
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Material:
    """A reading on its way out.

    Attributes:
        track: one row per frame and face, by time.
        events: of the same faces.
        clip: name of the clip.
        media: the clip itself, for formats that link to it.
        mesh: a face to move, for formats that hold one.
        entities: the names of BIDS before the suffix: ``"sub-01_task-rest"``.
    """

    track: Track
    events: list[Event]
    clip: str
    media: Path | None = None
    mesh: Mesh | None = None
    entities: str = ""


def stronger(track: Track, code: str) -> NDArray[np.float64]:
    """A unit without its sides, shape (n,): the stronger side, the seen one where one is hidden.

    So FACS scores a unit whose sides differ. AU26 is 5 where AU27 says that the jaw is open
    further, for formats that know no AU27.
    """
    if code == "AU26":
        travel = jaw_travel(*(track.au(each).astype(np.float64) for each in ("AU26", "AU27")))
        return np.minimum(10.0 * travel, 5.0)
    if code in INDEX:
        return track.au(code).astype(np.float64)
    return np.fmax(track.au(f"{code}L"), track.au(f"{code}R")).astype(np.float64)


def held(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values without gaps: what is not read stays as it was read last, before that 0, as at rest.

    Args:
        values: shape (n, k), NaN where there is no reading.
    """
    rows = np.arange(len(values))[:, None]
    last = np.maximum.accumulate(np.where(np.isnan(values), -1, rows), axis=0)
    kept = np.take_along_axis(values, np.maximum(last, 0), axis=0)
    return np.where(last < 0, 0.0, kept)


def seen(track: Track) -> NDArray[np.bool_]:
    """Where a face was read at all, shape (n,)."""
    return np.asarray(~np.isnan(track.aus).all(axis=1))


def cell(value: float, digits: int = 4) -> str:
    """A number for a table; empty where there is none."""
    return "" if np.isnan(value) else f"{value:.{digits}f}"
