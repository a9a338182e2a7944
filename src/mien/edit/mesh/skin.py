"""The skin of an edited face: one backward displacement on a grid of nodes, one cubic look-up."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy.topology import triangles
from mien.edit.mesh import field, hold
from mien.edit.mesh.canvas import Canvas
from mien.edit.mesh.pixels import F32, Box, Image, box_of, look

STILL = 0.01  # px: a point that moves less does not move
_GRAIN = 0.04  # px: what is left of a motion at its fringe; the look-up's own grain is 1/32 px
_TORN = 0.45  # steps of displacement from one node to the next: twice as much is a fold
_STRIP = 6  # rows of nodes drawn at a time


@dataclass(frozen=True)
class Move:
    """One edit.

    Attributes:
        source: vertices before, shape (514, 2), px.
        target: vertices after, the same shape.
        table: of :func:`mien.edit.mesh.field.triangle_table`, backwards, in nodes.
        active: shape (925,), which triangles the edit touches; the last stands for "no triangle".
        ids: triangle of each node, −1 for none.
        covered: which nodes show skin that is drawn over later, at slits.
    """

    source: NDArray[np.float64]
    target: NDArray[np.float64]
    table: F32
    active: NDArray[np.bool_]
    ids: NDArray[np.int16]
    covered: NDArray[np.bool_]


def plan(canvas: Canvas, shift: NDArray[np.float64]) -> Move:
    """Get an edit ready.

    Args:
        canvas: the prepared picture.
        shift: displacement of the vertices, shape (514, 2), px.
    """
    target = canvas.vertices + shift
    nodes = canvas.grid.to_nodes(target)
    table = field.triangle_table(nodes, -shift.astype(np.float32), stiff=canvas.ink is None)
    order = field.paint_order(target, canvas.depth)
    return Move(
        source=canvas.vertices,
        target=target,
        table=table,
        active=np.append(table[9:].any(axis=0), False),
        ids=field.rasterise(nodes, order, canvas.grid.shape),
        covered=np.zeros(canvas.grid.shape, np.bool_),
    )


def shift_at(canvas: Canvas, move: Move, ids: NDArray[np.int16], origin: tuple[int, int]) -> F32:
    """Backward displacement on a window of nodes, 0 outside the mask.

    Args:
        canvas: the prepared picture.
        move: the edit.
        ids: triangle of each node of the window.
        origin: row and column of its first node.

    Returns:
        Shape (rows, columns, 2), px.
    """
    rows, columns = ids.shape
    top, left = origin
    inside = canvas.inside[top : top + rows, left : left + columns]
    at = np.flatnonzero(move.active[ids] & inside)
    found = np.zeros((rows * columns, 2), np.float32)
    if len(at):
        y, x = np.divmod(at.astype(np.int32), np.int32(columns))
        where = (x + left).astype(np.float32), (y + top).astype(np.float32)
        shift = field.evaluate(move.table, ids.ravel()[at], *where)
        shift = hold.kept_clear(canvas.held, shift, x + left, y + top, canvas.grid.step)
        if canvas.ink is not None:
            shift = _between(shift, move, ids.ravel()[at])
        found[at] = _kept_inside(shift, np.stack(where, axis=-1), canvas)
    return found.reshape(rows, columns, 2)


def _between(shift: F32, move: Move, ids: NDArray[np.int16]) -> F32:
    """Displacements, shape (n, 2), no larger or smaller than at the corners of their triangles.

    A smooth field swings a little beyond its points: skin hides that, an edge of two colours shows
    it.
    """
    corners = (move.source - move.target).astype(np.float32)[field.all_triangles()]
    low, high = corners.min(axis=1), corners.max(axis=1)
    return np.clip(shift, low[ids], high[ids])


def _kept_inside(shift: F32, nodes: F32, canvas: Canvas) -> F32:
    """Displacements, softly limited where they would look beyond the picture's border."""
    place = canvas.grid.to_pixels(nodes)
    far = np.array(canvas.image.shape[1::-1], np.float32) - 1
    room = np.where(shift < 0, place, far - place)
    excess = np.abs(shift) / np.maximum(room, np.float32(1e-3))
    if not (excess > 0.5).any():
        return shift
    return np.asarray(shift / (1 + excess**4) ** np.float32(0.25), np.float32)


