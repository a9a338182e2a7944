"""Looking up what lies behind a slit and does not move with the skin."""

import numpy as np

from mien.edit.mesh.pixels import F32, Crisp, Image, look
from mien.edit.mesh.slit import Frame

Pair = tuple[F32, F32]


def _squeeze(distance: F32, height: F32, fit: F32) -> F32:
    """Map [0, height] onto [0, fit], fit ≤ height: monotone, slope 1 at 0, flat at the end."""
    power = height / np.maximum(fit, 1e-3)
    return np.asarray(fit * (1 - np.power(np.clip(1 - distance / height, 0, 1), power)))


def look_up(q: F32, open_now: Pair, still: Pair, *, below: bool = True) -> F32:
    """Where in a still interior each pixel of an opening looks, across the slit.

    Identity where the source shows it. Where the edges now stand farther apart than in the source,
    the interior is stretched, mostly close to the edge that has moved.

    Args:
        q: px across the slit.
        open_now: upper and lower edge of the target at each pixel.
        still: those of the source in the same frame, carried along rigidly.
        below: whether a lower edge that has dropped stretches the interior, too.

    Returns:
        q in the still interior, px.
    """
    (upper, lower), (still_upper, still_lower) = open_now, still
    height = np.maximum(lower - upper, 1e-2)
    dropped = np.clip(lower - still_lower, 0, 0.98 * height)
    above = np.clip(still_upper - upper, 0, 0.98 * (height - dropped))
    if not (dropped > 0).any() and not (above > 0).any():
        return q
    height = height if below else height - dropped
    inside = np.clip(q - upper, 0, height)
    kept = height - dropped if below else height
    from_top = _squeeze(inside, height, kept)
    from_bottom = _squeeze(kept - from_top, kept, kept - above)
    start = np.maximum(still_upper, upper) + (kept - above)
    return np.asarray(start - from_bottom + (q - upper - inside), np.float32)


def sample(image: Image | Crisp, into: Frame, p: F32, q: F32) -> Image:
    """Pixels of a picture at points given in a frame, shape (rows, columns, 3)."""
    x = np.float32(into.origin[0]) + p * np.float32(into.along[0]) + q * np.float32(into.across[0])
    y = np.float32(into.origin[1]) + p * np.float32(into.along[1]) + q * np.float32(into.across[1])
    return look(image, x, y)
