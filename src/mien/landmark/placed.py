"""The mesh of a drawn face from a few points that a person has placed on it.

Contours (lids, brows, lips, the outline) are drawn through the points; what was placed on one side
only is mirrored. Every other point of the mesh stays the same weighted mean of its neighbours as on
the template, with the mean value weights of Floater (2003): such a mesh gives way evenly and does
not fold, however large the eyes and small the mouth.
"""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.head import View, rotation_of
from mien.anatomy.template import template
from mien.anatomy.topology import OVAL, triangles
from mien.anatomy.unfold import unfolded
from mien.core.face import N_POINTS, Landmarks
from mien.core.points import Point, check_points
from mien.landmark.contours import brow, eye, lid_rings, mouth, usual_brow

Array = NDArray[np.float64]

_SINGLE = {
    "chin": 152, "forehead": 10, "nose_tip": 1, "nose_bridge": 168, "nose_left": 358,
    "nose_right": 129, "jaw_left": 397, "jaw_right": 172, "cheek_left": 454, "cheek_right": 234,
}  # fmt: skip
"""Points that stand for one point of the mesh."""
_JAW = 8, 28  # of OVAL, from the left cheek over the chin to the right one
_NOSE = (4, 19, 44, 45, 94, 125, 141, 274, 275, 354, 370)
_STEPS = 12
MESH_POINTS = {
    "left_eye_outer": (263,), "left_eye_inner": (362,), "right_eye_outer": (33,),
    "right_eye_inner": (133,), "mouth_left": (291,), "mouth_right": (61,), "lip_top": (0,),
    "lip_bottom": (17,), "mouth_middle": (13, 14), "opening_top": (13,), "opening_bottom": (14,),
    **{f"{side}_eye_{part}": (n,)
       for side, ns in (("right", (159, 145, 161, 157, 163, 154)),
                        ("left", (386, 374, 388, 384, 390, 381)))
       for part, n in zip(("top", "bottom", "top_outer", "top_inner", "bottom_outer",
                           "bottom_inner"), ns, strict=True)},
    "left_brow_inner": (336, 285), "left_brow_middle": (334, 282), "left_brow_outer": (300, 276),
    "right_brow_inner": (107, 55), "right_brow_middle": (105, 52), "right_brow_outer": (70, 46),
    "left_pupil": (473,), "right_pupil": (468,), **{name: (n,) for name, n in _SINGLE.items()},
}  # fmt: skip
"""Which points of the template a name is the mean of."""


def placed(points: Mapping[str, Point], size: tuple[int, int] | None = None) -> Landmarks:
    """The mesh through points that a person has placed.

    Args:
        points: name to x, y in px; see :mod:`mien.core.points`.
        size: width and height of the picture in px; not checked where not given.

    Returns:
        Landmarks that pass through the points; lips drawn as a line through the line. Depth is the
        template's, turned by the yaw that the points show.

    Raises:
        InputError: points that cannot be those of a face.
    """
    checked = check_points(points, size)
    given = {name: np.array(place, dtype=np.float64) for name, place in checked.items()}
    view, stretch = _view(given)
    head = template() * stretch
    usual = view.to_picture(head)
    known = _mirrored(given, view, head)
    fixed = {_SINGLE[name]: place for name, place in known.items() if name in _SINGLE}
    beside: dict[int, Array] = {}
    for side in ("left", "right"):
        lids = eye(known, side)
        known = {**usual_brow(known, side), **known}
        fixed.update(lids)
        beside.update(lid_rings(known, lids, side, view.scale))
        fixed.update(brow(known, side, view.scale))
    fixed.update(mouth(known))
    fixed.update(_outline(fixed, usual[:, :2], view.pose.roll))
    # From the front nothing hides anything: a mesh that starts there does not fold.
    level = rotation_of(0.0, 0.0, view.pose.roll)
    front = View(level, view.scale, view.origin).to_picture(head)[:, :2]
    if "nose_tip" in known:  # the tip takes the skin round it along
        near = list(_NOSE)
        beside.update(zip(near, known["nose_tip"] + 0.6 * (front[near] - front[1]), strict=True))
    xy = unfolded(front, _spread({**fixed, **beside}, front), list(fixed))
    return Landmarks(np.column_stack([xy, usual[:, 2]]))


def _view(given: Mapping[str, Array]) -> tuple[View, Array]:
    """How the template is seen and how it is stretched, shape (3,), to lie under the points.

    Weak perspective; yaw and stretch are held back by what is usual, so that a face drawn
    symmetrically is seen from the front.
    """
    from scipy.optimize import least_squares

    names = [name for name in given if name != "forehead" and "brow" not in name]
    seen = np.array([given[name] for name in names])
    head = np.array([template()[list(MESH_POINTS[name])].mean(axis=0) for name in names])
    eyes = [
        np.mean([given[f"{side}_eye_{end}"] for end in ("outer", "inner")], axis=0)
        for side in ("right", "left")
    ]
    unit, centre = float(np.linalg.norm(eyes[1] - eyes[0])), (eyes[0] + eyes[1]) / 2

    def view(unknown: Array) -> View:
        yaw, roll, size, x, y, _ = unknown
        scale = unit * math.exp(size)
        return View(
            rotation_of(40.0 * yaw, 0.0, 57.3 * roll),
            scale,
            np.array([centre[0] + unit * x, -centre[1] - unit * y, 0.0]),
        )

    def off(unknown: Array) -> Array:
        place = view(unknown).to_picture(head * [1.0, math.exp(unknown[5]), 1.0])[:, :2]
        miss = (place - seen) / unit
        return np.concatenate([miss.ravel(), 0.2 * unknown[[0, 5]]])

    across = eyes[1] - eyes[0]
    start = np.array([0.0, -math.atan2(across[1], across[0]), 0.0, 0.0, 0.0, 0.0])
    found = least_squares(off, start, loss="soft_l1", f_scale=0.1).x
    found[0] = np.clip(found[0], -1.5, 1.5)
    return view(found), np.array([1.0, math.exp(found[5]), 1.0])


