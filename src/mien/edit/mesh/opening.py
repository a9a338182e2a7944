"""A slit in an edited face, on the nodes of the field, and the skin above and below it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.edit.mesh.canvas import Canvas
from mien.edit.mesh.field import all_triangles
from mien.edit.mesh.photo.eyeball import IRIS
from mien.edit.mesh.pixels import F32, Box, Image, blend, box_of, carried_on
from mien.edit.mesh.skin import Move, box_at, look_through, shift_at
from mien.edit.mesh.slit import MOUTH, PLACES, Frame, Slit, side, tabled

_STIRRED = 0.3  # px: where the edges of the mouth move less, what lies behind them fades out


@dataclass(frozen=True)
class Opening:
    """A slit in the edited face, on a window of nodes.

    Attributes:
        slit: which.
        rows: of nodes.
        columns: of nodes.
        below: triangles of the window as the skin below the slit goes on without the skin above.
    """

    slit: Slit
    rows: slice
    columns: slice
    below: NDArray[np.int16]


def reached(shift: NDArray[np.float64], slit: Slit) -> bool:
    """Whether an edit (514, 2) reaches the skin round a slit or what lies behind it."""
    faces = all_triangles()
    points = np.zeros(len(shift), dtype=np.bool_)
    points[faces[side(slit, lower=True) | side(slit, lower=False)]] = True
    if slit is not MOUTH:
        points[IRIS[slit.name]] = True
    return bool(shift[points].any())


def find(canvas: Canvas, move: Move, slit: Slit) -> Opening | None:
    """The opening of a slit in the edited face; None where it lies outside the picture."""
    points = np.union1d(all_triangles()[side(slit, lower=True)].ravel(), slit.upper)
    nodes = canvas.grid.to_nodes(move.target[points])
    margin = 4 if slit is MOUTH else 7  # over an eye lies the lid that may be drawn out
    low = np.clip(np.floor(nodes.min(axis=0)).astype(int) - [4, margin], 0, None)
    high = np.minimum(np.ceil(nodes.max(axis=0)).astype(int) + 4, canvas.grid.shape[::-1])
    if not (high > low).all():
        return None
    rows, columns = slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))
    below = _without(move.ids[rows, columns], side(slit, lower=False))
    return Opening(slit, rows, columns, below)


def cover(move: Move, opening: Opening, under: NDArray[np.bool_] | None = None) -> None:
    """Extend the skin above a slit over the gap and the skin below it, in ``move.ids``.

    Args:
        move: the edit.
        opening: the slit.
        under: triangles of the skin below it, shape (925,); those of the mesh where not given.
    """
    window = move.ids[opening.rows, opening.columns]
    under = side(opening.slit, lower=True) if under is None else under
    move.covered[opening.rows, opening.columns] |= (window < 0) | under[window]
    window[:] = _without(window, under)


def _without(window: NDArray[np.int16], other: NDArray[np.bool_]) -> NDArray[np.int16]:
    """Triangles of a window where the gap and one side are replaced by the nearest of the rest."""
    return carried_on(window, (window >= 0) & ~other[window])


def lay_below(
    canvas: Canvas,
    move: Move,
    opening: Opening,
    place: tuple[F32, F32],
    soft: float,
    window: Image,
) -> None:
    """Lay the skin below a slit over the one above, in place, from an edge q(p) downwards."""
    part = _below(canvas, move, opening)
    if part is None:
        return
    skin, at = part
    box = box_at(canvas, opening.below.shape, (opening.rows.start, opening.columns.start))
    area = np.s_[at[1] - box[1] : at[3] - box[1], at[0] - box[0] : at[2] - box[0]]
    q, edge = place[0][area], place[1][area]
    under = np.clip((q - edge) / np.float32(2 * soft) + np.float32(0.5), 0, 1)
    window[area] = blend(window[area], skin, under)


def _below(canvas: Canvas, move: Move, opening: Opening) -> tuple[Image, Box] | None:
    """The skin below a slit where it differs from what has been drawn, and its box in px."""
    differs = opening.below != move.ids[opening.rows, opening.columns]
    seen = box_of(differs)
    if seen is None:
        return None
    rows, columns = differs.shape
    inner, outer = (
        (
            max(seen[0] - n, 0),
            max(seen[1] - n, 0),
            min(seen[2] + n, columns),
            min(seen[3] + n, rows),
        )
        for n in (1, 2)
    )
    origin = opening.rows.start + outer[1], opening.columns.start + outer[0]
    ids = opening.below[outer[1] : outer[3], outer[0] : outer[2]]
    left, top, right, bottom = ((n - outer[i % 2]) * canvas.grid.step for i, n in enumerate(inner))
    shift = shift_at(canvas, move, ids, origin)
    return look_through(canvas, shift, origin, (left, top, right, bottom))


def stirred(move: Move, into: Frame, p: F32) -> F32:
    """Where along the mouth its edges have moved, 0–1: what stays still is not drawn again."""
    size, place = np.zeros(PLACES), np.linspace(0, into.width, PLACES)
    for chain in (list(MOUTH.upper), list(MOUTH.lower)):
        along, _ = into.of(move.target[chain])
        far = np.linalg.norm(move.target[chain] - move.source[chain], axis=1)
        size = np.maximum(size, np.interp(place, np.maximum.accumulate(along), far))
    table = np.clip(size / _STIRRED, 0, 1).astype(np.float32)
    return tabled(into, table, table).at(p)[0]
