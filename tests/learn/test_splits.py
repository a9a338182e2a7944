"""Folds never share a person."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import InputError
from mien.learn.splits import across_sets, inner, k_folds, leave_one_out, person

crowd = st.lists(st.integers(0, 9), min_size=2, max_size=60).filter(lambda own: len(set(own)) > 1)


def whose(people, rows) -> set:
    return {people[row] for row in rows}


def disjoint(split, people) -> None:
    assert not whose(people, split.train) & whose(people, split.test)
    assert len(split.train)
    assert len(split.test)
    assert (np.diff(split.train) > 0).all()
    assert (np.diff(split.test) > 0).all()


def partition(splits, people) -> None:
    """Every row is tested once, and trained on wherever it is not tested."""
    for split in splits:
        disjoint(split, people)
        assert sorted([*split.train, *split.test]) == list(range(len(people)))
    assert sorted(row for split in splits for row in split.test) == list(range(len(people)))


@given(crowd)
def test_leave_one_out(people) -> None:
    splits = leave_one_out(people)
    partition(splits, people)
    assert len(splits) == len(set(people))
    assert all(len(whose(people, split.test)) == 1 for split in splits)


@given(crowd, st.data(), st.integers(0, 5))
def test_k_folds(people, data, seed) -> None:
    k = data.draw(st.integers(2, len(set(people))))
    splits = k_folds(people, k, seed)
    partition(splits, people)
    assert len(splits) == k
    again = k_folds(people, k, seed)
    assert all((a.test == b.test).all() for a, b in zip(splits, again, strict=True))
    sizes = [len(split.test) for split in splits]
    assert max(sizes) - min(sizes) <= max(people.count(one) for one in people)


@given(crowd, st.floats(0.01, 0.99), st.integers(0, 5))
def test_inner_validation_is_within_the_training(people, share, seed) -> None:
    for split in leave_one_out(people):
        if len(whose(people, split.train)) < 2:
            with pytest.raises(InputError, match="must not share"):
                inner(split, people, share, seed)
            continue
        found = inner(split, people, share, seed)
        disjoint(found, people)
        assert sorted([*found.train, *found.test]) == split.train.tolist()
        assert not whose(people, found.test) & whose(people, split.test)


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from("abc")), min_size=2, max_size=60))
def test_across_sets(rows) -> None:
    people, sets = map(list, zip(*rows, strict=True))
    names = dict.fromkeys(sets)
    inside = {name: {p for p, s in rows if s == name} for name in names}
    if len(names) < 2 or any(set(people) <= own for own in inside.values()):
        with pytest.raises(InputError):
            across_sets(people, sets)
        return
    for split, name in zip(across_sets(people, sets), names, strict=True):
        disjoint(split, people)
        assert split.name == name
        assert {sets[row] for row in split.test} == {name}
        assert name not in {sets[row] for row in split.train}


def test_somebody_in_two_sets_is_not_trained_on() -> None:
    splits = across_sets(["p", "q", "q", "r"], ["one", "one", "two", "two"])
    assert [split.train.tolist() for split in splits] == [[3], [0]]


def test_equal_numbers_of_two_sets_are_two_people() -> None:
    people = [("smic", "1"), ("samm", "1"), ("smic", "1")]
    assert [split.name for split in leave_one_out(people)] == ["smic/1", "samm/1"]


def test_refused() -> None:
    with pytest.raises(InputError, match="fewer than two"):
        leave_one_out(["a", "a"])
    with pytest.raises(InputError, match="2 people for 3 folds"):
        k_folds(["a", "b"], 3)
    with pytest.raises(InputError, match="at least 2"):
        k_folds(["a", "b"], 1)
    with pytest.raises(InputError, match="above 0 and below 1"):
        inner(leave_one_out("abc")[0], "abc", 1.0)


def test_who_somebody_is() -> None:
    assert person("smic-hs", "s1") == person("smic-vis-e", "s1") != person("smic-hs", "s11")
    assert person("samm", "006") == person("samm-lv", "6") != person("casme2", "06")
    assert person("casme", "1") != person("casme2", "1")
    assert person("folder", "anna") == "folder/anna"
