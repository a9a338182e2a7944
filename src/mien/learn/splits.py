"""Who is trained on and who is tested on: never the same person.

A split is about rows (clips), but people are dealt, whole. The person of a row is any value that
is equal for equal people; where several data sets number theirs from 1, see :func:`person`.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import InputError

Rows = NDArray[np.int64]


# Sets of the same people, under the same numbers: three cameras, and what was released of them.
_FILMED_AGAIN = {
    "samm-lv": "samm",
    **{f"smic-{camera}{more}": "smic" for camera in ("hs", "vis", "nir") for more in ("", "-e")},
}


@dataclass(frozen=True, eq=False)
class Split:
    """One fold.

    Attributes:
        name: of the person, the data set or the number that is tested.
        train: shape (n,), rows to train on, rising.
        test: shape (m,), rows to test on, rising; nobody in them is in ``train``.
    """

    name: str
    train: Rows
    test: Rows


def person(set_name: str, subject: str) -> str:
    """Who it is: the same for one who is in several sets, or whose number is spelt in two ways.

    Args:
        set_name: of the data set, as in :mod:`mien.learn.datasets.table`.
        subject: as the set calls them.
    """
    own = str(int(subject)) if subject.isdecimal() else subject
    return f"{_FILMED_AGAIN.get(set_name, set_name)}/{own}"


def leave_one_out(people: Sequence[Hashable]) -> list[Split]:
    """LOSO: each person is tested once, by a model that was trained on all others.

    Args:
        people: whose each row is; at least two persons.

    Raises:
        InputError: fewer than two people.
    """
    order = _enough(people, 2)
    return [_split(_name(one), people, {one}) for one in order]


def k_folds(people: Sequence[Hashable], k: int, seed: int = 0) -> list[Split]:
    """Each person is tested once, in one of k folds of nearly as many rows each.

    Args:
        people: whose each row is.
        k: number of folds, 2 up to the number of people.
        seed: of the order in which people with equally many rows are dealt.

    Raises:
        InputError: too few or too many folds.
    """
    if k < 2:
        raise InputError(f"{k} folds: at least 2 are needed to train and to test")
    folds: list[set[Hashable]] = [set() for _ in range(k)]
    filled = [0] * k
    for one, rows in _by_size(people, _enough(people, k), seed):
        least = filled.index(min(filled))
        folds[least].add(one)
        filled[least] += rows
    return [_split(str(i), people, fold) for i, fold in enumerate(folds)]


def across_sets(people: Sequence[Hashable], sets: Sequence[str]) -> list[Split]:
    """Each data set is tested once, by a model that was trained on all others.

    Args:
        people: whose each row is. Somebody who is in several sets by the same name is left out of
            the training of each fold that tests a set with them in it.
        sets: of which set each row is; at least two sets.

    Raises:
        InputError: one set only, or nobody is left to train on.
    """
    names = list(dict.fromkeys(sets))
    if len(names) < 2:
        raise InputError("one data set: training on the others needs at least two")
    splits = []
    for name in names:
        tested = {one for one, own in zip(people, sets, strict=True) if own == name}
        inside = np.array([own == name for own in sets])
        clear = np.array([one not in tested for one in people])
        if not clear.any():
            raise InputError(f"{name}: everybody is in it: nobody is left to train on")
        splits.append(Split(name, np.flatnonzero(clear), np.flatnonzero(inside)))
    return splits


def inner(split: Split, people: Sequence[Hashable], share: float = 0.2, seed: int = 0) -> Split:
    """The training rows of a fold once more divided, by person, to choose an epoch or a threshold.

    This is how such a choice is made without a look at the person who is tested.

    Args:
        split: the fold.
        people: whose each row is, of all rows.
        share: of the people in training that go into validation, above 0 and below 1; at least one.
        seed: of the choice of people.

    Returns:
        A fold of the same name whose ``test`` is the validation.

    Raises:
        InputError: a share that is none, or fewer than two people in training.
    """
    if not 0.0 < share < 1.0:
        raise InputError(f"a share of {share:g} for validation: give one above 0 and below 1")
    own = [people[row] for row in split.train]
    order = _enough(own, 2)
    held = min(max(round(share * len(order)), 1), len(order) - 1)
    chosen = np.random.default_rng(seed).permutation(len(order))[:held]
    found = _split(split.name, own, {order[i] for i in chosen})
    return Split(split.name, split.train[found.train], split.train[found.test])


def _enough(people: Sequence[Hashable], least: int) -> list[Hashable]:
    """Everybody once, in order of appearance."""
    order = list(dict.fromkeys(people))
    if len(order) < least:
        told = f"{len(order)} people for {least} folds" if least > 2 else "fewer than two people"
        raise InputError(f"{told}: train and test must not share anybody")
    return order


def _by_size(
    people: Sequence[Hashable], order: Sequence[Hashable], seed: int
) -> list[tuple[Hashable, int]]:
    """Everybody with the number of their rows, most rows first, equals in a drawn order."""
    rows = dict.fromkeys(order, 0)
    for one in people:
        rows[one] += 1
    drawn = np.random.default_rng(seed).permutation(len(order))
    return sorted(((order[i], rows[order[i]]) for i in drawn), key=lambda pair: -pair[1])


def _split(name: str, people: Sequence[Hashable], tested: set[Hashable]) -> Split:
    inside = np.array([one in tested for one in people], dtype=bool)
    return Split(name, np.flatnonzero(~inside), np.flatnonzero(inside))


def _name(one: Hashable) -> str:
    return "/".join(map(str, one)) if isinstance(one, tuple) else str(one)
