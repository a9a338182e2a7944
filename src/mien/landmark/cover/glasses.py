"""Glasses on a face: a closed thin line round each eye, or one across the root of the nose."""

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy.topology import BROWS, EYES
from mien.landmark.cover.upright import CENTRE, UNIT, hull

Image = NDArray[np.uint8]
Array = NDArray[np.float64]
F32 = NDArray[np.float32]
Bools = NDArray[np.bool_]

_THIN = 11  # px: what is narrower than this stands out as a line
_MOST = 14.0  # a line of this contrast is certain, whatever lies above
# Contrast of a rim below the eyes, of a bridge; on 104 photos of bare faces at most 5.5 and 8.3.
_RIM, _BRIDGE = 7.0, 11.0
_ANGLES = np.arange(72) * (2 * np.pi / 72)
_RADII = np.linspace(0.18, 0.62, 36)
_STRAY = 800.0  # what a rim pays that strays from an even shape, per IOD²
_LENS = 0.5, 0.05  # IOD, where a lens has its middle: beside, below
_THING = 3.0  # spreads of the skin's colour: what lies nearer is skin beside a frame
_DARK = 0.6  # share of the skin below the eyes that a dark lens hides


def glasses(lab: Image, points: Array, other: F32, line: F32) -> Bools:
    """Frames, bridge and temples of glasses, and their lenses where they are dark.

    Args:
        lab: an upright face in 8-bit L*a*b*, shape (320, 288, 3).
        points: its landmarks there, shape (478, 2), px.
        other: how far each pixel is from skin, in spreads of its colour, shape (320, 288).
        line: of :func:`lines`, 0 on what is known to be something else.
    """
    found = np.zeros(other.shape, np.bool_)
    plain = np.where(_hairy(points), np.minimum(line, 4), line)
    rims = [_rim(plain, side) for side in (-1, 1)]
    below = np.abs(_ANGLES - np.pi / 2) < np.radians(75)
    rimmed = min(float(np.quantile(along[below], 0.25)) for _, along in rims) > _RIM
    bridge, contrast = _across(line)
    if not rimmed and contrast < _BRIDGE:
        return found
    colour = np.median(lab[bridge[:, 1], bridge[:, 0]].astype(np.float32), axis=0)
    away = ((lab - colour) / (2.55, 1, 1)) / 14
    alike = line * np.exp(-0.5 * (away**2).sum(axis=-1)).astype(np.float32)
    width, half = _width(other, bridge)
    area = found.astype(np.uint8)
    cv2.polylines(area, [bridge], False, (1,), width)
    if rimmed:
        alike = cv2.GaussianBlur(np.maximum(alike, plain), (0, 0), 0.3 * width)  # peaks mid-rim
    dark = rimmed and all(_hidden(other, side) > _DARK for side in (-1, 1))
    for side, (first, clear) in zip((-1, 1), rims, strict=True):
        near = _evened(_RADII[first], clear > _RIM) if rimmed else None
        radius, along = _rim(alike, side, near, (3 if rimmed else 1) * _MOST)
        _draw(area, _places(side, _RADII[radius]), along > (3.0 if rimmed else 6.0), width)
        if dark:
            cv2.fillPoly(area, [np.rint(_places(side, _RADII[radius])).astype(np.int32)], (1,))
    pale = half <= _THING  # nearly of the skin's colour: seen by its edges only
    return _with_rest(
        area, (line if pale else other) > (_RIM if pale else half), line > _RIM, points
    )


def lines(lab: Image) -> F32:
    """Contrast of thin lines, darker or lighter or of another colour, shape (H, W)."""
    box = np.ones((_THIN, _THIN), np.uint8)
    soft = cv2.GaussianBlur(lab, (0, 0), 0.8)
    dark = cv2.morphologyEx(soft, cv2.MORPH_BLACKHAT, box)
    light = cv2.morphologyEx(soft, cv2.MORPH_TOPHAT, box)
    weighted = np.maximum(dark, light) * np.array((1 / 2.55, 1.5, 1.5), np.float32)
    return np.asarray(np.sqrt(np.einsum("ijk,ijk->ij", weighted, weighted)), np.float32)


def _hairy(points: Array) -> Bools:
    """Eyes and brows, whose lashes and hairs are lines, too."""
    near = hull(points[list(EYES[0])], 5)
    for part in (EYES[1], *BROWS):
        near |= hull(points[list(part)], 5)
    return near


def _places(side: int, radius: Array) -> Array:
    """Points round an eye, one for each angle, shape (72, 2), px."""
    x = CENTRE[0] + UNIT * (side * _LENS[0] + 1.1 * radius * np.cos(_ANGLES))
    y = CENTRE[1] + UNIT * (_LENS[1] + radius * np.sin(_ANGLES))
    return np.stack([x, y], axis=-1)


