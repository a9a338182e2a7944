"""What the reader found, on the clock of the network."""

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.capture.learned.courses import courses
from mien.capture.learned.grid import APEX, RATE, STEPS
from mien.core.envelope import Envelope
from mien.core.facs import COLUMNS, INDEX

ONSET, PEAK, END = 1.0, 1.2, 1.45
SMILE = INDEX["AU12L"]


def read(rate: float, seconds: float = 2.5, rest: float = 0.4) -> tuple[NDArray[np.float64], ...]:
    time = np.arange(0.0, seconds, 1.0 / rate)
    aus = np.zeros((len(time), len(COLUMNS)))
    aus[:, SMILE] = rest + 2.0 * Envelope(ONSET, PEAK, END).value(time)
    return time, aus


@pytest.mark.parametrize("rate", [15.0, 30.0, 100.0, 200.0])
def test_rest_is_nothing_and_the_apex_the_most(rate: float) -> None:
    found = courses(*read(rate), ONSET, PEAK)
    assert found.shape == (STEPS, len(COLUMNS))
    assert abs(int(found[:, SMILE].argmax()) - APEX) <= (1 if rate > 15 else 2)
    assert found[APEX, SMILE] == pytest.approx(2.0, abs=0.1 if rate > 30 else 0.5)
    before = int((ONSET - PEAK) * RATE) + APEX
    slack = int(RATE / rate) + 1
    assert found[: before - slack, SMILE] == pytest.approx(0.0, abs=0.01)
    assert not np.delete(found, SMILE, axis=1).any()


def test_what_was_not_read_is_nothing() -> None:
    time, aus = read(100.0)
    aus[:, INDEX["AU01L"]] = np.nan
    late = time > PEAK
    aus[late] = np.nan
    found = courses(time, aus, ONSET, PEAK)
    assert np.isfinite(found).all()
    assert not found[:, INDEX["AU01L"]].any()
    assert not found[APEX + 2 :].any()
    assert found[APEX - 1, SMILE] > 1.0


def test_a_clip_that_begins_with_the_event_and_none() -> None:
    time, aus = read(100.0)
    later = time >= ONSET
    assert courses(time[later], aus[later], ONSET, PEAK)[APEX, SMILE] == pytest.approx(2.0, abs=0.1)
    assert not courses(np.zeros(0), np.zeros((0, len(COLUMNS))), ONSET, PEAK).any()
    assert courses(time[:1], aus[:1], ONSET, PEAK).shape == (STEPS, len(COLUMNS))
