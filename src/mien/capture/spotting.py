"""From the motion of a face to events: expressions and micro-expressions.

What counts is a movement over the background of this face in this clip, not an intensity: a real
micro-expression is often far below a FACS trace. Known patterns of movement are looked for twice
(``matched``): against the running median, where what lasts long is gone, and against the level at
which the face rests. The clearest one wins its span of time; what moves with it belongs to it. Its
onset, apex and offset are read on the course of its own movement, whatever the pattern was, and its
action units on the movement at the apex (``signature``). Blinks, and what the skin round the eye
does during one, are no expressions.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.inverse import Prepared, freed
from mien.capture import filters
from mien.capture.bumps import Bump, bump_at, bumps
from mien.capture.clutter import NAMES, SPOTTED, background, reach, wander
from mien.capture.course import Course
from mien.capture.head import compensated
from mien.capture.matched import patterns, scores
from mien.capture.parts import NOTHING, Part, Without
from mien.capture.quality import LEAST_RATE, USABLE_RATE, rate_of
from mien.capture.signature import action_units_of, believed, farthest, field_of, strayed
from mien.capture.speech import talking
from mien.core.face import Event
from mien.core.facs import ACTION_UNITS, MAX_INTENSITY, REGION
from mien.core.signal import Interval

Array = NDArray[np.float64]

_TALKING = ("mouth", "chin")
_NEAR_EYES = ("brow", "eye", "cheek", "nose")
_LONGEST_COMPANY = 0.6  # seconds; what lasts longer is no part of a blink or a syllable
_MIDDLE = 0.1  # IOD from the midline
_SIDED = {
    side: {c for unit in ACTION_UNITS if unit.sided for c in unit.columns if c[-1] == side}
    for side in "LR"
}
_SWAY = 1e-4  # IOD per degree; what a turning head, compensated, still adds to its readings
_BESIDE = 0.25  # share of the largest movement that another one beside it must have
_REMAINDER = 1.0  # share of a movement by which its course ends elsewhere than it began
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
        without: parts of the search that are left out.
    """

    micro: float = 0.5
    micro_onset: float = 0.26
    shortest: float = 0.04
    clear: float = 6.5
    clear_long: float = 6.0
    wander: float = 0.003
    blink: float = 0.6
    round_blink: float = 0.15
    margin: float = 0.1
    trusted: float = 0.2
    without: Without = NOTHING


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

    @property
    def regions(self) -> set[str]:
        return {REGION[name] for name in self.names}


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
        busy = _busy(signals, limits)
        found = [one for one in found if not one.regions & _taken(one.bump, busy)]
        for one in _winners(found):
            event = _event(signals, one, part, prepared, _taken(one.bump, busy), limits)
            if event is not None:
                events.append(replace(event, face=face))
    return _merged(sorted(events, key=lambda event: event.onset), limits)


def _merged(events: list[Event], limits: Limits) -> list[Event]:
    """Micro-expressions with those that follow without a pause, as far as they are one still.

    Codecs move a face in fits and starts.
    """
    kept: list[Event] = []
    for event in events:
        last = kept[-1] if kept else None
        if (
            last is not None
            and last.kind == event.kind == "micro"
            and event.onset <= last.offset
            and max(event.offset, last.offset) - last.onset <= limits.micro
        ):
            main = max(last, event, key=lambda one: one.confidence)
            end = max(event.offset, last.offset)
            kept[-1] = replace(main, onset=last.onset, offset=end)
        else:
            kept.append(event)
    return kept


