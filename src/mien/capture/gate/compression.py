"""What a codec took away: blocks left standing, block edges, and a beat at the key frames."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.capture.gate.record import Array, Luma, Record
from mien.capture.gate.spans import whole
from mien.capture.gate.timing import repeated
from mien.capture.verdict import Verdict

_BLOCK = 8  # px
_CLIPPED = (4, 250)  # levels, below and above which a block stands by itself
_SPIKES = 5  # times that a beat must be heard
_PERIODS = (6, 300)  # frames between two key frames
_MOST = 6000  # frames in which a beat is looked for
_AROUND = 8  # frames on either side with which a frame is compared


def measure(
    row: NDArray[np.void], luma: Luma, before: Luma, box: tuple[int, int, int, int]
) -> None:
    """Fill in the blocks left standing and the steps at block edges of one frame."""
    left, top, right, bottom = box
    wide, high = right - left, bottom - top
    x0, x1 = (_up(left + wide // 6), _up(right - wide // 6))
    y0, y1 = (_up(top + high // 8), _up(bottom - high // 10))
    now, then = luma[y0:y1, x0:x1], before[y0:y1, x0:x1]
    rows, columns = now.shape[0] // _BLOCK, now.shape[1] // _BLOCK
    if min(rows, columns) < 3:
        return
    now, then = (p[: rows * _BLOCK, : columns * _BLOCK] for p in (now, then))
    _, moved = cv2.threshold(cv2.absdiff(now, then), 0, 255, cv2.THRESH_BINARY)
    blocks, level = (
        np.asarray(cv2.resize(part, (columns, rows), interpolation=cv2.INTER_AREA))
        for part in (moved, now)
    )
    lit = (level >= _CLIPPED[0]) & (level <= _CLIPPED[1])
    if lit.any():
        row["frozen"] = np.mean(blocks[lit] == 0)
    row["blocks"] = np.sqrt(_edges(now) * _edges(now.T))


def _up(value: int) -> int:
    return -(-value // _BLOCK) * _BLOCK


def _edges(picture: Luma) -> float:
    """Step from one block to the next over the steps on either side of it, median of all."""
    steps = np.asarray(cv2.absdiff(picture[:, 1:], picture[:, :-1])).mean(axis=0) + 0.05
    at = np.arange(_BLOCK - 1, len(steps) - 2, _BLOCK)
    return float(np.median(steps[at] / ((steps[at - 2] + steps[at + 2]) / 2)))


def verdicts(record: Record) -> list[Verdict]:
    """``compression``, ``blocks`` and ``beat``."""
    if not np.isfinite(record.glance("frozen")).any():
        return []
    frozen = float(np.nanmedian(record.glance("frozen")))
    edge = float(np.nanmedian(record.glance("blocks")))
    still = f"From frame to frame {frozen:.0%} of the face stands still to the last bit."
    edges = f"Steps at block edges are {edge:.2f} times those elsewhere."
    found = [whole("compression", frozen, still), whole("blocks", edge, edges)]
    if len(record.frames) <= _SPIKES * _PERIODS[0]:
        return found  # no beat could be heard
    period, height = beat(record)
    if not period:
        return [*found, whole("beat", 1.0, "No beat of key frames is seen.")]
    reason = f"Every {period} frames the picture jumps {height:.1f} times as much as usual."
    return [*found, whole("beat", height, reason)]


def with_rate(checks: list[Verdict], bits: float) -> list[Verdict]:
    """The same verdicts; the one on compression names the bits per pixel."""
    said = f" The file has {bits:.3f} bits per pixel."
    return [
        replace(one, reason=one.reason + said) if one.check == "compression" else one
        for one in checks
    ]


def beat(record: Record) -> tuple[int, float]:
    """Frames between two jumps of the picture that come at a fixed pace, and their height.

    Height is over the usual change; (0, 1) without a beat.
    """
    change = record.frames["change"].astype(np.float64)[~repeated(record)][1 : _MOST + 1]
    if len(change) < _SPIKES * _PERIODS[0]:
        return 0, 1.0
    padded = np.pad(change, _AROUND, mode="reflect")
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * _AROUND + 1)
    height = change / np.maximum(np.percentile(around, 75, axis=1), 0.05)
    best, period = 1.0, 0
    for pace in range(_PERIODS[0], min(_PERIODS[1], len(height) // _SPIKES) + 1):
        rounds = height[: len(height) // pace * pace].reshape(-1, pace)
        heard = float(_lower(rounds).max())
        if heard > best:
            best, period = heard, pace
    return (period, best) if best > 1.5 else (0, 1.0)


def _lower(rounds: Array) -> Array:
    """What four fifths of the rounds reach, per phase."""
    return np.asarray(np.percentile(rounds, 20, axis=0))
