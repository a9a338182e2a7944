"""Who is trained on, who is validated on and who is tested on; people are dealt whole.

Everybody has a number from 0 to 1, by chance, that depends on nothing but their identity and the
seed: the lowest are tested on, the next validated on. Whoever is added to a set or leaves it moves
nobody else, so that no model is tested on people of whom an earlier one has learned; only a split
that would be empty borrows somebody.
"""

import hashlib
from bisect import bisect
from collections.abc import Iterable, Sequence
from dataclasses import replace

from mien.core.errors import InputError
from mien.learn.ffe.row import Row


def dealt(
    rows: Sequence[Row], validation: float = 0.1, test: float = 0.1, seed: int = 0
) -> list[Row]:
    """The rows with their split.

    Args:
        rows: of the whole set.
        validation: share of the people, about; at least one unless 0.
        test: share of the people, about; at least one unless 0.
        seed: of the choice.

    Raises:
        InputError: as :func:`enough`.
    """
    drawn = {row.src.identity: _drawn(row.src.identity, seed) for row in rows}
    enough(drawn, validation, test)
    order = sorted(drawn, key=lambda one: drawn[one])
    numbers, watched = sorted(drawn.values()), int(validation > 0)
    first = min(max(bisect(numbers, test), int(test > 0)), len(order) - watched - 1)
    last = min(max(bisect(numbers, test + validation), first + watched), len(order) - 1)
    split = {one: "test" if i < first else "validation" for i, one in enumerate(order[:last])}
    return [replace(row, split=split.get(row.src.identity, "train")) for row in rows]


def enough(people: Iterable[str], validation: float, test: float) -> None:
    """Whether there are people for every split.

    Raises:
        InputError: shares that leave nobody to train on, or too few people for them.
    """
    if min(validation, test) < 0.0 or validation + test >= 1.0:
        raise InputError(f"shares {validation:g} and {test:g}: must leave some to train on")
    there, needed = len({*people}), 1 + (validation > 0) + (test > 0)
    if there < needed:
        raise InputError(f"{there} people for {needed} splits: collect more, or set a share to 0")


def _drawn(identity: str, seed: int) -> float:
    digest = hashlib.sha256(f"{seed} {identity}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
