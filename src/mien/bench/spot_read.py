"""Everything that spots on one clip: mien, mien with something changed, and the baselines."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from mien.bench.baselines.landmarks import landmark_events
from mien.bench.baselines.mdmd import mdmd_curve, mdmd_events
from mien.bench.spot_cases import HAND
from mien.capture.learned.opinion import available
from mien.capture.parts import Part
from mien.core.face import Event
from mien.flows.learned import judged
from mien.flows.read import Reading, read

Image = NDArray[np.uint8]

OURS, LANDMARKS = "mien", "landmarks alone"
LEARNED = "with the learned opinion"
"""The spotter itself is measured without the learned model, which was made after it."""
MDMD = tuple(f"MDMD p={share:g}" for share in (0.01, 0.1, 0.2, 0.3, 0.4, 0.5))
"""The first as published; the others show the best it can do here."""


def _without(part: Part) -> Callable[[Path, Image], Reading]:
    return lambda clip, _: read(clip, learned=False, without=frozenset({part}))


NEUTRAL = "a neutral photo given"
CHANGES: Mapping[str, Callable[[Path, Image], Reading]] = {
    NEUTRAL: lambda clip, rest: read(clip, learned=False, neutral=rest),
    **{f"without {part.value}": _without(part) for part in Part},
}
"""How mien also reads the ablated clips, given the clip and the person at rest."""

_CONCERNED = {
    "": (Part.SMOOTHING, Part.BACKGROUND),
    "noise": (Part.SMOOTHING, Part.BACKGROUND),
    "compression": (Part.CODEC,),
    "flicker": (Part.LIGHT,),
    "roll": (Part.HEAD,),
    "yaw": (Part.HEAD, Part.BACKGROUND),
    "translation": (Part.HEAD,),
    "blink": (Part.BLINKS,),
    "speech": (Part.TALK, Part.BACKGROUND),
    HAND: (Part.HANDS, Part.GATE),
}


def changes_for(confound: str) -> tuple[str, ...]:
    """What is worth leaving out (or giving) on clips with a confound, names of :data:`CHANGES`."""
    given = () if confound else (NEUTRAL,)
    return given + tuple(f"without {part.value}" for part in _CONCERNED[confound])


def spotted(
    clip: Path, rest: Image, *, compared: bool, changed: Sequence[str]
) -> tuple[dict[str, list[Event]], dict[str, float]]:
    """What each finds on a clip, and the seconds that mien took.

    Args:
        clip: the file.
        rest: RGB uint8, shape (H, W, 3), the person at rest.
        compared: whether the baselines are run.
        changed: with what of :data:`CHANGES` mien is run as well.
    """
    clock = perf_counter()
    reading = read(clip, learned=False)
    found, took = {OURS: reading.events}, {OURS: perf_counter() - clock}
    if available():
        found[LEARNED] = judged(clip, reading.track, reading.neutrals, reading.events)
    found |= {name: CHANGES[name](clip, rest).events for name in changed}
    if compared:
        found[LANDMARKS] = landmark_events(clip)
        curve = mdmd_curve(clip, reading.track)
        for name in MDMD:
            found[name] = mdmd_events(curve, float(name.partition("=")[2]))
    return found, took
