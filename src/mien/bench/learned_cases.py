"""Which clips the learned opinion is measured on: who, what moves, how far, and how it is filmed.

Nobody of these people and none of these motion models was in the training: action units move as
sculpted (ICT-FaceKit), cheeks and lip corners also as the person's own smile moves them.
"""

from dataclasses import dataclass

import numpy as np

from mien.bench.spot_courses import HELD_OUT, OURS
from mien.bench.spot_motion import SMILE

SETS = (
    "1", "2", "4", "5", "6", "7", "9", "10", "12", "14", "15", "17", "20",
    "1+2", "1+4", "1+2+4", "4+5", "4+7", "4+9", "6+12", "7+10", "7+12", "9+10", "12+14", "15+17",
)  # fmt: skip
"""Action units that move together; uniformly drawn."""

PIXELS = (1.0, 2.0, 3.0)
RATES = (200.0, 100.0, 60.0, 30.0)
YAWS = (0.0, 15.0, 30.0)
_EVENTS, _EVERY, _LEAD = 6, 1.1, 0.7  # of a clip; seconds
_SIDES = ("both", "both", "L", "R")
_SEED = 6


@dataclass(frozen=True)
class Happening:
    """One movement.

    Attributes:
        units: such as ``"6+12"``, or ``"smile"``.
        side: ``"L"``, ``"R"`` or ``"both"``.
        pixels: the furthest that skin goes, on a face of 300 px.
        onset: seconds.
        apex: seconds.
        offset: seconds.
        family: of the course, see ``spot_courses``.
    """

    units: str
    side: str
    pixels: float
    onset: float
    apex: float
    offset: float
    family: str


@dataclass(frozen=True)
class Case:
    """One clip of one person.

    Attributes:
        name: like no other.
        person: a number, counted round the people there are.
        rate: frames per second.
        yaw: degrees to which the head is turned throughout.
        seed: of the sway and the noise.
        happenings: in order of time, with rest between them.
    """

    name: str
    person: int
    rate: float
    yaw: float
    seed: int
    happenings: tuple[Happening, ...]

    @property
    def seconds(self) -> float:
        """Length."""
        return _LEAD + _EVERY * len(self.happenings) + 0.2


def cases(people: int, part: int = 1) -> list[Case]:
    """All clips: everybody from the front at 200 fps; every fourth one at other rates and turned.

    Args:
        people: how many there are.
        part: only each so-manieth of them.
    """
    chosen = range(0, people, part)
    front = [_case(person, RATES[0], 0.0) for person in chosen]
    some = [person for person in chosen if person % 4 == 0]
    slower = [_case(person, rate, 0.0) for rate in RATES[1:] for person in some]
    turned = [_case(person, RATES[0], yaw) for yaw in YAWS[1:] for person in some]
    return front + slower + turned


def _case(person: int, rate: float, yaw: float) -> Case:
    name = f"{person}/{rate:g}fps/{yaw:g}deg"
    random = np.random.default_rng([_SEED, *name.encode()])
    events = tuple(_happening(random, at) for at in range(_EVENTS))
    seed = int(random.integers(2**31))
    sign = 1.0 if seed % 2 else -1.0
    return Case(name, person, rate, sign * yaw, seed, events)


def _happening(random: np.random.Generator, at: int) -> Happening:
    """A micro-expression: 200 to 480 ms, the onset phase at most 240."""
    onset = _LEAD + _EVERY * at + random.uniform(0.0, 0.2)
    whole = random.uniform(0.20, 0.48)
    apex = onset + min(random.uniform(0.3, 0.6) * whole, 0.24)
    units = SMILE if at == _EVENTS - 1 else str(random.choice(SETS))
    side = str(random.choice(_SIDES))
    family = str(random.choice([*OURS, *HELD_OUT]))
    pixels = PIXELS[int(random.integers(len(PIXELS)))]
    return Happening(units, side, pixels, onset, apex, onset + whole, family)