def _rim(
    line: F32, side: int, near: Array | None = None, most: float = _MOST
) -> tuple[NDArray[np.intp], Array]:
    """The closed way round an eye along the strongest lines: radius and contrast at each angle.

    Args:
        line: contrast, shape (H, W).
        side: −1 for the eye on the picture's left, 1 for the other.
        near: radii to stay close to, IOD.
        most: contrast that is not exceeded.
    """
    spread = np.stack([_places(side, np.full(len(_ANGLES), r)) for r in _RADII], axis=1)
    x, y = spread.astype(np.float32).transpose(2, 0, 1)
    seen = np.minimum(cv2.remap(line, x, y, cv2.INTER_LINEAR), most).astype(np.float64)
    gain = seen if near is None else seen - _STRAY * (_RADII - near[:, None]) ** 2
    way = _best_way(np.concatenate([gain, gain]), 0.6)
    n = len(_ANGLES)
    radius = np.roll(way[n // 2 : n // 2 + n], n // 2)
    return radius, seen[np.arange(n), radius]


def _across(line: F32) -> tuple[NDArray[np.int32], float]:
    """The way across the root of the nose along the strongest line: its pixels, its contrast."""
    left, right = (round(CENTRE[0] + s * 0.13 * UNIT) for s in (-1, 1))
    top, bottom = round(CENTRE[1] - 0.25 * UNIT), round(CENTRE[1] + 0.22 * UNIT)
    columns = np.minimum(line[top:bottom, left:right].T, _MOST).astype(np.float64)
    way = _best_way(columns, 0.5)
    pixels = np.stack([np.arange(left, right), way + top], axis=-1)
    contrast = float(np.quantile(columns[np.arange(len(columns)), way], 0.2))
    return pixels.astype(np.int32), contrast


def _best_way(gain: Array, toll: float) -> NDArray[np.intp]:
    """The way through all rows of a table that gathers most, by dynamic programming.

    Args:
        gain: shape (rows, columns).
        toll: what a step to the next column costs; a row allows one.

    Returns:
        The column in each row.
    """
    rows, width = gain.shape
    best = np.full((rows, width + 2), -np.inf)
    best[0, 1:-1] = gain[0]
    for row in range(1, rows):
        before = best[row - 1]
        sides = np.maximum(before[:-2], before[2:]) - toll
        np.maximum(sides, before[1:-1], out=best[row, 1:-1])
        best[row, 1:-1] += gain[row]
    way = np.empty(rows, np.intp)
    way[-1] = at = int(best[-1, 1:-1].argmax())
    for row in range(rows - 2, -1, -1):
        at += int((best[row, at : at + 3] - (toll, 0, toll)).argmax()) - 1
        way[row] = at
    return way


def _width(other: F32, bridge: NDArray[np.int32]) -> tuple[int, float]:
    """Median height of the bridge, px, and what departs from skin as clearly."""
    reach = np.arange(-7, 8)[:, None]
    columns = other[np.clip(bridge[:, 1] + reach, 0, len(other) - 1), bridge[:, 0]]
    most = columns.max(axis=0)
    heights = (columns > 0.5 * most).sum(axis=0)
    half = max(_THING, 0.4 * float(np.median(most)))
    return int(np.clip(np.median(heights), 2, 8)), half


def _evened(radius: Array, sure: Bools) -> Array:
    """Radii of a rim where only some are sure: as wide above the middle of the lens as below."""
    terms = np.stack([np.cos(k * _ANGLES) for k in range(5)] + [np.sin(_ANGLES)], axis=-1)
    stiff = np.diag([0, 0.1, 0.1, 0.3, 0.3, 3.0])
    known = terms[sure]
    found = np.linalg.solve(known.T @ known + stiff, known.T @ radius[sure])
    return np.asarray(terms @ found)


def _hidden(other: F32, side: int) -> float:
    """Share of the skin under an eye that is not seen."""
    x, y = round(CENTRE[0] + side * 0.5 * UNIT), round(CENTRE[1] + 0.2 * UNIT)
    patch = other[y - 8 : y + 8, x - 22 : x + 22]
    return float((patch > 4).mean())


def _draw(area: Image, places: Array, shown: Bools, width: int) -> None:
    ends = np.rint(places).astype(np.int32)
    for first, second, seen in zip(ends, np.roll(ends, -1, axis=0), shown, strict=True):
        if seen:
            cv2.line(area, first.tolist(), second.tolist(), (1,), width)


def _with_rest(area: Image, thing: Bools, thin: Bools, points: Array) -> Bools:
    """A drawn frame, made as wide as it is where no hair is near, with the temples it touches."""
    rows, columns = np.mgrid[: area.shape[0], : area.shape[1]]
    beside = np.abs(columns - CENTRE[0]) > 0.8 * UNIT
    level = (rows > CENTRE[1] - 0.35 * UNIT) & (rows < CENTRE[1] + 0.2 * UNIT)
    near = cv2.dilate(area, np.ones((5, 5), np.uint8)) > 0
    hairy = _hairy(points)
    drawn = cv2.dilate(area, np.ones((3, 3), np.uint8)) > 0
    both = np.where(hairy, drawn, thing & (near | (beside & level & thin)))
    _, labels = cv2.connectedComponents(both.astype(np.uint8), connectivity=8)
    keep = np.zeros(int(labels.max()) + 1, np.bool_)
    keep[labels[(area > 0) & both]] = True
    keep[0] = False
    return np.asarray(keep[labels])
