"""What the demo draws: bars of asked against measured, and curves over time."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mien.core import facs
from mien.core.face import Event
from mien.flows.demo.hidden import Experiment
from mien.flows.demo.sketch import Box, Line, Stroke, Text

WIDTH = 720  # units of the curves' drawing
PANEL = 200  # of it, for each action unit
_LEFT, _RIGHT, _TOP, _GAP = 40.0, 12.0, 26.0, 58.0
_SPAN = (0.35, 0.45)  # seconds shown before the onset and after the offset
BAR_WIDTH = 160
_ROW, _NAME = 15.0, 46.0
_SEEN = 0.05  # intensity below which nothing was asked


def bars(asked: dict[str, float], measured: dict[str, float]) -> tuple[list[Stroke], int]:
    """Bars of what is measured, each with a tick at what was asked, and their height.

    Only units that were asked for; left and right share a row where they were asked alike, and
    have one each where not.
    """
    rows = _rows(asked, measured)
    strokes: list[Stroke] = []
    reach = BAR_WIDTH - _NAME - 4.0
    for index, (name, want, got) in enumerate(rows):
        y = _ROW * (index + 0.5)
        strokes.append(Text(0.0, y, name, size=11.0))
        strokes.append(Box(_NAME, y - 3.5, _NAME + reach, y + 3.5, "grid"))
        if np.isfinite(got):
            end = _NAME + reach * min(got, 5.0) / 5.0
            strokes.append(Box(_NAME, y - 3.5, end, y + 3.5, "measured"))
        tick = _NAME + reach * want / 5.0
        strokes.append(Line(((tick, y - 6.0), (tick, y + 6.0)), "asked", 2.0))
    return strokes, round(_ROW * len(rows))


def curves(found: Experiment) -> tuple[list[Stroke], int]:
    """Asked against measured over time, one panel per action unit, and the height of it all."""
    strokes: list[Stroke] = []
    start = max(found.truth.onset - _SPAN[0], float(found.time[0]))
    end = min(found.truth.offset + _SPAN[1], float(found.time[-1]))
    top = _ceiling(found)
    for index, column in enumerate(found.asked):
        panel = _Panel(_TOP + index * PANEL, start, end, top)
        strokes += panel.frame(column, found)
        strokes.append(panel.curve(found.time, found.asked[column], "asked", dash=True))
        strokes += panel.pieces(found.read_time, found.measured[column], "measured")
    height = round(PANEL * len(found.asked) + 12)
    strokes.append(Text(_LEFT, height - 10.0, "intensity, 0 to 5, over seconds"))
    strokes += _legend(height - 10.0)
    return strokes, height


class _Panel:
    """One plot: seconds across, intensity up."""

    def __init__(self, top: float, start: float, end: float, most: float) -> None:
        self.top, self.bottom = top, top + PANEL - _GAP
        self.start, self.end, self.most = start, end, most

    def x(self, time: float) -> float:
        return _LEFT + (time - self.start) / (self.end - self.start) * (WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        return self.bottom - value / self.most * (self.bottom - self.top)

    def frame(self, column: str, found: Experiment) -> list[Stroke]:
        """All but the curves: grid, the hidden span, the moments asked and measured, a title."""
        truth, event = found.truth, found.found
        band = Box(self.x(truth.onset), self.top, self.x(truth.offset), self.bottom, "band")
        strokes: list[Stroke] = [band]
        for value in range(int(self.most) + 1):
            y = self.y(value)
            strokes.append(Line(((_LEFT, y), (WIDTH - _RIGHT, y)), "grid"))
            strokes.append(Text(_LEFT - 8, y, str(value), anchor="end"))
        below = self.bottom + 12
        times = np.arange(np.ceil(self.start * 5) / 5, self.end, 0.2).tolist()
        strokes += [Text(self.x(time), below, f"{time:.1f}", anchor="middle") for time in times]
        strokes += self.marks(truth, self.top, Line((), "asked", 1.0, dash=True))
        if event is not None:
            strokes += self.marks(event, self.bottom - 9, Line((), "measured", 3.0))
        return [*strokes, Text(_LEFT, self.top - 13, _title(column), "ink", size=14.0)]

    def marks(self, event: Event, top: float, like: Line) -> list[Stroke]:
        """Upright lines at onset, apex and offset."""
        times = (event.onset, event.apex, event.offset)
        places = [self.x(time) for time in times if self.start <= time <= self.end]
        return [replace(like, points=((x, top), (x, self.bottom))) for x in places]

    def curve(
        self, time: NDArray[np.float64], value: NDArray[np.float64], role: str, dash: bool = False
    ) -> Line:
        shown = (time >= self.start) & (time <= self.end)
        points = [(self.x(t), self.y(v)) for t, v in zip(time[shown], value[shown], strict=True)]
        return Line(tuple(points), role, 2.0, dash)

    def pieces(
        self, time: NDArray[np.float64], value: NDArray[np.float64], role: str
    ) -> list[Stroke]:
        """The curve, broken where there is no reading."""
        gaps = np.flatnonzero(~np.isfinite(value))
        parts = np.split(np.arange(len(value)), gaps)
        kept = [part[np.isfinite(value[part])] for part in parts]
        return [self.curve(time[part], value[part], role) for part in kept if len(part) > 1]


def _title(column: str) -> str:
    unit = next(unit for unit in facs.ACTION_UNITS if column in unit.columns)
    side = {"L": ", left", "R": ", right"}[column[-1]] if unit.sided else ""
    return f"{column}  {unit.name}{side}"


def _legend(y: float) -> list[Stroke]:
    """What the two colours mean, at the right end of a line."""
    x = WIDTH - _RIGHT - 196.0
    return [
        Line(((x, y), (x + 24, y)), "asked", 2.0, dash=True),
        Text(x + 30, y, "asked", "ink"),
        Line(((x + 96, y), (x + 120, y)), "measured", 2.0),
        Text(x + 126, y, "measured", "ink"),
    ]


def _ceiling(found: Experiment) -> float:
    """The highest intensity that the panels show, a whole number."""
    highest = [float(np.nanmax(values, initial=1.0)) for values in found.asked.values()]
    highest += [float(np.nanmax(values, initial=1.0)) for values in found.measured.values()]
    return float(min(np.ceil(max(highest) + 0.2), facs.MAX_INTENSITY))


def _rows(asked: dict[str, float], measured: dict[str, float]) -> list[tuple[str, float, float]]:
    """Name, asked, measured of each unit that was asked for."""
    rows = []
    for unit in facs.ACTION_UNITS:
        wants = [asked[column] for column in unit.columns]
        if max(wants) <= _SEEN:
            continue
        if len(wants) == 2 and abs(wants[0] - wants[1]) < 1e-6:
            rows.append((unit.code, wants[0], float(np.mean([measured[c] for c in unit.columns]))))
        else:
            rows += [(column, asked[column], measured[column]) for column in unit.columns]
    return rows
