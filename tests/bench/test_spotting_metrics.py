"""Counts, intervals and errors of spotting, against cases worked out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.bench.spotting_metrics import (
    Counts,
    counts_of,
    f1_interval,
    iou,
    matched,
    names_strongest,
    pooled,
    rate_interval,
    span_of,
    spread_of,
    strongest,
)
from mien.core.face import Event

TIME = np.arange(300) / 100.0
spans = st.tuples(st.integers(0, 60), st.integers(0, 30)).map(lambda s: (s[0], s[0] + s[1]))


def event(onset, offset, kind="micro", apex=None, **aus) -> Event:
    apex = (onset + offset) / 2 if apex is None else apex
    return Event(kind, onset, apex, offset, 0, aus or {"AU12L": 1.0}, "L", "mouth", 1.0)


def test_frames_are_counted_with_both_ends() -> None:
    assert iou((0, 9), (0, 9)) == 1.0
    assert iou((0, 9), (5, 14)) == pytest.approx(5 / 15)
    assert iou((0, 9), (9, 18)) == pytest.approx(1 / 19)  # one frame in common
    assert iou((0, 9), (10, 19)) == 0.0
    assert iou((3, 3), (3, 3)) == 1.0


def test_half_overlap_is_enough() -> None:
    assert matched([(0, 9)], [(0, 19)]) == [(0, 0)]  # 10 of 20 frames
    assert matched([(0, 8)], [(0, 19)]) == []  # 9 of 20


def test_two_predictions_of_one_truth_are_one_hit() -> None:
    assert len(matched([(0, 9), (1, 10)], [(0, 9)])) == 1
    assert matched([(1, 10), (0, 9)], [(0, 9)]) == [(1, 0)]  # the closer one


def test_most_pairs_win_over_the_closest_pair() -> None:
    # First come first served would give (0, 0) and leave the second truth without a partner.
    predicted, true = [(4, 15), (0, 11)], [(4, 13), (8, 19)]
    assert iou(predicted[0], true[0]) > iou(predicted[0], true[1]) >= 0.5
    assert matched(predicted, true) == [(0, 1), (1, 0)]


@given(st.lists(spans, max_size=6), st.lists(spans, max_size=6))
def test_a_pairing_is_one_to_one_and_symmetric(predicted, true) -> None:
    pairs = matched(predicted, true)
    assert len({p for p, _ in pairs}) == len({t for _, t in pairs}) == len(pairs)
    assert all(iou(predicted[p], true[t]) >= 0.5 for p, t in pairs)
    assert len(pairs) == len(matched(true, predicted))


def test_kinds_are_counted_apart_and_added() -> None:
    true = [event(0.5, 0.8), event(1.0, 2.0, "macro")]
    predicted = [event(0.51, 0.82), event(1.0, 2.0, "micro"), event(2.4, 2.6)]
    counts = counts_of(predicted, true, TIME)
    assert counts["micro"] == Counts(tp=1, fp=2, fn=0)
    assert counts["macro"] == Counts(tp=0, fp=0, fn=1)
    assert counts["all"] == Counts(tp=1, fp=2, fn=1)


def test_scores_by_hand() -> None:
    counts = pooled([Counts(3, 1, 0), Counts(0, 0, 2), Counts()])
    assert counts == Counts(3, 1, 2)
    assert counts.precision == pytest.approx(0.75)
    assert counts.recall == pytest.approx(0.6)
    assert counts.f1 == pytest.approx(2 / 3)
    assert math.isnan(Counts().f1)
    assert math.isnan(Counts(fn=1).precision)
    assert Counts(fn=1).f1 == 0.0


def test_events_lie_on_the_nearest_frames() -> None:
    assert span_of(event(0.504, 0.796), TIME) == (50, 80)
    uneven = np.array([0.0, 0.1, 0.5, 0.52])
    assert span_of(event(0.2, 0.5), uneven) == (1, 2)


def test_alarms_per_minute() -> None:
    low, high = rate_interval(0, 20.0)
    assert low == 0.0
    assert high == pytest.approx(-math.log(0.05) / 20.0)  # exp(-rate * 20) = 5 %
    low, high = rate_interval(10, 1.0)  # tables of Garwood's interval
    assert low == pytest.approx(4.795, abs=1e-3)
    assert high == pytest.approx(18.391, abs=1e-3)


@given(st.integers(0, 40), st.floats(0.1, 100.0))
def test_an_interval_holds_its_rate(count, minutes) -> None:
    low, high = rate_interval(count, minutes)
    assert low <= count / minutes <= high


def test_intervals_resample_people() -> None:
    even = {str(i): [Counts(1, 0, 0)] * 3 for i in range(4)}
    assert f1_interval(even) == (1.0, 1.0)
    low, high = f1_interval({**even, "last": [Counts(0, 2, 2)]})
    assert low < high == 1.0


def test_errors_by_hand() -> None:
    found = spread_of([0.01, -0.03])
    assert found.median == pytest.approx(0.02)
    assert found.bias == pytest.approx(-0.01)
    assert found.p90 == pytest.approx(0.028)
    assert math.isnan(spread_of([]).median)


def test_strongest_unit() -> None:
    found = event(0.5, 0.8, AU06L=0.4, AU12L=0.9)
    assert strongest(found) == "AU12L"
    assert names_strongest(found, {"AU12L", "AU12R"})
    assert not names_strongest(found, {"AU06L"})
