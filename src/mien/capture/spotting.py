"""From the tracks of action units to events: expressions and micro-expressions.

What counts is a movement over the noise of this face in this clip, not an intensity: a real
micro-expression is often far below a FACS trace. Each action unit is searched on its own, over the
level at which it rests and once more over its running median, so that a brief movement on top of a
long one is found too. Units that move together are one event, timed on their sum, weighted by how
clearly each is seen. Blinks, and what the skin round the eye does during one, are no expressions.
"""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.fields import fields_of
from mien.anatomy.template import template
from mien.capture import filters
from mien.capture.bumps import Bump, bump_at, bumps
from mien.capture.quality import LEAST_RATE, USABLE_RATE, rate_of
from mien.core.face import Event
from mien.core.facs import ACTION_UNITS, COLUMNS, INDEX, MAX_INTENSITY, REGION, jaw_travel
from mien.core.signal import Interval, Track

Array = NDArray[np.float64]

_DROP, _STRETCH = INDEX["AU26"], INDEX["AU27"]
_SIDED = {column for unit in ACTION_UNITS if unit.sided for column in unit.columns}
_BLINKS = ("AU43L", "AU43R")
_SEARCHED = [
    INDEX[c] for c in COLUMNS if REGION[c] != "gaze" and c not in (*_BLINKS, "AU27")
]  # AU26 stands for the whole travel of the jaw


@dataclass(frozen=True)
class Limits:
    """What counts as an event.

    Attributes:
        micro: seconds; a micro-expression lasts no longer.
        micro_onset: seconds from onset to apex of a micro-expression, at most (Yan et al., 2013).
        shortest: seconds; what is over sooner is taken for noise.
        clear: least peak in noise levels.
        floor: least noise level, intensity; a track that is still by luck is not trusted further.
        wander: IOD over the whole mesh that the landmarks of a still face wander; a unit that moves
            the skin little has its least noise level from this.
        margin: seconds of rest that must be seen before and after a micro-expression.
        trusted: least confidence of an event.
    """

    micro: float = 0.5
    micro_onset: float = 0.26
    shortest: float = 0.04
    clear: float = 6.0
    floor: float = 0.05
    wander: float = 0.006
    margin: float = 0.1
    trusted: float = 0.2


@dataclass(frozen=True)
class _Movement:
    """One action unit that rises and falls.

    Attributes:
        column: of the action unit.
        bump: its course.
        clarity: peak in noise levels.
        signal: shape (m,), the course it was found on, over its baseline.
        noise: of the signal.
    """

    column: int
    bump: Bump
    clarity: float
    signal: Array
    noise: float

    @property
    def span(self) -> Interval:
        return Interval(self.bump.onset, self.bump.offset)


def spot(track: Track, limits: Limits | None = None) -> list[Event]:
    """Events of all faces, in order of time.

    Below 25 frames a second a brief movement cannot be told from a longer one: such events
    (half a second or less) are left out, called neither micro nor macro.
    """
    limits = limits or Limits()
    events: list[Event] = []
    for face in np.unique(track.face):
        events += _of_face(track.of_face(int(face)), int(face), limits)
    return sorted(events, key=lambda event: (event.onset, event.face))


def _of_face(track: Track, face: int, limits: Limits) -> list[Event]:
    valid = track.status == "ok"
    rate = rate_of(track.time)
    parts = filters.stretches(track.time, valid)
    courses = [_course(track, rows) for rows in parts]
    if not courses:
        return []
    least = np.maximum(limits.wander / _skin_moved(), limits.floor)
    noise = filters.noise_of(np.concatenate([course.brief for course in courses]))
    events = []
    for found in courses:
        course = replace(found, raised=found.raised - filters.REST_OF_NOISE * noise)
        moving = _movements(course, np.maximum(noise, least), limits)
        for group in _together(moving, limits):
            event = _event(course, group, face, rate, limits)
            if event is not None:
                trust = _trust(track, event, rate)
                events.append(replace(event, confidence=event.confidence * trust))
    return [event for event in events if event.confidence >= limits.trusted]


