"""Rate, light and noise are as strong as asked."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import InputError
from mien.synth.camera import Camera, Sensor

SIZE = (64, 48)


def test_noise_is_as_strong_as_asked_and_adds_no_light() -> None:
    grey = np.full((*SIZE[::-1], 3), 100.3, np.float32)
    sensor = Sensor(Camera(noise=3.0), SIZE)
    seen = np.stack([sensor.see(grey, 1.0, index) for index in range(40)]).astype(float)
    assert seen.std() == pytest.approx(np.sqrt(9 + 1 / 12), rel=0.03)  # and that of rounding
    assert seen.mean() == pytest.approx(100.3, abs=0.1)
    assert abs(np.corrcoef(seen[0].ravel(), seen[1].ravel())[0, 1]) < 0.05


@pytest.mark.parametrize(
    ("rate", "mains", "alias"), [(30, 50, 10), (60, 50, 20), (25, 60, 5), (240, 50, 100)]
)
def test_flicker_has_the_alias_of_its_rate(rate: float, mains: float, alias: float) -> None:
    camera = Camera(rate, flicker=0.06, mains=mains)
    gain = camera.gain(camera.time(4.0))
    spectrum = np.abs(np.fft.rfft(gain - gain.mean()))
    assert np.fft.rfftfreq(len(gain), 1 / rate)[spectrum.argmax()] == pytest.approx(alias, abs=0.3)
    assert gain.std() == pytest.approx(0.06 / np.sqrt(2), rel=0.05)


def test_a_whole_period_of_exposure_takes_the_flicker_away() -> None:
    camera = Camera(50, exposure=0.5, flicker=0.1, mains=50)  # open for 10 ms
    assert np.ptp(camera.gain(camera.time(1.0))) < 1e-9


def test_exposure_steps_and_uneven_light() -> None:
    camera = Camera(10, steps=((0.5, 1.2), (0.8, 0.9)))
    gain = camera.gain(camera.time(1.0))
    assert gain.tolist() == [1.0] * 5 + [1.2] * 3 + [0.9] * 2
    seen = Sensor(Camera(uneven=0.2), SIZE).see(np.full((*SIZE[::-1], 3), 100, np.float32), 1, 0)
    assert (seen[0, 0, 0], seen[0, -1, 0]) == (80, 120)


@given(
    st.lists(st.floats(0, 10), min_size=1, max_size=20, unique=True).map(sorted),
    st.floats(0.1, 10),
)
def test_frames_have_the_times_that_are_given(times: list[float], seconds: float) -> None:
    found = Camera(times=tuple(times)).time(seconds)
    assert found.tolist() == [time for time in times if time < seconds]


def test_an_even_rate() -> None:
    assert Camera(200).time(0.5) == pytest.approx(np.arange(100) / 200)


@pytest.mark.parametrize(
    "wrong",
    [
        {"rate": 0.0}, {"noise": -1.0}, {"flicker": 1.5}, {"exposure": 2.0}, {"uneven": -3.0},
        {"steps": ((0.5, 0.0),)}, {"rate": float("nan")}, {"mains": 0.0},
    ],
)  # fmt: skip
def test_what_no_camera_does(wrong: dict[str, float]) -> None:
    with pytest.raises(InputError, match="no camera"):
        Camera(**wrong)


def test_times_must_rise() -> None:
    with pytest.raises(InputError, match="must rise"):
        Camera(times=(0.0, 0.2, 0.1))