def _mirrored(given: Mapping[str, Array], view: View, head: Array) -> dict[str, Array]:
    """The points, and what was placed on one side only on the other side, too.

    A point stands off from the template alike on both sides of the head.
    """
    known = dict(given)
    for name, place in given.items():
        other = _other(name)
        if other in known:
            continue
        off = view.to_head(np.append(place, 0.0)[None])[0] - _flat(view, head, name)
        off[0] = -off[0]
        mirrored = _flat(view, head, other) + off
        known[other] = view.to_picture(mirrored[None])[0, :2]
    return known


def _flat(view: View, head: Array, name: str) -> Array:
    """Where a named point of the template is seen, in the head's frame, depth left out."""
    seen = view.to_picture(head[list(MESH_POINTS[name])]).mean(axis=0)
    return np.asarray(view.to_head((seen * [1.0, 1.0, 0.0])[None])[0])


def _other(name: str) -> str:
    for side, far in (("left", "right"), ("right", "left")):
        if name.startswith(f"{side}_"):
            return far + name.removeprefix(side)
        if name.endswith(f"_{side}"):
            return name.removesuffix(side) + far
    return name


def _outline(fixed: Mapping[int, Array], usual: Array, roll: float) -> dict[int, Array]:
    """The outline: as usual, moved to what was placed on it; cheeks and chin a smooth curve.

    Args:
        fixed: mesh point to place, px.
        usual: the template under the same view, shape (478, 2), px.
        roll: of the head, degrees.
    """
    from scipy.interpolate import PchipInterpolator

    oval, n = usual[list(OVAL)], len(OVAL)
    at = [k for k, point in enumerate(OVAL) if point in fixed]
    off = np.array([fixed[OVAL[k]] - oval[k] for k in at])
    if not at:
        return dict(zip(OVAL, oval, strict=True))
    if len(at) == 1:  # the chin alone says nothing about the temples
        top = usual[168, 1]
        share = np.clip((oval[:, 1] - top) / (oval[at[0], 1] - top), 0, 1)
        return dict(zip(OVAL, oval + share[:, None] * off[0], strict=True))
    turns = [k + turn * n for turn in (-1, 0, 1) for k in at]
    moves = np.tile(off, (3, 1))
    curve = oval + np.stack([np.interp(range(n), turns, moves[:, i]) for i in (0, 1)], axis=1)
    low = [k for k in at if _JAW[0] <= k <= _JAW[1]]
    if low[:1] == [_JAW[0]] and low[-1:] == [_JAW[1]]:
        steps = np.linalg.norm(np.diff(oval, axis=0), axis=1)
        along = np.concatenate([[0.0], np.cumsum(steps)])
        # Monotone in the head's own axes: the chin is the lowest point of the curve.
        upright = rotation_of(0.0, 0.0, -roll)[:2, :2]
        places = np.array([fixed[OVAL[k]] for k in low]) @ upright
        through = PchipInterpolator(along[low], places)
        curve[_JAW[0] : _JAW[1] + 1] = through(along[_JAW[0] : _JAW[1] + 1]) @ upright.T
    return dict(zip(OVAL, curve, strict=True))


def _spread(fixed: Mapping[int, Array], usual: Array) -> Array:
    """All points, shape (478, 2), px, from those that are fixed: each a mean of its neighbours.

    The fixed ones move from where they usually are to their places in small steps, and the weights
    follow: in one step, skin would be dragged over the edges of the eyes.
    """
    from scipy.sparse import coo_matrix, eye_array
    from scipy.sparse.linalg import spsolve

    held = np.array(sorted(fixed))
    goal = np.array([fixed[i] for i in held.tolist()])
    is_held = np.zeros(N_POINTS, dtype=np.bool_)
    is_held[held] = True
    xy, start = usual.copy(), usual[held]
    for step in range(1, _STEPS + 1):
        rows, columns, values = _weights(xy)
        free = ~is_held[rows]
        means = coo_matrix((values[free], (rows[free], columns[free])), shape=(N_POINTS, N_POINTS))
        known = np.zeros((N_POINTS, 2))
        known[held] = start + step / _STEPS * (goal - start)
        xy = np.asarray(spsolve((eye_array(N_POINTS) - means).tocsc(), known))
    return xy


def _weights(xy: Array) -> tuple[NDArray[np.int64], NDArray[np.int64], Array]:
    """Mean value weights of every point's neighbours: row, column, value."""
    faces = triangles()
    rows, columns, values = [], [], []
    for k in range(3):
        at, one, two = faces[:, k], faces[:, (k + 1) % 3], faces[:, (k + 2) % 3]
        u, v = xy[one] - xy[at], xy[two] - xy[at]
        far_u, far_v = (np.maximum(np.linalg.norm(w, axis=1), 1e-6) for w in (u, v))
        half = np.tan(np.arccos(np.clip((u * v).sum(axis=1) / (far_u * far_v), -0.99, 1)) / 2)
        rows += [at, at]
        columns += [one, two]
        values += [half / far_u, half / far_v]
    row, value = np.concatenate(rows), np.concatenate(values)
    total = np.maximum(np.bincount(row, value, N_POINTS), 1e-12)
    return row, np.concatenate(columns), np.asarray(value / total[row])
