"""Who is trained on and who is tested on, and which people are made of two others.

A person who is made has parents of one split alone, so that nobody who is tested, nor anybody's
child, is ever trained on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from mien.bench.people import Person
from mien.core.errors import InputError
from mien.learn.splits import Split, inner

TEST, VALIDATION = 16 / 52, 4 / 36  # of all; of those who are left
_SEED = 7
_LEAST, _MOST = 0.35, 0.65  # share of the second parent


@dataclass(frozen=True)
class Dealt:
    """Everybody in one of three parts.

    Attributes:
        train: two at least, as people are made of them.
        validation: for choices and strips; nobody of few.
        test: looked at once, at the end.
    """

    train: tuple[Person, ...]
    validation: tuple[Person, ...]
    test: tuple[Person, ...]


@dataclass(frozen=True)
class Child:
    """Somebody who is made of two people.

    Attributes:
        name: unlike any other.
        parents: their names; hair, ears and ground are the first one's.
        share: of the second one in the face, 0 to 1.
        mirrored: whether left and right are swapped at the end.
        seed: of the light.
    """

    name: str
    parents: tuple[str, str]
    share: float
    mirrored: bool
    seed: int


def dealt(everyone: Sequence[Person]) -> Dealt:
    """The parts, always the same for the same people: of 52 they are 32, 4 and 16.

    Raises:
        InputError: fewer than three people.
    """
    if len(everyone) < 3:
        raise InputError(
            f"{len(everyone)} people: three are needed, two to train on and one to test on"
        )
    names = [one.name for one in everyone]
    whole = Split("nano", np.arange(len(everyone)), np.arange(0))
    first = inner(whole, names, min(TEST, 1 - 2 / len(everyone)), _SEED)
    left, watched = first.train, np.arange(0)
    if round(VALIDATION * len(left)) and len(left) > 2:
        second = inner(first, names, VALIDATION, _SEED)
        left, watched = second.train, second.test
    parts = ([everyone[number] for number in part] for part in (left, watched, first.test))
    train, validation, test = map(tuple, parts)
    return Dealt(train, validation, test)


def children(parents: Sequence[str], count: int, seed: int = _SEED) -> list[Child]:
    """People to make, of as many pairs of parents as there are before any pair comes again.

    Args:
        parents: names; of fewer than two nobody is made.
        count: how many people.
        seed: of all chance.
    """
    chance = np.random.default_rng(seed)
    pairs = list(combinations(parents, 2))
    found: list[Child] = []
    while pairs and len(found) < count:
        for at in chance.permutation(len(pairs))[: count - len(found)]:
            turned = chance.uniform() < 0.5
            one, other = pairs[at][::-1] if turned else pairs[at]
            found.append(
                Child(
                    f"{one}-{other}-{len(found)}",
                    (one, other),
                    round(float(chance.uniform(_LEAST, _MOST)), 3),
                    bool(chance.uniform() < 0.5),
                    int(chance.integers(2**31)),
                )
            )
    return found
