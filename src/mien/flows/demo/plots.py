"""What the demo draws: bars of asked against measured, and curves over time."""

import numpy as np
from numpy.typing import NDArray

from mien.core import facs
from mien.flows.demo.hidden import Experiment
from mien.flows.demo.sketch import Box, Line, Stroke, Text

WIDTH, PANEL = (
    720,
    190,
)  # units of the curves' drawing: its width, and the height of one action unit
_LEFT, _RIGHT, _TOP, _GAP = 40.0, 12.0, 26.0, 44.0
_SPAN = (0.35, 0.45)  # seconds shown before the onset and after the offset
BAR_WIDTH = 160
_ROW, _NAME = 15.0, 46.0


def bars(asked: dict[str, float], measured: dict[str, float]) -> tuple[list[Stroke], int]:
    """Bars of what is measured, each with a tick at what was asked, and their height.

    Only units that were asked for; left and right share a row where they were asked alike.
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
    height = round(PANEL * len(found.asked) + 20)
    strokes.append(Text(_LEFT, height - 10, "seconds"))
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
        truth = found.truth
        strokes: list[Stroke] = [
            Box(self.x(truth.onset), self.top, self.x(truth.offset), self.bottom, "band")
        ]
        for value in range(int(self.most) + 1):
            y = self.y(value)
            strokes.append(Line(((_LEFT, y), (WIDTH - _RIGHT, y)), "grid"))
            strokes.append(Text(_LEFT - 8, y, str(value), anchor="end"))
        for time in np.arange(np.ceil(self.start * 5) / 5, self.end, 0.2):
            strokes.append(Text(self.x(time), self.bottom + 12, f"{time:.1f}", anchor="middle"))
        for mark in (truth.onset, truth.apex, truth.offset):
            x = self.x(mark)
            strokes.append(Line(((x, self.top), (x, self.bottom)), "asked", 1.0, dash=True))
        if found.found is not None:
            for mark in (found.found.onset, found.found.apex, found.found.offset):
                x = min(max(self.x(mark), _LEFT), WIDTH - _RIGHT)
                strokes.append(Line(((x, self.bottom - 9), (x, self.bottom)), "measured", 3.0))
        unit = next(u for u in facs.ACTION_UNITS if column in u.columns)
        side = {"L": ", left", "R": ", right"}.get(column[-1], "") if unit.sided else ""
        return [
            *strokes,
            Text(_LEFT, self.top - 13, f"{column}  {unit.name}{side}", "ink", size=14.0),
        ]

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
        if len(wants) == 2 and abs(wants[0] - wants[1]) < 1e-6 and wants[0] > 0.05:
            rows.append((unit.code, wants[0], float(np.mean([measured[c] for c in unit.columns]))))
        else:
            rows += [(c, asked[c], measured[c]) for c in unit.columns if asked[c] > 0.05]
    return rows
