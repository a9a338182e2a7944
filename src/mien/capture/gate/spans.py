"""Spans of a clip where something holds, and the verdicts about them."""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from mien.capture.gate.limits import LIMITS, MASKED
from mien.capture.verdict import LEVELS, Verdict
from mien.core.signal import Interval

Array = NDArray[np.float64]
Said = Callable[[float], str]

_GAP = 1.5  # usual distances, from which it is a gap
_JOIN = 0.25  # seconds; spans closer than this are one


def poor_spans(checks: Iterable[Verdict]) -> list[tuple[Interval, str]]:
    """Where events are not to be looked for, and by which check, in order of time."""
    found = [(one.span, one.check) for one in checks if one.span and one.level == LEVELS[-1]]
    return sorted(found)


def spans(time: Array, mask: NDArray[np.bool_]) -> list[Interval]:
    """Spans (seconds) of the samples where a mask, shape (n,), is true; near ones are joined."""
    at = time[mask]
    if not len(at):
        return []
    breaks = np.flatnonzero(np.diff(at) > max(_JOIN, 1.5 * step(time))) + 1
    return [Interval(float(run[0]), float(run[-1])) for run in np.split(at, breaks)]


def step(time: Array) -> float:
    """Usual distance of two samples, seconds; 0 for fewer than two.

    The mean of all but gaps: stamps of whole milliseconds have no usual one.
    """
    if len(time) < 2:
        return 0.0
    steps = np.diff(time)
    return float(steps[steps <= _GAP * np.median(steps)].mean())


def over_time(
    check: str, time: Array, values: Array, said: Said, limit: str | None = None
) -> list[Verdict]:
    """Verdicts about a value that changes: one of the clip, one per span where it is poor.

    The clip is judged by the share of its time that is poor, and is at best usable where the median
    is not good.

    Args:
        check: its name.
        time: shape (n,), seconds.
        values: shape (n,), at least 0; NaN where there is none.
        said: a value in words.
        limit: name in the table of limits, where it is not that of the check.
    """
    asked = LIMITS[limit or check]
    known = np.isfinite(values)
    if not known.any():
        return []
    poor = known & (values > asked.usable)
    middle = float(np.median(values[known]))
    share = float(poor.sum() / known.sum())
    level = max(MASKED.level(share), min(asked.level(middle), "usable"), key=LEVELS.index)
    reason = said(middle)
    if poor.any():
        reason = f"{reason[:-1]}; too much for micro-expressions in {share:.0%} of the time."
    found = [Verdict(check, level, None, middle, reason, "" if level == "good" else asked.advice)]
    for span in spans(time, poor):
        worst = float(np.nanmax(values[span.contains(time)]))
        found.append(Verdict(check, "poor", span, worst, said(worst), asked.advice))
    return found


def whole(check: str, value: float, reason: str, limit: str | None = None) -> Verdict:
    """The verdict about one value of the whole clip."""
    asked = LIMITS[limit or check]
    level = asked.level(value)
    return Verdict(check, level, None, value, reason, "" if level == "good" else asked.advice)
