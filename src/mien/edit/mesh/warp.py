"""Draw a face with its landmarks moved: skin by one backward warp, eyes and mouth as layers behind it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy import topology as topo
from mien.core.face import N_POINTS
from mien.edit.mesh import field, seam
from mien.edit.mesh.canvas import Canvas, prepare
from mien.edit.mesh.field import F32
from mien.edit.mesh.interior import eyeball
from mien.edit.mesh.mouth import interior
from mien.edit.mesh.slit import (
    MOUTH,
    SLITS,
    Edges,
    Frame,
    Slit,
    coverage,
    edges,
    frame,
    side,
)

Image = NDArray[np.uint8]
_STILL = 0.01  # px: what moves less does not move (the remap's own grain is 1/32 px)
_STRIP = 12  # rows of nodes drawn at a time
_LASH = 0.006  # IOD: the strip under the upper lid that moves with it, because lashes cover it
_SOFT = 0.004  # IOD: feather of the edge between skin and what lies behind it


@dataclass(frozen=True)
class _Move:
    """One edit: vertices before and after (514, 2) in px, and which triangles it touches."""

    source: NDArray[np.float64]
    target: NDArray[np.float64]
    table: F32
    active: NDArray[np.bool_]


def render(
    image: Image, source: NDArray[np.floating], target: NDArray[np.floating]
) -> tuple[Image, F32]:
    """Move the landmarks of a face and redraw it.

    Args:
        image: shape (H, W, 3), RGB uint8.
        source: landmarks found on it, shape (478, 2) or (478, 3), px.
        target: where they shall be, shape (478, 2) or (478, 3), px.

    Returns:
        The edited picture, and the mask of pixels that may have changed, shape (H, W), float32 from 0
        to 1 (all 0 where nothing moves). Where the mask is 0 the picture is the input's, bit by bit.

    Raises:
        ValueError: wrong shapes or types.
    """
    return paint(prepare(image, source), target)


def paint(canvas: Canvas, target: NDArray[np.floating]) -> tuple[Image, F32]:
    """:func:`render` on a prepared picture: what a slider pays for at every step.

    Args:
        canvas: of :func:`mien.edit.mesh.prepare`.
        target: shape (478, 2) or (478, 3), px.

    Raises:
        ValueError: wrong shape, or values that are not numbers.
    """
    if target.shape not in ((N_POINTS, 2), (N_POINTS, 3)):
        raise ValueError(f"expected a target of shape ({N_POINTS}, 2 or 3), got {target.shape}")
    if not np.isfinite(target).all():
        raise ValueError("the target holds values that are not numbers")
    shift = np.zeros_like(canvas.vertices)
    wanted = target[:, :2].astype(np.float64)
    edited = canvas.image.copy()
    if np.abs(wanted - canvas.source).max() < 1e-6:
        return edited, np.zeros_like(canvas.mask)
    snapped = canvas.vertices[:N_POINTS]
    shift[:N_POINTS] = seam.follow(canvas.source, snapped, wanted, canvas.iod) - snapped
    shift[np.abs(shift).max(axis=1) < _STILL] = 0.0
    move = _plan(canvas, shift)
    ids = field.rasterise(
        canvas.grid.to_nodes(move.target),
        field.paint_order(move.target, canvas.depth),
        canvas.grid.shape,
    )
    openings = [_Opening(canvas, move, slit, ids) for slit in SLITS if _moves(shift, slit)]
    for opening in openings:
        opening.cover_with_upper_side(ids)
    _draw_skin(canvas, move, ids, edited)
    for opening in openings:
        opening.draw(edited)
    return edited, canvas.mask


def _plan(canvas: Canvas, shift: NDArray[np.float64]) -> _Move:
    source = canvas.vertices
    target = source + shift
    nodes = canvas.grid.to_nodes(target)
    table = field.triangle_table(nodes, -shift.astype(np.float32))
    active = np.append(table[9:].any(axis=0), False)  # the last one stands for "no triangle", −1
    return _Move(source, target, table, active)


def _moves(shift: NDArray[np.float64], slit: Slit) -> bool:
    """Whether an edit reaches the skin round a slit or what lies behind it."""
    faces = field.all_triangles()
    near = faces[side(slit, lower=True) | side(slit, lower=False)]
    points = set(near.ravel().tolist())
    iris = {"eye_right": topo.IRIS_RIGHT, "eye_left": topo.IRIS_LEFT}.get(slit.name)
    if iris is not None:
        points.add(iris)
    return bool(np.abs(shift[sorted(points)]).max() > 0)


def _shift_at(canvas: Canvas, move: _Move, ids: NDArray[np.int16], origin: tuple[int, int]) -> F32:
    """Backward displacement on nodes, shape (rows, columns, 2), px; 0 outside the mask."""
    rows, columns = ids.shape
    top, left = origin
    inside = canvas.inside[top : top + rows, left : left + columns]
    at = np.flatnonzero(move.active[ids] & inside)
    found = np.zeros((rows * columns, 2), np.float32)
    if len(at):
        y, x = np.divmod(at.astype(np.int32), np.int32(columns))
        where = (x + left).astype(np.float32), (y + top).astype(np.float32)
        found[at] = field.evaluate(move.table, ids.ravel()[at], *where)
    return found.reshape(rows, columns, 2)


def _look(
    canvas: Canvas, shift: F32, origin: tuple[int, int], keep: tuple[int, int] | None = None
) -> tuple[Image, tuple[int, int, int, int]]:
    """The picture seen through a displacement on nodes.

    Args:
        canvas: the picture.
        shift: shape (rows, columns, 2), px.
        origin: row and column of its first node.
        keep: first row and number of rows in px to draw of its area; all where not given.

    Returns:
        Pixels, and their box (left, top, right, bottom).
    """
    grid = canvas.grid
    height, width = canvas.image.shape[:2]
    left = grid.left + origin[1] * grid.step
    top = grid.top + origin[0] * grid.step
    rows, columns = shift.shape[:2]
    full = cv2.resize(shift, (columns * grid.step, rows * grid.step))
    first, count = keep or (0, len(full))
    full, top = full[first : first + count], top + first
    full = full[: height - top, : width - left]
    full[..., 0] += np.arange(left, left + full.shape[1], dtype=np.float32)
    full[..., 1] += np.arange(top, top + full.shape[0], dtype=np.float32)[:, None]
    seen = cv2.remap(canvas.image, full, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return seen, (left, top, left + full.shape[1], top + full.shape[0])


def _draw_skin(canvas: Canvas, move: _Move, ids: NDArray[np.int16], edited: Image) -> None:
    """The skin, strip by strip, each no wider than what moves in it."""
    shift = _shift_at(canvas, move, ids, (0, 0))
    moving = (np.abs(shift[..., 0]) > _STILL) | (np.abs(shift[..., 1]) > _STILL)
    shift[~moving] = 0.0
    for start in range(0, len(shift), _STRIP):
        rows = slice(max(start - 1, 0), start + _STRIP + 1)
        columns = np.flatnonzero(moving[rows].any(axis=0))
        if not len(columns):
            continue
        left = max(int(columns[0]) - 1, 0)
        part = np.ascontiguousarray(shift[rows, left : int(columns[-1]) + 2])
        keep = (start - rows.start) * canvas.grid.step
        seen, box = _look(canvas, part, (rows.start, left), (keep, _STRIP * canvas.grid.step))
        edited[box[1] : box[3], box[0] : box[2]] = seen


class _Opening:
    """A slit in the edited face: two sides of skin and what shows between them."""

    def __init__(self, canvas: Canvas, move: _Move, slit: Slit, ids: NDArray[np.int16]) -> None:
        self.canvas, self.move, self.slit = canvas, move, slit
        faces = field.all_triangles()
        self.above, self.below = side(slit, lower=False), side(slit, lower=True)
        points = np.unique(faces[self.above | self.below])
        nodes = canvas.grid.to_nodes(move.target[points])
        low = np.clip(np.floor(nodes.min(axis=0)).astype(int) - 3, 0, None)
        high = np.minimum(np.ceil(nodes.max(axis=0)).astype(int) + 4, canvas.grid.shape[::-1])
        self.rows, self.columns = slice(low[1], high[1]), slice(low[0], high[0])
        self.visible = bool((high > low).all())
        self.lower_side = self._without(ids, self.above) if self.visible else ids[:0]

    def _without(self, ids: NDArray[np.int16], other: NDArray[np.bool_]) -> NDArray[np.int16]:
        """Triangles of the window with the opening and one side replaced by the nearest of the other."""
        window = ids[self.rows, self.columns].copy()
        gone = (window < 0) | other[window]
        if gone.all() or not gone.any():
            return window
        _, labels = cv2.distanceTransformWithLabels(
            gone.astype(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
        )
        kept = np.zeros(labels.max() + 1, np.int16)
        kept[labels[~gone]] = window[~gone]
        window[gone] = kept[labels[gone]]
        return window

    def cover_with_upper_side(self, ids: NDArray[np.int16]) -> None:
        """Extend the skin above the slit over the opening and the skin below it, in place."""
        if self.visible:
            ids[self.rows, self.columns] = self._without(ids, self.below)

    def draw(self, edited: Image) -> None:
        """Lay the lower side over the upper one, then the interior into the gap between them."""
        if not self.visible:
            return
        canvas, slit = self.canvas, self.slit
        origin = self.rows.start, self.columns.start
        lower_skin, box = _look(canvas, _shift_at(canvas, self.move, self.lower_side, origin), origin)
        window = edited[box[1] : box[3], box[0] : box[2]]
        into = frame(self.move.target, slit)
        p, q = into.window(box)
        gap = edges(self.move.target, slit, into)
        upper, lower = gap.at(p)
        soft = 0.5 + _SOFT * canvas.iod
        lash = np.float32(0 if slit is MOUTH else _LASH * canvas.iod)
        rim = np.minimum(lash, np.float32(0.5) * np.maximum(p, 0))
        rim = np.minimum(rim, np.float32(0.5) * np.maximum(into.width - p, 0))
        upper = upper + rim
        start = np.maximum(lower, upper)
        low_part = np.clip((q - start) / np.float32(2 * soft) + np.float32(0.5), 0, 1)
        skin = _blend(window, lower_skin, low_part)
        share = coverage(q, upper, lower, soft)
        window[:] = skin
        left, top, width, height = cv2.boundingRect((share > 0).astype(np.uint8))
        if width:
            gap_area = np.s_[top : top + height, left : left + width]
            behind = self._behind(into, p[gap_area], q[gap_area], gap)
            window[gap_area] = _blend(skin[gap_area], behind, share[gap_area])

    def _behind(self, into: Frame, p: F32, q: F32, gap: Edges) -> Image:
        source, target = self.move.source, self.move.target
        if self.slit is MOUTH:
            skull = np.median((target - source)[list(topo.STILL)], axis=0)
            still = edges(source + skull, MOUTH, into)
            return interior(self.canvas.image, into, (p, q), gap, still, skull, self.canvas.light)
        return eyeball(self.canvas.image, source, target, self.slit, into, (p, q), gap)


def _blend(under: Image, over: Image, share: F32) -> Image:
    """``under`` where share is 0, ``over`` where it is 1."""
    weight = np.asarray(share, np.float32)
    return np.asarray(cv2.blendLinear(under, over, 1 - weight, weight), np.uint8)
