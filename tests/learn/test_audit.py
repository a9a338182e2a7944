"""The leak audit refuses what rests on what was tested."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.bench.micro.audited import NOTHING_KNOWN, audited
from mien.core.errors import InputError
from mien.learn.audit import Fold, Selection, check, lines, parse, read, write


def fold(name="a", train="bc", choices=()) -> Fold:
    return Fold(name, frozenset(train), frozenset(name), choices)


def chosen(what="epoch", value="40", people="") -> Selection:
    return Selection(what, value, frozenset(people))


def test_an_audit_that_holds() -> None:
    folds = [
        fold("a", "bc", (chosen(people="b"), chosen("architecture", "small"))),
        fold("b", "ac", (chosen(value="35", people="c"), chosen("architecture", "small"))),
    ]
    check(folds, ["a", "b"])
    assert lines(folds) == [
        "leak audit: 2 folds, nobody trained on is tested",
        "leak audit: epoch (35, 40) chosen on people not tested in 2",
        "leak audit: architecture (small) chosen before any data in 2",
    ]
    assert lines([fold()])[-1] == "leak audit: no choice is written down"


@pytest.mark.parametrize("what", ["epoch", "threshold", "scale", "architecture"])
def test_a_choice_on_the_tested_is_refused(what) -> None:
    with pytest.raises(InputError, match=f"fold a: {what} was chosen on the tested: a"):
        check([fold(choices=(chosen(), chosen(what, "1", "abc")))])


def test_a_choice_for_all_on_everybody_is_refused() -> None:
    """One threshold, tuned on the whole set, leaks into each fold."""
    one = chosen("threshold", "0.3", "abc")
    with pytest.raises(InputError, match="chosen on the tested"):
        check([fold("a", "bc", (one,)), fold("b", "ac", (one,))])


def test_people_are_whole() -> None:
    with pytest.raises(InputError, match="trained on whom it tests: a"):
        check([fold("a", "abc")])
    with pytest.raises(InputError, match="tests whom another fold tests: a"):
        check([fold(), fold()])
    with pytest.raises(InputError, match="no fold tests: d, e, f and 1 more"):
        check([fold()], "adefg")


names = st.text(min_size=1, max_size=5)
people = st.frozensets(names, max_size=3)
choices = st.lists(st.builds(Selection, names, names, people), max_size=3).map(tuple)


@given(st.lists(st.builds(Fold, names, people, people, choices), min_size=1, max_size=3))
def test_round_trip(tmp_path_factory, folds) -> None:
    path = tmp_path_factory.mktemp("audit") / "audit.json"
    write(folds, path)
    assert read(path) == folds


@given(
    st.text(max_size=40) | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(str)
)
def test_no_text_breaks_it(text) -> None:
    with pytest.raises(InputError):
        parse(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"folds": []}', "mien"),
        ('{"mien": 1}', "folds: give a list"),
        ('{"mien": 1, "folds": [1]}', "folds[0]: give an object with name, train, test"),
        ('{"mien": 1, "folds": [{"name": "a", "train": []}]}', "folds[0]: give an object"),
        ('{"mien": 1, "folds": [{"name": 1, "train": [], "test": []}]}', "folds[0].name"),
        ('{"mien": 1, "folds": [{"name": "a", "train": "b", "test": []}]}', "folds[0].train"),
        (
            '{"mien": 1, "folds": [{"name": "a", "train": [], "test": [], "choices": [{}]}]}',
            "folds[0].choices[0]: give an object with what, value, people",
        ),
    ],
)
def test_what_is_wrong_with_it(text, told) -> None:
    with pytest.raises(InputError) as error:
        parse(text)
    assert told in str(error.value)


def test_without_one_nothing_is_known() -> None:
    assert audited(None, ["a"]) == [NOTHING_KNOWN]
