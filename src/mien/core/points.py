"""Points that a person has placed on a face, by name: the points file.

``{"mien": 1, "left_eye_outer": [x, y], ...}`` in pixels of the picture, x to the right, y down.
Left is the subject's own left: on the right of an unmirrored picture.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path

from mien.core.document import did_you_mean, fields_of, load
from mien.core.errors import InputError

Point = tuple[float, float]
Points = dict[str, Point]

_EYE = (
    "eye_outer", "eye_inner", "eye_top", "eye_bottom", "eye_top_outer", "eye_top_inner",
    "eye_bottom_outer", "eye_bottom_inner", "pupil", "brow_inner", "brow_middle", "brow_outer",
)  # fmt: skip
_PAIRED = ("mouth", "nose", "cheek", "jaw")
_MIDDLE = (
    "lip_top", "lip_bottom", "mouth_middle", "opening_top", "opening_bottom",
    "nose_tip", "nose_bridge", "chin", "forehead",
)  # fmt: skip

NAMES = (
    *(f"{side}_{part}" for side in ("left", "right") for part in _EYE),
    *(f"{part}_{side}" for part in _PAIRED for side in ("left", "right")),
    *_MIDDLE,
)
"""Every name that a points file may hold."""

REQUIRED = (
    "left_eye_outer", "left_eye_inner", "right_eye_outer", "right_eye_inner",
    "mouth_left", "mouth_right",
)  # fmt: skip
"""Without these no mesh can be placed."""

FEWEST = 8
"""So many points are needed in all."""

_FARTHEST = 1e6  # px
_NARROWEST = 8.0  # px between the eyes
_LEAST_DOWN = 0.05  # of that distance from the eyes to the mouth

# Along the line of the eyes, from the subject's right to the left.
_ACROSS = (
    ("right_eye_outer", "right_eye_inner"), ("right_eye_inner", "left_eye_inner"),
    ("left_eye_inner", "left_eye_outer"), ("mouth_right", "mouth_left"),
    ("right_brow_outer", "right_brow_inner"), ("right_brow_inner", "left_brow_inner"),
    ("left_brow_inner", "left_brow_outer"), ("nose_right", "nose_left"),
    ("jaw_right", "jaw_left"), ("cheek_right", "cheek_left"), ("right_pupil", "left_pupil"),
)  # fmt: skip
# At a right angle to it, from the eyes to the chin.
_DOWN = (
    ("left_eye_top", "left_eye_bottom"), ("right_eye_top", "right_eye_bottom"),
    ("nose_bridge", "nose_tip"), ("nose_tip", "lip_top"), ("nose_tip", "chin"),
    ("opening_top", "opening_bottom"), ("lip_top", "chin"), ("lip_bottom", "chin"),
    ("forehead", "chin"),
)  # fmt: skip


def load_points(path: str | Path) -> Points:
    """Read a points file.

    Args:
        path: the file; see :func:`parse_points`.

    Raises:
        InputError: the file cannot be read or is no points file.
    """
    return load(path, parse_points, "a points file")


def parse_points(text: str) -> Points:
    """Points from the text of a points file, checked as by :func:`check_points`.

    Raises:
        InputError: no points file, or points that cannot be a face.
    """
    stored = fields_of(text, NAMES, "a points file")
    return check_points({name: _point(name, stored[name]) for name in stored if name in NAMES})


def points_text(points: Mapping[str, Point]) -> str:
    """The text of a points file, one point a line; :func:`parse_points` reads it back."""
    lines = [f'  "{name}": {json.dumps(place)}' for name, place in points.items()]
    return "{\n" + ",\n".join(['  "mien": 1', *lines]) + "\n}\n"


def check_points(points: Mapping[str, Point], size: tuple[int, int] | None = None) -> Points:
    """Points that can be those of a face.

    Args:
        points: name to x, y in px.
        size: width and height of the picture in px; not checked where not given.

    Raises:
        InputError: an unknown name, too few points, one outside the picture, left and right or
            top and bottom exchanged; the message begins with the name.
    """
    for name, (x, y) in points.items():
        if name not in NAMES:
            raise InputError(f"{name}: unknown point{did_you_mean(name, NAMES)}")
        if not (math.isfinite(x) and math.isfinite(y)):
            raise InputError(f"{name}: is no place on a picture")
        if size is not None and not (0 <= x < size[0] and 0 <= y < size[1]):
            raise InputError(
                f"{name}: {x:g}, {y:g} lies outside the picture of {size[0]} × {size[1]} px"
            )
    missing = [name for name in REQUIRED if name not in points]
    if missing:
        raise InputError(f"{missing[0]}: is missing: the corners of eyes and mouth are needed")
    if len(points) < FEWEST:
        raise InputError(
            f"chin: {len(points)} points are too few: place {FEWEST}, such as the chin"
        )
    _check_order(points)
    return dict(points)


def _point(name: str, value: object) -> Point:
    if not (isinstance(value, list) and len(value) == 2):
        raise InputError(f"{name}: write [x, y] in pixels")
    if not all(isinstance(v, int | float) and not isinstance(v, bool) for v in value):
        raise InputError(f"{name}: write two numbers")
    x, y = value
    if not (abs(x) < _FARTHEST and abs(y) < _FARTHEST):
        raise InputError(f"{name}: is no place on a picture")
    return float(x), float(y)


def _check_order(points: Mapping[str, Point]) -> None:
    """Left is left, top is top; measured along the line between the eyes, so any roll will do."""
    left, right, mouth = (
        _middle(points, *names)
        for names in (
            ("left_eye_outer", "left_eye_inner"),
            ("right_eye_outer", "right_eye_inner"),
            ("mouth_left", "mouth_right"),
        )
    )
    across = left[0] - right[0], left[1] - right[1]
    down = mouth[0] - (left[0] + right[0]) / 2, mouth[1] - (left[1] + right[1]) / 2
    distance = math.hypot(*across)
    if distance < _NARROWEST:
        raise InputError(f"left_eye_outer: eyes {distance:.1f} px apart are too small to edit")
    turn = across[0] * down[1] - across[1] * down[0]
    if turn <= 0:
        raise InputError(
            "left_eye_outer: left and right are exchanged: left is the subject's own left, on the "
            "right of the picture"
        )
    if turn < _LEAST_DOWN * distance**2:
        raise InputError("mouth_left: the mouth does not lie below the eyes")
    axis = across[0] / distance, across[1] / distance
    for pairs, (x, y) in ((_ACROSS, axis), (_DOWN, (-axis[1], axis[0]))):
        for first, second in pairs:
            if first not in points or second not in points:
                continue
            (x1, y1), (x2, y2) = points[first], points[second]
            if (x2 - x1) * x + (y2 - y1) * y <= 0:
                raise InputError(f"{first}: it and {second} are exchanged, or coincide")


def _middle(points: Mapping[str, Point], first: str, second: str) -> Point:
    (x1, y1), (x2, y2) = points[first], points[second]
    return (x1 + x2) / 2, (y1 + y2) / 2
