"""A face cut out of a frame upright, at one size and in one place, and where its skin is then."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from mien.anatomy.fields import fields_of
from mien.anatomy.head import rotation_of
from mien.anatomy.template import template
from mien.anatomy.topology import STILL, triangles
from mien.core.facs import COLUMNS, MAX_INTENSITY
from mien.core.signal import Track

Image = NDArray[np.uint8]
Array = NDArray[np.float64]
F32 = NDArray[np.float32]

SIDE = 384  # px of the picture of a face
_AROUND = 3.0  # side of the picture in IOD
DENSITY = SIDE / _AROUND  # px per IOD
_BELOW = 0.45  # IOD from the pupils down to the middle of the picture
_PUPILS = np.array([SIDE / 2, SIDE / 2 - _BELOW * DENSITY])  # px, their midpoint
_SMOOTH = 0.05  # s; landmarks of single frames jitter by as much as a micro-expression moves
_NEAR_STILL = 0.12  # IOD round a point that no action unit moves much
_SKIN_TRUST = 0.1  # how far other skin is trusted to follow the head


@dataclass(frozen=True)
class Place:
    """Where a face is on a frame.

    Attributes:
        x: px, midpoint of the pupils.
        y: px, midpoint of the pupils.
        scale: px per IOD.
        roll: degrees.
    """

    x: float
    y: float
    scale: float
    roll: float


def place_at(rows: Track, row: int) -> Place | None:
    """Where a face is on one of its rows, smoothed over time; None where it was not seen.

    Args:
        rows: of one face.
        row: index of the row.
    """
    known = np.column_stack([rows.position, rows.pose[:, 2]])
    if not np.isfinite(known[row]).all():
        return None
    since = rows.time - rows.time[row]
    near = (np.abs(since) < 3 * _SMOOTH) & np.isfinite(known).all(axis=1)
    weights = np.sqrt(np.exp(-0.5 * (since[near] / _SMOOTH) ** 2))[:, None]
    line = np.column_stack([np.ones(near.sum()), since[near]])
    x, y, scale, roll = np.linalg.lstsq(weights * line, weights * known[near], rcond=None)[0][0]
    return Place(float(x), float(y), float(scale), float(roll))


def upright(image: Image, place: Place) -> Image:
    """The surroundings of a face, shape (384, 384, 3).

    Args:
        image: RGB, shape (H, W, 3).
        place: of the face on it.
    """
    ratio = place.scale / DENSITY
    finer = max(int(np.ceil(ratio / 1.2)), 1)  # a larger picture first, so that nothing aliases
    turn = np.radians(place.roll)
    c, s = ratio / finer * np.cos(turn), ratio / finer * np.sin(turn)
    px, py = (_PUPILS + 0.5) * finer - 0.5
    to_frame = np.array([[c, -s, place.x - c * px + s * py], [s, c, place.y - s * px - c * py]])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    size = (SIDE * finer, SIDE * finer)
    cut = cv2.warpAffine(image, to_frame, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    if finer > 1:
        cut = cv2.resize(cut, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(cut, np.uint8)


@dataclass(frozen=True, eq=False)
class Skin:
    """The average face on such a picture, turned as the head is.

    Attributes:
        places: shape (478, 2), px.
        turn: shape (3, 3), head to camera.
    """

    places: Array
    turn: Array

    @property
    def area(self) -> F32:
        """Shape (384, 384), 1 on skin, else 0; eyes and an open mouth are no skin."""
        return self._painted(np.ones(len(self.places)))

    @property
    def still(self) -> F32:
        """Shape (384, 384), how far each px is trusted to follow the head, 0 to 1."""
        y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
        trust = np.full((SIDE, SIDE), _SKIN_TRUST, np.float32)
        for px, py in self.places[list(STILL)]:
            away = ((x - px) ** 2 + (y - py) ** 2) / (_NEAR_STILL * DENSITY) ** 2
            trust = np.maximum(trust, np.exp(-0.5 * away).astype(np.float32))
        return np.asarray(trust * self.area, np.float32)

    @property
    def depth(self) -> F32:
        """Shape (384, 384), IOD, how near to the viewer; round the face as at its rim, evenly."""
        outside = self.area == 0
        near = self._painted((template() @ self.turn.T)[:, 2])
        rim = distance_transform_edt(outside, return_distances=False, return_indices=True)
        near = near[tuple(rim)]
        near[outside] = cv2.GaussianBlur(near, (0, 0), 0.3 * DENSITY)[outside]
        return np.asarray(cv2.GaussianBlur(near, (0, 0), 0.06 * DENSITY), np.float32)

    def moved_by(self, aus: dict[str, float]) -> F32:
        """Shape (384, 384), px: how far action units move the skin, by the model.

        Args:
            aus: AU column to intensity.
        """
        given = np.array([aus.get(name, 0.0) for name in COLUMNS]) / MAX_INTENSITY
        way = np.tensordot(given, fields_of(template()), 1) @ self.turn.T
        painted = self._painted(DENSITY * np.hypot(way[:, 0], way[:, 1]))
        return np.asarray(cv2.GaussianBlur(painted, (0, 0), 0.04 * DENSITY), np.float32)

    def _painted(self, values: Array) -> F32:
        """Values of points as a picture, triangle by triangle."""
        canvas = np.zeros((SIDE, SIDE), np.float32)
        for corners in triangles():
            shape = np.round(self.places[corners] * 16).astype(np.int32)
            cv2.fillConvexPoly(canvas, shape, (float(values[corners].mean()),), shift=4)
        return canvas


def skin_of(yaw: float, pitch: float) -> Skin:
    """The average face under a turn of the head, degrees."""
    turn = rotation_of(yaw, pitch, 0.0)
    camera = DENSITY * template() @ turn.T
    return Skin(camera[:, :2] * (1, -1) + _PUPILS, turn)
