"""When somebody talks: the lips go to and fro.

Every syllable is a brief movement of the mouth and looks like a micro-expression of its own. What
tells it apart is its company: a micro-expression of the mouth comes and goes once.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.signal import find_peaks

from mien.anatomy.fields import fields_of
from mien.anatomy.inverse import FREE
from mien.anatomy.template import template
from mien.anatomy.topology import LOWER_LIP_INNER, UPPER_LIP_INNER
from mien.capture.clutter import SPOTTED
from mien.core.facs import MAX_INTENSITY
from mien.core.signal import Interval

Array = NDArray[np.float64]

_TURN = 0.012  # IOD; how far the lips go between two turns, at least
_WITHIN, _TURNS = 0.8, 3  # seconds, and turns in them, of one of the ways lips go
_ROUND = 1.0  # seconds before the first and after the last turn


def talking(time: Array, brief: Array) -> list[Interval]:
    """Spans in which the lips go to and fro, in order of time; they may overlap.

    Args:
        time: shape (n,), seconds.
        brief: shape (n, columns), over the running median, columns as in
            :data:`mien.capture.clutter.NAMES`.
    """
    spans = []
    for way in (brief @ _ways()).T:
        tops, bottoms = (find_peaks(sign * way, prominence=_TURN)[0] for sign in (1.0, -1.0))
        turns = time[np.sort(np.concatenate([tops, bottoms]))]
        for first, last in zip(turns, turns[_TURNS - 1 :], strict=False):
            if last - first <= _WITHIN:
                spans.append(Interval(float(first) - _ROUND, float(last) + _ROUND))
    return sorted(spans)


@cache
def _ways() -> Array:
    """How far each unit parts the lips, widens the mouth and lowers it, (columns, 3), IOD."""
    fields = fields_of(template())[[FREE[at] for at in SPOTTED]] / MAX_INTENSITY
    upper, lower = (
        fields[:, list(lip[3:-3]), 1].mean(axis=1) for lip in (UPPER_LIP_INNER, LOWER_LIP_INNER)
    )
    right, left = (fields[:, at, 0] for at in (UPPER_LIP_INNER[0], UPPER_LIP_INNER[-1]))
    return np.stack([upper - lower, left - right, upper + lower], axis=1)
