"""Frame rate, missing frames and repeated frames, from the time stamps and the pictures."""

import math
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.capture.gate.limits import GOOD_RATE, LEAST_RATE, LIMITS, SLACK
from mien.capture.gate.record import Array, Luma, Record
from mien.capture.gate.spans import step, whole
from mien.capture.verdict import Verdict
from mien.core.signal import Interval

_GAP = 1.5  # usual distances of two frames, from which one is missing
_LITTLE = 0.2  # of the change at the frames around it, below which a frame repeats another
_FEW, _EVEN, _STEADY = 8, 0.6, 0.8  # new frames; share by which gaps differ; share that are even
_JUMP = 3.0  # times the usual change, at the end of a stall
_STALLED = "Record to a faster disk, close other programs, or lower the picture size."
_RHYTHM = 0.1  # share of such frames from which they are a habit of the file, not chance


def change(now: Luma, before: Luma) -> tuple[float, float]:
    """Mean absolute difference of two pictures of one brightness, levels; growth of log brightness.

    Args:
        now: levels, any shape.
        before: levels, same shape; brought to the brightness of ``now``.
    """
    growth = (cv2.mean(now)[0] + 1.0) / (cv2.mean(before)[0] + 1.0)
    apart = cv2.addWeighted(now, 1.0, before, -growth, 0.0, dtype=cv2.CV_32F)
    return float(cv2.norm(apart, cv2.NORM_L1)) / now.size, math.log(growth)


def rate_of(time: Array) -> float:
    """Frames per second: one over the median distance of two frames; NaN for fewer than two."""
    return 1.0 / step(time) if len(time) > 1 else float("nan")


def verdicts(record: Record) -> list[Verdict]:
    """``length``, and for more than one frame ``rate``, ``drops`` and ``duplicates``."""
    again = repeated(record)
    time = record.time
    if len(time) < 2:
        return [length(time)]
    shown = _shown(time, again)
    found = [length(time), rate(rate_of(time), shown)]
    return [*found, *_drops(time), *_duplicates(record, again)]


def length(time: Array) -> Verdict:
    """Verdict on the length of a clip, by the times of its frames, shape (n,), seconds."""
    value = float(time[-1] - time[0]) if len(time) else 0.0
    asked = LIMITS["length"]
    reason = {
        "poor": f"The clip is too short to judge: {value:.2f} s; a micro-expression with rest"
        f" before and after it takes {asked.usable:g} s at the very least.",
        "usable": f"The clip is {value:.2f} s long; the longest micro-expressions, with rest before"
        f" and after them, take {asked.good:g} s.",
        "good": f"The clip is {value:.2f} s long.",
    }[asked.level(value)]
    if len(time) < 2:
        reason = "A single picture shows no movement."
    return whole("length", value, reason)


def rate(stored: float, shown: float | None = None) -> Verdict:
    """Verdict on frames per second.

    Args:
        stored: by the time stamps.
        shown: by those of frames that differ from the one before; None: the same.
    """
    value = stored if shown is None else shown
    if not value >= LEAST_RATE * SLACK:
        reason = (
            f"{value:.0f} frames a second are too few to tell a micro-expression from a longer one;"
            " movements of half a second and less are left out."
        )
    else:
        reason = {
            "poor": f"{value:.0f} frames a second show 200 ms of a face in {value / 5:.0f} frames.",
            "usable": f"{value:.0f} frames a second are enough; {GOOD_RATE:.0f} are better.",
            "good": f"{value:.0f} frames a second are enough for a micro-expression.",
        }[LIMITS["rate"].level(value)]
    if value < SLACK * stored:
        reason = f"The file says {stored:.0f} frames a second, but repeats pictures: {reason}"
    return whole("rate", value, reason)


def _shown(time: Array, again: NDArray[np.bool_]) -> float:
    """Frames per second without those that repeat others at a steady pace, as after conversion.

    Repeats here and there are no pace: so codecs leave a resting face.
    """
    gaps = np.diff(time[~again])
    if len(gaps) < _FEW or np.mean(np.abs(gaps / np.median(gaps) - 1.0) < _EVEN) < _STEADY:
        return rate_of(time)
    return float(1.0 / np.median(gaps))


def _drops(time: Array) -> list[Verdict]:
    usual = step(time)
    if not usual:
        return []
    gap = np.diff(time) / usual
    missing = np.where(gap > _GAP, np.rint(gap) - 1, 0).clip(0)
    lost = float(missing.sum())
    share = lost / (len(time) + lost)
    longest = float(gap.max() * usual)
    reason = "No frame is missing."
    if lost:
        reason = (
            f"{lost:.0f} frames are missing ({share:.1%}),"
            f" the longest gap is {1e3 * longest:.0f} ms."
        )
    found = [whole("drops", share, reason)]
    # As short as between two frames of the least rate, a gap hides nothing that can be claimed.
    for i in np.flatnonzero((gap > _GAP) & (gap * usual > 1 / (LEAST_RATE * SLACK))):
        span = Interval(float(time[i]), float(time[i + 1]))
        reason = f"Nothing was recorded for {1e3 * span.duration:.0f} ms."
        found.append(Verdict("drops", "poor", span, span.duration, reason, LIMITS["drops"].advice))
    return found


def repeated(record: Record) -> NDArray[np.bool_]:
    """Which frames repeat the one before, shape (n,).

    Exactly; or, where that is a rhythm as of 30 frames a second stored as 60, nearly.
    """
    exact = np.asarray(record.frames["same"], dtype=np.bool_)
    change = record.frames["change"].astype(np.float64)
    if len(change) < 8:
        return exact
    padded = np.pad(change, 2, mode="edge")
    around = np.lib.stride_tricks.sliding_window_view(padded, 5).max(axis=1)
    near = change < _LITTLE * around
    near[0] = False
    return exact | near if near.mean() >= _RHYTHM else exact


def _duplicates(record: Record, again: NDArray[np.bool_]) -> list[Verdict]:
    share = float(again.mean()) if len(again) else 0.0
    reason = "Every frame is new."
    if again.any():
        reason = f"{share:.1%} of the frames repeat the one before."
    return [whole("duplicates", share, reason), *_stalls(record, again)]


def _stalls(record: Record, again: NDArray[np.bool_]) -> Iterator[Verdict]:
    """Spans in which the picture stands still and then jumps.

    A picture that stands and goes on from there, as codecs leave a resting face, hides nothing.
    """
    time, change = record.time, record.frames["change"].astype(np.float64)
    starts = np.flatnonzero(again[1:] & ~again[:-1])  # the frame that is repeated
    for start in starts:
        end = start + 1 + int(np.argmin(np.append(again[start + 1 :], False)))  # the next new one
        if end >= len(time) or time[end] - time[start] <= 1 / (LEAST_RATE * SLACK):
            continue
        if change[end] > _JUMP * np.median(change[1:][~again[1:]]):
            span = Interval(float(time[start]), float(time[end]))
            reason = f"The picture stands still for {1e3 * span.duration:.0f} ms, then jumps."
            yield Verdict("duplicates", "poor", span, span.duration, reason, _STALLED)
