"""Blur, as the width of edges in px, frame by frame and against the clip's own median.

A blurred step edge has a gradient energy that falls with its width, so the energy before and after
a known blur gives the width without knowing what is on the picture (after Zhuo & Sim, Pattern
Recognition 2011, who compare gradients edge by edge).
"""

from dataclasses import replace

import cv2
import numpy as np

from mien.capture.gate.record import Array, Luma, Record
from mien.capture.gate.spans import over_time, whole
from mien.capture.verdict import LEVELS, Verdict

_WIDE = 110  # px; width of the inner face to which it is shrunk, about
_BLUR = 0.924  # px²; variance of the known blur: five binomial-like taps of a Gaussian
_DIFFERENCE = 1 / 3  # px²; variance of the difference of the two neighbours
_GRAIN = (0.5, 0.0264)  # energy that white noise of variance 1 adds, before and after the blur


def edges(face: Luma) -> tuple[tuple[float, float, float, float], int]:
    """Energy of horizontal and vertical gradients, each before and after a blur; and the shrinking.

    Args:
        face: shape (h, w), levels; the middle of it is used, brows to chin.
    """
    height, width = face.shape
    inner = face[height // 5 : height * 9 // 10, width // 6 : width - width // 6]
    shrink = max(round(inner.shape[1] / _WIDE), 1)
    if shrink > 1:
        rows, columns = inner.shape[0] // shrink, inner.shape[1] // shrink
        inner = np.asarray(
            cv2.resize(
                inner[: rows * shrink, : columns * shrink],
                (columns, rows),
                interpolation=cv2.INTER_AREA,
            ),
            np.uint8,
        )
    soft = np.asarray(cv2.GaussianBlur(inner, (5, 5), 1.0), np.uint8)
    across, along = _energy(inner)
    return (across, along, *_energy(soft)), shrink


def _energy(picture: Luma) -> tuple[float, float]:
    """Mean squared gradient to the right and down."""
    signed = picture.astype(np.int16)
    right, down = signed[:, 2:] - signed[:, :-2], signed[2:] - signed[:-2]
    across, along = (float(cv2.norm(g, cv2.NORM_L2SQR)) / (4 * g.size) for g in (right, down))
    return across, along


def widths(record: Record) -> Array:
    """Standard deviation of the blur of edges, px; shape (n,), NaN without a face."""
    energy = record.frames["edges"].astype(np.float64)
    shrink = np.maximum(record.frames["shrink"].astype(np.float64), 1.0)
    grain = np.nan_to_num(record.noise()[0]) ** 2 / shrink**2
    sharp = np.maximum(energy[:, :2] - _GRAIN[0] * grain[:, None], energy[:, :2] / 2)
    soft = np.maximum(energy[:, 2:] - _GRAIN[1] * grain[:, None], energy[:, 2:] / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = _BLUR / np.maximum((sharp / soft) ** 2 - 1, 1e-3)
    return np.asarray(shrink * np.sqrt(variance.max(axis=1)))


def verdicts(record: Record) -> list[Verdict]:
    """``blur``: of the whole clip by its width, of its moments against the clip's median."""
    wide = widths(record)
    if not np.isfinite(wide).any():
        return []
    middle = float(np.nanmedian(wide))
    own = float(np.sqrt(max(middle**2 - _least(record), 0.0)))
    share = own / float(np.nanmedian(record.frames["place"][:, 2]))
    reason = f"Edges are blurred by about {own:.1f} px, {share:.1%} of the pupil distance."

    def said(ratio: float) -> str:
        return f"Edges are {ratio:.1f} times as wide as usual in this clip."

    always = whole("blur", share, reason)
    often, *moments = over_time("blur", record.time, wide / middle, said, "motion_blur")
    if LEVELS.index(often.level) > LEVELS.index(always.level):
        return [replace(often, value=share), *moments]
    return [always, *moments]


def _least(record: Record) -> float:
    """Variance of edges that are sharp, px²: of pixels, shrinking and differences."""
    shrink = float(np.median(record.frames["shrink"][record.frames["seen"]]))
    return float(shrink**2 * (_DIFFERENCE + (1 - shrink**-2) / 12))