@dataclass(frozen=True)
class _Course:
    """A stretch of a track at equal steps.

    Attributes:
        time: shape (m,), seconds.
        raised: shape (m, len(COLUMNS)), over the level of rest.
        brief: shape (m, len(COLUMNS)), over the running median.
    """

    time: Array
    raised: Array
    brief: Array


def _course(track: Track, rows: NDArray[np.int64]) -> _Course:
    aus = np.nan_to_num(track.aus[rows], nan=0.0)
    aus[:, _DROP] = 10.0 * jaw_travel(aus[:, _DROP], aus[:, _STRETCH])
    aus[:, _STRETCH] = 0.0
    time, values = filters.regular(track.time[rows], aus)
    rate = rate_of(time)
    values = filters.smooth(values, rate)
    return _Course(time, filters.raised(values, rate), filters.brief(values, rate))


def _movements(course: _Course, level: Array, limits: Limits) -> list[_Movement]:
    """Every action unit that moves clearly, blinks and their company left out."""
    blinks = [
        movement.span
        for name in _BLINKS
        for movement in _of_column(course, INDEX[name], level, limits)
        if movement.bump.duration <= limits.micro
    ]
    found = [m for column in _SEARCHED for m in _of_column(course, column, level, limits)]
    return [movement for movement in found if not _blinked(movement, blinks, limits)]


def _of_column(course: _Course, column: int, level: Array, limits: Limits) -> list[_Movement]:
    noise = float(level[column])
    least = limits.clear * noise

    def seen(signal: Array) -> list[_Movement]:
        return [
            _Movement(column, bump, bump.peak / noise, signal, noise)
            for bump in bumps(course.time, signal, noise, least)
            if bump.duration >= limits.shortest
        ]

    raised, brief = course.raised[:, column], course.brief[:, column]
    whole = seen(raised)
    below = raised - brief  # the running median over the level of rest
    for movement in seen(brief):
        here = float(np.interp(movement.bump.apex, course.time, below))
        on_top = movement.bump.duration <= limits.micro and movement.bump.peak > 0.25 * here
        if on_top and all(movement.span.iou(other.span) < 0.3 for other in whole):
            whole.append(movement)
    return whole


def _blinked(movement: _Movement, blinks: list[Interval], limits: Limits) -> bool:
    """Whether a movement near the eye is part of a blink."""
    if REGION[COLUMNS[movement.column]] not in ("brow", "eye", "cheek", "nose"):
        return False
    brief = movement.bump.duration <= limits.micro + 0.1
    apex = movement.bump.apex
    return brief and any(b.start - 0.1 <= apex <= b.end + 0.1 for b in blinks)


def _together(moving: list[_Movement], limits: Limits) -> list[list[_Movement]]:
    """Movements sorted into groups that share their time, the clearest first."""
    groups: list[list[_Movement]] = []
    for movement in sorted(moving, key=lambda m: -m.clarity):
        for group in groups:
            if _joins(movement, group[0], limits):
                group.append(movement)
                break
        else:
            groups.append([movement])
    return groups


def _joins(movement: _Movement, first: _Movement, limits: Limits) -> bool:
    """Whether a movement belongs to a clearer one.

    So it does where they share most of their time; and where one covers half of the other, unless
    the clearer one is brief and this one is not. A brief one that accompanies a long expression is
    part of it: laughing is no volley of micro-expressions.
    """
    if movement.span.iou(first.span) >= 0.5:
        return True
    if first.bump.duration <= limits.micro < movement.bump.duration:
        return False
    shortest = min(first.bump.duration, movement.bump.duration)
    return _shared(movement.span, first.span) > 0.5 * shortest


