"""The lines of drawn lids and lips, carried along like ribbons that keep their width.

A drawn eye may be as tall as a hand's breadth, and its lid turns as it falls: skin stretched
between mesh points would smear the line. So each pixel beside an edge looks as far beside the edge
as the line was drawn.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy.topology import LID_RINGS, OVAL
from mien.edit.mesh.pixels import Box, Crisp, Image, look, to_image
from mien.edit.mesh.slit import MOUTH, Slit, fine

Array = NDArray[np.float64]

_STILL = 0.3  # px: an edge that moves less is not drawn anew
_WING = 0.1  # of an upper lid at its outer corner, where the lashes stay with the skin
_END = 0.02  # of an edge at its other corners, where the ribbon gives way to the skin
_CHEEKS_AND_CHIN = OVAL[8:29]
_ROW = 1024  # points looked up at a time; OpenCV takes no more than 32767
_CLOSED = 3.0  # px between edges that have closed


def draw_edge(
    picture: Image | Crisp,
    mesh: tuple[Array, Array],
    slit: Slit,
    line: float,
    box: Box,
    window: Image,
    *,
    lower: bool,
) -> None:
    """Draw the line along one edge of a slit where the edge has gone, in place.

    Args:
        picture: the whole picture.
        mesh: vertices before and after, shape (≥478, 2), px.
        slit: an eye or the mouth.
        line: px, width of the line of the mouth.
        box: of the window, px.
        window: the pixels round the slit, changed.
        lower: the lower edge, not the upper one.
    """
    source, target = mesh
    chain = list(slit.lower if lower else slit.upper)
    if np.abs(target[chain] - source[chain]).max() < _STILL:
        return
    before, after = fine(source[chain]), fine(target[chain])
    width = _widths(source, tuple(chain), 1.5 * line + 1, len(after))
    sign = -1 if lower else 1
    near, place, above = _near(after, box, float(width.max()) + 2)
    away = sign * above
    own = np.interp(place, range(len(width)), width)
    share = _ends(place / (len(after) - 1), slit, lower=lower) * np.clip(away + 2, 0, 1)
    share *= np.clip((own - away) / np.maximum(0.1 * own, 1), 0, 1)
    share *= _stirred(before, after, place)
    # Where edges meet, nothing that lies behind shines between their lines.
    was, now = (
        np.linalg.norm(fine(points[list(slit.upper)]) - fine(points[list(slit.lower)]), axis=1)
        for points in mesh
    )
    shut = np.clip(1 - now / _CLOSED, 0, 1) * (was > _CLOSED)
    held = np.maximum(away, _CLOSED / 2 * np.interp(place, range(len(shut)), shut))
    _lay(picture, _beyond(before, place, np.asarray(sign * held)), share, near, window)


def draw_corners(
    picture: Image | Crisp, mesh: tuple[Array, Array], reach: float, box: Box, window: Image
) -> None:
    """Draw the ends of the line of the mouth where its corners have gone, in place.

    Args:
        picture: the whole picture.
        mesh: vertices before and after, shape (≥478, 2), px.
        reach: px round a corner that go with it.
        box: of the window, px.
        window: the pixels round the mouth, changed.
    """
    for corner in MOUTH.corners:
        was, now = mesh[0][corner], mesh[1][corner]
        reach = min(reach, 0.5 * float(np.linalg.norm(mesh[0][list(OVAL)] - was, axis=1).min()))
        y, x = np.mgrid[box[1] : box[3], box[0] : box[2]]
        away = np.hypot(x - now[0], y - now[1])
        near = away < reach
        at = np.stack([x[near], y[near]], axis=1) - (now - was)
        share = np.clip(2 - 2 * away[near] / reach, 0, 1)
        if near.any() and np.abs(now - was).max() >= _STILL:
            _lay(picture, at.astype(np.float32), share, near, window)


def draw_outline(
    picture: Image | Crisp, mesh: tuple[Array, Array], width: float, box: Box, window: Image
) -> None:
    """Draw the outline of cheeks and chin where it has gone, in place.

    Args:
        picture: the whole picture.
        mesh: vertices before and after, shape (≥478, 2), px.
        width: px to either side of the outline that go with it.
        box: of the window, px.
        window: its pixels, changed.
    """
    before, after = (fine(points[list(_CHEEKS_AND_CHIN)]) for points in mesh)
    if np.abs(after - before).max() < _STILL:
        return
    near, place, above = _near(after, box, width)
    part = place / (len(after) - 1)
    share = np.clip(np.minimum(part, 1 - part) / 0.1, 0, 1)
    share *= np.clip(2 - 2 * np.abs(above) / width, 0, 1) * _stirred(before, after, place)
    _lay(picture, _beyond(before, place, above), share, near, window)


def _near(curve: Array, box: Box, reach: float) -> tuple[NDArray[np.bool_], Array, Array]:
    """Pixels of a box near a curve, and of each its place along it and how far above it lies."""
    y, x = np.mgrid[box[1] : box[3], box[0] : box[2]]
    inked = np.zeros(x.shape, np.uint8)
    drawn = [np.rint((curve - box[:2]) * 16).astype(np.int32)]
    cv2.polylines(inked, drawn, False, (1,), 2 * int(np.ceil(reach)) + 3, shift=4)
    near = inked > 0
    place, above = _beside(np.stack([x[near], y[near]], axis=-1).astype(np.float64), curve)
    return near, place, above


def _lay(
    picture: Image | Crisp,
    at: NDArray[np.float32],
    share: Array,
    near: NDArray[np.bool_],
    window: Image,
) -> None:
    """Lay pixels seen at points (n, 2) over the near ones of a window, in place."""
    rows = -(-len(at) // _ROW)
    grid = np.resize(at, (rows, _ROW, 2)) if len(at) else at[None]
    seen = look(picture, grid[..., 0], grid[..., 1]).reshape(-1, 3)[: len(at)]
    part = window[near]
    window[near] = to_image(part + share[:, None] * (seen.astype(np.float64) - part))


def _stirred(before: Array, after: Array, place: Array) -> Array:
    """How far a curve has moved at places along it, 0 to 1: what stays is not drawn again."""
    far = np.linalg.norm(after - before, axis=1)
    return np.asarray(np.clip(np.interp(place, range(len(far)), far) / _STILL - 1, 0, 1))


def _ends(part: Array, slit: Slit, *, lower: bool) -> Array:
    """How far the ribbon rather than the skin is drawn, 0 to 1; part is 0 to 1 along the edge."""
    first = last = _END
    if slit is not MOUTH and not lower:
        first, last = (_WING, _END) if slit.upper in LID_RINGS else (_END, _WING)
    return np.asarray(np.clip(part / first, 0, 1) * np.clip((1 - part) / last, 0, 1))


def _widths(source: Array, chain: tuple[int, ...], line: float, n: int) -> Array:
    """How far the skin that goes with an edge reaches, at n places along it, px."""
    lid = chain if chain in LID_RINGS else chain[::-1]
    if lid not in LID_RINGS:
        return np.full(n, line)
    wide = np.linalg.norm(source[list(LID_RINGS[lid])] - source[list(lid[1:-1])], axis=1)
    along = wide if lid == chain else wide[::-1]
    places = np.linspace(0, len(lid) - 1, n)
    return np.interp(places, range(len(lid)), [along[0], *along, along[-1]])


def _beside(pixels: Array, curve: Array) -> tuple[Array, Array]:
    """Where along a curve (n, 2) pixels (m, 2) lie, 0 to n − 1, and how far above it, px."""
    nearest = ((curve**2).sum(axis=1) - 2 * pixels @ curve.T).argmin(axis=1)
    step = np.diff(curve, axis=0)
    size = (step**2).sum(axis=1) + 1e-9
    place, above, closest = (np.full(len(pixels), value) for value in (0.0, 0.0, np.inf))
    for segment in (nearest - 1, nearest):
        at = np.clip(segment, 0, len(step) - 1)
        off = pixels - curve[at]
        part = np.clip((off * step[at]).sum(axis=1) / size[at], 0, 1)
        off -= part[:, None] * step[at]
        far = np.hypot(off[:, 0], off[:, 1])
        below = step[at, 0] * off[:, 1] - step[at, 1] * off[:, 0]
        closer = far < closest
        place = np.where(closer, at + part, place)
        above = np.where(closer, -np.sign(below) * far, above)
        closest = np.where(closer, far, closest)
    return place, above


def _beyond(curve: Array, place: Array, above: Array) -> NDArray[np.float32]:
    """The points that lie at places along a curve (n, 2), so far above it, shape (m, 2), px."""
    along = np.gradient(curve, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-9
    up = np.stack([along[:, 1], -along[:, 0]], axis=1)
    steps = range(len(curve))
    on, off = (
        np.stack([np.interp(place, steps, table[:, i]) for i in (0, 1)], axis=1)
        for table in (curve, up)
    )
    return np.asarray(on + above[:, None] * off, np.float32)
