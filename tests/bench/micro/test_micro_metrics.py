"""Scores of recognition and of action units, against cases worked out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.bench.micro.estimate import estimate
from mien.bench.micro.metrics import (
    accuracy,
    always_positive,
    binary_f1,
    class_f1,
    class_recall,
    confusion,
    macro_f1,
    mean,
    presence_counts,
    uar,
    uf1,
)

calls = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=40)

# In how many of the 2,031 clips of CD6ME each of its units is.
SUPPORT = (304, 280, 708, 134, 60, 252, 117, 75, 176, 277, 52, 86)
CLIPS = 2031


def test_scores_by_hand() -> None:
    counts = confusion([0, 0, 0, 0, 1, 1, 2], [0, 0, 1, 2, 1, 0, 2], 3)
    assert counts.tolist() == [[2, 1, 1], [1, 1, 0], [0, 0, 1]]
    np.testing.assert_allclose(class_f1(counts), [4 / 7, 1 / 2, 2 / 3])
    np.testing.assert_allclose(class_recall(counts), [1 / 2, 1 / 2, 1])
    assert uf1(counts) == pytest.approx(73 / 126)
    assert uar(counts) == pytest.approx(2 / 3)
    assert accuracy(counts) == pytest.approx(4 / 7)


def test_counts_are_pooled_and_f1_is_not_averaged_over_folds() -> None:
    right, wrong = confusion([0, 0], [0, 0], 2), confusion([1], [0], 2)
    assert uf1(right + wrong) == pytest.approx((4 / 5 + 0) / 2)
    assert (uf1(right) + uf1(wrong)) / 2 == pytest.approx(0.5)  # what must not be reported


def test_always_the_commonest_class_of_the_composite() -> None:
    truth = [0] * 250 + [1] * 109 + [2] * 83
    counts = confusion(truth, [0] * 442, 3)
    assert accuracy(counts) == pytest.approx(0.566, abs=1e-3)
    assert uar(counts) == pytest.approx(1 / 3)
    assert uf1(counts) == pytest.approx(500 / 692 / 3)


def test_a_class_that_does_not_occur_has_no_value() -> None:
    counts = confusion([0, 0], [0, 1], 3)
    assert math.isnan(class_f1(counts)[2])
    assert class_f1(counts)[1] == 0  # called, and wrongly
    assert uar(counts) == pytest.approx(0.5)
    assert uf1(counts) == pytest.approx((2 / 3 + 0) / 2)  # all that the list names, as in MEGC
    assert math.isnan(uf1(confusion([], [], 3)))
    assert math.isnan(accuracy(confusion([], [], 3)))


@given(calls, st.permutations(range(3)))
def test_names_of_classes_do_not_matter(pairs, order) -> None:
    truth, called = zip(*pairs, strict=True)
    turned = confusion([order[t] for t in truth], [order[c] for c in called], 3)
    plain = confusion(truth, called, 3)
    for score in (uf1, uar, accuracy):
        assert score(turned) == pytest.approx(score(plain))
        assert 0 <= score(plain) <= 1
    assert uf1(confusion(truth, truth, 3)) == uar(confusion(truth, truth, 3)) == 1


def test_units_by_hand() -> None:
    truth = np.array([[1, 0], [1, 0], [0, 0], [0, 0]], dtype=bool)
    called = np.array([[1, 0], [0, 0], [1, 0], [0, 0]], dtype=bool)
    counts = presence_counts(truth, called)
    assert counts.tolist() == [[1, 1, 1, 1], [0, 0, 0, 4]]
    np.testing.assert_allclose(binary_f1(counts), [1 / 2, np.nan])
    np.testing.assert_allclose(macro_f1(counts), [1 / 2, np.nan])
    assert mean(binary_f1(counts)) == 0.5


def test_macro_f1_is_the_mean_of_presence_and_absence() -> None:
    counts = np.array([[1, 0, 1, 8]])  # F1 of presence 2/3, of absence 16/17
    assert binary_f1(counts)[0] == pytest.approx(2 / 3)
    assert macro_f1(counts)[0] == pytest.approx((2 / 3 + 16 / 17) / 2)


def test_always_positive_is_what_was_published() -> None:
    """From the published support alone follow the published 17.8 and 8.9."""
    support = np.array(SUPPORT)
    none = np.zeros_like(support)
    counts = always_positive(np.stack([none, none, support, CLIPS - support], axis=1))
    assert mean(binary_f1(counts)) == pytest.approx(0.178, abs=5e-4)
    assert mean(macro_f1(counts)) == pytest.approx(0.089, abs=5e-4)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=30))
def test_counts_hold_every_clip_once(pairs) -> None:
    truth, called = (np.array(side)[:, None] for side in zip(*pairs, strict=True))
    counts = presence_counts(truth, called)
    assert counts.sum() == len(pairs)
    assert presence_counts(truth, np.ones_like(truth)).tolist() == always_positive(counts).tolist()


def test_intervals_are_over_people() -> None:
    good, bad = confusion([0, 1], [0, 1], 2), confusion([0, 1], [1, 0], 2)
    found = estimate(np.array([good, good, good, bad]), accuracy)
    assert found.value == 0.75
    assert found.low < 0.75 < found.high == 1
    many = estimate(np.array([good, good, good, bad]) * 100, accuracy)
    assert (many.low, many.high) == (found.low, found.high)
    assert math.isnan(estimate(good[None], accuracy).low)
