"""Blinks as people make them.

A spontaneous blink closes within a tenth of a second and opens in about two tenths, some fifteen
times a minute at unequal distances (VanderWerf et al., J. Neurophysiol. 2003, for the course;
Bentivoglio et al., Mov. Disord. 1997, for the rate). Large changes of gaze and of what the face
does bring one along.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mien.core import facs
from mien.core.envelope import Envelope

RATE = 15.0  # per minute
_DOWN, _UP = 0.09, 0.21  # seconds
_APART = 1.0  # seconds between two blinks at least
_EYES = [facs.INDEX["AU43L"], facs.INDEX["AU43R"]]
_WIDE = [facs.INDEX["AU05L"], facs.INDEX["AU05R"]]


def natural_blinks(
    seconds: float, cues: Sequence[float] = (), rate: float = RATE, seed: int = 0
) -> tuple[Envelope, ...]:
    """When somebody blinks during some seconds, in order of time.

    Args:
        seconds: length of the clip.
        cues: seconds at which something draws a blink.
        rate: blinks per minute besides these.
        seed: of the chance; the same one gives the same blinks.
    """
    random = np.random.default_rng(seed)
    last = seconds - _DOWN - _UP
    starts = [cue for cue in cues if 0.0 <= cue <= last]
    at = random.gamma(2.0, 30.0 / rate)
    while at <= last:
        if all(abs(at - other) >= _APART for other in starts):
            starts.append(at)
        at += _APART + random.gamma(2.0, max(60.0 / rate - _APART, 0.1) / 2.0)
    return tuple(Envelope(at, at + _DOWN, at + _DOWN + _UP, "gamma") for at in sorted(starts))


def shut(aus: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """Intensities, shape (len(COLUMNS),), of a face whose eyes are closed so far, 0 to 1."""
    closed = aus.copy()
    closed[_EYES] += share * (facs.MAX_INTENSITY - closed[_EYES])
    closed[_WIDE] *= 1.0 - share
    return closed
