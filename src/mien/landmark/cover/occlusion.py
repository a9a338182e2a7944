"""What covers a face: hair over the forehead, glasses, hands, things held before the mouth.

The face is brought upright into a small crop. There the person's own skin is modelled as a colour
that changes smoothly over the face, light and all, and what departs from it where no brow, eye,
nostril, lip or beard can be the reason is not the face.
"""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy import topology as topo
from mien.landmark.cover.glasses import glasses, lines
from mien.landmark.cover.hands import hands, silhouette
from mien.landmark.cover.upright import (
    CENTRE,
    SIZE,
    UNIT,
    Upright,
    filled,
    hull,
    into,
    upright,
)

Image = NDArray[np.uint8]
Array = NDArray[np.float64]
F32 = NDArray[np.float32]
Bools = NDArray[np.bool_]

_BLUR = 1.6  # px, before skin is followed from pixel to pixel
_STEP, _SHINING = (2, 1, 1), (4, 2, 2)  # levels of L*, a*, b* from pixel to pixel, down and up
_STRANGE = 6.5  # spreads of the skin's colour; what lies farther is no skin, edge or not
_FOREHEAD = (151, 9, 108, 337, 69, 299)  # where skin is followed from
_TAIL, _TAIL_MARGIN = 0.8, 6  # of the way from a brow's arch to its end; px of the crop round it
_OTHER = 4.5  # spreads of the skin's colour: what lies farther is something else
_PART = 3.2  # what lies farther and touches that belongs to it
_BESIDE = 10.0  # the same below the brows, where the sides of a face lie in shadow
_METAL = 10.0  # contrast of lines from which they are no beard
_SHINE = np.float32(0.75)  # how little a departure counts that is lighter than the skin and smooth
_STRANDS = np.float32(5.0)  # mean contrast of lines from which nothing is smooth
_GREY = 0, 128, 128  # of 8-bit L*a*b*
_SHADE = np.float32(0.3)  # share of the light that smooth skin may lack in the shadow
_FLOOR = 0.075, 0.03, 0.03  # least spread of colour, as shares of the skin's lightness
_STIFF = 1e-6, 0.005, 0.005, 0.02, 0.02, 0.02  # how little the skin's light bends over a face

# Where no hair grows.
_BARE = (151, 9, 8, 168, 6, 197, 195, 5, 50, 280, 101, 330, 118, 347, 108, 337)


def occluders(image: Image, points: Array) -> F32:
    """What in and round a face is not this face.

    Hair over forehead and temples, glasses (the lenses only where they are dark), hands, and large
    things of a foreign colour. Brows, eyes, lips, nostrils and beards belong to the face.

    Args:
        image: RGB, shape (H, W, 3).
        points: the face's landmarks, shape (478, 2 or 3), px.

    Returns:
        Shape (H, W), 0 (face, or far from any) to 1 (something else).
    """
    if np.linalg.norm(points[33, :2] - points[263, :2]) < 1:
        return np.zeros(image.shape[:2], np.float32)  # seen from the side, no eyes to go by
    face = upright(image, points)
    line = lines(face.lab)
    away = departure(face, line)
    other = _matt(away, line)
    held = np.zeros(SIZE[::-1], np.bool_)
    for hand in hands(image, points):
        held |= silhouette(into(face.to_picture, hand))
    found = _hair(face, away, other, line) | _foreign(face, other) | held
    line[held] = 0
    found |= glasses(face.lab, face.points, np.abs(away), line)
    return _in_picture(found, face.to_picture, image.shape)


