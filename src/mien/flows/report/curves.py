"""Curves of a reading as Plotly figures: the action units that move, and the head."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.core.face import Event
from mien.core.facs import ACTION_UNITS, INDEX, ActionUnit
from mien.core.signal import Track

Array = NDArray[np.float64]

_MOVES = 0.6  # intensity between the 2nd and the 98th percentile from which a unit is shown
_MOST = 12  # action units shown
_POINTS = 3000  # of a curve, and as many again near events; longer ones are thinned
_NEAR = 0.5  # s round an event in which a curve keeps more of its points
_MOST_BANDS = 100  # events drawn as bands
_ROW = 96  # px per action unit


def units_that_move(track: Track, events: Sequence[Event]) -> list[ActionUnit]:
    """Action units worth a curve, in the order of the table.

    Those that events name or that travel far, the furthest first where there are too many.
    """
    named = {name for event in events for name in event.aus}
    travel = {}
    for unit in ACTION_UNITS:
        rows = track.aus[:, [INDEX[column] for column in unit.columns]]
        seen = rows[:, np.isfinite(rows).any(axis=0)]
        reach = 0.0
        if seen.size:
            low, high = np.nanpercentile(seen, [2, 98], axis=0)
            reach = float(np.nanmax(high - low))
        if unit.region != "gaze" and (reach >= _MOVES or named & set(unit.columns)):
            travel[unit.code] = reach
    chosen = sorted(travel, key=lambda code: -travel[code])[:_MOST]
    return [unit for unit in ACTION_UNITS if unit.code in chosen]


def au_figure(
    track: Track, units: Sequence[ActionUnit], events: Sequence[Event], faces: int = 1
) -> dict[str, Any]:
    """One small panel per action unit over a common clock, events as bands, as a Plotly figure.

    Args:
        track: of one face.
        units: to show, at least one.
        events: of that face.
        faces: on the page, which share the number of points.
    """
    rows = len(units)
    events = sorted(events, key=lambda e: (e.kind != "micro", -e.confidence))[:_MOST_BANDS]
    near = _near(track.time, events)
    traces: list[dict[str, Any]] = []
    for row, unit in enumerate(units):
        for column in unit.columns:
            side = column[-1] if len(unit.columns) == 2 else "both"
            time, values = thinned(track.time, track.au(column), near, _POINTS // faces)
            traces.append(_curve(time, values, column, side, row))
    layout = _layout(track, rows)
    for row, unit in enumerate(units):
        bottom = 1.0 - (row + 1) / rows
        top = _top(track, unit)
        layout[_axis("y", row)] = {
            "domain": [bottom + 0.06 / rows, bottom + 0.76 / rows],
            "range": [-0.03 * top, 1.03 * top], "tickvals": [0, top], "fixedrange": True,
            "zeroline": False,
        }  # fmt: skip
        layout["annotations"].append(
            _title(f"<b>{unit.code}</b> {unit.name}", bottom + 0.78 / rows)
        )
    layout["shapes"] = _bands(events)
    return {"data": traces, "layout": layout}


def head_figure(track: Track) -> dict[str, Any]:
    """Yaw, pitch and roll in one panel, as a Plotly figure."""
    traces = []
    for i, name in enumerate(("yaw", "pitch", "roll")):
        time, values = thinned(track.time, track.pose[:, i])
        traces.append(_curve(time, values, name, name, 0))
    layout = _layout(track, 2)
    layout["showlegend"] = True
    layout["legend"] = {"orientation": "h", "y": 1.16, "x": 0}
    layout["yaxis"] = {"domain": [0, 1], "fixedrange": True, "ticksuffix": "°", "zeroline": True}
    return {"data": traces, "layout": layout}


def thinned(
    time: Array, values: Array, near: NDArray[np.bool_] | None = None, most: int = _POINTS
) -> tuple[Array, Array]:
    """A long course with fewer points that keeps every peak: least and greatest of each block.

    Args:
        time: shape (n,).
        values: shape (n,), may hold NaN; a block without a number stays a gap.
        near: shape (n,), where blocks are short, as somebody will look closely; None: nowhere.
        most: points to keep, roughly; as many again where ``near``.
    """
    near = np.zeros(len(time), dtype=bool) if near is None else near
    size = np.empty(len(time))  # of the block that each point goes into
    for part in (near, ~near):
        size[part] = np.ceil(max(2 * part.sum() / most, 1.0))
    if not (size > 1).any():
        return time, values
    starts = np.flatnonzero(np.diff(np.floor(np.cumsum(1.0 / size) + 1e-9), prepend=-1.0))
    low = np.minimum.reduceat(np.where(np.isnan(values), np.inf, values), starts)
    high = np.maximum.reduceat(np.where(np.isnan(values), -np.inf, values), starts)
    pairs = np.stack([low, high], axis=1)
    pairs[~np.isfinite(pairs)] = np.nan
    return np.repeat(time[starts], 2), pairs.ravel()


def _near(time: Array, events: Sequence[Event]) -> NDArray[np.bool_]:
    """Which times lie near an event."""
    near = np.zeros(len(time), dtype=bool)
    for event in events:
        near |= (time >= event.onset - _NEAR) & (time <= event.offset + _NEAR)
    return near


def _top(track: Track, unit: ActionUnit) -> float:
    """The end of a panel's scale: 0.5, 1, 2 or 5, so that small movements can be seen."""
    rows = track.aus[:, [INDEX[column] for column in unit.columns]]
    highest = float(np.nanmax(rows, initial=0.0))
    return next((top for top in (0.5, 1, 2) if highest <= top), 5)


