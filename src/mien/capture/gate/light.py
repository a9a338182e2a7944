"""Light: exposure and its jumps, clipping, contrast, glare, evenness and hard shadows."""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy.template import template
from mien.anatomy.topology import (
    BROWS,
    EYES,
    IRIS_RIGHT,
    LIPS,
    LOWER_LID_LEFT,
    MOUTH,
    NOSTRILS,
    OVAL,
    UPPER_LID_LEFT,
    mirror,
)
from mien.capture.gate.limits import LIMITS
from mien.capture.gate.record import Array, Luma, Record, iod_of
from mien.capture.gate.spans import step, whole
from mien.capture.verdict import Verdict

_GAMMA = 2.2  # of levels over light
_BLACK, _WHITE = 4, 251  # levels; at or beyond them is clipped
_SIDE = 120  # px; width of the face on which levels are counted, at most
# Levels of a highlight: over the skin's median (twice the light), over its surroundings, and least.
_BRIGHT, _ABOVE, _SHINE = 1.37, 1.2, 180
_NEAR = (0.15, 0.25)  # IOD between two points across which an edge of light is looked for
_NOSE, _LASHES = 0.1, 0.12  # IOD from the middle of the face, and from lids, brows, lips, nostrils
_MARGIN = 0.2  # IOD from the outline of the face, where hair and beards begin
_FLAT = 25.0  # degrees of yaw beyond which the sides are not compared
_OVAL = np.array(OVAL)
_BESIDE = 0.15  # seconds on either side of a jump over which brightness is averaged


