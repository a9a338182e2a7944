"""Eyes and mouth of a photo in layers: skin above, skin below, and what lies behind."""

import numpy as np
from numpy.typing import NDArray

from mien.anatomy import topology as topo
from mien.core.face import N_POINTS
from mien.edit.mesh.canvas import Canvas
from mien.edit.mesh.opening import Opening, lay_below, stirred
from mien.edit.mesh.photo.eyeball import eyeball
from mien.edit.mesh.photo.lid import bare_lid
from mien.edit.mesh.photo.mouth import interior
from mien.edit.mesh.pixels import F32, Image, blend, box_of, smooth, to_image
from mien.edit.mesh.skin import Move, box_at
from mien.edit.mesh.slit import MOUTH, Edges, Frame, Slit, coverage, edges, frame

_LASH = 0.006  # IOD: the strip under the upper lid that moves with it, because lashes cover it
_PRESSED = 0.005  # IOD: half the width of the line between lips that meet
_PLACES = 65  # entries of a table along the mouth
_SOFT = 0.004  # IOD: feather of the edge between skin and what lies behind it


def draw_photo(canvas: Canvas, bare: Canvas, move: Move, opening: Opening, edited: Image) -> None:
    """Lay the skin below a slit over the one above, then the interior into the gap, in place.

    ``canvas`` holds the shaded picture, for skin; ``bare`` that as it is, for what lies behind.
    """
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
        bare_lid(canvas, move, slit, into, (p, q, upper), window)
    soft = 0.5 + _SOFT * canvas.iod
    lay_below(canvas, move, opening, (q, np.maximum(lower, upper)), soft, window)
    if slit is MOUTH:  # the rim of the lips, where teeth shine into their pixels
        rim = np.minimum(np.float32(2 * soft), (lower - upper) / 4) * np.float32(canvas.light.shown)
        upper, lower = upper - rim / 2, lower + rim
        _press(canvas, move, into, (p, q), gap, window)
    share = coverage(q, upper, lower, soft)
    share[canvas.mask[box[1] : box[3], box[0] : box[2]] == 0] = 0.0
    seen = box_of(share > 0)
    if seen:
        area = np.s_[seen[1] : seen[3], seen[0] : seen[2]]
        behind = _behind(bare, move, slit, into, (p[area], q[area]), gap)
        part_share = share[area] * stirred(move, into, p[area]) if slit is MOUTH else share[area]
        window[area] = blend(window[area], behind, part_share)


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
