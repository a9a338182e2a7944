"""The table of muscles, and the displacement fields it makes on one person's face.

Each row of ``fields.csv`` is one pull on the skin of the subject's left half: where a muscle's
fibres reach the skin (*site*), where it is attached (*attachment*), how far the skin follows
(*reach*), and the pull at intensity 5. Displacement at a point of the skin at distance d from the
site is

    pull * (1 + cos(pi * d / reach)) / 2,    0 beyond the reach

after the linear muscle of Waters (SIGGRAPH 1987), with distances along the skin instead of through
space. The pull has three parts, so that it carries over to any face: *along* the line from the
site to the attachment on this very face, *out* of the skin at a right angle to it, and *across*
both.

Rows whose site is ``upper_lid`` or ``lower_lid`` move each point of that lid towards its partner
on the other lid; their pull is in openings of this eye, not in IOD, so that lids that touch on one
face touch on all. Rows whose site is ``iris`` turn the eyeball.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from mien.anatomy import topology
from mien.anatomy.template import distances, template
from mien.anatomy.topology import mirror
from mien.core.errors import InputError
from mien.core.face import N_POINTS
from mien.core.facs import COLUMNS, INDEX

_IRIS = (topology.IRIS_LEFT, *topology.IRIS_RING_LEFT)
_LIDS = {
    "upper_lid": (topology.UPPER_LID_LEFT, topology.LOWER_LID_LEFT),
    "lower_lid": (topology.LOWER_LID_LEFT, topology.UPPER_LID_LEFT),
}
_OVER = 0.3  # IOD; how far past the midline a one-sided muscle takes the skin along
_LID_BLEND = 0.04  # IOD; how far along the lid neighbouring partners are blended


@dataclass(frozen=True)
class Pull:
    """One row of the table: what one muscle does at one place of the left half of the face.

    Attributes:
        au: ``"AU12"``; ``"AU30"`` and ``"AU61"`` stand for both directions of jaw and gaze.
        muscle: the muscle that pulls.
        site: number of the mesh point, or ``upper_lid``, ``lower_lid``, ``iris``.
        attachment: number of the mesh point towards which the muscle runs; None: the axes of the
            head (left, up, out) take the place of along, across and out.
        reach: IOD along the skin.
        pull: along, across, out; IOD at intensity 5.
        source: what the numbers were fitted to.
    """

    au: str
    muscle: str
    site: str
    attachment: int | None
    reach: float
    pull: tuple[float, float, float]
    source: str


@cache
def table() -> tuple[Pull, ...]:
    """All rows of ``fields.csv``."""
    with (files("mien.anatomy") / "fields.csv").open() as file:
        return tuple(_row(line, row) for line, row in enumerate(csv.DictReader(file), start=2))


def _row(line: int, row: dict[str, str]) -> Pull:
    try:
        return Pull(
            row["au"],
            row["muscle"],
            row["site"] if row["site"] in (*_LIDS, "iris") else str(int(row["site"])),
            int(row["attachment"]) if row["attachment"] else None,
            float(row["reach"]),
            (float(row["along"]), float(row["across"]), float(row["out"])),
            row["source"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"fields.csv, line {line}: cannot be read: {error}") from error


def fields_of(
    neutral: NDArray[np.float64], rows: tuple[Pull, ...] | None = None
) -> NDArray[np.float64]:
    """Displacement of every point per action unit at intensity 5, on this face.

    An unsided action unit is the sum of its two halves, so a row in the midline counts twice.

    Args:
        neutral: shape (478, 3), neutral mesh in the head's frame, IOD.
        rows: the muscles; None: those of the table.

    Returns:
        Shape (len(COLUMNS), 478, 3), IOD; the order of :data:`mien.core.facs.COLUMNS`.
    """
    fields = np.zeros((len(COLUMNS), N_POINTS, 3))
    plan = _table_plan() if rows is None else _plan(rows)
    for half, flip in ((neutral, False), (reflect(neutral), True)):
        for au, field in _half_fields(plan, half):
            fields[_column(au, flip)] += reflect(field) if flip else field
    fields[INDEX["AU26"]] = fields[INDEX["AU27"]] / 2
    return fields


def basis(row: Pull, face: NDArray[np.float64]) -> NDArray[np.float64]:
    """What a pull of 1 along, across and out does to the face, shape (3, 478, 3), IOD.

    Args:
        row: of the table; its numbers are those of the left half.
        face: neutral mesh, shape (478, 3), IOD, head's frame.
    """
    if row.site in _LIDS:
        return _lid_basis(row, face)
    weights = _weights(row)
    return np.asarray(weights[None, :, None] * _axes([row], face)[0][:, None, :])


@dataclass(frozen=True)
class _Plan:
    """The rows sorted for speed: those on the skin side by side, action unit by action unit."""

    skin: tuple[Pull, ...]
    pulls: NDArray[np.float64]  # (n, 1, 3)
    weights: NDArray[np.float64]  # (478, n)
    blocks: tuple[tuple[str, slice], ...]
    lids: tuple[Pull, ...]


def _plan(rows: tuple[Pull, ...]) -> _Plan:
    skin = tuple(sorted((r for r in rows if r.site not in _LIDS), key=lambda row: row.au))
    codes = [row.au for row in skin]
    blocks = tuple(
        (au, slice(codes.index(au), codes.index(au) + codes.count(au))) for au in sorted(set(codes))
    )
    weights = np.stack([_weights(row) for row in skin], axis=1)
    pulls = np.array([row.pull for row in skin])[:, None, :]
    return _Plan(skin, pulls, weights, blocks, tuple(r for r in rows if r.site in _LIDS))


@cache
def _table_plan() -> _Plan:
    return _plan(table())


def _half_fields(
    plan: _Plan, face: NDArray[np.float64]
) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """What the left half's muscles do, shape (478, 3) each; an action unit may come in parts."""
    vectors = (plan.pulls @ _axes(plan.skin, face))[:, 0]
    for au, block in plan.blocks:
        yield au, plan.weights[:, block] @ vectors[block]
    for row in plan.lids:
        yield row.au, np.tensordot(row.pull, _lid_basis(row, face), axes=1)


