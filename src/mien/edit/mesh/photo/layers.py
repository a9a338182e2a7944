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
from mien.edit.mesh.slit import MOUTH, Edges, Frame, coverage, edges, frame, places, tabled

_LASH = 0.006  # IOD: the strip under the upper lid that moves with it, because lashes cover it
_PRESSED = 0.005  # IOD: half the width of the line between lips that meet
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
        bare_lid(canvas, move, slit, into, gap, (p, q, upper), window)
    soft = 0.5 + _SOFT * canvas.iod
    lay_below(canvas, move, opening, (q, np.maximum(lower, upper)), soft, window)
    if slit is MOUTH:  # the rim of the lips, where teeth shine into their pixels
        skull = _skull(move)
        still = edges(move.source[:N_POINTS] + skull, MOUTH, into)
        rim = np.minimum(np.float32(2 * soft), (lower - upper) / 4) * np.float32(canvas.light.shown)
        upper, lower = upper - rim / 2, lower + rim
        _press(canvas, into, (p, q), gap, still, window)
    share = coverage(q, upper, lower, soft)
    share[canvas.mask[box[1] : box[3], box[0] : box[2]] == 0] = 0.0
    seen = box_of(share > 0)
    if seen:
        area = np.s_[seen[1] : seen[3], seen[0] : seen[2]]
        place = p[area], q[area]
        if slit is MOUTH:
            behind = interior(bare.image, into, place, gap, still, skull, bare.light)
            share[area] *= stirred(move, into, p[area])
        else:
            mesh = move.source[:N_POINTS], move.target[:N_POINTS]
            behind = eyeball(bare.image, *mesh, slit, into, place, gap)
        window[area] = blend(window[area], behind, share[area])


def _press(
    canvas: Canvas,
    into: Frame,
    pixels: tuple[F32, F32],
    gap: Edges,
    still: Edges,
    window: Image,
) -> None:
    """Draw the line between lips that meet, in place: pixels at their rims had shown teeth."""
    p, q = pixels
    place = places(into)
    upper, lower = gap.at(place)
    was_upper, was_lower = still.at(place)
    unit = np.float32(canvas.iod)
    met = smooth(1 - (lower - upper) / (0.03 * unit))
    met = (met * smooth((was_lower - was_upper - lower + upper) / (0.03 * unit)))[0]
    if not met.any():
        return
    table = tabled(into, met, ((upper + lower) / 2)[0])
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


def _skull(move: Move) -> NDArray[np.float64]:
    """Displacement of the skull, px: of points that no expression moves much."""
    source, target = move.source[:N_POINTS], move.target[:N_POINTS]
    return np.asarray(np.median((target - source)[list(topo.STILL)], axis=0))