def _signals(course: Course, aus: Array, limits: Limits) -> _Signals:
    lasting = freed(np.nan_to_num(aus, nan=0.0))[:, SPOTTED]
    without = limits.without
    moving = course.aus[:, SPOTTED]
    if Part.CODEC not in without:
        moving = filters.without_jumps(moving, course.key)
    both = np.concatenate([moving, lasting, course.pose], axis=1)
    time, values = filters.regular(course.time, both)
    rate = rate_of(time)
    count = len(SPOTTED)
    if Part.SMOOTHING not in without:
        values = filters.smooth(values, rate)
    moving, lasting, pose = np.split(values, [count, 2 * count], axis=1)
    brief = filters.brief(moving, rate)
    if Part.HEAD not in without:
        brief = compensated(brief, pose, rate)
    noise = background(brief)
    if Part.BACKGROUND in without:
        noise = np.diag(filters.noise_of(brief) ** 2) + wander(limits.wander)
    tremble = filters.noise_of(filters.brief(lasting, rate))
    slow = np.diag(tremble**2) + wander(limits.wander)
    rest = filters.REST_OF_NOISE * tremble
    turning = float(np.hypot(*np.std(pose[:, :2], axis=0)))
    return _Signals(
        time,
        brief,
        moving - brief,
        filters.raised(lasting, rate) - rest,
        noise + wander(max(_SWAY * turning, 1e-6)),
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


def _busy(signals: _Signals, limits: Limits) -> list[tuple[str, Interval]]:
    """Regions and spans in which a brief movement is nothing of its own: blinks and talking."""
    lids = np.maximum(signals.brief[:, _LIDS], signals.raised[:, _LIDS]).min(axis=1)
    shut = signals.time[lids > limits.blink]
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


def _taken(bump: Bump, busy: Sequence[tuple[str, Interval]]) -> set[str]:
    """Regions in which a brief movement is part of a blink or of talking."""
    if bump.duration > _LONGEST_COMPANY:
        return set()
    return {region for region, span in busy if span.start <= bump.apex <= span.end}


def _left_over(aus: dict[str, float], taken: AbstractSet[str]) -> dict[str, float]:
    """Units outside the regions that are taken; none where they hardly move beside the others."""
    left = {name: size for name, size in aus.items() if REGION[name] not in taken}
    moved = {name: size * float(reach()[NAMES.index(name)]) for name, size in aus.items()}
    most = max((moved[name] for name in left), default=0.0)
    return left if most > _BESIDE * max(moved.values(), default=0.0) else {}


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
    signals: _Signals,
    one: _Found,
    course: Course,
    prepared: Prepared,
    taken: AbstractSet[str],
    limits: Limits,
) -> Event | None:
    """The event that a pattern stands for, but for regions that are taken; None without a name."""
    values, noise = (signals.raised, signals.slow) if one.long else (signals.brief, signals.noise)
    movement = _at_apex(signals, values, one.bump)
    far = farthest(field_of(prepared, movement))
    bump, height, level = _timed(signals, values, noise, movement, one.bump)
    brief = bump.duration <= limits.micro
    start, end = signals.time[0] + limits.margin, signals.time[-1] - limits.margin
    unseen = not bump.whole or bump.onset < start or bump.offset > end
    if brief and (unseen or not signals.rate >= 0.99 * LEAST_RATE):
        return None
    if not one.long and (not brief or _part_of_more(signals, noise, movement, bump)):
        return None
    aus = action_units_of(movement, strayed(noise, far))
    if taken:
        aus = _left_over(aus, taken)
    if brief:  # a wink is no expression either
        aus = {name: size for name, size in aus.items() if NAMES.index(name) not in _LIDS}
    main = max(aus, key=lambda name: aus[name] * reach()[NAMES.index(name)], default="")
    if not main:
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
        side=_side(aus, prepared, believed(movement, noise, far)),
        region=REGION[main],
        confidence=confidence,
        velocity=_speed(signals.time, height, bump) * far,
        evidence=_evidence(signals.time, height / level, bump),
    )


def _part_of_more(signals: _Signals, noise: Array, movement: Array, bump: Bump) -> bool:
    """Whether a brief movement is what a longer one leaves over while it comes or goes."""
    ends = np.searchsorted(signals.time, (bump.onset, bump.offset)).clip(0, len(signals.time) - 1)
    change = signals.lasting[ends[1]] - signals.lasting[ends[0]]
    weights = np.linalg.solve(noise, movement)
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


def _side(aus: dict[str, float], prepared: Prepared, movement: Array) -> str:
    """``L`` or ``R`` where that side has more than three quarters of what is sided.

    Where nothing is: where that half of the face moves twice as far as the other.
    """
    size = {side: sum(v for name, v in aus.items() if name in _SIDED[side]) for side in "LR"}
    if not any(size.values()):
        energy = (field_of(prepared, movement)[:, :2] ** 2).sum(axis=1)
        across = prepared.neutral[:, 0]
        size = {"L": energy[across > _MIDDLE].sum(), "R": energy[across < -_MIDDLE].sum()}
    total = sum(size.values())
    return next((side for side, part in size.items() if part > 0.75 * total), "both")


def _trust(course: Course, bump: Bump, rate: float, *, micro: bool) -> float:
    """How far to believe an event, 0 to 1: by the skin that was seen and how still the head was."""
    rows = Interval(bump.onset, bump.offset).contains(course.time)
    if not rows.any():
        return 0.0
    turn = float(np.ptp(course.pose[rows, :3], axis=0).max())
    still = 1.0 / (1.0 + (turn / 12.0) ** 2)
    dense = min(rate / USABLE_RATE, 1.0) if micro else 1.0
    return float(1.0 - course.odd[rows].mean()) * still * dense
