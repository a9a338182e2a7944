"""mien's reading and OpenFace's made one, unit by unit, each value by how sure it is.

OpenFace's intensities are brought onto mien's scale first (``scales``); a unit for which that is
refused stays as mien read it. What OpenFace says has no sides: it moves the level of a unit, and
the sides share that as mien sees them. Rows in which mien lost the face are filled with what
OpenFace says there; what mien knows to be hidden stays empty, for OpenFace guesses it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.head import TURNED, far_side
from mien.capture.scales import Scale, learned_scale
from mien.core.facs import COLUMNS, INDEX, MAX_INTENSITY, resolve
from mien.core.signal import Track
from mien.landmark.backends.openface import OpenFace, columns_of
from mien.landmark.backends.openface_csv import UNITS

Array = NDArray[np.float64]

ORIGINS = ("", "mien", "openface", "both")
NONE, MIEN, OPENFACE, BOTH = range(len(ORIGINS))
SURE = 0.7  # OpenFace's confidence below which its author counts a frame as failed (its issue 270)

_SILENT = 0.2  # intensity; a side that moves less takes hardly any part in a change of level
_AT_ODDS = 0.5  # of its confidence is left where OpenFace's intensity and presence disagree
# Of the variance between the two that is mien's. At most a third: so OpenFace goes a third of the
# way as a rule, which helps where it is as good and does little harm where it is much worse.
_LEAST_SHARE, _MOST_SHARE = 0.05, 1 / 3
_SMALLEST = 0.05  # intensities; what the two differ by at least
_SAME = 1e-5  # intensities; single precision
_TINY = 1e-9


@dataclass(frozen=True, eq=False)
class Fused:
    """A reading of both.

    Attributes:
        track: one row for each of mien's.
        origin: shape (n, len(COLUMNS)), where each intensity comes from: an index of
            :data:`ORIGINS`.
        row: shape (n,), the same for who saw the face; pose and position are OpenFace's where it is
            ``OPENFACE``, else mien's.
        scales: of every unit of OpenFace's (``"AU12"``), by face and unit.
        unfinished: as in :class:`OpenFace`.
    """

    track: Track
    origin: NDArray[np.uint8]
    row: NDArray[np.uint8]
    scales: dict[tuple[int, str], Scale]
    unfinished: bool = False


def fused(track: Track, other: OpenFace, partner: NDArray[np.int64]) -> Fused:
    """Fuse two readings of a clip.

    Args:
        track: mien's.
        other: OpenFace's.
        partner: shape (len(track),), the row of OpenFace's that shows the same face on the same
            frame; -1 where it has none.
    """
    origin = np.where(np.isnan(track.aus), NONE, MIEN).astype(np.uint8)
    seen = np.where(track.status == "lost", NONE, MIEN).astype(np.uint8)
    result = Fused(_copy(track), origin, seen, {}, other.unfinished)
    for face in np.unique(track.face):
        rows = np.flatnonzero((track.face == face) & (partner >= 0))
        for unit in _units(result.track, other, rows, partner[rows]):
            result.scales[int(face), unit.name] = unit.scale
            _join(result, unit)
    _see(result, other, partner)
    _resolve(result)
    return result


@dataclass(frozen=True, eq=False)
class _Unit:
    """One unit of one face, on the rows that OpenFace has, too.

    Attributes:
        name: such as ``"AU12"``.
        columns: of the unit.
        rows: shape (m,), of the track.
        level: shape (m,), mien's mean of its sides; NaN where it lacks one.
        said: shape (m,), OpenFace's, on mien's scale; NaN where it says nothing.
        sure: shape (m,), 0 to 1, how far OpenFace is to be believed.
        scale: that was learned.
    """

    name: str
    columns: NDArray[np.int64]
    rows: NDArray[np.int64]
    level: Array
    said: Array
    sure: Array
    scale: Scale


def _units(
    track: Track, other: OpenFace, rows: NDArray[np.int64], theirs: NDArray[np.int64]
) -> Iterator[_Unit]:
    """What both say of each unit of a face."""
    confidence = other.track.confidence[theirs]
    counts = track.status[rows] == "ok"
    for code in UNITS:
        columns = columns_of(code)
        raw = other.track.aus[theirs, columns[0]].astype(np.float64)
        raw[confidence < SURE] = np.nan
        level = track.aus[np.ix_(rows, columns)].mean(axis=1, dtype=np.float64)
        if code == 26:  # its travel goes on as AU27 and is no longer in its column
            raw[track.aus[rows, INDEX["AU27"]] > 0.0] = np.nan
        scale = learned_scale(np.where(counts, raw, np.nan), level)
        present = other.present[theirs, columns[0]]
        at_odds = ((present == 0) & (raw >= 1.0)) | ((present == 1) & (raw == 0.0))
        sure = confidence * np.where(at_odds, _AT_ODDS, 1.0)
        name = COLUMNS[columns[0]].rstrip("LR")
        yield _Unit(name, columns, rows, level, scale.of(raw), sure, scale)


def _join(result: Fused, unit: _Unit) -> None:
    """Put what OpenFace says of a unit into a track."""
    track, says = result.track, np.isfinite(unit.said)
    both = says & np.isfinite(unit.level)
    rows = np.ix_(unit.rows[both], unit.columns)
    change = _weight(track, unit)[both] * (unit.said - unit.level)[both]
    sides = track.aus[rows] + _SILENT
    share = sides / sides.mean(axis=1, keepdims=True)
    track.aus[rows] = np.clip(track.aus[rows] + change[:, None] * share, 0.0, MAX_INTENSITY)
    result.origin[rows] = BOTH
    alone = says & (track.status[unit.rows] == "lost")
    rows = np.ix_(unit.rows[alone], unit.columns)
    track.aus[rows] = unit.said[alone, None]
    result.origin[rows] = OPENFACE
    if track.deviation is not None:
        track.deviation[rows] = unit.scale.error


def _weight(track: Track, unit: _Unit) -> Array:
    """How much of the way to go from mien's level to OpenFace's, 0 to 1, shape (m,).

    By inverse variance. What the two differ by is the errors of both: mien's is its own deviation,
    but a third of it at most as a rule; the rest is put down to OpenFace.
    """
    apart = max(unit.scale.error, _SMALLEST) ** 2
    own = np.full(len(unit.rows), np.nan)
    if track.deviation is not None:
        own = track.deviation[np.ix_(unit.rows, unit.columns)].mean(axis=1, dtype=np.float64) ** 2
    known = own[np.isfinite(own)]
    usual = float(np.median(known)) if len(known) else _MOST_SHARE * apart
    share = min(usual, _MOST_SHARE * apart)
    own = np.where(np.isfinite(own), own, usual) * (share / max(usual, _TINY))
    own = np.maximum(own, _LEAST_SHARE * apart)
    mien, openface = track.confidence[unit.rows] / own, unit.sure / (apart - share)
    return np.asarray(openface / np.maximum(mien + openface, _TINY))


def _resolve(result: Fused) -> None:
    """Take pairs that no face shows at once out of the rows that were changed."""
    rows = np.flatnonzero((result.origin > MIEN).any(axis=1))
    aus = result.track.aus[rows]
    resolved = np.where(np.isnan(aus), np.nan, resolve(aus))
    less = (np.abs(resolved - aus) > _SAME) & (result.origin[rows] == MIEN)
    result.track.aus[rows] = resolved
    result.origin[rows] = np.where(less, BOTH, result.origin[rows])


def _see(result: Fused, other: OpenFace, partner: NDArray[np.int64]) -> None:
    """Rows that OpenFace alone has seen get its pose and place; all rows who saw them."""
    track = result.track
    filled = np.flatnonzero((result.origin == OPENFACE).any(axis=1))
    theirs = partner[filled]
    track.pose[filled] = other.track.pose[theirs]
    track.position[filled] = other.track.position[theirs]
    for face in np.unique(track.face[filled]):
        own = track.face == face
        zero = float(np.median(track.confidence[own & (track.status == "ok")]))
        rows = filled[own[filled]]
        track.confidence[rows] = zero * other.track.confidence[partner[rows]]
    turned = np.abs(track.pose[filled, 0]) > TURNED
    track.status[filled] = np.where(turned, "turned", "ok")
    for row in filled[turned]:
        hidden = far_side(float(track.pose[row, 0]))
        track.aus[row, hidden], result.origin[row, hidden] = np.nan, NONE
    result.row[filled] = OPENFACE
    result.row[(result.origin == BOTH).any(axis=1)] = BOTH


def _copy(track: Track) -> Track:
    """The track with numbers of its own to write into."""
    return replace(
        track,
        status=track.status.copy(),
        confidence=track.confidence.copy(),
        pose=track.pose.copy(),
        position=track.position.copy(),
        aus=track.aus.copy(),
        deviation=None if track.deviation is None else track.deviation.copy(),
    )
