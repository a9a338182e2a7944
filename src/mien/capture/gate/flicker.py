"""Mains flicker: lamps ripple at twice the mains frequency, and a camera sees its alias.

The brightness of the face, in bands from top to bottom, is compared with a ripple of 100 or 120 Hz
at the true times of the frames. A ripple moves all bands together, or one after the other where the
shutter rolls; a moving face does neither, and is not as narrow a line.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.capture.gate.limits import LIMITS, SLACK
from mien.capture.gate.record import BANDS, Array, Luma, Record
from mien.capture.gate.spans import step, whole
from mien.capture.gate.timing import rate_of, repeated
from mien.capture.verdict import Verdict

RIPPLES = (100.0, 120.0)  # Hz, of mains at 50 and 60 Hz
_BLOCK = 6.0  # seconds; longer, mains and camera drift apart
_SHORT, _FEW = 0.6, 24  # seconds and frames; with less, no line can be told from movement
_WIDE, _FAR = 1.0, 6.0  # Hz; where the line may lie, and how far its surroundings reach
_STANDS = 2.0  # Hz; an alias below this cannot be told from movement and hurts nothing brief
_FAINT = 0.0005  # share of the brightness; less is none
_OUT = 4.0  # times its surroundings that a line must reach
_TOGETHER = 0.6  # share of the bands' power that moves together
_SLOPES = np.linspace(-0.3, 0.3, 25)  # cycles from a band to the next
_ROLLS = 0.04  # cycles from a band to the next from which the shutter is said to roll


@dataclass(frozen=True)
class Ripple:
    """A line in the brightness of the face.

    Attributes:
        light: Hz, of the lamps.
        amplitude: share of the brightness, up and down from its mean.
        slope: cycles from one band of the face to the next.
        found: whether it stands out.
    """

    light: float
    amplitude: float
    slope: float
    found: bool


def bands(face: Luma) -> Array:
    """Mean level of horizontal bands of the inner face, shape (BANDS,), plus one."""
    height, width = face.shape
    inner = face[:, width // 5 : width - width // 5]
    ends = [height * i // BANDS for i in range(BANDS + 1)]
    return np.array([cv2.mean(inner[a:b])[0] + 1.0 for a, b in pairwise(ends)])


def alias(light: float, rate: float) -> float:
    """Hz at which a ripple shows at a frame rate."""
    return abs(light - round(light / rate) * rate)


def verdicts(record: Record) -> list[Verdict]:
    """``flicker``."""
    rate = rate_of(record.time)
    tried = [found for light in RIPPLES if (found := ripple(record, light)) is not None]
    clear = [one for one in tried if one.found and one.amplitude >= _FAINT]
    if not clear:
        return [whole("flicker", 0.0, "No flicker of lamps is seen.")] if tried else []
    best = max(clear, key=lambda one: one.amplitude)
    name = min(RIPPLES, key=lambda light: abs(light - best.light))
    rolling = ", in bands that run over it (rolling shutter)" if abs(best.slope) > _ROLLS else ""
    reason = (
        f"Lamps on {name / 2:.0f} Hz mains ripple {name:.0f} times a second; at {rate:.0f} frames a"
        f" second the face pulses {alias(best.light, rate):.1f} times a second by"
        f" ±{best.amplitude:.1%}{rolling}."
    )
    said = whole("flicker", best.amplitude, reason)
    return [replace(said, advice=advice(name, rate)) if said.advice else said]


def advice(light: float, rate: float) -> str:
    """What to change about a ripple (Hz) at a frame rate."""
    lamps = LIMITS["flicker"].advice
    if rate > light / SLACK:
        return f"{lamps[:-1]}; at this rate no exposure is long enough to level it."
    return f"Expose for {1e3 / light:.3g} ms or a multiple of it. Or: {lamps[0].lower()}{lamps[1:]}"


def ripple(record: Record, light: float) -> Ripple | None:
    """The strongest line near a ripple (Hz); None where the clip cannot show one."""
    rate = rate_of(record.time)
    if not rate > 0 or alias(light, rate) < _STANDS:
        return None
    blocks = list(_blocks(record))
    if not blocks:
        return None
    fine = 0.5 / _BLOCK
    near = light + np.arange(-_WIDE, _WIDE + 0.01, fine)
    beside = np.arange(2 * _WIDE, _FAR, fine)
    far = np.array([f for f in (*(light - beside), *(light + beside)) if alias(f, rate) > _WIDE])
    lines = [_lines(time, values, near) for time, values in blocks]
    power = np.mean([_together(x) ** 2 for x in lines], axis=0)
    line, slope = np.unravel_index(int(power.argmax()), power.shape)
    amplitude = float(np.sqrt(power[line, slope]))
    alone = float(np.mean([(np.abs(x[line]) ** 2).mean() for x in lines]))
    ground = [_together(_lines(time, values, far)).max(axis=1) ** 2 for time, values in blocks]
    around = float(np.sqrt(np.median(np.mean(ground, axis=0))))
    found = amplitude > _OUT * around and power[line, slope] > _TOGETHER * alone
    if alias(float(near[line]), rate) > rate / 2 - fine:
        amplitude /= 2  # at half the rate both halves of the spectrum fall on one line
    return Ripple(float(near[line]), amplitude, float(_SLOPES[slope]), bool(found))


def _blocks(record: Record) -> Iterator[tuple[Array, Array]]:
    """Times and log brightness of the bands, some seconds at a time, without mean and trend."""
    time, usual = record.time, step(record.time)
    level = np.cumsum(np.nan_to_num(record.frames["bands"].astype(np.float64)), axis=0)
    known = ~repeated(record) & np.asarray(record.frames["seen"], dtype=np.bool_)
    for start in np.arange(time[0], time[-1], _BLOCK):
        here = known & (time >= start) & (time < start + _BLOCK)
        if here.sum() >= max(_SHORT / usual, _FEW):
            yield time[here], _level_off(level[here])


def _level_off(values: Array) -> Array:
    """Bands without their mean and trend."""
    x = np.linspace(-1.0, 1.0, len(values))
    basis = np.stack([np.ones_like(x), x, x * x], axis=1)
    return np.asarray(values - basis @ np.linalg.lstsq(basis, values, rcond=None)[0])


def _lines(time: Array, values: Array, frequencies: Array) -> NDArray[np.complex128]:
    """Complex amplitude of each band at each frequency, shape (frequencies, bands)."""
    window = np.hanning(len(time) + 2)[1:-1]
    waves = np.exp(-2j * np.pi * frequencies[:, None] * time)
    return np.asarray(2.0 * (waves * window) @ values / window.sum())


def _together(lines: NDArray[np.complex128]) -> Array:
    """Amplitude of what all bands do, for every slope of phase; shape (frequencies, slopes)."""
    shift = np.exp(-2j * np.pi * np.arange(BANDS)[:, None] * _SLOPES)
    return np.asarray(np.abs(lines @ shift) / BANDS)
