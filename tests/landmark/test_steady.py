import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mien.landmark.shots import Shots
from mien.landmark.steady import Reading, neighbourhood, steady

Array = NDArray[np.float64]


def through(course: Array, noise: float = 1.0, rate: float = 30.0, cut: int | None = None) -> Array:
    """A course, shape (n,), as two points of two columns, smoothed."""
    readings = (
        Reading(i / rate, np.full((2, 2), value), noise, linked=i not in (0, cut))
        for i, value in enumerate(course)
    )
    return np.array([values[0, 0] for values in steady(readings)])


def test_noise_at_rest_cancels() -> None:
    noise = np.random.default_rng(0).normal(0, 0.3, 300)
    assert through(noise).std() < 0.4 * noise.std()


@pytest.mark.parametrize("speed", [0.1, 3.0, -40.0])
def test_steady_motion_is_left_alone(speed: float) -> None:
    course = speed * np.arange(60.0)
    assert through(course)[12:-12] == pytest.approx(course[12:-12])


def test_uneven_clocks_do_not_matter() -> None:
    times = np.cumsum(np.random.default_rng(1).uniform(0.01, 0.06, 60))
    readings = (Reading(float(t), np.full((1, 2), 50.0 * t), 1.0) for t in times)
    found = np.array([values[0, 0] for values in steady(readings)])
    assert found[12:-12] == pytest.approx(50.0 * times[12:-12])


def test_a_quick_dip_keeps_its_depth_and_its_place() -> None:
    course = np.zeros(60)
    course[28:33] = (-8, -20, -30, -18, -6)
    found = through(course)
    assert found[30] == pytest.approx(-30, abs=0.1)
    assert found.argmin() == 30
    assert np.abs(found - course).max() < 1.0


def test_nothing_crosses_a_cut() -> None:
    course = np.repeat([0.0, 1.5], 20)
    assert through(course, noise=9.0, cut=20) == pytest.approx(course)
    assert through(course, noise=9.0) != pytest.approx(course)


@given(st.lists(st.floats(-100, 100), max_size=40), st.sampled_from([5.0, 25.0, 240.0]))
def test_as_many_come_out_within_what_went_in(values: list[float], rate: float) -> None:
    found = through(np.array(values), rate=rate)
    assert len(found) == len(values)
    if values:
        assert min(values) - 1e-9 <= found.min() <= found.max() <= max(values) + 1e-9


def test_one_part_moves_the_other_rests() -> None:
    rng = np.random.default_rng(2)
    values = rng.normal(0, 0.3, (60, 478, 2))
    eye, chin = 159, 152
    far = neighbourhood()[eye] > 1e-3
    values[30, far] += 20.0
    found = np.array(
        list(steady((Reading(i / 30, v, 1.0) for i, v in enumerate(values)), neighbourhood()))
    )
    assert found[30, eye] == pytest.approx(values[30, eye], abs=0.5)
    assert np.abs(found[30, chin]).mean() < 0.3
    assert neighbourhood().sum(axis=1) == pytest.approx(1.0)


def test_shots() -> None:
    rng = np.random.default_rng(3)
    first, second = (rng.integers(0, 255, (60, 80, 3), dtype=np.uint8) for _ in range(2))
    shots = Shots()
    clip = [first, first, np.roll(first, 0), second, second, second[:30]]
    assert [shots.starts(image) for image in clip] == [True, False, False, True, False, True]
    assert shots.number == 2
