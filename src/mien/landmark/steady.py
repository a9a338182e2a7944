"""Readings of a clip held still where the face is still, and left alone where it moves.

Every reading is averaged with pairs of others, as long before as after it, so nothing lags and what
moves at a steady speed stays in place. A pair counts as far as the point half-way between its two
members lies where the reading itself does: at rest all of them agree and noise cancels, at a turn
of the motion, such as the bottom of a blink, only the reading itself is left. This is a bilateral
filter (Tomasi & Manduchi, ICCV 1998) in time whose distance is the second difference.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.template import distances
from mien.anatomy.topology import IRIS_LEFT, IRIS_RIGHT

Array = NDArray[np.float64]

SPAN = 0.27  # seconds before and after, beyond which a reading says nothing about another
MOST = 12  # readings on either side; at high rates these lie within less than the span
_FAR = 0.15  # seconds; standard deviation of the weight by distance in time
_NEAR = 0.12  # IOD along the mesh over which points agree on what moves


@dataclass(frozen=True)
class Reading:
    """Numbers read from one frame.

    Attributes:
        time: seconds.
        values: shape (n, columns); what moves is judged by the first two columns, or the only one.
        noise: difference that is taken for noise, in the unit of these columns.
        linked: whether it goes on from the reading before: same face, same shot, next frame.
    """

    time: float
    values: Array
    noise: float
    linked: bool = True


def steady(readings: Iterable[Reading], together: Array | None = None) -> Iterator[Array]:
    """The values of every reading, shape (n, columns), smoothed; some readings behind.

    Args:
        readings: in order of time.
        together: shape (n, n), rows that sum to 1: which points judge together whether they move;
            None: each for itself.
    """
    window: deque[Reading] = deque()
    place = 0  # of the next one to be given back
    for reading in readings:
        if not reading.linked:
            yield from _rest(window, place, together)
            window.clear()
            place = 0
        window.append(reading)
        while place < len(window) - 1 and _full(window, place):
            yield _smoothed(window, place, together)
            place += 1
        while place > MOST:
            window.popleft()
            place -= 1
    yield from _rest(window, place, together)


def _full(window: deque[Reading], place: int) -> bool:
    """Whether all that can matter to a reading is there."""
    late = window[-1].time - window[place].time > SPAN
    return late or len(window) - 1 - place >= MOST


def _rest(window: deque[Reading], place: int, together: Array | None) -> Iterator[Array]:
    for i in range(place, len(window)):
        yield _smoothed(window, i, together)


def _smoothed(window: deque[Reading], place: int, together: Array | None) -> Array:
    own = window[place]
    total, weight = own.values.copy(), np.ones(len(own.values))
    farthest = np.zeros(len(own.values))
    for k in range(1, MOST + 1):
        pair = _half_way(window, place, k)
        if pair is None:
            break
        between, apart = pair
        gap = ((between - own.values)[:, :2] ** 2).mean(axis=1) / own.noise**2
        farthest = np.maximum(farthest, gap if together is None else together @ gap)
        share = np.exp(-(farthest + (apart / _FAR) ** 2) / 2)
        total += share[:, None] * between
        weight += share
    return np.asarray(total / weight[:, None])


def _half_way(window: deque[Reading], place: int, k: int) -> tuple[Array, float] | None:
    """Values at the time of a reading, from the k-th before and after; and their distance.

    At an end of the window the one that is there stands for both.
    """
    own = window[place]
    before = window[place - k] if place >= k else None
    after = window[place + k] if place + k < len(window) else None
    near = [one for one in (before, after) if one and abs(one.time - own.time) <= SPAN]
    if not near:
        return None
    if len(near) == 1 or before is None or after is None:
        return near[0].values, abs(near[0].time - own.time)
    share = (own.time - before.time) / (after.time - before.time)
    values = before.values + share * (after.values - before.values)
    return values, (after.time - before.time) / 2


@cache
def neighbourhood() -> Array:
    """Which points of the mesh move together, shape (478, 478), rows that sum to 1."""
    far = np.where(np.isfinite(distances()), distances(), 1e3)
    weight = np.exp(-((far / _NEAR) ** 2) / 2)
    for centre in (IRIS_RIGHT, IRIS_LEFT):  # no edge leads to them
        weight[centre : centre + 5, centre : centre + 5] = 1.0
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))
