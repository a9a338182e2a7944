"""Events as they end: the search of ``spotting``, on the last seconds, again and again.

Nothing in that search needs the future: where the running median has no rows yet it repeats the
newest ones, which says that the face stays as it is. So the same search, its thresholds and all,
is run on a window that ends now. An event is said once, as soon as its end is seen and two searches
in a row agree on it, and never taken back. What comes later (a second syllable, a calmer
background) cannot speak for it or against it.

The whole search takes as long as several frames. It is run when something may have ended, by a
cheap test against the background of the last search, and now and then to renew that background.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.inverse import Prepared
from mien.capture import filters
from mien.capture.causal_window import Window
from mien.capture.clutter import NAMES, SPOTTED
from mien.capture.course import Course
from mien.capture.limits import Limits
from mien.capture.matched import scores
from mien.capture.quality import rate_of
from mien.capture.signals import signals_of
from mien.capture.spotting import spot
from mien.core.face import Event

Array = NDArray[np.float64]

SECONDS = 8.0  # that are looked back on
LIMITS = Limits(before=0.7, after=0.04)
"""As offline, but for the rest that must be seen before and after a brief movement.

What a turning head adds can be taken off only after most of a second, and what nobody has seen long
enough seems to stand out of it; offline the rest of the clip helps.
"""

_LATE = 0.4  # seconds after its end from which an event is history
_RENEW = 0.5  # seconds between two searches without a reason, to know the background
_FEWEST = 30  # rows; with less nothing can be told from noise
_CLEARER = 2.0  # times as sure as what was said of the same time, and elsewhere: said as well
_ABOUT = 0.03  # seconds round a moment; no rate that counts has fewer frames
_STIR, _APEX = 1.5, 0.6  # seconds that the cheap test looks at; in which the apex must lie
_HINT = 0.7  # share of the height asked for from which the search is worth it
_DOWN, _FALLEN = 0.5, 0.3  # share of its height below which a movement ends; seconds it may take


class CausalSpotter:
    """Spots the events of one face; see :func:`mien.capture.spotting.spot`.

    Args:
        prepared: the face.
        face: its index.
        limits: what counts.
    """

    def __init__(self, prepared: Prepared, face: int = 0, limits: Limits = LIMITS) -> None:
        self._prepared, self._face, self._limits = prepared, face, limits
        self._ground: _Ground | None = None
        self._said: list[Event] = []
        self._seen: list[Event] = []  # by the last search, and not said

    def look(self, window: Window) -> list[Event]:
        """Events that have ended since, in order of time.

        Args:
            window: of the face, up to now.
        """
        if len(window) < _FEWEST:
            return []
        now = window.end
        ground = self._ground
        if ground is not None and now - ground.time < _RENEW and not ground.stirred(window):
            return []
        course, aus = window.course()
        self._ground = _ground_of(course, aus, self._limits)
        found = spot(course, aus, self._prepared, self._face, self._limits)
        self._said = [one for one in self._said if one.offset > course.time[0]]
        ended = (now - _LATE, now - self._limits.after)
        recent = [event for event in found if ended[0] < event.offset <= ended[1]]
        over = [one for one in recent if not self._known(one) and _is_over(one, course)]
        new = [one for one in over if any(_alike(one, other) for other in self._seen)]
        self._seen = over
        self._said += new
        return new

    def _known(self, event: Event) -> bool:
        """Whether it was said before, or something of its time that is not much weaker."""
        return any(
            _shared(event, other)
            and (event.region == other.region or event.confidence < _CLEARER * other.confidence)
            for other in self._said
        )


def _is_over(event: Event, course: Course) -> bool:
    """Whether the skin has gone back; what stays where it is seems to come down as well."""
    columns = [SPOTTED[NAMES.index(name)] for name in event.aus]
    height = course.aus[:, columns] @ np.array(list(event.aus.values()))
    before, top, after = (
        float(height[np.abs(course.time - moment) <= _ABOUT].mean())
        for moment in (event.onset, event.apex, course.time[-1])
    )
    return after - before < _DOWN * (top - before)


def _alike(one: Event, other: Event) -> bool:
    """Whether two searches have found the same."""
    return one.region == other.region and _shared(one, other)


def _shared(one: Event, other: Event) -> bool:
    shared = min(one.offset, other.offset) - max(one.onset, other.onset)
    return shared > 0.3 * min(one.offset - one.onset, other.offset - other.onset)


@dataclass(frozen=True)
class _Ground:
    """What the last search knew of the background.

    Attributes:
        time: seconds, when it was made.
        noise: shape (columns, columns), of what is brief.
        clear: shape (patterns,), height from which a pattern is worth a search.
    """

    time: float
    noise: Array
    clear: Array

    def stirred(self, window: Window) -> bool:
        """Whether something has risen in the last seconds and come down again."""
        time, motion, _ = window.recent(_STIR)
        moving = filters.smooth(motion[:, SPOTTED], rate_of(time))
        height = scores(moving - np.median(moving, axis=0), self.noise)
        top = height[time > time[-1] - _APEX].max(axis=0)
        up = height >= _DOWN * top
        last = time[len(time) - 1 - up[::-1].argmax(axis=0)]
        fallen = ~up[-1] & (last > time[-1] - _FALLEN)
        return bool((fallen & (top > self.clear)).any())


def _ground_of(course: Course, aus: Array, limits: Limits) -> _Ground:
    signals = signals_of(course, aus, limits)
    spread = filters.spread(scores(signals.brief, signals.noise))
    return _Ground(
        float(course.time[-1]), signals.noise, _HINT * limits.clear * np.maximum(spread, 0.6)
    )
