"""Give a redrawn square the colours of the picture it goes back to.

An editor lets tone and white balance drift, evenly and slowly over the square. What has drifted is
measured where the head keeps still, so what an expression itself does to the colour of a face,
blush and shadow, stays.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.edit.mesh.pixels import F32, Floats

Array = NDArray[np.float64]

_GRID = 160  # px, side at which colours are compared
# How firmly a channel's own gain and bend, those of the others, and offsets are held at nothing.
_GAIN, _BEND, _MIX, _MIXED_BEND, _OFFSET = 1e-4, 1e-3, 2e-3, 1.0, 1e-4
_ODD = 6.0  # levels; least spread of colours about the fit, beyond which a place says nothing
_WIDE, _CLOSE = 0.4, 0.12  # IOD over which light varies: over a whole face, at its edge
_MOST = 14.0  # levels by which light may still differ from place to place
_PRIOR = 0.15  # of a full neighbourhood: so little evidence halves the close correction


def tone(drawn: F32, given: F32, where: F32) -> Array:
    """The change of tone that makes one square look like the other.

    For each channel a gain, some of the other two, an offset and a bend like that of a gamma, by
    weighted least squares with Cauchy's weights, iterated.

    Args:
        drawn: shape (side, side, 3), levels, in place.
        given: the same shape.
        where: shape (side, side), 0 to 1, what may be compared.

    Returns:
        Shape (7, 3), for :func:`toned`.
    """
    size = (min(_GRID, where.shape[0]),) * 2
    small = [cv2.resize(each, size, interpolation=cv2.INTER_AREA) for each in (drawn, given, where)]
    weight = small[2].reshape(-1).astype(np.float64)
    used = weight > 0.5
    nothing = np.zeros((7, 3))
    if used.sum() < 50:
        return nothing
    have, want = (each.reshape(-1, 3)[used].astype(np.float64) for each in small[:2])
    terms, missing = _terms(have), want - have
    found = nothing
    for _ in range(12):
        left = missing - terms @ found
        off = np.sqrt((left**2).sum(axis=1))
        spread = max(1.4826 * float(np.median(off)), _ODD)
        trust = 1 / (1 + (off / spread) ** 2) ** 2
        for channel in range(3):
            held = np.array([_MIX] * 3 + [_MIXED_BEND] * 3 + [_OFFSET])
            held[channel], held[3 + channel] = _GAIN, _BEND
            weighted = terms * trust[:, None]
            normal = weighted.T @ terms + trust.sum() * np.diag(held)
            found[:, channel] = np.linalg.solve(normal, weighted.T @ missing[:, channel])
    return found


def toned(drawn: F32, change: Array) -> F32:
    """A square, shape (h, w, 3), levels, with its tone changed by :func:`tone`."""
    flat = drawn.reshape(-1, 3)
    return np.asarray((flat + _terms(flat) @ change.astype(np.float32)).reshape(drawn.shape))


def light(drawn: F32, given: F32, where: F32, iod: float) -> F32:
    """What is left between two squares of one tone, smooth over the face, shape as ``drawn``.

    Args:
        drawn: shape (side, side, 3), levels, in place and toned.
        given: the same shape.
        where: shape (side, side), 0 to 1, what may be compared.
        iod: px.
    """
    size = (min(_GRID, where.shape[0]),) * 2
    unit = iod * size[0] / where.shape[0]
    missing, weight = (
        np.asarray(cv2.resize(each, size, interpolation=cv2.INTER_AREA), np.float32)
        for each in (given - drawn, where)
    )
    off = np.sqrt((missing**2).mean(axis=2))
    weight = weight / (1 + (off / (2 * _ODD)) ** 2) ** 2
    wide = _averaged(missing, weight, _WIDE * unit, 1e-6)
    close = _averaged(missing - wide, weight, _CLOSE * unit, _PRIOR)
    field = np.clip(wide + close, -_MOST, _MOST)
    return np.asarray(cv2.resize(field, where.shape[::-1], interpolation=cv2.INTER_CUBIC))


def _averaged(values: F32, weight: F32, spread: float, prior: float) -> F32:
    """Weighted means over a neighbourhood, drawn towards 0 where little is known."""
    total = cv2.GaussianBlur(values * weight[..., None], (0, 0), max(spread, 0.5))
    known = cv2.GaussianBlur(weight, (0, 0), max(spread, 0.5))
    return np.asarray(total / (known + np.float32(prior))[..., None], np.float32)


def _terms(colours: Floats) -> Floats:
    """The colours themselves, their distance from black and white, and 1; shape (n, 7).

    In shares of full white; bends vanish at both ends, so nothing runs away beyond the skin.
    """
    share = colours / np.float32(255)
    one = np.ones((len(share), 1), share.dtype)
    return np.concatenate([share, share * (1 - share), one], axis=1)