def look_through(
    canvas: Canvas, shift: F32, origin: tuple[int, int], keep: Box | None = None
) -> tuple[Image, Box]:
    """The picture seen through a displacement on nodes.

    Args:
        canvas: the prepared picture.
        shift: shape (rows, columns, 2), px.
        origin: row and column of its first node.
        keep: left, top, right, bottom in px of the part of its area to draw; all where not given.

    Returns:
        Pixels, and their box.
    """
    left, top, right, bottom = box_at(canvas, shift.shape[:2], origin)
    keep = keep or (0, 0, right - left, bottom - top)
    first, last = keep[1], min(keep[3], bottom - top)
    start, end = keep[0], min(keep[2], right - left)
    size = shift.shape[1] * canvas.grid.step, shift.shape[0] * canvas.grid.step
    area = np.s_[first:last, start:end]
    x, y = (_enlarged(shift[..., i], size)[area] for i in (0, 1))
    box = left + start, top + first, left + end, top + last
    x += np.arange(box[0], box[2], dtype=np.float32)
    y += np.arange(box[1], box[3], dtype=np.float32)[:, None]
    return look(canvas.pixels, x, y), box


def box_at(canvas: Canvas, shape: tuple[int, ...], origin: tuple[int, int]) -> Box:
    """Pixels of the picture under a window of nodes (rows, columns) at a row and column."""
    grid = canvas.grid
    height, width = canvas.image.shape[:2]
    left, top = grid.left + origin[1] * grid.step, grid.top + origin[0] * grid.step
    right, bottom = left + shape[1] * grid.step, top + shape[0] * grid.step
    return left, top, min(right, width), min(bottom, height)


def _enlarged(values: F32, size: tuple[int, int]) -> F32:
    return np.asarray(cv2.resize(np.ascontiguousarray(values), size), np.float32)


def _calmed(canvas: Canvas, move: Move, shift: F32) -> F32:
    """Displacements without jumps where skin folds under itself, and without ripples in the band.

    Triangles of the band are long and few: an outline just outside the landmarks would follow each
    of them. All else stays exactly as it is.
    """
    moving = box_of((shift[..., 0] != 0) | (shift[..., 1] != 0))
    if moving is None:
        return shift
    area = np.s_[max(moving[1] - 5, 0) : moving[3] + 5, max(moving[0] - 5, 0) : moving[2] + 5]
    part, covered = shift[area], move.covered[area].astype(np.uint8)
    jump = np.zeros(part.shape[:2], np.float32)
    for one in (part[..., 0], part[..., 1]):
        np.maximum(jump[1:], np.abs(one[1:] - one[:-1]), out=jump[1:])
        np.maximum(jump[:, 1:], np.abs(one[:, 1:] - one[:, :-1]), out=jump[:, 1:])
    jump[cv2.dilate(covered, np.ones((3, 3), np.uint8)) > 0] = 0
    torn = np.clip(jump / np.float32(_TORN * canvas.grid.step) - 1, 0, 1)
    band = (move.ids[area] >= len(triangles())).astype(np.float32)
    share = np.clip(2 * cv2.blur(band, (5, 5)) - 1, 0, 1)  # from the landmarks outwards
    if torn.any() and canvas.ink is None:  # a drawn lid may fall far, lines and all
        share = np.maximum(share, cv2.blur(cv2.dilate(torn, np.ones((5, 5), np.uint8)), (3, 3)))
    share *= canvas.inside[area] & (covered == 0)
    if share.any():
        calm = np.asarray(cv2.GaussianBlur(part, (9, 9), 2.0), np.float32)
        shift[area] += share[..., None] * (calm - part)
    return shift


def draw_skin(canvas: Canvas, move: Move, edited: Image) -> None:
    """Draw the skin in place, strip by strip, each no wider than what moves in it."""
    shift = _calmed(canvas, move, shift_at(canvas, move, move.ids, (0, 0)))
    moving = (np.abs(shift[..., 0]) > _GRAIN) | (np.abs(shift[..., 1]) > _GRAIN)
    shift[~moving] = 0.0
    step = canvas.grid.step
    for start in range(0, len(shift), _STRIP):
        rows = slice(max(start - 1, 0), start + _STRIP + 1)
        columns = np.flatnonzero(moving[rows].any(axis=0))
        if not len(columns):
            continue
        left = max(int(columns[0]) - 1, 0)
        part = shift[rows, left : int(columns[-1]) + 2]
        first = (start - rows.start) * step
        keep = 0, first, part.shape[1] * step, first + _STRIP * step
        seen, box = look_through(canvas, part, (rows.start, left), keep)
        edited[box[1] : box[3], box[0] : box[2]] = seen
