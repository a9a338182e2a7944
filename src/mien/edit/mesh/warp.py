"""Draw a face with its landmarks moved: skin by one backward warp, eyes and mouth as layers.

The skin above a slit is extended over the gap and the skin below it, the skin below is laid over
that, and what lies behind fills the gap. So no pixel of a lip or lid is stretched into the gap, and
where the edges meet they cover what was seen between them.
"""

from collections.abc import Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mien.core.face import N_POINTS
from mien.edit.mesh import hold, seam
from mien.edit.mesh.art.layers import draw_art, outlined
from mien.edit.mesh.canvas import Canvas, prepare
from mien.edit.mesh.opening import cover, find, reached
from mien.edit.mesh.photo.layers import draw_photo
from mien.edit.mesh.pixels import F32, Floats, Image
from mien.edit.mesh.shade import shaded
from mien.edit.mesh.skin import STILL, draw_skin, plan
from mien.edit.mesh.slit import SLITS, Slit


def render(
    image: Image, source: Floats, target: Floats, change: NDArray[np.float64] | None = None
) -> tuple[Image, F32]:
    """Move the landmarks of a face and redraw it.

    Args:
        image: shape (H, W, 3), RGB uint8.
        source: landmarks found on it, shape (478, 2) or (478, 3), px; z, growing away from the
            viewer, decides what hides what on a turned head.
        target: where they shall be, shape (478, 2) or (478, 3), px.
        change: by how much each action unit rises, shape (len(COLUMNS),): the skin is shaded for
            it; None leaves its light as it is.

    Returns:
        The edited picture, and the mask of pixels that may have changed, shape (H, W), float32
        from 0 to 1 (all 0 where nothing moves). Where the mask is 0 the picture is the input's,
        bit by bit.

    Raises:
        ValueError: wrong shapes or types, values that are not numbers, a face of no size.
    """
    return paint(prepare(image, source), target, change)


def paint(
    canvas: Canvas,
    target: Floats,
    change: NDArray[np.float64] | None = None,
    layers: Collection[Slit] = SLITS,
) -> tuple[Image, F32]:
    """:func:`render` on a prepared picture: what a slider pays for at every step.

    Args:
        canvas: of :func:`mien.edit.mesh.prepare`.
        target: shape (478, 2) or (478, 3), px.
        change: as in :func:`render`.
        layers: eyes and mouth that are drawn in layers; others are stretched like skin.

    Returns:
        A new picture, and the mask, which belongs to the canvas.

    Raises:
        ValueError: wrong shape, or values that are not numbers.
    """
    shift = _shift(canvas, target)
    if not shift.any():
        return hold.put_back(canvas.held, canvas.image.copy()), np.zeros_like(canvas.mask)
    bare = canvas
    if change is not None and canvas.ink is None:
        canvas = replace(canvas, image=shaded(canvas.shader, change))
    edited = canvas.image.copy()
    move = plan(canvas, shift)
    found = [find(canvas, move, slit) for slit in SLITS if reached(shift, slit)]
    openings = [one for one in found if one is not None]
    for one in openings:
        cover(move, one, None if one.slit in layers else np.zeros_like(move.active))
    draw_skin(canvas, move, edited)
    if canvas.ink is not None:
        outlined(canvas, move, edited)
    for one in openings:
        if one.slit not in layers:
            continue
        if canvas.ink is None:
            draw_photo(canvas, bare, move, one, edited)
        else:
            draw_art(canvas, canvas.ink, move, one, edited)
    return hold.put_back(canvas.held, edited), canvas.mask


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
    shift = hold.restrained(canvas.held, canvas.grid, canvas.vertices, shift, canvas.iod)
    shift[np.abs(shift).max(axis=1) < STILL] = 0.0
    return shift