def _curve(time: Array, values: Array, name: str, colour: str, row: int) -> dict[str, Any]:
    """A line; ``meta`` names the colour, which the page sets for light and dark."""
    return {
        "type": "scatter", "mode": "lines", "name": name, "meta": colour, "line": {"width": 1.6},
        "x": [round(float(t), 4) for t in time],
        "y": [None if np.isnan(v) else round(float(v), 3) for v in values],
        "yaxis": "y" if row == 0 else f"y{row + 1}", "hovertemplate": "%{y:.2f}",
    }  # fmt: skip


def _layout(track: Track, rows: int) -> dict[str, Any]:
    last = float(track.time[-1]) if len(track) else 0.0
    return {
        "height": 70 + _ROW * rows, "margin": {"l": 34, "r": 8, "t": 12, "b": 44},
        "showlegend": False, "hovermode": "x", "dragmode": "zoom", "annotations": [],
        "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, sans-serif", "size": 12},
        "xaxis": {
            "range": [float(track.time[0]) if len(track) else 0.0, last], "anchor": "free",
            "position": 0, "title": {"text": "seconds"}, "zeroline": False,
        },
    }  # fmt: skip


def _axis(letter: str, row: int) -> str:
    return f"{letter}axis" if row == 0 else f"{letter}axis{row + 1}"


def _title(text: str, y: float) -> dict[str, Any]:
    return {
        "text": text, "x": 0, "y": y, "xref": "paper", "yref": "paper", "xanchor": "left",
        "yanchor": "bottom", "showarrow": False, "font": {"size": 12},
    }  # fmt: skip


def _bands(events: Sequence[Event]) -> list[dict[str, Any]]:
    """A band from onset to offset and a line at the apex of each event, over all panels."""
    shapes: list[dict[str, Any]] = []
    common = {"xref": "x", "yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
    for event in events:
        band = {"type": "rect", "x0": event.onset, "x1": event.offset, "line": {"width": 0}}
        apex = {
            "type": "line",
            "x0": event.apex,
            "x1": event.apex,
            "line": {"width": 1, "dash": "dot"},
        }
        shapes += [{**common, **band, "name": event.kind}, {**common, **apex, "name": "apex"}]
    return shapes
