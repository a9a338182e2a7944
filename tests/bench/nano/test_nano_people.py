"""Who is trained on is never tested, nor are their children."""

from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.bench.nano.people import Dealt, children, dealt
from mien.bench.people import Person
from mien.core.errors import InputError


def crowd(count: int) -> list[Person]:
    return [Person(f"{n:03d}", Path(f"{n}.jpg"), Path(f"{n}-smiling.jpg")) for n in range(count)]


def parts(found: Dealt) -> tuple[tuple[Person, ...], ...]:
    return found.train, found.validation, found.test


@given(st.integers(3, 90))
def test_everybody_is_in_one_part(count: int) -> None:
    everyone = crowd(count)
    found = dealt(everyone)
    assert sorted(one.name for one in chain(*parts(found))) == [one.name for one in everyone]
    assert len(found.train) >= 2
    assert found.test
    assert dealt(everyone) == found


def test_the_parts_of_the_london_set() -> None:
    assert [len(part) for part in parts(dealt(crowd(52)))] == [32, 4, 16]


def test_parts_do_not_follow_the_order_of_the_names() -> None:
    names = [one.name for one in dealt(crowd(52)).test]
    assert names not in (
        [one.name for one in crowd(52)[:16]],
        [one.name for one in crowd(52)[-16:]],
    )


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few(count: int) -> None:
    with pytest.raises(InputError, match="three are needed"):
        dealt(crowd(count))


@given(st.integers(0, 12), st.integers(0, 90), st.integers(0, 5))
def test_children_have_two_parents_of_those_given(people: int, count: int, seed: int) -> None:
    parents = [f"p{n}" for n in range(people)]
    found = children(parents, count, seed)
    assert len(found) == (count if people > 1 else 0)
    assert len({one.name for one in found}) == len(found)
    for one in found:
        assert len({*one.parents}) == 2
        assert {*one.parents} <= {*parents}
        assert 0.35 <= one.share <= 0.65
    assert children(parents, count, seed) == found


def test_no_pair_comes_again_before_all_have_come() -> None:
    found = [frozenset(one.parents) for one in children(list("abcde"), 25)]
    for turn in (found[:10], found[10:20]):
        assert len({*turn}) == 10
    assert len({*found[20:]}) == 5
