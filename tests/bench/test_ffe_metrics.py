"""The metrics of FFE-Bench, against cases worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mien.bench.ffe.metrics import (
    BASIC,
    CONFUSABLE,
    accuracy,
    bcr,
    by_person,
    confusion,
    dominant,
    harmonic,
    linearity,
    mscr,
    pooled_linearity,
)
from mien.core.recipe import recipes

unit = st.floats(0, 1)
courses = arrays.arrays(float, st.tuples(st.integers(1, 5), st.integers(2, 7)), elements=unit)
pictures = st.lists(st.tuples(st.integers(0, 3), st.integers(-1, 3)), min_size=1, max_size=40)


def test_the_classes_are_ours() -> None:
    named = {*BASIC, *(name for pair in CONFUSABLE for name in pair)}
    assert named <= set(recipes())


def test_the_largest_score_dominates_and_a_tie_has_none() -> None:
    scores = np.array([[0.1, 0.7, 0.2], [0.5, 0.5, 0.1], [0.0, 0.0, 0.0], [0.9, np.nan, 0.1]])
    assert dominant(scores).tolist() == [1, -1, -1, -1]


@given(arrays.arrays(float, (6, 4), elements=unit), st.permutations(range(4)))
def test_the_order_of_the_classes_does_not_matter(scores, order) -> None:
    seen, turned = dominant(scores), dominant(scores[:, order])
    assert [order[i] if i >= 0 else -1 for i in turned] == seen.tolist()


def test_confusion_by_hand() -> None:
    target, predicted = np.array([0, 0, 0, 0, 1, 1]), np.array([0, 0, 1, -1, 0, 1])
    shares = confusion(target, predicted, 3)
    np.testing.assert_allclose(shares[:2], [[0.5, 0.25, 0, 0.25], [0.5, 0.5, 0, 0]])
    assert np.isnan(shares[2]).all()
    assert bcr(shares, 0, 1) == bcr(shares, 1, 0) == 0.375
    assert accuracy(target, predicted) == 0.5


@given(pictures)
def test_rows_sum_to_one_and_the_diagonal_is_accuracy(pairs) -> None:
    target, predicted = np.array(pairs).T
    shares = confusion(target, predicted, 4)
    asked = np.bincount(target, minlength=4)
    np.testing.assert_allclose(shares[asked > 0].sum(axis=1), 1)
    assert np.isnan(shares[asked == 0]).all()
    weighted = np.nansum(np.diag(shares) * asked) / asked.sum()
    assert weighted == pytest.approx(accuracy(target, predicted))


def test_a_collapsed_pair_is_a_half_and_a_clean_one_nothing() -> None:
    target = np.repeat([0, 1, 2, 3], 10)
    seen = target.copy()
    seen[:20] = 0  # everything asked of the first pair looks like its first class
    shares = confusion(target, seen, 4)
    assert bcr(shares, 0, 1) == 0.5
    assert bcr(shares, 2, 3) == 0
    assert mscr(shares, [(0, 1), (2, 3)]) == 0.25


def test_what_was_not_asked_is_unknown() -> None:
    nothing = np.array([], dtype=int)
    assert np.isnan(accuracy(nothing, nothing))
    shares = confusion(np.array([0]), np.array([0]), 2)
    assert np.isnan(mscr(shares, [(0, 1)]))
    assert np.isnan(mscr(shares, []))


def test_linearity_by_hand() -> None:
    strength = np.array([0.0, 1.0, 2.0])
    score = np.array([[0.1, 0.2, 0.3], [0.9, 0.5, 0.1], [0.1, 0.1, 0.1], [0.0, 1.0, 0.0]])
    np.testing.assert_allclose(linearity(strength, score), [1, -1, 0, 0], atol=1e-12)
    # r of (0, 1, 2) and (0, 0, 1): 1 / sqrt(2 · 2/3)
    assert linearity(strength, np.array([[0.0, 0.0, 1.0]]))[0] == pytest.approx(np.sqrt(3) / 2)


@given(courses, st.floats(0.1, 10), st.floats(-1, 1))
def test_scale_and_offset_do_not_matter(score, scale, offset) -> None:
    strength = np.linspace(0, 1.5, score.shape[1])
    score = np.round(score, 3)  # an offset would swallow smaller differences
    found = linearity(strength, score)
    assert (np.abs(found) <= 1).all()
    np.testing.assert_allclose(linearity(strength, score * scale + offset), found, atol=1e-6)
    np.testing.assert_allclose(linearity(strength, -score), -found, atol=1e-12)


@given(courses)
def test_r_is_that_of_numpy_where_numpy_has_one(score) -> None:
    strength = np.linspace(0, 3, score.shape[1])
    for course, found in zip(score, linearity(strength, score), strict=True):
        if np.ptp(course) > 1e-6:
            assert found == pytest.approx(np.corrcoef(strength, course)[0, 1])


def test_tiny_differences_count_and_no_answer_is_unknown() -> None:
    strength = np.array([0.0, 1.0, 2.0])
    assert linearity(strength, np.array([[0.0, 1e-300, 2e-300]]))[0] == pytest.approx(1)
    assert np.isnan(linearity(strength, np.array([[0.0, np.nan, 0.2]]))[0])


def test_pooling_mixes_people_that_have_lines_of_their_own() -> None:
    strength = np.array([0.0, 1.0])
    score = np.array([[0.0, 0.1], [0.8, 0.9]])
    np.testing.assert_allclose(linearity(strength, score), 1)
    # mean 0.45, deviations -.45 -.35 .35 .45; r = (4 · .05 · .5) / (1 · sqrt(.65))
    assert pooled_linearity(strength, score) == pytest.approx(0.1 / np.sqrt(0.65))
    each = np.broadcast_to(strength, score.shape)
    assert pooled_linearity(each, score) == pooled_linearity(strength, score)


def test_harmonic_by_hand() -> None:
    found = harmonic(np.array([1.0, 0.5, 0.0, 0.5]), np.array([0.5, 0.5, 1.0, -0.2]))
    np.testing.assert_allclose(found, [2 / 3, 0.5, 0, 0])


@given(unit, st.floats(-1, 1))
def test_harmonic_lies_between_and_near_the_smaller(expression, identity) -> None:
    one = harmonic(np.array([expression]), np.array([identity]))[0]
    assert one == harmonic(np.array([identity]), np.array([expression]))[0]
    assert 0 <= one <= max(expression, identity, 0) + 1e-12
    assert one <= 2 * max(min(expression, identity), 0) + 1e-12


def test_no_answer_has_no_harmonic() -> None:
    assert np.isnan(harmonic(np.array([np.nan, 0.5]), np.array([-1.0, np.nan]))).all()


def mean(values) -> float:
    return float(values.mean())


def test_people_are_drawn_with_all_their_pictures() -> None:
    """A hundred equal pictures of a person are worth no more than one."""
    few, many = np.array([0.0, 0.2, 0.6, 1.0]), np.repeat([0.0, 0.2, 0.6, 1.0], 100)
    alone = by_person(few, np.array(list("abcd")), mean)
    assert by_person(many, np.repeat(list("abcd"), 100), mean) == pytest.approx(alone)
    low, high = alone
    assert 0 <= low < 0.45 < high <= 1
    by_picture = by_person(many, np.arange(400), mean)
    assert by_picture[1] - by_picture[0] < (high - low) / 5


def test_the_same_seed_gives_the_same_interval() -> None:
    rows = np.random.default_rng(0).random((30, 2))
    person = np.arange(30) // 3
    assert by_person(rows, person, mean) == by_person(rows, person, mean)
    assert by_person(rows, person, mean) != by_person(rows, person, mean, seed=1)


def test_nothing_follows_from_one_person() -> None:
    assert np.isnan(by_person(np.arange(9.0), np.zeros(9), mean)).all()
    assert np.isnan(by_person(np.array([]), np.array([]), mean)).all()


def test_draws_without_a_value_are_left_out() -> None:
    """A class that only one person was asked for is missing from many draws."""
    rows = np.array([[0, 0], [1, 0], [0, 0], [0, 1]])

    def rate(values) -> float:
        return bcr(confusion(values[:, 0], values[:, 1], 2), 0, 1)

    low, high = by_person(rows, np.arange(4), rate)
    assert 0.5 <= low <= high <= 1
    assert np.isnan(by_person(rows, np.arange(4), lambda _: np.nan)).all()
