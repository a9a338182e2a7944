"""Agreement of judges against worked examples, and what follows from the definitions."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.learn.ffe.agreement import alpha, confusable, confusion, icc2k

NAN = math.nan
# Shrout & Fleiss 1979, table 2: six targets, four judges; ICC(2,4) is given as 0.62.
SHROUT = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float
)
# Krippendorff 2011, example C: four observers, twelve units; interval alpha is given as 0.849.
KRIPPENDORFF = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
        [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
    ]
).T
tables = st.integers(3, 6).flatmap(
    lambda n: st.lists(
        st.lists(st.integers(0, 10).map(float), min_size=3, max_size=3), min_size=n, max_size=n
    ).map(np.array)
)


def test_published_examples() -> None:
    assert icc2k(SHROUT) == pytest.approx(0.62, abs=0.005)
    assert alpha(KRIPPENDORFF) == pytest.approx(0.849, abs=0.0005)


def test_by_hand() -> None:
    # Means 1, 3, 2 | 1.5, 2.5; MS rows 2, judges 1.5, error 0.5: 1.5 / (2 + 1/3).
    ratings = np.array([[0.0, 2.0], [3.0, 3.0], [1.5, 2.5]])
    assert icc2k(ratings) == pytest.approx(1.5 / (2 + 1 / 3))
    # Two units 0 0 | 1 2: seen 2 / 4; by chance, of 0 0 1 2, 22 / 12.
    assert alpha(np.array([[0.0, 0.0], [1.0, 2.0]])) == pytest.approx(1 - (2 / 4) / (22 / 12))


@given(tables, st.permutations(range(3)), st.floats(-5, 5), st.floats(0.1, 5))
def test_order_of_judges_zero_and_scale_do_not_matter(ratings, order, zero, scale) -> None:
    for figure in (icc2k, alpha):
        whole = figure(ratings)
        if math.isfinite(whole) and abs(whole) < 50:
            assert figure(zero + scale * ratings[:, order]) == pytest.approx(whole, abs=1e-6)


@given(tables)
def test_those_who_agree(ratings) -> None:
    same = np.repeat(ratings[:, :1], 3, axis=1)
    for figure in (icc2k, alpha):
        found = figure(same)
        assert math.isnan(found) if np.ptp(same) == 0 else found == pytest.approx(1.0)


def test_a_judge_who_says_nothing_of_a_picture() -> None:
    more = np.vstack([SHROUT, [NAN, 1, 2, 3]])
    assert icc2k(more) == icc2k(SHROUT)
    assert alpha(np.vstack([KRIPPENDORFF, [NAN, NAN, NAN, 4]])) == alpha(KRIPPENDORFF)
    assert math.isnan(icc2k(SHROUT[:, :1]))
    assert math.isnan(alpha(SHROUT[:, :1]))
    assert math.isnan(alpha(np.full((3, 2), NAN)))


def test_confusion_by_hand() -> None:
    kinds = ["fear", "fear", "surprised", "happy"]
    scores = [
        {"fear": 0.9, "surprised": 0.3, "happy": 0.0},
        {"fear": 0.7, "surprised": 0.3, "happy": 0.0},
        {"fear": 0.1, "surprised": 0.5, "happy": 0.0},
        {"fear": 0.0, "surprised": 0.1, "happy": 0.8},
    ]
    found = confusion(kinds, scores)
    # On fear, fear rises by 0.8 and surprised by 0.3 - 0.1; on surprised by 0.1 and 0.4.
    assert found["fear", "surprised"] == pytest.approx((0.2 / 1.0 + 0.1 / 0.5) / 2)
    assert confusable(found, 0.19) == (("fear", "surprised"),)


def test_a_favourite_word_is_no_confusion() -> None:
    kinds = ["angry", "happy", "sad"]
    plain = [{k: float(k == kind) / 2 for k in kinds} for kind in kinds]
    biased = [{**one, "sad": one["sad"] + 0.4} for one in plain]
    assert confusion(kinds, biased) == pytest.approx(confusion(kinds, plain))
    assert set(confusion(kinds, plain).values()) == {0.0}


def test_two_that_cannot_be_told_apart() -> None:
    kinds = ["angry", "disgust", "happy"]
    scores = [{"angry": 0.5, "disgust": 0.5, "happy": 0.0}] * 2
    scores += [{"angry": 0.0, "disgust": 0.0, "happy": 1.0}]
    assert confusion(kinds, scores)["angry", "disgust"] == 0.5


def test_what_nobody_can_say() -> None:
    assert confusion(["shy", "happy"], [{"shy": None, "happy": 0.1}, {"happy": 0.6}]) == {}
    assert confusion([], []) == {}