def _column(au: str, flip: bool) -> int:
    """Index of the AU column that a row acts on, for the left half or its mirror image."""
    if au in ("AU30", "AU61"):
        return INDEX[{"AU30": ("AU30L", "AU30R"), "AU61": ("AU61", "AU62")}[au][flip]]
    return INDEX[au] if au in INDEX else INDEX[au + "LR"[flip]]


def reflect(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Positions or displacements of the mirrored face, shape (478, 3)."""
    return points[mirror()] * (-1.0, 1.0, 1.0)


def _weights(row: Pull) -> NDArray[np.float64]:
    """How much each point follows a row, shape (478,), 0 to 1."""
    if row.site == "iris":
        weights = np.zeros(N_POINTS)
        weights[[*_IRIS, *mirror()[list(_IRIS)]]] = 1.0
        return weights
    weights = _bell(distances()[int(row.site)], row.reach)
    return weights * _own_side() if f"{row.au}L" in INDEX and row.au != "AU30" else weights


@cache
def _own_side() -> NDArray[np.float64]:
    """1 on the left; beyond the midline it falls to 0 within _OVER, shape (478,)."""
    return _bell(np.maximum(-template()[:, 0], 0.0), _OVER)


def _bell(distance: NDArray[np.float64], reach: float) -> NDArray[np.float64]:
    return np.asarray((1.0 + np.cos(np.pi * np.minimum(distance / reach, 1.0))) / 2.0)


def _axes(rows: Sequence[Pull], face: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unit vectors along, across and out of each row, shape (n, 3, 3)."""
    axes = np.tile(np.eye(3), (len(rows), 1, 1))
    tied = [i for i, row in enumerate(rows) if row.attachment is not None]
    if tied:
        ends = [row.attachment for row in rows if row.attachment is not None]
        along = face[ends] - face[[int(rows[i].site) for i in tied]]
        along /= np.linalg.norm(along, axis=1, keepdims=True)
        out = np.array([0.0, 0.0, 1.0]) - along * along[:, 2:]
        out /= np.linalg.norm(out, axis=1, keepdims=True)
        axes[tied] = np.stack([along, np.cross(out, along), out], axis=1)
    return axes


def _lid_basis(row: Pull, face: NDArray[np.float64]) -> NDArray[np.float64]:
    """Along: to the partner on the other lid; out: along z, scaled by the opening alike."""
    lid, other = (list(contour) for contour in _LIDS[row.site])
    partners, weights = _lid_weights(row.site, row.reach)
    along = weights[:, None] * (partners @ (face[other] - face[lid]))
    out = np.zeros_like(along)
    out[:, 2] = np.linalg.norm(along, axis=1)
    return np.stack([along, np.zeros_like(along), out])


@cache
def _lid_weights(site: str, reach: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Which partners each point follows, shape (478, 9), and how far, shape (478,)."""
    lid, other = (list(contour) for contour in _LIDS[site])
    away = distances()[:, lid]
    nearest = np.min(away, axis=1)
    finite = np.where(
        np.isfinite(away), away - np.where(np.isfinite(nearest), nearest, 0.0)[:, None], 9.0
    )
    partners = np.exp(-finite / _LID_BLEND)
    partners /= partners.sum(axis=1, keepdims=True)
    partners[lid] = np.eye(len(lid))
    weights = _bell(nearest, reach)
    weights[other] = 0.0
    return partners, weights
