import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core import facs
from mien.core.ease import EASES, between

N = len(facs.COLUMNS)
RELAXED, TENSE = np.zeros(N), np.full(N, 3.0)


@pytest.mark.parametrize("ease", EASES)
def test_begins_ends_and_never_turns_back(ease: str) -> None:
    for start, end in ((RELAXED, TENSE), (TENSE, RELAXED)):
        course = np.array([between(start, end, share, ease) for share in np.linspace(0, 1, 101)])
        assert np.array_equal(course[0], start)
        assert np.array_equal(course[-1], end)
        assert (np.diff(course, axis=0) * np.sign(end - start) >= 0).all()


@given(st.floats(-1, 2), st.sampled_from(sorted(EASES)))
def test_stays_between_the_ends(share: float, ease: str) -> None:
    now = between(RELAXED, TENSE, share, ease)
    assert ((now >= 0.0) & (now <= 3.0)).all()


def test_natural_is_quick_to_come_slow_to_go_and_eyes_lead() -> None:
    on, off = between(RELAXED, TENSE, 0.4), 3.0 - between(TENSE, RELAXED, 0.4)
    assert (on > off).all()
    eye, mouth, chin = (facs.INDEX[column] for column in ("AU05L", "AU12L", "AU26"))
    assert on[eye] > on[mouth] > on[chin]
    assert off[eye] > off[mouth] > off[chin]


def test_smooth_keeps_all_parts_together() -> None:
    assert np.ptp(between(RELAXED, TENSE, 0.3, "smooth")) == 0.0
    assert between(RELAXED, TENSE, 0.25, "linear") == pytest.approx(0.75)
