"""What counts as an event."""

import math
from dataclasses import dataclass

from mien.capture.parts import NOTHING, Without


@dataclass(frozen=True)
class Limits:
    """What counts as an event.

    Attributes:
        micro: seconds; a micro-expression lasts no longer.
        micro_onset: seconds from onset to apex of a micro-expression, at most (Yan et al., 2013).
        error: seconds by which moments are measured wrongly (90th percentile, docs/benchmarks.md),
            one frame at least: an onset may seem to take so much longer.
        shortest: seconds; what is over sooner is taken for noise.
        clear: least height over the background of a brief movement, in standard deviations.
        clear_long: the same of a long one.
        wander: IOD that the zero of a long movement wanders.
        blink: intensity of AU43 from which a brief movement is a blink.
        round_blink: seconds before and after a blink in which the skin round the eyes moves, too.
        before: seconds that must be seen before a micro-expression: rest, and the time in which the
            skin's picture is learnt.
        after: seconds of rest that must be seen after it.
        trusted: least confidence of an event.
        rate: frames per second that really differ, where fewer than the time stamps say.
        frozen: whether the codec lets the face stand still and draws it anew at key frames; then no
            brief movement may begin with one.
        without: parts of the search that are left out.
    """

    micro: float = 0.5
    micro_onset: float = 0.26
    error: float = 0.02
    shortest: float = 0.04
    clear: float = 6.5
    clear_long: float = 8.0
    wander: float = 0.003
    blink: float = 0.6
    round_blink: float = 0.15
    before: float = 0.3
    after: float = 0.1
    trusted: float = 0.2
    rate: float = math.inf
    frozen: bool = False
    without: Without = NOTHING