def departure(face: Upright, line: F32) -> F32:
    """How far each pixel of the crop is from this person's skin there, in spreads of its colour.

    Negative where it is darker.
    """
    inside = filled(face.points[list(topo.OVAL)], -6) & ~features(face.points)
    rows, columns = (found[::7] for found in np.nonzero(inside))
    colours = face.lab[rows, columns] / (2.55, 1, 1) - _GREY
    shape = _shape(columns.astype(np.float64), rows.astype(np.float64))
    bare = np.rint(face.points[list(_BARE)]).astype(int).clip(0, np.array(SIZE) - 1)
    middle = np.median(face.lab[bare[:, 1], bare[:, 0]] / (2.55, 1, 1) - _GREY, axis=0)
    floor = np.array(_FLOOR) * max(float(middle[0]), 20.0)
    off = (colours - middle) / (2.5 * floor)
    for _ in range(6):
        weight = (1 + (off**2).sum(axis=1) / 6) ** -2.0
        weighted = shape * weight[:, None]
        stiff = weight.sum() * np.diag(_STIFF)
        found = np.linalg.solve(weighted.T @ shape + stiff, weighted.T @ colours)
        left = colours - shape @ found
        spread = np.clip(np.sqrt(weight @ left**2 / weight.sum()), floor, 1.4 * floor)
        off = left / spread
    skin = (_everywhere() @ found.astype(np.float32)).reshape(*SIZE[::-1], 3)
    seen = face.lab * np.array((1 / 2.55, 1, 1), np.float32) - np.array(_GREY, np.float32)
    least = 1 - _SHADE * _smooth(line)
    shade = np.clip(seen[..., 0] / np.maximum(skin[..., 0], 1), least, 1)
    away = (seen - shade[..., None] * skin) / spread.astype(np.float32)
    size = np.sqrt(np.einsum("ijk,ijk->ij", away, away))
    return np.asarray(np.where(away[..., 0] > 0, size, -size), np.float32)


def _matt(away: F32, line: F32) -> F32:
    """Departures, all positive, with little left of shine: it is lighter than skin, and smooth."""
    return np.asarray(np.abs(away) * (1 - (away > 0) * _SHINE * _smooth(line)), np.float32)


def _smooth(line: F32) -> F32:
    """Where no lines are, of hair or things: 0 to 1."""
    return np.asarray(np.clip((_STRANDS - cv2.blur(line, (9, 9))) / 2, 0, 1), np.float32)


def features(points: Array) -> Bools:
    """Pixels of the crop near eyes, brows, lips and nostrils: not skin, but face."""
    near = np.zeros(SIZE[::-1], np.bool_)
    for part, margin in (
        (topo.EYES[0], 8),
        (topo.EYES[1], 8),
        (topo.BROWS[0], 5),
        (topo.BROWS[1], 5),
        (topo.MOUTH, 5),
    ):
        near |= hull(points[list(part)], margin)
    return near | hull(points[list(topo.NOSTRILS)], 4)


def _shape(x: Array, y: Array) -> Array:
    """Terms of a quadratic surface over the face, shape (n, 6)."""
    x, y = (x - CENTRE[0]) / UNIT, (y - CENTRE[1]) / UNIT - 0.75
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)


@cache
def _everywhere() -> F32:
    rows, columns = np.mgrid[: SIZE[1], : SIZE[0]].reshape(2, -1).astype(np.float64)
    return _shape(columns, rows).astype(np.float32)


def _hair(face: Upright, away: F32, other: F32, line: F32) -> Bools:
    """Hair, hats and what else comes over the forehead from outside the face; ears and earrings.

    Below the ears only thin lines count: there the jaw, with its beard, must be free to drop.
    """
    points = face.points
    rows, columns = np.mgrid[: SIZE[1], : SIZE[0]]
    oval = filled(points[list(topo.OVAL)], 0)
    brows = points[[70, 63, 105, 66, 107, 336, 296, 334, 293, 300]]
    above = rows < np.interp(columns[0], brows[:, 0], brows[:, 1])
    right, left = points[[234, 454], 0]
    beside = np.minimum(columns - right, left - columns) < 0.25 * UNIT
    nose, mouth = (rows < points[list(pair), 1].mean() for pair in ((98, 327), (61, 291)))
    ring = (rows < points[[61, 291], 1].mean() + 0.3 * UNIT) & (line > _METAL)
    where = above | (beside & np.where(oval, mouth & (other > _BESIDE), nose | ring))
    for part in topo.EYES:
        where &= ~hull(points[list(part)], 0)
    for brow in topo.BROWS:
        where &= ~hull(_with_tail(points[list(brow)]), _TAIL_MARGIN)
    candidates = where & (other > _PART) & ~_goes_on(face, away, other, line)
    seeds = candidates & (other > _OTHER) & ~filled(points[list(topo.OVAL)], -4)
    hair = _opened(_touching(candidates, seeds), 1)
    return np.asarray(candidates & _grown(hair, 4))  # with the tips of strands


