"""From the motion of a face to events: expressions and micro-expressions.

What counts is a movement over the background of this face in this clip, not an intensity: a real
micro-expression is often far below a FACS trace. Known patterns of movement are looked for twice
(``matched``): against the running median, where what lasts long is gone, and against the level at
which the face rests. The clearest one wins its span of time; what moves with it belongs to it. Its
onset, apex and offset are read on the course of its own movement, whatever the pattern was, and its
action units on the movement at the apex (``signature``). Blinks, and what the skin round the eye
does during one, are no expressions.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.inverse import Prepared, freed
from mien.capture import filters
from mien.capture.bumps import Bump, bump_at, bumps
from mien.capture.clutter import NAMES, SPOTTED, background, reach, wander
from mien.capture.course import Course
from mien.capture.matched import patterns, scores
from mien.capture.quality import LEAST_RATE, USABLE_RATE, rate_of
from mien.capture.signature import action_units_of, farthest, field_of
from mien.core.face import Event
from mien.core.facs import ACTION_UNITS, MAX_INTENSITY, REGION
from mien.core.signal import Interval

Array = NDArray[np.float64]

_SIDED = {column for unit in ACTION_UNITS if unit.sided for column in unit.columns}
_NEAR_EYES = ("brow", "eye", "cheek", "nose")
_REMAINDER = 0.6  # share of a movement by which its course ends elsewhere than it began
_LIDS = [NAMES.index(name) for name in ("AU43L", "AU43R")]


@dataclass(frozen=True)
class Limits:
    """What counts as an event.

    Attributes:
        micro: seconds; a micro-expression lasts no longer.
        micro_onset: seconds from onset to apex of a micro-expression, at most (Yan et al., 2013).
        shortest: seconds; what is over sooner is taken for noise.
        clear: least height over the background of a brief movement, in standard deviations.
        clear_long: the same of a long one.
        wander: IOD that the zero of a long movement wanders.
        blink: intensity of AU43 from which a brief movement is a blink.
        round_blink: seconds before and after a blink in which the skin round the eyes moves, too.
        margin: seconds of rest that must be seen before and after a micro-expression.
        trusted: least confidence of an event.
    """

    micro: float = 0.5
    micro_onset: float = 0.26
    shortest: float = 0.04
    clear: float = 6.5
    clear_long: float = 6.0
    wander: float = 0.003
    blink: float = 0.6
    round_blink: float = 0.1
    margin: float = 0.1
    trusted: float = 0.2


@dataclass(frozen=True)
class _Signals:
    """A stretch of a course at equal steps.

    Attributes:
        time: shape (m,), seconds.
        brief: shape (m, columns), over the running median.
        lasting: shape (m, columns), the running median.
        raised: shape (m, columns), by landmarks, over the level of rest.
        noise: shape (columns, columns), covariance of the background.
        slow: shape (columns, columns), the same with what the zero wanders.
        rate: rows per second.
    """

    time: Array
    brief: Array
    lasting: Array
    raised: Array
    noise: Array
    slow: Array
    rate: float


@dataclass(frozen=True)
class _Found:
    """A pattern that stands out.

    Attributes:
        names: of its columns.
        bump: its course.
        long: whether it was found over the level of rest.
    """

    names: tuple[str, ...]
    bump: Bump
    long: bool

    @property
    def span(self) -> Interval:
        return Interval(self.bump.onset, self.bump.offset)


def spot(
    course: Course,
    aus: Array,
    prepared: Prepared,
    face: int = 0,
    limits: Limits | None = None,
) -> list[Event]:
    """Events of one face, in order of time.

    Below 25 frames a second a brief movement cannot be told from a longer one: such events
    (half a second or less) are left out, called neither micro nor macro.

    Args:
        course: of the face; rows that shall not count are not in it.
        aus: shape (len(course), len(COLUMNS)), what the track says of the same rows.
        prepared: the face.
        face: its index.
        limits: what counts.
    """
    limits = limits or Limits()
    events: list[Event] = []
    for rows in filters.stretches(course.time, course.stretch):
        part = course.select(rows)
        signals = _signals(part, aus[rows], limits)
        found = _standing_out(signals, limits)
        blinks = _blinks(signals, found, limits)
        found = [one for one in found if not _blinked(one, blinks, limits)]
        for one in _winners(found):
            event = _event(signals, one, part, prepared, limits)
            if event is not None:
                events.append(replace(event, face=face))
    return sorted(events, key=lambda event: event.onset)


def _signals(course: Course, aus: Array, limits: Limits) -> _Signals:
    lasting = freed(np.nan_to_num(aus, nan=0.0))[:, SPOTTED]
    moving = filters.without_jumps(course.aus[:, SPOTTED], course.key)
    both = np.concatenate([moving, lasting], axis=1)
    time, values = filters.regular(course.time, both)
    rate = rate_of(time)
    moving, lasting = np.split(filters.smooth(values, rate), 2, axis=1)
    brief = filters.brief(moving, rate)
    tremble = filters.noise_of(filters.brief(lasting, rate))
    slow = np.diag(tremble**2) + wander(limits.wander)
    rest = filters.REST_OF_NOISE * tremble
    return _Signals(
        time,
        brief,
        moving - brief,
        filters.raised(lasting, rate) - rest,
        background(brief),
        slow,
        rate,
    )


def _standing_out(signals: _Signals, limits: Limits) -> list[_Found]:
    """Every pattern wherever it stands out, the clearest first."""
    found = []
    for long in (False, True):
        values, noise = (signals.raised, signals.slow) if long else (signals.brief, signals.noise)
        clear = limits.clear_long if long else limits.clear
        heights = scores(values, noise)
        if not long:
            heights /= np.maximum(np.median(np.abs(heights), axis=0) / 0.6745, 0.6)
        for names, height in zip(patterns()[0], heights.T, strict=True):
            found += [
                _Found(names, bump, long)
                for bump in bumps(signals.time, height, 1.0, clear)
                if (bump.duration > limits.micro) == long and bump.duration >= limits.shortest
            ]
    return sorted(found, key=lambda one: -one.bump.peak)


def _blinks(signals: _Signals, found: list[_Found], limits: Limits) -> list[Interval]:
    """When the lids close and open again."""
    seen = np.maximum(signals.brief[:, _LIDS], signals.raised[:, _LIDS])
    lids = seen.min(axis=1)

    def shut(one: _Found) -> bool:
        near = one.span.contains(signals.time)
        return bool(near.any()) and float(lids[near].max()) > limits.blink

    return [one.span for one in found if not one.long and shut(one)]


def _closes(one: _Found) -> bool:
    """Whether a pattern closes the eyes."""
    return any(NAMES.index(name) in _LIDS for name in one.names)


def _blinked(one: _Found, blinks: list[Interval], limits: Limits) -> bool:
    """Whether a pattern near the eye is part of a blink."""
    if all(REGION[name] not in _NEAR_EYES for name in one.names) or one.long:
        return False
    if _closes(one):
        return True
    apex, margin = one.bump.apex, limits.round_blink
    return any(blink.start - margin <= apex <= blink.end + margin for blink in blinks)


def _winners(found: list[_Found]) -> list[_Found]:
    """The clearest of those that share their time.

    A brief movement stands on top of a long one where it is not part of its coming or going.
    """
    kept: list[_Found] = []
    for one in found:
        if not any(_shares(one, other) for other in kept):
            kept.append(one)
    return kept


def _shares(one: _Found, other: _Found) -> bool:
    shared = min(one.span.end, other.span.end) - max(one.span.start, other.span.start)
    if one.long != other.long and shared > 0.0:
        brief, long = (other, one) if one.long else (one, other)
        return long.span.iou(brief.span) > 0.3
    return shared > 0.3 * min(one.bump.duration, other.bump.duration)


def _event(
    signals: _Signals, one: _Found, course: Course, prepared: Prepared, limits: Limits
) -> Event | None:
    """The event that a pattern stands for; None where it cannot be named."""
    values, noise = (signals.raised, signals.slow) if one.long else (signals.brief, signals.noise)
    movement = _at_apex(signals, values, one.bump)
    bump, height, level = _timed(signals, values, noise, movement, one.bump)
    brief = bump.duration <= limits.micro
    start, end = signals.time[0] + limits.margin, signals.time[-1] - limits.margin
    unseen = not bump.whole or bump.onset < start or bump.offset > end
    if brief and (unseen or not signals.rate >= 0.99 * LEAST_RATE):
        return None
    far = farthest(field_of(prepared, movement))
    if not one.long and (not brief or _part_of_more(signals, movement, bump)):
        return None
    aus = action_units_of(movement, noise, far)
    main = max(aus, key=lambda name: aus[name] * reach()[NAMES.index(name)], default="")
    if not main or (brief and NAMES.index(main) in _LIDS):
        return None
    micro = brief and bump.apex - bump.onset <= limits.micro_onset
    trust = _trust(course, bump, signals.rate, micro=micro)
    confidence = trust * (1.0 - float(np.exp(-one.bump.peak / (2.0 * limits.clear))))
    if confidence < limits.trusted:
        return None
    return Event(
        kind="micro" if micro else "macro",
        onset=bump.onset,
        apex=bump.apex,
        offset=bump.offset,
        face=0,
        aus={name: min(size, MAX_INTENSITY) for name, size in aus.items()},
        side=_side(aus),
        region=REGION[main],
        confidence=confidence,
        velocity=_speed(signals.time, height, bump) * far,
        evidence=_evidence(signals.time, height / level, bump),
    )


def _part_of_more(signals: _Signals, movement: Array, bump: Bump) -> bool:
    """Whether a brief movement is what a longer one leaves over while it comes or goes."""
    ends = np.searchsorted(signals.time, (bump.onset, bump.offset)).clip(0, len(signals.time) - 1)
    change = signals.lasting[ends[1]] - signals.lasting[ends[0]]
    weights = np.linalg.solve(signals.noise, movement)
    return abs(float(change @ weights)) > _REMAINDER * float(movement @ weights)


def _at_apex(signals: _Signals, values: Array, bump: Bump) -> Array:
    """The movement round the apex, shape (columns,)."""
    middle = int(np.argmin(np.abs(signals.time - bump.apex)))
    reach = max(int(0.08 * min(bump.duration, 0.5) * signals.rate), 1)
    return np.asarray(values[max(middle - reach, 0) : middle + reach + 1].mean(axis=0))


def _timed(
    signals: _Signals, values: Array, noise: Array, movement: Array, bump: Bump
) -> tuple[Bump, Array, float]:
    """Onset, apex, offset on the movement's own course; that course, 1 at the apex; its noise."""
    weights = np.linalg.solve(noise, movement)
    power = float(movement @ weights)
    height = values @ weights / power
    level = power**-0.5
    if bump.duration <= 0.5 * (signals.time[-1] - signals.time[0]):
        level = max(float(np.median(np.abs(height))) / 0.6745, level)
    reach = 0.3 + 0.25 * bump.duration
    near = np.flatnonzero(np.abs(signals.time - bump.apex) <= reach + bump.duration)
    time, here = signals.time[near], height[near]
    close = np.abs(time - bump.apex) <= 0.5 * bump.duration + 1.0 / signals.rate
    top = int(np.argmax(np.where(close, here, -np.inf)))
    return bump_at(time, here, top, level), height, level


