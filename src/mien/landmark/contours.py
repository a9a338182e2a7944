"""Lids, brows and lips drawn through the few points that were placed on them.

Each contour is the template's, in the frame of its two ends, bent until it passes through the
points: an eye may be as round, a mouth as small as an artist likes.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from mien.anatomy import topology as topo
from mien.anatomy.template import template

Array = NDArray[np.float64]
Known = Mapping[str, Array]
Contours = dict[int, Array]

_LIDS = {
    "right": (topo.UPPER_LID_RIGHT, topo.LOWER_LID_RIGHT),
    "left": (topo.UPPER_LID_LEFT, topo.LOWER_LID_LEFT),
}
_IRIS = {
    "right": (topo.IRIS_RIGHT, topo.IRIS_RING_RIGHT),
    "left": (topo.IRIS_LEFT, topo.IRIS_RING_LEFT),
}
_THIN = 0.06  # mouth widths: lips that are drawn thinner than this are drawn as a line
_LIP = 0.22  # mouth widths: how much skin beside such a line counts as lip
_BESIDE = (0.2, 0.05)  # IOD: from the upper and the lower lid to the skin beside it
_BESIDE_WIDTH = 0.35  # the same in widths of the eye, which is narrow where it is turned away
_MANY = 3  # places on a contour, ends not counted, that draw it without the template
_ROUND = 0.5  # IOD: an iris is no larger than this share of its eye's width


def lid_rings(known: Known, lids: Contours, side: str, unit: float) -> Contours:
    """The skin beside both lids: as far from them as the line that stands for the lashes is thick.

    Args:
        known: name to place, shape (2,), px.
        lids: of :func:`eye`.
        side: ``"left"`` or ``"right"``.
        unit: px per IOD.
    """
    found: Contours = {}
    for chain, sign, width in zip(_LIDS[side], (-1.0, 1.0), _BESIDE, strict=True):
        line = np.array([lids[i] for i in chain])
        along = np.gradient(line, axis=0)
        out = np.stack([-along[:, 1], along[:, 0]], axis=1)
        out /= np.linalg.norm(out, axis=1, keepdims=True) + 1e-9
        ends = line[-1] - line[0]
        out *= sign * np.sign(ends @ (known["left_eye_outer"] - known["right_eye_outer"]))
        room = min(width * unit, _BESIDE_WIDTH * float(np.linalg.norm(ends)))
        brow = known.get(f"{side}_brow_middle")
        if sign < 0 and brow is not None:
            room = min(room, 0.4 * float(np.linalg.norm(brow - line[4])))
        ring = line[1:-1] + room * out[1:-1]
        found.update(zip(topo.LID_RINGS[chain], ring, strict=True))
    return found


def eye(known: Known, side: str) -> Contours:
    """Both lids and the iris of an eye: mesh point to place, shape (2,), px.

    Args:
        known: name to place, shape (2,), px, at least of both corners.
        side: ``"left"`` or ``"right"``.
    """
    upper, lower = _LIDS[side]
    ends = known[f"{side}_eye_outer"], known[f"{side}_eye_inner"]
    found: Contours = {}
    for chain, edge in ((upper, "top"), (lower, "bottom")):
        names = (f"{edge}_outer", edge, f"{edge}_inner")
        through = {
            k: known[f"{side}_eye_{name}"]
            for k, name in zip((2, 4, 6), names, strict=True)
            if f"{side}_eye_{name}" in known
        }
        found.update(zip(chain, _bent(chain, ends, through), strict=True))
    centre, ring = _IRIS[side]
    middle = (found[upper[4]] + found[lower[4]]) / 2
    place = known.get(f"{side}_pupil", middle)
    width = float(np.linalg.norm(ends[1] - ends[0]))
    height = float(np.linalg.norm(found[lower[4]] - found[upper[4]]))
    usual = template()[[*ring, centre], :2] * (1.0, -1.0)
    shape = (usual[:-1] - usual[-1]) / np.linalg.norm(usual[0] - usual[-1])
    radius = min(0.56 * height, _ROUND / 2 * width * 1.6)
    found[centre] = place
    found.update(zip(ring, place + radius * shape @ _roll(known).T, strict=True))
    return found


def brow(known: Known, side: str, unit: float) -> Contours:
    """Both edges of a brow; empty where its ends are not known.

    Args:
        known: name to place, shape (2,), px.
        side: ``"left"`` or ``"right"``.
        unit: px per IOD.
    """
    names = [f"{side}_brow_{part}" for part in ("outer", "middle", "inner")]
    if names[0] not in known or names[2] not in known:
        return {}
    upper, lower = (list(edge) for edge in topo.BROW_EDGES[side])
    usual = template()[:, :2] * (1.0, -1.0)
    middle, thick = (usual[upper] + usual[lower]) / 2, (usual[upper] - usual[lower]) / 2
    through = {2: known[names[1]]} if names[1] in known else {}
    line = _through(middle, (known[names[0]], known[names[2]]), through)
    half = 0.6 * unit * thick @ _roll(known).T
    return {
        **dict(zip(upper, line + half, strict=True)),
        **dict(zip(lower, line - half, strict=True)),
    }


def usual_brow(known: Known, side: str) -> dict[str, Array]:
    """Where a brow would be over an eye of any size, by name; empty where one was placed.

    A mesh whose brows lie in the eyes would fold when these close.
    """
    names = [f"{side}_brow_{part}" for part in ("outer", "middle", "inner")]
    if any(name in known for name in names):
        return {}
    ends = [known[f"{side}_eye_{end}"] for end in ("outer", "inner")]
    middle = (ends[0] + ends[1]) / 2
    along = ends[1] - ends[0]
    width = float(np.linalg.norm(along))
    across = np.array([along[1], -along[0]]) / max(width, 1e-9)
    up = across if along[0] > 0 else -across
    top = float((known.get(f"{side}_eye_top", middle) - middle) @ up)
    lift = max(top, 0.15 * width) * up
    beside, over = lift + 0.45 * width * up, lift + 0.55 * width * up
    return dict(zip(names, (ends[0] + beside, middle + over, ends[1] + beside), strict=True))


def mouth(known: Known) -> Contours:
    """Outer and inner edges of both lips.

    Lips drawn as one line get a rim of skin for lips, so that they have something to move.

    Args:
        known: name to place, shape (2,), px, at least of both corners.
    """
    right, left = known["mouth_right"], known["mouth_left"]
    width = float(np.linalg.norm(left - right))
    along = (left - right) / width
    across = np.array([-along[1], along[0]])

    def at(name: str) -> Array | None:
        return None if name not in known else _in_frame(known[name], right, along, width)

    top, bottom, line = at("lip_top"), at("lip_bottom"), at("mouth_middle")
    above, below = at("opening_top"), at("opening_bottom")
    if line is None:
        line = _first(_mean(above, below), _mean(top, bottom), top, bottom, np.array([0.5, 0.0]))
    above, below = _first(above, line), _first(below, line)
    top = above if top is None else top
    bottom = below if bottom is None else bottom
    found: Contours = {}
    for outer, inner, edge, rim, sign in (
        (topo.UPPER_LIP_OUTER, topo.UPPER_LIP_INNER, above, top, -1.0),
        (topo.LOWER_LIP_OUTER, topo.LOWER_LIP_INNER, below, bottom, 1.0),
    ):
        thick = sign * (rim[1] - edge[1])
        is_line = thick < _THIN
        lip_edge = rim if is_line and np.allclose(edge, line) else edge
        lip_rim = lip_edge + np.array([0.0, sign * _LIP]) if is_line else rim
        for chain, through, flat in ((inner, lip_edge, True), (outer, lip_rim, False)):
            curve = _lip(chain, through, line, inner=flat)
            places = right + width * (curve[:, :1] * along + curve[:, 1:] * across)
            found.update(zip(chain, places, strict=True))
    return found


def _lip(chain: Sequence[int], through: Array, line: Array, *, inner: bool) -> Array:
    """An edge of a lip from corner to corner of the mouth, shape (n, 2), mouth widths.

    The line between the lips is a parabola through its middle; the edge stands off from it as the
    template's does, rounder for an opening.
    """
    usual = template()[list(chain), :2] * (1.0, -1.0)
    ends = usual[[0, -1]]
    part = (usual[:, 0] - ends[0, 0]) / (ends[1, 0] - ends[0, 0])
    if inner:  # the opening of a drawn mouth ends in the corners of the mouth
        part = 0.02 + 0.96 * part
    bow = 4 * part * (1 - part)
    away = np.abs(usual[:, 1] - np.interp(part, part[[0, -1]], ends[:, 1]))
    profile = bow**0.75 if inner else away / away[len(chain) // 2]
    x = part + (through[0] - 0.5) * bow
    return np.stack([x, line[1] * bow + (through[1] - line[1]) * profile], axis=1)


def _bent(chain: Sequence[int], ends: tuple[Array, Array], through: Mapping[int, Array]) -> Array:
    return _through(template()[list(chain), :2] * (1.0, -1.0), ends, through)


def _through(usual: Array, ends: tuple[Array, Array], through: Mapping[int, Array]) -> Array:
    """A chain of points bent so that it has these ends and passes through these places.

    Args:
        usual: shape (n, 2), the chain as it usually is, y down.
        ends: first and last place, shape (2,), px.
        through: number in the chain to place, px.
    """
    last = len(usual) - 1
    if len(through) >= _MANY:  # the drawing itself says how the line runs
        knots = [0, *sorted(through), last]
        places = [ends[0], *(through[k] for k in sorted(through)), ends[1]]
        return np.asarray(CubicSpline(knots, places)(np.arange(last + 1)))
    axis = ends[1] - ends[0]
    width = float(np.linalg.norm(axis))
    along = axis / width
    own = usual[-1] - usual[0]
    mirrored = np.sign(own[0]) * np.sign(along[0] or 1.0)
    own_width = float(np.linalg.norm(own))
    own_along = own / own_width
    own_across = np.array([-own_along[1], own_along[0]]) * mirrored
    across = np.array([-along[1], along[0]])
    p, q = (usual - usual[0]) @ own_along / own_width, (usual - usual[0]) @ own_across / own_width
    if through:
        keys = sorted(through)
        spots = np.array([through[k] - ends[0] for k in keys])
        shift = spots @ along / width - p[keys]
        ratio = (spots @ across / width) / q[keys]
        p = p + np.interp(range(last + 1), [0, *keys, last], [0.0, *shift, 0.0])
        q = q * np.interp(range(last + 1), keys, ratio)
    return np.asarray(ends[0] + width * (p[:, None] * along + q[:, None] * across))


def _roll(known: Known) -> Array:
    """How the face is tipped: rotation, shape (2, 2), from the line between the eyes."""
    right, left = (
        known[f"{side}_eye_outer"] + known[f"{side}_eye_inner"] for side in ("right", "left")
    )
    c, s = (left - right) / np.linalg.norm(left - right)
    return np.array([[c, -s], [s, c]])


def _in_frame(place: Array, origin: Array, along: Array, width: float) -> Array:
    step = (place - origin) / width
    return np.array([step @ along, step @ [-along[1], along[0]]])


def _mean(first: Array | None, second: Array | None) -> Array | None:
    return None if first is None or second is None else (first + second) / 2


def _first(*options: Array | None) -> Array:
    return next(option for option in options if option is not None)
