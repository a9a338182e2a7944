"""What an action unit does to the look of the skin, as maps laid flat over the face.

A map covers the neutral template seen from the front. Grooves and bulges are drawn from
``creases.csv``, which lists the subject's left side and what crosses the midline; the shading of a
smile is measured on photos (``tools/fit_shading.py``).
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO, StringIO

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.template import template
from mien.core import facs
from mien.edit.mesh.pixels import F32, Floats, box_of, smooth
from mien.edit.mesh.slit import fine

SIZE = 320  # px, width and height of a map
PER_IOD = 135  # px
_CENTRE = np.array([0.0, -0.38])  # IOD, head's frame, in the middle of a map
_NOTHING = 1e-5  # of a map that is not drawn
_MIDDLE = 0.12  # IOD from the midline over which a sided unit fades towards the other side
_ENDS = 0.3  # share of a crease over which it tapers, at either end
_REGION = 0.06  # IOD round a crease in which the skin's own lines deepen with it


@dataclass(frozen=True)
class Reliefs:
    """Maps at intensity 1, each of shape (n, SIZE, SIZE).

    Attributes:
        columns: shape (n,), index of the AU column of each map.
        relief: height of the skin over what it is at rest, as the change of log luminance that a
            groove of this depth makes under light from everywhere.
        gathered: where creases are drawn, whose lines deepen with them; 1 at intensity 5.
        smoothed: where the unit leaves lines on real faces, which fade when it goes; 1 at 5.
        measured: change of log luminance found on photos.
        creased: shape (SIZE, SIZE), where any unit gathers the skin, 0 to 1.
        boxes: rows and columns of each map outside which all of it is 0.
    """

    columns: NDArray[np.intp]
    relief: F32
    gathered: F32
    smoothed: F32
    measured: F32
    creased: F32
    boxes: tuple[tuple[slice, slice], ...]

    def summed(self, maps: F32, used: NDArray[np.intp], amounts: F32) -> F32:
        """Sum of some maps, each times its amount, shape (SIZE, SIZE)."""
        total = np.zeros((SIZE, SIZE), np.float32)
        for index, amount in zip(used.tolist(), amounts.tolist(), strict=True):
            box = self.boxes[index]
            total[box] += np.float32(amount) * maps[index][box]
        return total


def to_map(head: Floats) -> F32:
    """Points of the template's frame (n, 2 or 3), IOD, as map coordinates (n, 2), px."""
    place = (head[:, :2] - _CENTRE) * (PER_IOD, -PER_IOD)
    return np.asarray(place + (SIZE - 1) / 2, np.float32)


@cache
def vertices() -> F32:
    """The 478 points of the mesh on a map, shape (478, 2), px."""
    return to_map(template())


@cache
def reliefs() -> Reliefs:
    """All maps, drawn once."""
    measured = _measured()
    relief, region = _drawn()
    shaded = {c: np.clip(np.abs(m) / np.abs(m).max() * 2, 0, 1) for c, m in measured.items()}
    columns = sorted({*relief, *measured})
    blank = np.zeros((SIZE, SIZE), np.float32)

    def stacked(maps: dict[int, F32]) -> F32:
        return np.stack([maps.get(column, blank) for column in columns])

    drawn, gathered = (stacked(maps) / np.float32(facs.MAX_INTENSITY) for maps in (relief, region))
    smoothed = np.maximum(gathered, stacked(shaded) / np.float32(facs.MAX_INTENSITY))
    creased = np.max(list(region.values()), axis=0)
    found = stacked(measured)
    boxes = tuple(map(_box, np.abs(drawn) + smoothed + np.abs(found)))
    return Reliefs(np.array(columns), drawn, gathered, smoothed, found, creased, boxes)


def _box(marked: F32) -> tuple[slice, slice]:
    """Rows and columns of what is not 0."""
    left, top, right, bottom = box_of(marked > _NOTHING) or (0, 0, 0, 0)
    return slice(top, bottom), slice(left, right)


def _drawn() -> tuple[dict[int, F32], dict[int, F32]]:
    """Relief at intensity 5 and region of every AU column that ``creases.csv`` names."""
    relief: dict[int, F32] = {}
    region: dict[int, F32] = {}
    for row in csv.DictReader(StringIO((files(__package__) / "creases.csv").read_text())):
        points = np.array([[float(n) for n in point.split()] for point in row["points"].split("/")])
        line, near = _crease(to_map(points), float(row["width"]) * PER_IOD)
        for column, part in _sides(row["au"]):
            height = -float(row["depth"]) * part(line)
            relief[column] = relief.get(column, np.float32(0)) + height
            region[column] = np.maximum(region.get(column, np.float32(0)), part(near))
    return relief, region


def _crease(points: F32, width: float) -> tuple[F32, F32]:
    """A line of a given half width in px, 0 to 1, tapering; and how near each pixel is to it."""
    curve = fine(points).astype(np.float32)
    y, x = np.mgrid[:SIZE, :SIZE].astype(np.float32)
    reach = 3 * max(width, _REGION * PER_IOD)
    low, high = curve.min(axis=0) - reach, curve.max(axis=0) + reach
    inside = (x > low[0]) & (x < high[0]) & (y > low[1]) & (y < high[1])
    away = np.hypot(x[inside][:, None] - curve[:, 0], y[inside][:, None] - curve[:, 1])
    along = np.linspace(0, 1, len(curve), dtype=np.float32)[away.argmin(axis=1)]
    nearest = away.min(axis=1)
    taper = smooth(np.minimum(along, 1 - along) / _ENDS)
    uneven = 1 + 0.18 * np.sin(17 * along + curve[0, 0]) * np.sin(7 * along + curve[0, 1])
    line, near = np.zeros((2, SIZE, SIZE), np.float32)
    line[inside] = taper * uneven * np.exp(-((nearest / width) ** 2))
    near[inside] = taper * np.exp(-((nearest / (_REGION * PER_IOD)) ** 2))
    return line, near


def _sides(au: str) -> list[tuple[int, Callable[[F32], F32]]]:
    """The columns of an AU, and what turns a map of the left side or of both into the column's."""
    columns = facs.expand(au)
    if len(columns) == 1:
        return [(facs.INDEX[columns[0]], np.asarray)]
    share = smooth(0.5 + (np.arange(SIZE) - (SIZE - 1) / 2) / (2 * _MIDDLE * PER_IOD))
    halves: dict[str, Callable[[F32], F32]] = {
        "L": lambda whole: whole * share,
        "R": lambda whole: (whole * share)[:, ::-1],
    }
    return [(facs.INDEX[column], halves[column[-1]]) for column in columns]


def _measured() -> dict[int, F32]:
    """Change of log luminance per unit of intensity, by AU column."""
    found = {}
    content = (files(__package__) / "smile.npz").read_bytes()
    with np.load(BytesIO(content)) as stored:
        for au in stored["aus"].tolist():
            left = stored[au].astype(np.float32) * stored["scale"]
            found[facs.INDEX[f"{au}L"]] = left
            found[facs.INDEX[f"{au}R"]] = np.ascontiguousarray(left[:, ::-1])
    return found
