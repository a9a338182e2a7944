"""Eyes, mouth and outline of flat art: lines keep their width, and nothing is shaded."""

import numpy as np

from mien.core.face import N_POINTS
from mien.edit.mesh.art.eye import drawn_eye
from mien.edit.mesh.art.flat import Ink, behind_lips
from mien.edit.mesh.art.ribbon import draw_corners, draw_edge, draw_outline
from mien.edit.mesh.canvas import Canvas
from mien.edit.mesh.opening import Opening, lay_below, stirred
from mien.edit.mesh.pixels import Box, Image, blend
from mien.edit.mesh.skin import Move, box_at
from mien.edit.mesh.slit import MOUTH, coverage, edges, frame

_OUTLINE = 0.035  # IOD to either side of the outline of a drawn face that go with it


def outlined(canvas: Canvas, move: Move, edited: Image) -> None:
    """Draw the outline of a drawn face as a line of one width, in place."""
    grid = canvas.grid
    box = box_at(canvas, grid.shape, (0, 0))
    window = edited[box[1] : box[3], box[0] : box[2]]
    draw_outline(canvas.pixels, (move.source, move.target), _OUTLINE * canvas.iod, box, window)
    _restore(canvas, box, window)


def draw_art(canvas: Canvas, ink: Ink, move: Move, opening: Opening, edited: Image) -> None:
    """Lay skin and what lies behind a slit over each other, in place, as they are drawn."""
    slit = opening.slit
    box = box_at(canvas, opening.below.shape, (opening.rows.start, opening.columns.start))
    window = edited[box[1] : box[3], box[0] : box[2]]
    into = frame(move.target, slit)
    p, q = into.window(box)
    gap = edges(move.target, slit, into)
    upper, lower = gap.at(p)
    mesh = move.source, move.target
    if slit is MOUTH:
        draw_corners(canvas.pixels, mesh, 4 * ink.width, box, window)
    draw_edge(canvas.pixels, mesh, slit, ink.width, box, window, lower=False)
    lay_below(canvas, move, opening, (q, lower), 0.5, window)
    draw_edge(canvas.pixels, mesh, slit, ink.width, box, window, lower=True)
    share = coverage(q, upper, lower, 0.5)
    if slit is MOUTH:
        share *= stirred(move, into, p)
        behind = behind_lips(canvas.pixels, ink, move.source, into, (p, q), gap)
    else:
        source, target = move.source[:N_POINTS], move.target[:N_POINTS]
        behind = drawn_eye(canvas.pixels, source, target, slit, into, (p, q), gap)
    window[:] = blend(window, behind, share)
    _restore(canvas, box, window)


def _restore(canvas: Canvas, box: Box, window: Image) -> None:
    """Put back what lies outside the mask, in place."""
    area = np.s_[box[1] : box[3], box[0] : box[2]]
    outside = canvas.mask[area] == 0
    window[outside] = canvas.image[area][outside]
