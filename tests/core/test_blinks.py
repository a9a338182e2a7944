from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core import facs
from mien.core.blinks import natural_blinks, shut


@given(st.floats(0.1, 120), st.integers(0, 99))
def test_blinks_fit_and_do_not_overlap(seconds: float, seed: int) -> None:
    blinks = natural_blinks(seconds, seed=seed)
    assert blinks == natural_blinks(seconds, seed=seed)
    assert all(blink.onset >= 0.0 and blink.offset <= seconds for blink in blinks)
    assert all(b.onset - a.onset >= 1.0 for a, b in pairwise(blinks))


def test_about_fifteen_a_minute_down_faster_than_up() -> None:
    counts = [len(natural_blinks(60.0, seed=seed)) for seed in range(40)]
    assert 12 < np.mean(counts) < 18
    assert np.std(counts) > 1
    for blink in natural_blinks(60.0):
        assert 0.08 <= blink.apex - blink.onset <= 0.1
        assert blink.offset - blink.apex > blink.apex - blink.onset


def test_a_cue_draws_a_blink_where_it_fits() -> None:
    assert any(blink.onset == 0.4 for blink in natural_blinks(2.3, [0.4]))
    assert natural_blinks(0.2, [0.0]) == ()


def test_shut_closes_wide_eyes_too() -> None:
    wide = facs.vector({"AU05": 3.0, "AU12": 2.0})
    closed = facs.to_dict(facs.resolve(shut(wide, 1.0)))
    assert (closed["AU43L"], closed["AU05R"], closed["AU12L"]) == (5.0, 0.0, 2.0)
    assert facs.resolve(shut(wide, 0.0)) == pytest.approx(wide)
