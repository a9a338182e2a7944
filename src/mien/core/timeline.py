"""Wishes on a clock: the state of a face at some moments, and micro-expressions on top.

Between two keys the face goes from one state to the other; before the first and after the last
the nearest one holds. A relative timeline adds to what the person does at each moment, as a wish
for a photo does (expressions interpolate from it, action units add); an absolute one takes the
place of what the person does, in the action units that the key's recipes and values set.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mien.core import facs
from mien.core.ease import EASES, between
from mien.core.envelope import Envelope
from mien.core.errors import InputError
from mien.core.expression import Asked, Wish, goal, parse_wish, target

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Key:
    """The state of a face at one moment.

    Attributes:
        time: seconds from the first frame, not negative.
        expression: category, preset or recipe to strength, 0 to 1.5.
        aus: action unit to intensity: added, -5 to 5, or in an absolute timeline set, 0 to 5.
        ease: how the face gets here from the key before, one of :data:`mien.core.ease.EASES`.

    Raises:
        InputError: the message begins with the field.
    """

    time: float
    expression: Asked
    aus: Mapping[str, float]
    ease: str = "natural"

    def __post_init__(self) -> None:
        if not 0.0 <= self.time < np.inf:
            raise InputError(f"time: {self.time!r} is no time: give seconds from the first frame")
        if self.ease not in EASES:
            raise InputError(f"ease: unknown ease {self.ease!r}: use one of {', '.join(EASES)}")
        _check_aus(self.aus)
        for name in self.expression:
            if isinstance(name, str) and facs.is_au(name):
                raise InputError(f"expression: {name} is an action unit: write it under aus")
        try:
            parse_wish(self.expression)
        except InputError as error:
            raise InputError(f"expression: {error}") from None


def key_of(time: float, wish: Asked) -> Key:
    """A key from a wish such as ``{"happy": 0.6, "AU12L": 2.5}``, read as one for a photo is.

    Raises:
        InputError: as :func:`mien.core.expression.parse_wish` and :class:`Key`.
    """
    asked = parse_wish(wish)
    added = np.clip(asked.additions, -facs.MAX_INTENSITY, facs.MAX_INTENSITY)  # more is no more
    units = {column: value for column, value in facs.to_dict(added).items() if value}
    return Key(time, asked.expressions, units)


@dataclass(frozen=True)
class Micro:
    """An expression that comes and goes on top of everything else.

    Attributes:
        onset: milliseconds from the first frame, the last moment without it.
        apex: milliseconds, its peak.
        offset: milliseconds, when it is gone.
        aus: action unit to what is added at the peak, -5 to 5.

    Raises:
        InputError: the message begins with the field.
    """

    onset: float
    apex: float
    offset: float
    aus: Mapping[str, float]

    def __post_init__(self) -> None:
        if not 0.0 <= self.onset < self.apex < self.offset < np.inf:
            raise InputError(
                f"onset: onset, apex and offset are rising milliseconds, got {self.onset:g},"
                f" {self.apex:g}, {self.offset:g}"
            )
        _check_aus(self.aus)

    @property
    def envelope(self) -> Envelope:
        """Its course, in seconds."""
        return Envelope(self.onset / 1000, self.apex / 1000, self.offset / 1000)


@dataclass(frozen=True)
class Timeline:
    """Keys in order of time, and micro-expressions.

    Attributes:
        keys: at rising times; none: the person stays as they are.
        micro: in any order; they always add.
        relative: whether keys say what is added to what the person does, or what takes its place.

    Raises:
        InputError: keys out of order, or absolute intensities below 0.
    """

    keys: tuple[Key, ...] = ()
    micro: tuple[Micro, ...] = ()
    relative: bool = True

    def __post_init__(self) -> None:
        for i, (before, after) in enumerate(pairwise(self.keys), 1):
            if after.time <= before.time:
                raise InputError(
                    f"keys[{i}].time: {after.time:g} s does not come after {before.time:g} s"
                )
        for i, key in enumerate(self.keys):
            for name, value in key.aus.items():
                if not self.relative and value < 0.0:
                    raise InputError(
                        f"keys[{i}].aus.{name}: {value:g} is no intensity: an absolute timeline"
                        " sets 0 to 5"
                    )

    @property
    def moments(self) -> tuple[float, ...]:
        """Seconds at which keys are reached and micro-expressions peak, rising."""
        times = [key.time for key in self.keys] + [micro.apex / 1000 for micro in self.micro]
        return tuple(sorted({*times}))


def target_at(timeline: Timeline, time: float, current: Array) -> Array:
    """Intensities that a timeline asks of a face at one moment.

    Args:
        timeline: what is asked.
        time: seconds from the first frame.
        current: shape (len(COLUMNS),), what the person does at that moment; NaN counts as 0.

    Returns:
        Shape (len(COLUMNS),), within 0 to 5, exclusive pairs resolved.
    """
    wanted = _key_state(timeline, time, np.nan_to_num(current, nan=0.0))
    for micro in timeline.micro:
        share = float(micro.envelope.value(np.array(time)))
        if share:
            wanted = wanted + share * facs.vector(micro.aus)
    return facs.resolve(wanted)


def _key_state(timeline: Timeline, time: float, now: Array) -> Array:
    keys = timeline.keys
    after = bisect_right([key.time for key in keys], time)
    if not keys:
        return now
    if after in (0, len(keys)):
        return _state(keys[min(after, len(keys) - 1)], now, timeline.relative)
    start, end = keys[after - 1], keys[after]
    share = (time - start.time) / (end.time - start.time)
    first, last = (_state(key, now, timeline.relative) for key in (start, end))
    return between(first, last, share, end.ease)


def _state(key: Key, now: Array, relative: bool) -> Array:
    """What one key asks of a face that shows ``now``."""
    asked = parse_wish(key.expression)
    if relative:
        return target(now, Wish(asked.expressions, facs.vector(key.aus)))
    values = np.full(len(facs.COLUMNS), np.nan)
    for recipe, strength in asked.expressions.items():
        if not strength:  # as it is
            continue
        own = strength * goal(recipe, np.full(len(facs.COLUMNS), np.nan))
        values = np.where(np.isnan(own), values, np.nan_to_num(values) + own)
    for name, value in key.aus.items():
        values[[facs.INDEX[column] for column in facs.expand(name)]] = value
    fixed = facs.to_dict(np.minimum(values, facs.MAX_INTENSITY))
    return target(now, Wish({}, np.zeros(len(facs.COLUMNS))), fixed)


def _check_aus(aus: Mapping[str, float]) -> None:
    named: set[str] = set()
    for name, value in aus.items():
        try:
            columns = {*facs.expand(name)}
        except InputError as error:
            raise InputError(f"aus.{name}: {error}") from None
        if not abs(value) <= facs.MAX_INTENSITY:
            raise InputError(f"aus.{name}: {value:g} is no change of intensity: give -5 to 5")
        if named & columns:
            raise InputError(f"aus.{name}: {min(named & columns)} is named twice")
        named |= columns