def _speed(time: Array, height: Array, bump: Bump) -> float:
    """Greatest rise per second between onset and apex."""
    rows = np.flatnonzero((time >= bump.onset) & (time <= bump.apex))
    if len(rows) < 2:
        return float(1.0 / max(bump.apex - bump.onset, 1e-3))
    return float(np.gradient(height[rows], time[rows]).max())


def _evidence(time: Array, height: Array, bump: Bump) -> tuple[tuple[float, float], ...]:
    """The curve from a little before the onset to a little after the offset."""
    margin = 0.5 * bump.duration
    rows = (time >= bump.onset - margin) & (time <= bump.offset + margin)
    return tuple(zip(time[rows].tolist(), height[rows].tolist(), strict=True))


def _side(aus: dict[str, float]) -> str:
    """``L`` or ``R`` where that side has more than three quarters of what is sided."""
    size = {"L": 0.0, "R": 0.0}
    for name, peak in aus.items():
        if name in _SIDED:
            size[name[-1]] += peak
    total = size["L"] + size["R"]
    return next((side for side, part in size.items() if total > 0 and part > 0.75 * total), "both")


def _trust(course: Course, bump: Bump, rate: float, *, micro: bool) -> float:
    """How far to believe an event, 0 to 1: by the skin that was seen and how still the head was."""
    rows = Interval(bump.onset, bump.offset).contains(course.time)
    if not rows.any():
        return 0.0
    turn = float(np.ptp(course.pose[rows, :3], axis=0).max())
    still = 1.0 / (1.0 + (turn / 12.0) ** 2)
    dense = min(rate / USABLE_RATE, 1.0) if micro else 1.0
    return float(1.0 - course.odd[rows].mean()) * still * dense
