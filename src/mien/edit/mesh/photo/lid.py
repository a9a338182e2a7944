"""The upper lid's skin as it comes down over an eye."""

import cv2
import numpy as np

from mien.edit.mesh.canvas import Canvas
from mien.edit.mesh.photo.eyeball import carried
from mien.edit.mesh.pixels import F32, Image, blend, box_of, smooth, to_image
from mien.edit.mesh.skin import Move
from mien.edit.mesh.slit import Edges, Frame, Slit, edges, places, tabled

_OPEN = 0.3  # how far an eye closes before its lashes are taken off the lid
_ROOTS = 0.014  # IOD: the strip along the edge of an upper lid in which its lashes grow
_SOFT = 0.012  # IOD: standard deviation of the blur that takes off what closing leaves of lashes
_UNDER = {"eye_right": 118, "eye_left": 347}  # points on the cheek under each eye
_PATCH = 0.07  # IOD: half the width of a patch of skin there


def bare_lid(
    canvas: Canvas,
    move: Move,
    slit: Slit,
    into: Frame,
    gap: Edges,
    lines: tuple[F32, F32, F32],
    window: Image,
) -> None:
    """Take the lashes off an upper lid that falls, in place.

    They were seen in front of the lid, and would be drawn out over it into long streaks. Where they
    were, the lid gets soft colours and the grain of the skin beside the eye.

    Args:
        canvas: the prepared picture.
        move: the edit.
        slit: of the eye.
        into: its frame in the target.
        gap: its edges there.
        lines: p and q of the window's pixels, and the edge of the upper lid there.
        window: pixels round the eye.
    """
    p, q, upper = lines
    unit = np.float32(canvas.iod)
    place = places(into)
    now_upper, now_lower = gap.at(place)
    still = edges(carried(move.source, move.target, slit), slit, into)
    was_upper, was_lower = still.at(place)
    closed = 1 - (now_lower - now_upper) / np.maximum(was_lower - was_upper, 1)
    if closed[0, 8:-8].max() <= _OPEN:
        return
    shut = smooth((closed - _OPEN) / 0.4) * smooth(
        np.minimum(place, into.width - place) / (0.06 * unit)
    )
    table = tabled(into, shut[0], np.clip(now_upper - was_upper, 0, None)[0])
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
    soft = cv2.GaussianBlur(shut_over, (0, 0), _SOFT * canvas.iod + 0.3)
    bare = to_image(soft + grain(canvas, slit, soft.shape[:2]))
    part[:] = blend(part, bare, np.float32(0.9) * share[rows, columns])


def grain(canvas: Canvas, slit: Slit, shape: tuple[int, ...]) -> F32:
    """Grain of the skin under an eye, what is finer than lashes, shape (rows, columns, 3)."""
    x, y = canvas.source[_UNDER[slit.name]]
    reach = max(2, round(_PATCH * canvas.iod))
    height, width = canvas.image.shape[:2]
    left, top = (
        int(np.clip(n - reach, 0, max(0, far - 2))) for n, far in ((x, width), (y, height))
    )
    patch = canvas.image[top : top + 2 * reach, left : left + 2 * reach].astype(np.float32)
    patch -= cv2.GaussianBlur(patch, (0, 0), _SOFT * canvas.iod + 0.3)
    limit = 3 * float(patch.std()) + 1  # a mole is no grain
    rows, columns = (
        np.abs(np.arange(n) % (2 * size) - size + 0.5).astype(int)
        for n, size in zip(shape, patch.shape, strict=False)
    )
    return np.asarray(np.clip(patch, -limit, limit)[rows[:, None], columns], np.float32)
