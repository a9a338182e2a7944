"""The event that a pattern stands for: when, what, where, how fast, how sure.

Onset, apex and offset are read on the course of the movement's own direction, whatever the pattern
was, and its action units on the movement at the apex (``signature``).
"""

from collections.abc import Set as AbstractSet

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.inverse import Prepared
from mien.capture import filters
from mien.capture.bumps import Bump, bump_at
from mien.capture.clutter import LIDS, NAMES, reach
from mien.capture.course import Course
from mien.capture.gate.limits import LEAST_RATE, SLACK, USABLE_RATE
from mien.capture.limits import Limits
from mien.capture.search import Found
from mien.capture.signals import Signals
from mien.capture.signature import action_units_of, believed, farthest, field_of, strayed
from mien.core.face import Event
from mien.core.facs import ACTION_UNITS, MAX_INTENSITY, REGION
from mien.core.signal import Interval

Array = NDArray[np.float64]

_MIDDLE = 0.1  # IOD from the midline
_SIDED = {
    side: {c for unit in ACTION_UNITS if unit.sided for c in unit.columns if c[-1] == side}
    for side in "LR"
}
_BESIDE = 0.25  # share of the largest movement that another one beside it must have
_NEAR_KEY = 0.04  # seconds
_PLAIN = 1.0  # intensity that needs no further proof
# What the lower face seems to do while a head turns: its depth is known least, and so the parallax.
_PARALLAX = {"AU25", "AU26", "AU27"}
_TURN = 3.0  # degrees of yaw or pitch within a movement
_REMAINDER = 1.0  # share of a movement by which its course ends elsewhere than it began


def event_of(
    signals: Signals,
    one: Found,
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
    start, end = signals.time[0] + limits.before, signals.time[-1] - limits.after
    unseen = not bump.whole or bump.onset < start or bump.offset > end
    rate = min(signals.rate, limits.rate)
    if brief and (unseen or not rate >= SLACK * LEAST_RATE):
        return None
    if brief and limits.frozen and _with_key(course, bump):
        return None
    if one.long == brief or (brief and _part_of_more(signals, noise, movement, bump)):
        return None
    aus = action_units_of(movement, strayed(noise, far))
    if taken:
        aus = _left_over(aus, taken)
    if not brief:
        aus = _with_plain(aus, movement)
    else:  # a wink is no expression either
        aus = {name: size for name, size in aus.items() if NAMES.index(name) not in LIDS}
    main = max(aus, key=lambda name: aus[name] * reach()[NAMES.index(name)], default="")
    if not main or (brief and main in _PARALLAX and _turned(course, bump) > _TURN):
        return None
    late = max(limits.error, 1.0 / rate) if brief else 0.0
    micro = brief and bump.apex - bump.onset <= limits.micro_onset + late
    trust = _trust(course, bump, rate, micro=micro)
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


def _with_plain(aus: dict[str, float], movement: Array) -> dict[str, float]:
    """Units of a long movement, and those that landmarks show plainly beside them."""
    shown = {**aus, **{NAMES[at]: float(movement[at]) for at in np.flatnonzero(movement > _PLAIN)}}
    return {name: aus.get(name, shown[name]) for name in NAMES if name in shown}


def _with_key(course: Course, bump: Bump) -> bool:
    """Whether a movement begins where the codec draws the whole picture anew."""
    after = bump.onset - course.time[course.key]
    return bool(((after > -_NEAR_KEY) & (after < _NEAR_KEY)).any())


def _part_of_more(signals: Signals, noise: Array, movement: Array, bump: Bump) -> bool:
    """Whether a brief movement is what a longer one leaves over while it comes or goes."""
    ends = np.searchsorted(signals.time, (bump.onset, bump.offset)).clip(0, len(signals.time) - 1)
    change = signals.lasting[ends[1]] - signals.lasting[ends[0]]
    weights = np.linalg.solve(noise, movement)
    return float(change @ weights) > _REMAINDER * float(movement @ weights)


def _at_apex(signals: Signals, values: Array, bump: Bump) -> Array:
    """The movement round the apex, shape (columns,)."""
    middle = int(np.argmin(np.abs(signals.time - bump.apex)))
    reach = max(int(0.08 * min(bump.duration, 0.5) * signals.rate), 1)
    return np.asarray(values[max(middle - reach, 0) : middle + reach + 1].mean(axis=0))


def _timed(
    signals: Signals, values: Array, noise: Array, movement: Array, bump: Bump
) -> tuple[Bump, Array, float]:
    """Onset, apex, offset on the movement's own course; that course, 1 at the apex; its noise."""
    weights = np.linalg.solve(noise, movement)
    power = float(movement @ weights)
    height = values @ weights / power
    level = power**-0.5
    if bump.duration <= 0.5 * (signals.time[-1] - signals.time[0]):
        level = max(float(filters.spread(height)), level)
    reach = 0.3 + 0.25 * bump.duration
    near = np.flatnonzero(np.abs(signals.time - bump.apex) <= reach + bump.duration)
    time, here = signals.time[near], height[near]
    close = np.abs(time - bump.apex) <= 0.5 * bump.duration + 1.0 / signals.rate
    top = int(np.argmax(np.where(close, here, -np.inf)))
    return bump_at(time, here, top, level), height, level


def _speed(time: Array, height: Array, bump: Bump) -> float:
    """Greatest rise per second between onset and apex; NaN where it is not seen to rise."""
    rows = np.flatnonzero((time >= bump.onset) & (time <= bump.apex))
    if len(rows) < 2:
        return float("nan")
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


def _turned(course: Course, bump: Bump) -> float:
    """By how many degrees the head turns or nods during a movement."""
    rows = Interval(bump.onset, bump.offset).contains(course.time)
    return float(np.ptp(course.pose[rows, :2], axis=0).max()) if rows.any() else 0.0


def _trust(course: Course, bump: Bump, rate: float, *, micro: bool) -> float:
    """How far to believe an event, 0 to 1: by the skin that was seen and how still the head was."""
    rows = Interval(bump.onset, bump.offset).contains(course.time)
    if not rows.any():
        return 0.0
    turn = float(np.ptp(course.pose[rows, :3], axis=0).max())
    still = 1.0 / (1.0 + (turn / 12.0) ** 2)
    dense = min(rate / USABLE_RATE, 1.0) if micro else 1.0
    return float(1.0 - course.odd[rows].mean()) * still * dense


def _left_over(aus: dict[str, float], taken: AbstractSet[str]) -> dict[str, float]:
    """Units outside the regions that are taken; none where they hardly move beside the others."""
    left = {name: size for name, size in aus.items() if REGION[name] not in taken}
    moved = {name: size * float(reach()[NAMES.index(name)]) for name, size in aus.items()}
    most = max((moved[name] for name in left), default=0.0)
    return left if most > _BESIDE * max(moved.values(), default=0.0) else {}
