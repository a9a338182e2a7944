"""One reader's numbers on another's scale: found where both move together, else refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.capture.scales import LEAST, learned_scale


def movements(seconds: float, seed: int, rate: int = 30) -> np.ndarray:
    """A unit that moves some twelve times a minute, 0 to 4."""
    chance = np.random.default_rng(seed)
    time = np.arange(int(seconds * rate)) / rate
    course = np.zeros(len(time))
    for at in np.arange(2.0, seconds, 5.0):
        length = chance.uniform(0.4, 3.0)
        shape = np.exp(-(((time - at - chance.uniform(0, 2)) / (length / 2)) ** 4))
        course += chance.uniform(0.5, 3.5) * shape
    return course.clip(0, 5)


@given(st.floats(0.3, 3.0), st.floats(0, 0.8))
def test_a_line_is_found(gain: float, rest: float) -> None:
    course = movements(60, 1)
    told = gain * course + rest
    scale = learned_scale(told, course)
    assert not scale.refused
    assert scale.slope == pytest.approx(1 / gain, rel=0.02)
    assert scale.of(told) == pytest.approx(course, abs=0.02)
    assert scale.error < 0.02


def test_through_noise_neither_is_taken_for_the_truth() -> None:
    """Least squares would make the other's movements smaller here."""
    chance = np.random.default_rng(2)
    course = movements(300, 2)
    mine = (course + chance.normal(0, 0.45, len(course))).clip(0, 5)
    told = 0.5 * course + 0.3 + chance.normal(0, 0.22, len(course))
    scale = learned_scale(told, mine)
    least_squares = np.polyfit(told, mine, 1)[0]
    assert scale.slope == pytest.approx(2.0, rel=0.12)
    assert least_squares < 0.9 * scale.slope


def test_glitches_do_not_turn_it() -> None:
    course = movements(60, 3)
    told = 0.6 * course
    told[::50] = 4.9
    assert learned_scale(told, course).slope == pytest.approx(1 / 0.6, rel=0.1)


def test_nothing_is_said_beyond_what_was_seen() -> None:
    course = movements(60, 4)
    scale = learned_scale(0.5 * course, course)
    top = 0.5 * course.max()
    assert np.isfinite(scale.of(np.array([0.0, top]))).all()
    assert np.isnan(scale.of(np.array([2 * top, np.nan]))).all()
    assert scale.of(np.array([top * 1.2]))[0] <= 5


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (movements(60, 5)[: LEAST - 1], "frames"),
        (movements(60, 5) * 0.01, "hardly moves"),
        (-movements(60, 5), "together"),
        (movements(60, 6), "together"),
        (np.full(1800, np.nan), "0 frames"),
    ],
)
def test_refused(told: np.ndarray, why: str) -> None:
    course = movements(60, 5)[: len(told)]
    scale = learned_scale(told, course)
    assert why in scale.refused
    assert np.isnan(scale.of(course)).all()


def test_two_slow_drifts_prove_nothing() -> None:
    """They correlate, as any two of them may; in four seconds that is chance."""
    ramp = np.linspace(0, 2, 120)
    scale = learned_scale(ramp + 0.05 * np.sin(ramp * 40), ramp**1.3)
    assert scale.correlation > 0.9
    assert "chance" in scale.refused


def test_unrelated_units_are_hardly_ever_joined() -> None:
    joined = [
        not learned_scale(movements(20, n), movements(20, 1000 + n)).refused for n in range(60)
    ]
    assert sum(joined) <= 1
