"""Draw a face with its landmarks moved: skin by one backward warp, eyes and mouth as layers.

The skin above a slit is extended over the gap and the skin below it, the skin below is laid over
that, and what lies behind fills the gap. So no pixel of a lip or lid is stretched into the gap, and
where the edges meet they cover what was seen between them.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy import topology as topo
from mien.core.face import N_POINTS
from mien.edit.mesh import seam
from mien.edit.mesh.canvas import Canvas, prepare
from mien.edit.mesh.field import all_triangles
from mien.edit.mesh.interior import IRIS, carried, eyeball
from mien.edit.mesh.mouth import interior
from mien.edit.mesh.pixels import F32, Box, Floats, Image, blend, box_of, smooth, to_image
from mien.edit.mesh.skin import STILL, Move, box_at, draw_skin, look_through, plan, shift_at
from mien.edit.mesh.slit import MOUTH, SLITS, Edges, Frame, Slit, coverage, edges, frame, side

_LASH = 0.006  # IOD: the strip under the upper lid that moves with it, because lashes cover it
_OPEN = 0.3  # how far an eye closes before its lashes are taken off the lid
_ROOTS = 0.014  # IOD: the strip along the edge of an upper lid in which its lashes grow
_STIRRED = 0.3  # px: where the edges of the mouth move less, what lies behind them fades out
_PRESSED = 0.005  # IOD: half the width of the line between lips that meet
_PLACES = 65  # entries of a table along the mouth
_SOFT = 0.004  # IOD: feather of the edge between skin and what lies behind it


def render(image: Image, source: Floats, target: Floats) -> tuple[Image, F32]:
    """Move the landmarks of a face and redraw it.

    Args:
        image: shape (H, W, 3), RGB uint8.
        source: landmarks found on it, shape (478, 2) or (478, 3), px; z, growing away from the
            viewer, decides what hides what on a turned head.
        target: where they shall be, shape (478, 2) or (478, 3), px.

    Returns:
        The edited picture, and the mask of pixels that may have changed, shape (H, W), float32
        from 0 to 1 (all 0 where nothing moves). Where the mask is 0 the picture is the input's,
        bit by bit.

    Raises:
        ValueError: wrong shapes or types, values that are not numbers, a face of no size.
    """
    return paint(prepare(image, source), target)


def paint(canvas: Canvas, target: Floats) -> tuple[Image, F32]:
    """:func:`render` on a prepared picture: what a slider pays for at every step.

    Args:
        canvas: of :func:`mien.edit.mesh.prepare`.
        target: shape (478, 2) or (478, 3), px.

    Returns:
        A new picture, and the mask, which belongs to the canvas.

    Raises:
        ValueError: wrong shape, or values that are not numbers.
    """
    shift = _shift(canvas, target)
    edited = canvas.image.copy()
    if not shift.any():
        return edited, np.zeros_like(canvas.mask)
    move = plan(canvas, shift)
    found = [_find(canvas, move, slit) for slit in SLITS if _moves(shift, slit)]
    openings = [one for one in found if one is not None]
    for one in openings:
        _cover(move, one)
    draw_skin(canvas, move, edited)
    for one in openings:
        _draw(canvas, move, one, edited)
    return edited, canvas.mask


def _shift(canvas: Canvas, target: Floats) -> NDArray[np.float64]:
    """Displacement of all vertices, shape (514, 2), px; exactly 0 where nothing is to be seen."""
    if target.shape not in ((N_POINTS, 2), (N_POINTS, 3)):
        raise ValueError(f"expected a target of shape ({N_POINTS}, 2 or 3), got {target.shape}")
    if not np.isfinite(target).all():
        raise ValueError("the target holds values that are not numbers")
    snapped = canvas.vertices[:N_POINTS]
    wanted = seam.follow(canvas.source, snapped, target[:, :2].astype(np.float64), canvas.iod)
    shift = np.zeros_like(canvas.vertices)
    shift[:N_POINTS] = wanted - snapped
    shift[np.abs(shift).max(axis=1) < STILL] = 0.0
    return shift


@dataclass(frozen=True)
class _Opening:
    """A slit in the edited face, on a window of nodes.

    Attributes:
        slit: which.
        rows: of nodes.
        columns: of nodes.
        below: triangles of the window as the skin below the slit goes on without the skin above.
    """

    slit: Slit
    rows: slice
    columns: slice
    below: NDArray[np.int16]


def _moves(shift: NDArray[np.float64], slit: Slit) -> bool:
    """Whether an edit (514, 2) reaches the skin round a slit or what lies behind it."""
    faces = all_triangles()
    points = np.zeros(len(shift), dtype=np.bool_)
    points[faces[side(slit, lower=True) | side(slit, lower=False)]] = True
    if slit is not MOUTH:
        points[IRIS[slit.name]] = True
    return bool(shift[points].any())


def _find(canvas: Canvas, move: Move, slit: Slit) -> _Opening | None:
    """The opening of a slit in the edited face; None where it lies outside the picture."""
    points = np.union1d(all_triangles()[side(slit, lower=True)].ravel(), slit.upper)
    nodes = canvas.grid.to_nodes(move.target[points])
    margin = 4 if slit is MOUTH else 7  # over an eye lies the lid that may be drawn out
    low = np.clip(np.floor(nodes.min(axis=0)).astype(int) - [4, margin], 0, None)
    high = np.minimum(np.ceil(nodes.max(axis=0)).astype(int) + 4, canvas.grid.shape[::-1])
    if not (high > low).all():
        return None
    rows, columns = slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))
    below = _without(move.ids[rows, columns], side(slit, lower=False))
    return _Opening(slit, rows, columns, below)


def _cover(move: Move, opening: _Opening) -> None:
    """Extend the skin above a slit over the gap and the skin below it, in ``move.ids``."""
    window = move.ids[opening.rows, opening.columns]
    under = side(opening.slit, lower=True)
    move.covered[opening.rows, opening.columns] |= (window < 0) | under[window]
    window[:] = _without(window, under)


def _without(window: NDArray[np.int16], other: NDArray[np.bool_]) -> NDArray[np.int16]:
    """Triangles of a window where the gap and one side are replaced by the nearest of the rest."""
    gone = (window < 0) | other[window]
    if gone.all() or not gone.any():
        return window.copy()
    _, labels = cv2.distanceTransformWithLabels(
        gone.astype(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    kept = np.zeros(int(labels.max()) + 1, np.int16)
    kept[labels[~gone]] = window[~gone]
    return np.where(gone, kept[labels], window)


def _draw(canvas: Canvas, move: Move, opening: _Opening, edited: Image) -> None:
    """Lay the skin below a slit over the one above, then the interior into the gap, in place."""
    slit = opening.slit
    origin = opening.rows.start, opening.columns.start
    box = box_at(canvas, opening.below.shape, origin)
    window = edited[box[1] : box[3], box[0] : box[2]]
    into = frame(move.target, slit)
    p, q = into.window(box)
    gap = edges(move.target, slit, into)
    upper, lower = gap.at(p)
    if slit is not MOUTH:
        from_corner = np.clip(np.minimum(p, np.float32(into.width) - p), 0, None)
        upper = upper + np.minimum(np.float32(_LASH * canvas.iod), from_corner / 2)
        _bare(canvas, move, slit, into, (p, q, upper), window)
    soft = 0.5 + _SOFT * canvas.iod
    part = _below(canvas, move, opening)
    if part is not None:
        low_skin, place = part
        area = np.s_[place[1] - box[1] : place[3] - box[1], place[0] - box[0] : place[2] - box[0]]
        edge = np.maximum(lower[area], upper[area])
        under = np.clip((q[area] - edge) / np.float32(2 * soft) + np.float32(0.5), 0, 1)
        window[area] = blend(window[area], low_skin, under)
    if slit is MOUTH:  # the rim of the lips, where teeth shine into their pixels
        rim = np.minimum(np.float32(2 * soft), (lower - upper) / 4) * np.float32(canvas.light.shown)
        upper, lower = upper - rim / 2, lower + rim
        _press(canvas, move, into, (p, q), gap, window)
    share = coverage(q, upper, lower, soft)
    share[canvas.mask[box[1] : box[3], box[0] : box[2]] == 0] = 0.0
    seen = box_of(share > 0)
    if seen:
        area = np.s_[seen[1] : seen[3], seen[0] : seen[2]]
        behind = _behind(canvas, move, slit, into, (p[area], q[area]), gap)
        part_share = share[area] * _stirred(move, into, p[area]) if slit is MOUTH else share[area]
        window[area] = blend(window[area], behind, part_share)


def _below(canvas: Canvas, move: Move, opening: _Opening) -> tuple[Image, Box] | None:
    """The skin below a slit where it differs from what has been drawn, and its box in px."""
    differs = opening.below != move.ids[opening.rows, opening.columns]
    seen = box_of(differs)
    if seen is None:
        return None
    rows, columns = differs.shape
    inner, outer = (
        (
            max(seen[0] - n, 0),
            max(seen[1] - n, 0),
            min(seen[2] + n, columns),
            min(seen[3] + n, rows),
        )
        for n in (1, 2)
    )
    origin = opening.rows.start + outer[1], opening.columns.start + outer[0]
    ids = opening.below[outer[1] : outer[3], outer[0] : outer[2]]
    left, top, right, bottom = ((n - outer[i % 2]) * canvas.grid.step for i, n in enumerate(inner))
    shift = shift_at(canvas, move, ids, origin)
    return look_through(canvas, shift, origin, (left, top, right, bottom))


def _bare(
    canvas: Canvas,
    move: Move,
    slit: Slit,
    into: Frame,
    lines: tuple[F32, F32, F32],
    window: Image,
) -> None:
    """Take the lashes off an upper lid that falls, in place.

    They were seen in front of the lid, and would be drawn out over it into long streaks.
    """
    p, q, upper = lines
    unit = np.float32(canvas.iod)
    place = np.linspace(0, into.width, _PLACES, dtype=np.float32)[None]
    now_upper, now_lower = edges(move.target, slit, into).at(place)
    still = edges(carried(move.source, move.target, slit), slit, into)
    was_upper, was_lower = still.at(place)
    closed = 1 - (now_lower - now_upper) / np.maximum(was_lower - was_upper, 1)
    if closed[0, 8:-8].max() <= _OPEN:
        return
    shut = smooth((closed - _OPEN) / 0.4) * smooth(
        np.minimum(place, into.width - place) / (0.06 * unit)
    )
    table = Edges(
        0.0, into.width / (_PLACES - 1), shut[0], np.clip(now_upper - was_upper, 0, None)[0]
    )
    share, fallen = table.at(p)
    above = upper - q - np.float32(_ROOTS) * unit
    share = share * smooth(above / (0.02 * unit))
    share = share * smooth((1.3 * fallen + 0.05 * unit - above) / (0.05 * unit))
    share *= smooth(np.arange(len(q), dtype=np.float32)[:, None] / (0.05 * unit))
    seen = box_of(share > 0)
    if seen is None:
        return
    margin = max(1, round(0.06 * canvas.iod))
    rows = slice(max(seen[1] - margin, 0), seen[3] + margin)
    columns = slice(max(seen[0] - margin, 0), seen[2] + margin)
    part, wide = window[rows, columns], 2 * max(1, round(0.02 * canvas.iod)) + 1
    shape = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, max(3, wide // 2 | 1)))
    shut_over = cv2.morphologyEx(part, cv2.MORPH_CLOSE, shape)
    bare = np.asarray(cv2.GaussianBlur(shut_over, (0, 0), 0.012 * canvas.iod + 0.3), np.uint8)
    part[:] = blend(part, bare, np.float32(0.85) * share[rows, columns])


def _stirred(move: Move, into: Frame, p: F32) -> F32:
    """Where along the mouth its edges have moved, 0–1: what stays still is not drawn again."""
    size = np.zeros(_PLACES)
    for chain in (list(MOUTH.upper), list(MOUTH.lower)):
        along, _ = into.of(move.target[chain])
        far = np.linalg.norm(move.target[chain] - move.source[chain], axis=1)
        place = np.linspace(0, into.width, _PLACES)
        size = np.maximum(size, np.interp(place, np.maximum.accumulate(along), far))
    table = np.clip(size / _STIRRED, 0, 1).astype(np.float32)
    return Edges(0.0, into.width / (_PLACES - 1), table, table).at(p)[0]


def _press(
    canvas: Canvas, move: Move, into: Frame, pixels: tuple[F32, F32], gap: Edges, window: Image
) -> None:
    """Draw the line between lips that meet, in place: pixels at their rims had shown teeth."""
    p, q = pixels
    before = edges(_on_skull(move), MOUTH, into)
    place = np.linspace(0, into.width, _PLACES, dtype=np.float32)[None]
    upper, lower = gap.at(place)
    was_upper, was_lower = before.at(place)
    unit = np.float32(canvas.iod)
    met = smooth(1 - (lower - upper) / (0.03 * unit))
    met = (met * smooth((was_lower - was_upper - lower + upper) / (0.03 * unit)))[0]
    if not met.any():
        return
    table = Edges(0.0, into.width / (_PLACES - 1), met, ((upper + lower) / 2)[0])
    share, middle = table.at(p)
    inside = np.minimum(p, np.float32(into.width) - p)
    thin = np.float32(0.4) + np.float32(0.6) * smooth(inside / (0.12 * unit))
    away = (q - middle) / (np.float32(0.8 + _PRESSED * canvas.iod) * thin)
    share = np.float32(0.85) * share * np.exp(-(away**2))
    share *= (p > 0) & (p < into.width)
    light = canvas.light
    line: Image = np.zeros(window.shape, np.uint8)
    line[:] = to_image(light.cavity + np.float32(0.4) * light.flesh)
    window[:] = blend(window, line, share)


def _on_skull(move: Move) -> NDArray[np.float64]:
    """The source's landmarks carried along with the skull."""
    source, target = move.source[:N_POINTS], move.target[:N_POINTS]
    return np.asarray(source + np.median((target - source)[list(topo.STILL)], axis=0))


def _behind(
    canvas: Canvas, move: Move, slit: Slit, into: Frame, pixels: tuple[F32, F32], gap: Edges
) -> Image:
    source, target = move.source[:N_POINTS], move.target[:N_POINTS]
    if slit is not MOUTH:
        return eyeball(canvas.image, source, target, slit, into, pixels, gap)
    skull = np.median((target - source)[list(topo.STILL)], axis=0)
    still = edges(source + skull, MOUTH, into)
    return interior(canvas.image, into, pixels, gap, still, skull, canvas.light)
