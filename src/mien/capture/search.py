"""Where known patterns of movement stand out, and which of them stand for an event."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from mien.capture import filters
from mien.capture.bumps import Bump, bumps
from mien.capture.limits import Limits
from mien.capture.matched import patterns, scores
from mien.capture.parts import Part
from mien.capture.signals import Signals
from mien.capture.speech import talking
from mien.core.facs import REGION
from mien.core.signal import Interval

Array = NDArray[np.float64]

_TALKING = ("mouth", "chin")
_NEAR_EYES = ("brow", "eye", "cheek", "nose")
_OVER, _PLAIN = 2.7, 12.0  # times what a pattern does elsewhere; a height that needs no such proof
_BESIDE = 0.2  # seconds; so far from a movement is elsewhere
_FEW = 2.0  # square root of the rows from which a background is hardly known
_STILLEST = 0.6  # of what the background allows; no clip is believed to be stiller
_SLOWER = 0.04  # seconds; what is weak stands out more where it is averaged over this
_SURER = 0.95  # share of the height that is enough there


@dataclass(frozen=True)
class Found:
    """A pattern that stands out.

    Attributes:
        names: of its columns.
        bump: its course.
        long: whether it was found over the level of rest.
        doubtful: whether it is weak, and the pattern hardly less at other times.
    """

    names: tuple[str, ...]
    bump: Bump
    long: bool
    doubtful: bool

    @property
    def span(self) -> Interval:
        """From onset to offset, seconds."""
        return Interval(self.bump.onset, self.bump.offset)

    @property
    def regions(self) -> set[str]:
        """Parts of the face that it moves."""
        return {REGION[name] for name in self.names}


def standing_out(signals: Signals, limits: Limits) -> list[Found]:
    """Every pattern wherever it stands out, the clearest first."""
    # A background known from few rows is known badly.
    unsure = 1.0 + _FEW / len(signals.time) ** 0.5
    brief = scores(signals.brief, signals.noise)
    slower = gaussian_filter1d(brief, _SLOWER * signals.rate, axis=0)
    brief /= np.maximum(filters.spread(brief), _STILLEST)
    slower /= np.maximum(filters.spread(slower), _STILLEST / 2)
    courses = [
        (brief, limits.clear, False),
        (slower, _SURER * limits.clear, False),
        (scores(signals.raised, signals.slow), limits.clear_long, True),
    ]
    found = [
        Found(names, bump, long, not long and _doubtful(bump, signals.time, usual, limits))
        for heights, clear, long in courses
        for names, height, usual in zip(patterns()[0], heights.T, brief.T, strict=True)
        for bump in bumps(signals.time, height, 1.0, clear * unsure)
        if (bump.duration > limits.micro) == long and bump.duration >= limits.shortest
    ]
    return sorted(found, key=lambda one: -one.bump.peak)


def _doubtful(bump: Bump, time: Array, height: Array, limits: Limits) -> bool:
    """Whether a rise is weak, and its pattern at other times hardly weaker."""
    rest = (time > time[0] + _BESIDE) & (time < time[-1] - limits.after)
    rest &= (time < bump.onset - _BESIDE) | (time > bump.offset + _BESIDE)
    usual = float(np.abs(height[rest]).max(initial=0.0))
    return bump.peak < min(_OVER * usual, _PLAIN)


def busy_spans(signals: Signals, limits: Limits) -> list[tuple[str, Interval]]:
    """Regions and spans in which a brief movement is nothing of its own: blinks and talking."""
    shut = signals.time[signals.shut > limits.blink]
    round_ = limits.round_blink
    runs = np.split(shut, np.flatnonzero(np.diff(shut) > round_) + 1) if len(shut) else []
    blinks = [Interval(float(run[0]) - round_, float(run[-1]) + round_) for run in runs]
    talk = talking(signals.time, signals.brief)
    if Part.BLINKS in limits.without:
        blinks = []
    if Part.TALK in limits.without:
        talk = []
    busy = [(region, span) for region in _NEAR_EYES for span in blinks]
    return busy + [(region, span) for region in _TALKING for span in talk]


def taken(one: Found, busy: Sequence[tuple[str, Interval]]) -> set[str]:
    """Regions in which a brief movement is part of a blink or of talking."""
    apex = one.bump.apex
    return {r for r, span in busy if span.start <= apex <= span.end} if not one.long else set()


def shares(one: Found, other: Found) -> bool:
    """Whether two patterns share their time; the clearer one then stands for both.

    A brief movement stands on top of a long one where it is not part of its coming or going.
    """
    shared = min(one.span.end, other.span.end) - max(one.span.start, other.span.start)
    if one.long != other.long and shared > 0.0:
        brief, long = (other, one) if one.long else (one, other)
        return long.span.iou(brief.span) > 0.3
    return shared > 0.3 * min(one.bump.duration, other.bump.duration)
