"""Bring a redrawn square back to where it was: shift, size and roll that an editor let slip.

Landmarks come first, but they follow the expression: over 13 people and six expressions they are
off by 2 px of 1024 in the middle case and by 7 in the worst, and with six free numbers instead of
four by twice that. So the picture has the last word: hairline, temples, ears and the bridge of the
nose of both squares are laid over each other (Lucas & Kanade, IJCAI 1981, in the inverse
compositional form of Baker & Matthews, IJCV 2004), with little weight for what does not agree. That
leaves 0.1 px, 1.0 in the worst case.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy import topology as topo
from mien.edit.inset.crop import after, centred, inverse, moved
from mien.edit.mesh.pixels import F32, Floats, Image

Array = NDArray[np.float64]

# Brows that rise take the forehead's landmarks with them.
_STILL = np.array([point for point in topo.STILL if point not in {10, 151, 9}])
NOSE, BRIDGE = 2, 168  # its lower end, its upper end between the eyes
_WORKING = 512  # px; longer sides are shrunk to it while the squares are compared
_LEVELS = 3  # of the pyramid; the coarsest catches errors of some 4 % of the square
_STEPS = 12  # at most, on each level
_ENOUGH = 0.005  # px; a smaller step ends a level
_LOCAL = 0.05  # IOD; what is brighter than its surroundings of this size counts, light does not
_ROUND = 0.45  # IOD; so far out from the upper face the head is compared: hair, ears
_MOVES = 0.12  # IOD round brows and eyes, which is left out
_TRUST = 0.15  # IOD by which landmarks err at most: farther off the pictures have been misled
_FEW = 100  # px of a head that say too little


def onto(result_points: Floats, source_points: Floats) -> Array:
    """The similarity that brings a redrawn face back, by landmarks alone.

    Points that few expressions move are matched; those that disagree lose their say (Cauchy's
    weights, iterated).

    Args:
        result_points: the face found on the redrawn square, shape (478, 2 or 3), px of it.
        source_points: the face on the square as it was given away, the same shape, px.

    Returns:
        Shape (2, 3): from points of the redrawn square to points of the given one.

    Raises:
        ValueError: landmarks that are not numbers or all in one place.
    """
    here, there = (points[_STILL, :2] @ (1, 1j) for points in (result_points, source_points))
    if not np.isfinite([here, there]).all() or np.ptp(here.real) < 1 or np.ptp(there.real) < 1:
        raise ValueError("landmarks of no face cannot be laid over another")
    weight = np.ones(len(_STILL))
    for _ in range(10):
        weight = weight / weight.sum()
        a, b = weight @ here, weight @ there
        turn = (weight @ ((here - a).conj() * (there - b))) / (weight @ np.abs(here - a) ** 2)
        off = np.abs((here - a) * turn + b - there)
        weight = 1 / (1 + (off / (2 * np.median(off) + 1e-6)) ** 2)
    return _similarity(turn, b - turn * a)


def refined(rough: Array, drawn: Image, given: Image, points: Floats) -> Array:
    """The same similarity, found to a fraction of a pixel by what both squares show.

    Args:
        rough: of :func:`onto`.
        drawn: the redrawn square, shape (N, N, 3).
        given: the square as it was given away, of the same shape.
        points: its landmarks, shape (478, 2 or 3), px.

    Returns:
        Shape (2, 3) as :func:`onto`; ``rough`` itself where the pictures do not hold together.

    Raises:
        ValueError: squares of different sizes.
    """
    if drawn.shape != given.shape:
        raise ValueError(
            f"squares of {drawn.shape} and {given.shape} cannot be laid over each other"
        )
    iod = float(np.linalg.norm(points[topo.IRIS_LEFT, :2] - points[topo.IRIS_RIGHT, :2]))
    where = head(points, given.shape[0])
    finest = max(given.shape[0] / _WORKING, 1.0)
    found = inverse(rough)  # from the given square to the drawn one
    for level in reversed(range(_LEVELS)):
        shrink = finest * 2**level
        if iod < 8 * shrink:
            continue
        one, other = (_relief(picture, shrink, _LOCAL * iod) for picture in (drawn, given))
        found = _matched(one, other, _shrunk(where, shrink) > 0.5, found, shrink)
    back = inverse(found)
    there = moved(points[_STILL], inverse(rough))
    apart = np.linalg.norm(moved(there, back) - moved(there, rough), axis=1).max()
    return back if apart < _TRUST * iod else rough


def head(points: Floats, side: int, lowest: int = NOSE) -> F32:
    """Where a head keeps still: from the hair downwards, but no brows and eyes.

    Args:
        points: landmarks, shape (478, 2 or 3), px of a square.
        side: of the square, px.
        lowest: the landmark down to which it is taken, and as much more as round it.

    Returns:
        Shape (side, side), 0 or 1.
    """
    iod = float(np.linalg.norm(points[topo.IRIS_LEFT, :2] - points[topo.IRIS_RIGHT, :2]))
    xy = points[:, :2]
    depth = (xy - xy[lowest]) @ (xy[152] - xy[10])
    upper = [point for point in topo.OVAL if depth[point] < 0]
    area = np.zeros((side, side), np.uint8)
    _drawn_hull(area, xy[[*upper, lowest]], 1, _ROUND * iod)
    for moving in (*topo.BROWS, *topo.EYES):
        _drawn_hull(area, xy[list(moving)], 0, _MOVES * iod)
    return np.asarray(area, np.float32)


def _drawn_hull(area: NDArray[np.uint8], points: Floats, value: int, margin: float) -> None:
    outline = cv2.convexHull(np.rint(np.clip(points, -1e4, 1e4) * 16).astype(np.int32))
    cv2.fillPoly(area, [outline], (value,), shift=4)
    cv2.polylines(area, [outline], True, (value,), max(1, round(2 * margin)), shift=4)


def _matched(
    drawn: F32, given: F32, where: NDArray[np.bool_], found: Array, shrink: float
) -> Array:
    """The map from the given to the drawn square that lays one relief over the other."""
    rows, columns = np.nonzero(where)
    if len(rows) < _FEW:
        return found
    middle = np.array([columns.mean(), rows.mean()])
    x, y = ((axis - m).astype(np.float32) for axis, m in zip((columns, rows), middle, strict=True))
    down, right = (slope[rows, columns] for slope in np.gradient(given))
    # How the relief changes with a shift along x and y, with growth and with roll.
    slopes = np.stack([right, down, right * x + down * y, down * x - right * y], axis=1)
    wanted = given[rows, columns]
    size = given.shape[::-1]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    for _ in range(_STEPS):
        seen = cv2.warpAffine(drawn, centred(_scaled(found, 1 / shrink)), size, flags=flags)
        off = np.asarray(seen, np.float32)[rows, columns] - wanted
        spread = 1.4826 * float(np.median(np.abs(off))) + 1e-6
        weight = (1 / (1 + (off / spread) ** 2) ** 2)[:, None] * slopes
        normal = weight.T @ slopes
        normal += (1e-6 * np.trace(normal) + 1e-9) * np.eye(4)  # a picture may show nothing
        right_by, down_by, growth, roll = np.linalg.solve(normal, weight.T @ off).tolist()
        turn = complex(1 + growth, roll)
        centre = complex(*(middle + 0.5))
        step = _similarity(turn, complex(right_by, down_by) + centre - turn * centre)
        found = after(_scaled(inverse(step), shrink), found)
        if abs(complex(right_by, down_by)) + abs(turn - 1) * size[0] / 3 < _ENOUGH:
            break
    return found


def _relief(image: Image, shrink: float, local: float) -> F32:
    """A picture without its light: lightness less its surroundings, over their contrast."""
    grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.float32)
    clean = cv2.GaussianBlur(_shrunk(grey, shrink), (0, 0), 1.0)
    spread = max(local / shrink, 1.0)
    relief = clean - cv2.GaussianBlur(clean, (0, 0), spread)
    contrast = np.sqrt(cv2.GaussianBlur(relief * relief, (0, 0), 2 * spread))
    return np.asarray(relief / (contrast + 2), np.float32)


def _shrunk(values: F32, shrink: float) -> F32:
    side = max(1, round(values.shape[0] / shrink))
    small = cv2.resize(values, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)


def _scaled(matrix: Array, scale: float) -> Array:
    """A map between two pictures that were both resized."""
    return np.asarray(matrix * (1.0, 1.0, scale))


def _similarity(turn: complex, shift: complex) -> Array:
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])
