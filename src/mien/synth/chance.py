"""Clips by chance: all that makes micro-expressions hard to see, as much of it as cameras meet."""

import numpy as np

from mien.core.envelope import FAMILIES
from mien.core.errors import InputError
from mien.synth.camera import Camera
from mien.synth.head import Head
from mien.synth.take import Move, Take

Chance = np.random.Generator

_WIDTHS = (200.0, 250.0, 300.0, 400.0)  # px of the face; few, so that plates serve many clips
_RATES = (30.0, 50.0, 60.0, 100.0, 120.0, 200.0, 240.0, 300.0)
_AUS = (
    "AU01", "AU02", "AU04", "AU05", "AU06", "AU07", "AU09", "AU10", "AU12", "AU14", "AU15", "AU17",
    "AU20", "AU24",
)  # fmt: skip
_BOTH = ("AU17", "AU24")  # without sides
_PIXELS = (0.3, 3.0)  # of micro-expressions
_STRONG = (1.0, 3.5)  # intensity of slow expressions


def by_chance(chance: Chance, seconds: float | None = None) -> Take:
    """A take of everything that makes micro-expressions hard to see.

    One in seven shows no expression, one in five a second, slow one; see docs/synth.md for the
    ranges.

    Args:
        chance: what it is drawn with.
        seconds: length of the clip, 1.5 s or more; None: by chance as well.

    Raises:
        InputError: a clip too short for an expression.
    """
    length = float(chance.uniform(2.5, 5.0))
    seconds = length if seconds is None else seconds
    if not seconds >= 1.5:
        raise InputError(f"clips of {seconds:g} s are too short for chance: give 1.5 s or more")
    rate = float(chance.choice(_RATES))
    moves = [] if chance.random() < 1 / 7 else [_micro(chance, seconds)]
    if moves and chance.random() < 0.2:
        moves += _macro(chance, moves[0], seconds)
    head = Head(
        yaw=_some(chance, 0.4, 15.0),
        pitch=_some(chance, 0.2, 6.0),
        roll=_some(chance, 0.4, 10.0),
        shift=_some(chance, 0.5, 25.0),
        rise=_some(chance, 0.3, 12.0),
        period=float(chance.uniform(2.5, 8.0)),
        wander=True,
        depth=float(chance.uniform(0.8, 1.2)),
        seed=int(chance.integers(2**31)),
    )
    camera = Camera(
        rate,
        noise=float(chance.uniform(0.5, 6.0)),
        exposure=float(chance.uniform(0.1, 0.9)),
        flicker=_some(chance, 0.4, 0.08),
        mains=float(chance.choice((50.0, 60.0))),
        uneven=float(chance.uniform(-0.25, 0.25)),
        steps=((float(chance.uniform(0.5, seconds)), float(chance.uniform(0.85, 1.15))),)
        if chance.random() < 0.15
        else (),
        seed=int(chance.integers(2**31)),
    )
    return Take(
        seconds,
        tuple(moves),
        head,
        camera,
        blinks=bool(chance.random() < 0.5),
        speech=bool(chance.random() < 0.2),
        hand=bool(chance.random() < 0.08),
        face_width=float(chance.choice(_WIDTHS)),
        crf=int(chance.integers(5, 31)),
        seed=int(chance.integers(2**31)),
    )


def _some(chance: Chance, often: float, most: float) -> float:
    """Nothing, or so often a size up to the largest."""
    size = float(chance.uniform(0.1, 1.0)) * most
    return size if chance.random() < often else 0.0


def _micro(chance: Chance, seconds: float) -> Move:
    rise = float(chance.uniform(0.06, 0.26))
    fall = float(chance.uniform(0.08, 0.5 - rise))
    onset = float(chance.uniform(0.3, seconds - rise - fall - 0.2))
    pixels = float(np.exp(chance.uniform(*np.log(_PIXELS))))
    return _move(chance, onset, rise, fall, pixels=pixels)


def _macro(chance: Chance, micro: Move, seconds: float) -> list[Move]:
    """A slow expression after or before the brief one, where there is time for it."""
    spans = [(0.1, micro.onset - 0.3), (micro.offset + 0.3, seconds - 0.1)]
    start, end = max(spans, key=lambda span: span[1] - span[0])
    if end - start < 0.8:
        return []
    lasts = float(chance.uniform(0.8, min(end - start, 2.5)))
    onset = float(chance.uniform(start, end - lasts))
    rise = lasts * float(chance.uniform(0.3, 0.6))
    return [_move(chance, onset, rise, lasts - rise, strength=float(chance.uniform(*_STRONG)))]


def _move(
    chance: Chance,
    onset: float,
    rise: float,
    fall: float,
    *,
    strength: float = 1.0,
    pixels: float | None = None,
) -> Move:
    units = chance.choice(_AUS, size=int(chance.choice((1, 1, 2, 3))), replace=False)
    side = str(chance.choice(("", "", "L", "R")))
    aus = {
        str(unit) + ("" if unit in _BOTH else side): strength * float(chance.uniform(0.5, 1.0))
        for unit in units
    }
    family = str(chance.choice(sorted(FAMILIES)))
    return Move(aus, onset, onset + rise, onset + rise + fall, family, pixels)