def _with_tail(brow: Array) -> Array:
    """A brow (10, 2) with its tail, which runs on towards the temple beyond the landmarks."""
    along = _TAIL * (brow[0] - brow[2])
    return np.concatenate([brow, [brow[0] + along, brow[-1] + along]])


def _goes_on(face: Upright, away: F32, other: F32, line: F32) -> Bools:
    """Skin that goes on from the middle of the forehead without an edge, whatever light does to it.

    A surface fitted to the light of a whole face is wrong at its rim; hair begins with an edge.
    """
    soft = np.ascontiguousarray(cv2.GaussianBlur(face.lab, (0, 0), _BLUR))
    reached = np.zeros((SIZE[1] + 2, SIZE[0] + 2), np.uint8)
    strands = (away < -_PART) & (cv2.blur(line, (9, 9)) > _STRANDS)
    shine = (away > 0) & (away < 2 * _STRANGE)
    reached[1:-1, 1:-1] = strands | ((other > _STRANGE) & ~shine)
    how = 4 | cv2.FLOODFILL_MASK_ONLY | (2 << 8)
    for x, y in np.rint(face.points[list(_FOREHEAD)]).astype(int).tolist():
        if 0 <= x < SIZE[0] and 0 <= y < SIZE[1] and not reached[y + 1, x + 1]:
            cv2.floodFill(soft, reached, (x, y), (0, 0, 0), _STEP, _SHINING, how)
    return np.asarray(reached[1:-1, 1:-1] == 2)


def _foreign(face: Upright, other: F32) -> Bools:
    """Large things of a colour that neither skin nor lips nor hair have: masks, scarfs, cups."""
    inside = filled(face.points[list(topo.OVAL)], -3)
    inside &= np.arange(SIZE[1])[:, None] > face.points[[6], 1]
    inside &= ~hull(face.points[list(topo.EYES[0])], 12) & ~hull(
        face.points[list(topo.EYES[1])], 12
    )
    strange = inside & (other > 2 * _OTHER)
    sizes = cv2.connectedComponentsWithStats(strange.astype(np.uint8), connectivity=4)
    labels, stats = sizes[1], sizes[2]
    x, y = np.rint(face.points[4]).astype(int).clip(0, np.array(SIZE) - 1)
    nose = labels[y, x]
    large = stats[:, cv2.CC_STAT_AREA] > 0.35 * UNIT**2
    large[0] = False
    return np.asarray(large[labels] & (labels == nose))


def _in_picture(found: Bools, to_picture: Array, shape: tuple[int, ...]) -> F32:
    mask = np.zeros(shape[:2], np.float32)
    if not found.any():
        return mask
    left, top, width, height = cv2.boundingRect(found.astype(np.uint8))
    corners = np.array(
        [[x, y] for x in (left - 2, left + width + 2) for y in (top - 2, top + height + 2)]
    )
    there = corners @ to_picture[:, :2].T + to_picture[:, 2]
    low = np.clip(np.floor(there.min(axis=0)).astype(int), 0, shape[1::-1])
    high = np.clip(np.ceil(there.max(axis=0)).astype(int), 0, shape[1::-1])
    if not (high > low).all():
        return mask
    to_box = to_picture.copy()
    to_box[:, 2] -= low
    soft = cv2.blur(255 * found.astype(np.uint8), (3, 3))
    size = int(high[0] - low[0]), int(high[1] - low[1])
    mask[low[1] : high[1], low[0] : high[0]] = cv2.warpAffine(soft, to_box, size) / np.float32(255)
    return mask


def _grown(area: Bools, margin: int) -> Bools:
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * margin + 1,) * 2)
    return np.asarray(cv2.dilate(area.astype(np.uint8), disc) > 0)


def _opened(area: Bools, radius: int) -> Bools:
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1,) * 2)
    return np.asarray(cv2.morphologyEx(area.astype(np.uint8), cv2.MORPH_OPEN, disc) > 0)


def _touching(area: Bools, seeds: Bools) -> Bools:
    """The connected parts of an area that hold a seed."""
    _, labels = cv2.connectedComponents(area.astype(np.uint8), connectivity=4)
    keep = np.zeros(int(labels.max()) + 1, np.bool_)
    keep[labels[seeds]] = True
    keep[0] = False
    return np.asarray(keep[labels])
