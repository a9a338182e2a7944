"""Noise of still skin, and the smallest movement that can be told from it.

The bound is that of Cramér and Rao: no method finds the shift of a patch better than with a
standard deviation of sigma over the root of its summed squared gradients.
"""

import numpy as np
from numpy.typing import NDArray

from mien.capture.gate.record import Array, Luma, Record, iod_of
from mien.capture.gate.spans import whole
from mien.capture.verdict import Verdict

_SKIN = (151, 50, 280)  # forehead and cheeks
_CORNERS = (61, 291)  # of the mouth
_SKIN_SIDE, _CORNER_SIDE = 0.2, 0.3  # IOD
_MOST = 64  # px; side of a patch
_CLIPPED = (4, 250)  # levels; no noise is seen below and above
# Five standard deviations, so that chance rarely reaches it, of the difference of two frames, by a
# flow that is twice as far off as the bound: DIS is 1.4 times at a noise of 1.5 levels, 2.2 at 8.
FACTOR = 5.0 * 2.0 * float(np.sqrt(2.0))
FACE = 256.0  # px; width of the face for which the floor is judged


def measure(row: NDArray[np.void], luma: Luma, before: Luma, points: Array) -> None:
    """Fill in the noise of one frame and the gradients round the corners of the mouth."""
    iod = iod_of(points)
    row["width"] = np.hypot(*(points[454, :2] - points[234, :2]))
    found = [_grain(luma, before, _window(points[i], _SKIN_SIDE * iod)) for i in _SKIN]
    known = [value for value in found if value is not None]
    if known:
        row["noise"] = np.median(known, axis=0)
    corners = [_tensor(luma, _window(points[i], _CORNER_SIDE * iod)) for i in _CORNERS]
    row["gradients"] = np.mean(corners, axis=0)


def _window(point: Array, side: float) -> tuple[slice, slice]:
    half = int(np.clip(side, 8, _MOST)) // 2
    x, y = (max(int(value), half) for value in point[:2])
    return slice(y - half, y + half), slice(x - half, x + half)


def _grain(luma: Luma, before: Luma, window: tuple[slice, slice]) -> tuple[float, float] | None:
    """Noise of one frame, levels: standard deviation of what is no plane in the difference of two.

    The second number is that of white noise which is as strong over blocks of 4x4 px; a codec's
    noise is stronger there than its pixels say.
    """
    now, then = luma[window], before[window]
    if min(now.shape) < 8 or not _CLIPPED[0] <= float(now.mean()) <= _CLIPPED[1]:
        return None
    apart = now.astype(np.float64) - then
    apart -= apart.mean()
    x, y = (np.arange(n) - (n - 1) / 2 for n in apart.shape[::-1])
    apart -= np.outer(np.ones_like(y), x) * (apart.mean(axis=0) @ x / (x @ x))
    apart -= np.outer(y, np.ones_like(x)) * (apart.mean(axis=1) @ y / (y @ y))
    rows, columns = (n // 4 * 4 for n in apart.shape)
    coarse = apart[:rows, :columns].reshape(rows // 4, 4, columns // 4, 4).mean(axis=(1, 3))
    freedom = np.sqrt(coarse.size / max(coarse.size - 3, 1))  # of three numbers of the plane
    fine, wide = float(apart.std()), 4.0 * float(coarse.std()) * float(freedom)
    return fine / np.sqrt(2.0), wide / np.sqrt(2.0)


def _tensor(luma: Luma, window: tuple[slice, slice]) -> tuple[float, float, float, float]:
    """Sums of gx gx, gx gy and gy gy over a window, and its number of pixels."""
    patch = luma[window].astype(np.float32)
    if min(patch.shape) < 8:
        return (np.nan,) * 4
    gx = (patch[1:-1, 2:] - patch[1:-1, :-2]) / 2
    gy = (patch[2:, 1:-1] - patch[:-2, 1:-1]) / 2
    return float((gx * gx).sum()), float((gx * gy).sum()), float((gy * gy).sum()), float(gx.size)


def floor(record: Record) -> float:
    """The smallest movement of a lip corner that can be seen, px; NaN where it is not known."""
    sums = np.asarray(record.glances["gradients"], dtype=np.float64)
    sums = sums[np.isfinite(sums).all(axis=1)]
    sigma = max(record.noise())
    if not len(sums) or not np.isfinite(sigma):
        return float("nan")
    xx, xy, yy, count = np.median(sums, axis=0)
    own = count * sigma**2 / 2  # what the noise itself adds
    tensor = np.array([[xx - own, xy], [xy, yy - own]])
    weakest = float(np.linalg.eigvalsh(tensor)[0])
    return float(FACTOR * sigma / np.sqrt(max(weakest, count * 1e-2)))


def verdicts(record: Record) -> list[Verdict]:
    """``noise``: by the smallest movement, on a face of the same width for all clips."""
    least = floor(record)
    if not np.isfinite(least):
        return []
    width = float(np.nanmedian(record.glance("width")))
    reason = (
        f"Noise of {record.noise()[0]:.1f} levels: at best a lip corner can be seen to move by"
        f" {least:.2f} px on this face of {width:.0f} px."
    )
    return [whole("noise", least * FACE / width, reason)]
