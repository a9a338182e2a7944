"""STRS: the official way and the strict one, and each way in which they differ."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.bench.micro.spans import Marked
from mien.bench.micro.strs import (
    Overlooked,
    classes_of,
    overlooked,
    score,
    strict_counts,
    strict_estimate,
)
from mien.bench.spotting_metrics import Counts


def at(place: int, emotion: str, subject="s", video="v") -> Marked:
    """An expression of ten frames, far from those at other places."""
    return Marked(subject, video, 100 * place, 100 * place + 9, emotion=emotion)


def both(predicted, true, classes=None):
    return [score(predicted, true, mode, classes) for mode in ("official", "strict")]


def spotted(labelled: str, called: str):
    """Everything is spotted; what differs are the names."""
    return [[at(i, name) for i, name in enumerate(names)] for names in (called, labelled)]


def test_by_hand() -> None:
    """Three of four labels are spotted, by five predictions; a is called right, b once of twice."""
    true = [at(0, "a"), at(1, "b"), at(2, "b"), at(3, "a")]
    predicted = [at(0, "a"), at(1, "b"), at(2, "a"), at(7, "a"), at(8, "b")]
    for one in both(predicted, true):
        assert one.spotted == Counts(tp=3, fp=2, fn=1)
        assert one.spotting == pytest.approx((3 / 5, 3 / 4, 2 / 3))
        # precision a 1/2, b 1; recall a 1, b 1/2
        assert one.analysis == pytest.approx((3 / 4, 3 / 4, 3 / 4))
        assert one.uf1 == pytest.approx(2 / 3)
        assert one.strs == pytest.approx(2 / 3 * 3 / 4)


def test_f1_of_analysis_is_no_uf1() -> None:
    for one in both(*spotted("aaab", "aabb")):
        # precision a 1, b 1/2; recall a 2/3, b 1
        assert one.analysis == pytest.approx((3 / 4, 5 / 6, 15 / 19))
        assert one.uf1 == pytest.approx((4 / 5 + 2 / 3) / 2)
        assert one.strs == pytest.approx(15 / 19)


def test_official_uar_is_precision() -> None:
    official, strict = both(*spotted("aaab", "aabb"))
    assert official.uar == pytest.approx(3 / 4)
    assert strict.uar == pytest.approx(5 / 6)


def test_official_counts_a_prediction_once_per_label() -> None:
    true = [Marked("s", "v", 0, 9, emotion="a"), Marked("s", "v", 10, 19, emotion="a")]
    predicted = [Marked("s", "v", 0, 19, emotion="a")]  # IoU 10/20 with each
    official, strict = both(predicted, true)
    assert official.spotted == Counts(tp=2, fp=0, fn=0)
    assert strict.spotted == Counts(tp=1, fp=0, fn=1)
    assert (official.spotting[2], strict.spotting[2]) == pytest.approx((1, 2 / 3))
    assert overlooked(predicted, true) == Overlooked(labels=0, predictions=0, twice=1)


def test_official_takes_what_comes_first() -> None:
    """The first prediction takes both labels (IoU 10/12, 8/16), none is left for the second."""
    true = [Marked("s", "v", 4, 13, emotion="a"), Marked("s", "v", 8, 19, emotion="a")]
    predicted = [Marked("s", "v", 4, 15, emotion="a"), Marked("s", "v", 0, 11, emotion="a")]
    official, strict = both(predicted, true)
    assert official.spotted == Counts(tp=2, fp=1, fn=0)
    assert strict.spotted == Counts(tp=2, fp=0, fn=0)
    turned, _ = both(predicted[::-1], true)
    assert turned.spotted == Counts(tp=2, fp=0, fn=0)  # the order of a file decides


def test_official_leaves_out_subjects_without_a_prediction() -> None:
    true = [at(0, "a"), at(1, "b"), at(0, "a", subject="t"), at(1, "a", subject="t")]
    predicted = true[:2]
    official, strict = both(predicted, true)
    assert official.spotted == Counts(tp=2, fp=0, fn=0)
    assert strict.spotted == Counts(tp=2, fp=0, fn=2)
    assert (official.strs, strict.strs) == pytest.approx((1, 2 / 3))
    assert overlooked(predicted, true) == Overlooked(labels=2, predictions=0, twice=0)


def test_official_leaves_out_clips_without_a_label() -> None:
    true = [at(0, "a"), at(1, "b")]
    extra = [at(0, "a", video="w"), at(1, "a", video="w"), at(0, "b", subject="t")]
    official, strict = both([*true, *extra], true)
    assert official.spotted == Counts(tp=2, fp=0, fn=0)
    assert strict.spotted == Counts(tp=2, fp=3, fn=0)
    assert (official.strs, strict.strs) == pytest.approx((1, 4 / 7))
    assert overlooked([*true, *extra], true) == Overlooked(labels=0, predictions=3, twice=0)


def test_official_counts_nothing_where_all_is_of_one_class_and_right() -> None:
    official, strict = both(*spotted("aa", "aa"))
    assert official.analysis[:2] == (0, 0)
    assert math.isnan(official.strs)
    assert strict.analysis == (1, 1, 1)
    assert strict.strs == 1
    # One other spotted class is enough to end that.
    assert both(*spotted("aab", "aab"))[0].strs == 1


def test_official_has_no_score_without_a_right_class() -> None:
    official, strict = both(*spotted("ab", "ba"))
    assert math.isnan(official.strs)
    assert strict.strs == 0
    official, strict = both([at(7, "a")], [at(0, "a")])  # nothing is spotted
    assert official.spotted == strict.spotted == Counts(tp=0, fp=1, fn=1)
    assert math.isnan(official.strs)
    assert strict.strs == 0


def test_only_labels_of_the_evaluated_classes_are_analysed() -> None:
    predicted, true = spotted("abo", "aba")  # called a, labelled o: no error of a
    for one in both(predicted, true, ("a", "b")):
        assert one.spotted == Counts(tp=3, fp=0, fn=0)
        assert one.analysis == (1, 1, 1)
    for one in both(predicted, true):  # o is evaluated, and never called
        assert one.analysis == pytest.approx((1 / 2, 2 / 3, 4 / 7))
    assert classes_of(true) == ("a", "b", "o")


def test_a_class_called_that_is_not_evaluated_is_a_miss() -> None:
    for one in both(*spotted("aab", "axb")):  # recall a 1/2, b 1; precision 1, 1
        assert one.analysis == pytest.approx((1, 3 / 4, 6 / 7))


spans = st.lists(
    st.builds(
        lambda s, v, on, n, e: Marked(s, v, on, on + n, emotion=e),
        st.sampled_from("st"),
        st.sampled_from("vw"),
        st.integers(-5, 30),
        st.integers(0, 15),
        st.sampled_from("abc"),
    ),
    max_size=8,
    unique=True,
)


@given(spans, spans.filter(bool))
def test_strict_counts_everything_once(predicted, true) -> None:
    official, strict = both(predicted, true)
    assert strict.spotted.tp + strict.spotted.fp == len(predicted)
    assert strict.spotted.tp + strict.spotted.fn == len(true)
    assert 0 <= strict.strs <= 1
    assert math.isnan(official.strs) or 0 <= official.strs <= 1
    left = overlooked(predicted, true)
    assert official.spotted.tp + official.spotted.fn == len(true) - left.labels
    called = official.spotted.tp - left.twice + official.spotted.fp
    assert called == len(predicted) - left.predictions


@given(spans.filter(bool))
def test_a_perfect_reader_scores_one(true) -> None:
    kept = [one for one in true if one.emotion in true[0].emotion]
    assert score(kept, kept, "strict").strs == 1


@given(spans, spans.filter(bool), st.permutations(range(8)))
def test_the_order_of_the_rows_does_not_matter_strictly(predicted, true, order) -> None:
    turned = [true[i] for i in order if i < len(true)]
    assert score(predicted, turned).spotted == score(predicted, true).spotted


def test_intervals_are_over_subjects() -> None:
    true = [at(i, "ab"[i % 2], subject=who) for who in "pqrs" for i in range(4)]
    predicted = [one for one in true if one.subject != "s"]
    counts = strict_counts(predicted, true, ("a", "b"))
    assert counts.shape == (4, 3 + 2 * 3)
    assert counts.sum(axis=0)[:3].tolist() == [12, 0, 4]
    found = strict_estimate(counts)
    assert found.low < found.value == score(predicted, true).strs < found.high == 1
    assert np.isnan(strict_estimate(counts[:1]).low)