def _shared(one: Interval, other: Interval) -> float:
    """Seconds that two spans have in common."""
    return max(min(one.end, other.end) - max(one.start, other.start), 0.0)


def _event(
    course: _Course, group: list[_Movement], face: int, rate: float, limits: Limits
) -> Event | None:
    """The event that a group of movements makes; None where it cannot be named."""
    bump = _timed(course, group)
    brief = bump.duration <= limits.micro
    start, end = course.time[0] + limits.margin, course.time[-1] - limits.margin
    unseen = not bump.whole or bump.onset < start or bump.offset > end
    if brief and (unseen or not rate >= 0.99 * LEAST_RATE):
        return None
    micro = brief and bump.apex - bump.onset <= limits.micro_onset
    aus = _peaks(group)
    clarity = float(np.sqrt(sum(m.clarity**2 for m in group)))
    return Event(
        kind="micro" if micro else "macro",
        onset=bump.onset,
        apex=bump.apex,
        offset=bump.offset,
        face=face,
        aus=aus,
        side=_side(group),
        region=REGION[COLUMNS[group[0].column]],
        confidence=1.0 - float(np.exp(-clarity / (2.0 * limits.clear))),
    )


def _timed(course: _Course, group: list[_Movement]) -> Bump:
    """Onset, apex and offset of movements together: on their sum, weighted by clarity."""
    first = group[0]
    alike = [m for m in group if m.span.iou(first.span) > 0.35]
    weights = np.array([m.bump.peak / m.noise**2 for m in alike])
    margin = 0.25 * first.bump.duration
    near = Interval(first.bump.onset - margin, first.bump.offset + margin)
    rows = np.flatnonzero(near.contains(course.time))
    total = weights @ np.array([m.signal[rows] for m in alike])
    noise = float(np.linalg.norm(weights * [m.noise for m in alike]))
    apex = np.abs(course.time[rows] - first.bump.apex) <= margin
    if not apex.any() or len(alike) == 1:
        return first.bump
    top = int(np.flatnonzero(apex)[np.argmax(total[apex])])
    bump = bump_at(course.time[rows], total, top, noise)
    return bump if bump.whole else first.bump


def _peaks(group: list[_Movement]) -> dict[str, float]:
    """Peak of each action unit, in the order of the table; a wide open jaw under its own name."""
    aus = {}
    for movement in sorted(group, key=lambda m: (m.column, m.bump.peak)):
        name, peak = COLUMNS[movement.column], movement.bump.peak
        if name == "AU26" and peak > 5.0:
            name, peak = "AU27", min(peak / 2.0, 5.0)
        aus[name] = peak
    return aus


def _side(group: list[_Movement]) -> str:
    """``L`` or ``R`` where that side has more than three quarters of what is sided."""
    size = {"L": 0.0, "R": 0.0}
    for movement in group:
        name = COLUMNS[movement.column]
        if name in _SIDED:
            size[name[-1]] += movement.bump.peak
    total = size["L"] + size["R"]
    for side, share in size.items():
        if total > 0 and share > 0.75 * total:
            return side
    return "both"


def _trust(track: Track, event: Event, rate: float) -> float:
    """How far to believe an event, 0 to 1: how the face was seen, how still the head was."""
    part = track.crop(Interval(event.onset, event.offset))
    part = part.select(part.status == "ok")
    if not len(part):
        return 0.0
    turn = float(np.ptp(part.pose, axis=0).max())
    still = 1.0 / (1.0 + (turn / 8.0) ** 2)
    dense = min(rate / USABLE_RATE, 1.0) if event.kind == "micro" else 1.0
    return float(part.confidence.mean()) * still * dense


@cache
def _skin_moved() -> Array:
    """How far each action unit at intensity 1 moves the average face, all points together, IOD."""
    fields = fields_of(template())[:, :, :2] / MAX_INTENSITY
    return np.asarray(np.sqrt((fields**2).sum(axis=(1, 2))))