def measure(
    row: NDArray[np.void], luma: Luma, points: Array, box: tuple[int, int, int, int]
) -> None:
    """Fill in levels, clipping, glare, sides and edge of one frame."""
    left, top, right, bottom = box
    stride = -(-(right - left) // _SIDE)
    face = np.ascontiguousarray(luma[top:bottom:stride, left:right:stride])
    local = (points[:, :2] - (left, top)) / stride
    skin, whole_face = _masks(face.shape, local)
    inside = face[whole_face]
    if not len(inside) or not skin.any():
        return
    row["levels"] = (inside.mean(), *np.percentile(inside, [5, 95]))
    row["clipped"] = (face[skin] <= _BLACK).mean(), (face[skin] >= _WHITE).mean()
    iod = iod_of(local)
    reach = max(int(0.35 * iod) | 1, 3)
    around = np.asarray(cv2.blur(face, (reach, reach)), np.float32)
    smooth = np.asarray(cv2.blur(face, (3, 3)), np.float32)
    bright = smooth > np.maximum(_ABOVE * around, max(_BRIGHT * np.median(face[skin]), _SHINE))
    row["glare"] = bright[skin].mean()
    if abs(float(row["pose"][0, 0])) < _FLAT:
        row["sides"], row["edge"] = _asymmetry(face, local, iod)


def _masks(shape: tuple[int, ...], local: Array) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Skin without eyes, brows and mouth; and the whole face; both of the shape of the picture."""
    picture = np.zeros(shape, np.uint8)
    at = np.rint(local).astype(np.int32)
    cv2.fillPoly(picture, [at[_OVAL]], (1,))
    face = picture.astype(bool)
    for contour in (*EYES, *BROWS, MOUTH):
        outline = at[list(contour)]
        cv2.fillPoly(picture, [outline], (0,))
        cv2.polylines(picture, [outline], True, (0,), max(shape[1] // 25, 1))
    return picture.astype(bool), face


def _asymmetry(face: Luma, local: Array, iod: float) -> tuple[float, float]:
    """Light of the left half over the right one, and the ratio across the hardest edge.

    Faces are about symmetric, so what differs between mirrored points is light. An edge of light
    is where that difference changes between points close to each other.
    """
    reach = max(int(0.08 * iod) | 1, 3)
    soft = np.asarray(cv2.blur(face, (reach, reach)), np.float64)
    x, y = np.rint(local).astype(int).T
    inside = (x >= 0) & (x < face.shape[1]) & (y >= 0) & (y < face.shape[0])
    light = np.full(len(local), np.nan)
    light[inside] = _GAMMA * np.log((soft[y[inside], x[inside]] + 1.0) / 256.0)
    own, other = _left_skin()
    apart = light[own] - light[other]
    first, second = _close_pairs()
    jump = np.abs(apart[first] - apart[second])
    if not np.isfinite(jump).any():
        return float("nan"), float("nan")
    return float(np.exp(np.nanmedian(apart))), float(np.exp(np.nanpercentile(jump, 95)))


@cache
def _left_skin() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Points of bare skin on the subject's left half, and their mirror images."""
    features = [
        *LIPS, *NOSTRILS, *UPPER_LID_LEFT, *LOWER_LID_LEFT, *(i for brow in BROWS for i in brow),
    ]  # fmt: skip
    at = template()[:, :2]
    own = [
        i
        for i in range(IRIS_RIGHT)
        if at[i, 0] > _NOSE
        and np.linalg.norm(at[i] - at[features], axis=1).min() > _LASHES
        and np.linalg.norm(at[i] - at[_OVAL], axis=1).min() > _MARGIN
    ]
    return np.array(own), mirror()[own]


@cache
def _close_pairs() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of places in :func:`_left_skin` that lie close to each other."""
    at = template()[_left_skin()[0], :2]
    apart = np.linalg.norm(at[:, None] - at[None], axis=-1)
    first, second = np.nonzero(np.triu((apart > _NEAR[0]) & (apart < _NEAR[1])))
    return first, second


def verdicts(record: Record) -> list[Verdict]:
    """``exposure``, ``clipping``, ``range``, ``steps``, ``glare``, ``evenness``, ``shadows``."""
    rows = record.glances[np.isfinite(record.glance("levels")).all(axis=1)]
    if not len(rows):
        return []
    mean, low, high = np.median(rows["levels"].astype(np.float64), axis=0).tolist()
    black, white = np.median(rows["clipped"].astype(np.float64), axis=0).tolist()
    glare = float(np.median(rows["glare"]))
    found = [
        _exposure(mean, high),
        _clipping(black, white),
        whole("range", high - low, f"The face spans {high - low:.0f} levels of 255."),
        *_steps(record),
        whole("glare", glare, f"Highlights cover {glare:.1%} of the skin."),
    ]
    sides, edge = rows["sides"].astype(np.float64), rows["edge"].astype(np.float64)
    if np.isfinite(sides).any():
        found += _evenness(float(np.nanmedian(sides)), float(np.nanmedian(edge)))
    return found


def _exposure(mean: float, bright: float) -> Verdict:
    """Too bright by the mean; too dark by the brightest twentieth, which dark skin has, too."""
    if LIMITS["darkness"].level(bright) != "good":
        reason = f"The face is dark: its brightest twentieth begins at level {bright:.0f} of 255."
        return whole("exposure", bright, reason, "darkness")
    words = "well exposed" if LIMITS["brightness"].level(mean) == "good" else "too bright"
    reason = f"The face is {words}: mean level {mean:.0f} of 255."
    return whole("exposure", mean, reason, "brightness")


def _clipping(black: float, white: float) -> Verdict:
    reason = f"{black:.1%} of the skin is black, {white:.1%} white."
    return whole("clipping", max(black, white), reason)


def _evenness(sides: float, edge: float) -> list[Verdict]:
    ratio, side = max(sides, 1.0 / sides), "left" if sides > 1 else "right"
    uneven = f"The person's {side} side gets {ratio:.1f} times the light of the other."
    hard = f"Light changes {edge:.1f} times across the hardest edge on the skin."
    return [whole("evenness", ratio, uneven), whole("shadows", edge, hard)]


def _steps(record: Record) -> list[Verdict]:
    """Jumps that the whole picture and the face make together, and that last."""
    reach = max(round(_BESIDE / step(record.time)), 3)
    if len(record.frames) < 2 * reach + 1:
        return []
    scene, face = (_jumps(record.frames[name], reach) for name in ("scene", "bands"))
    both = np.where(scene * face > 0, np.minimum(np.abs(scene), np.abs(face)), 0.0)
    size = float(both.max(initial=0.0))
    over = both > LIMITS["steps"].good
    count = int(np.sum(np.diff(over.astype(np.int8), prepend=0) > 0))
    times = "once" if count == 1 else f"{count} times"
    reason = f"The exposure jumps {times}, by up to {size:.0%}." if count else "The exposure holds."
    return [whole("steps", size, reason)]


def _jumps(growth: NDArray[np.void], reach: int) -> Array:
    """Median log brightness after each frame less that before, shape (n,)."""
    steps = np.nan_to_num(growth.astype(np.float64))
    level = np.cumsum(steps if steps.ndim == 1 else np.median(steps, axis=1))
    windows = np.median(np.lib.stride_tricks.sliding_window_view(level, reach), axis=1)
    found = np.zeros(len(level))
    found[reach : len(level) - reach + 1] = windows[reach:] - windows[:-reach]
    return found
