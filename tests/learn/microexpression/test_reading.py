"""What a made reader finds of a made motion."""

import numpy as np
import pytest

from mien.capture.learned.grid import STEPS
from mien.core.envelope import Envelope
from mien.core.facs import COLUMNS, INDEX, mirrored
from mien.learn.microexpression import reading
from mien.learn.microexpression.happenings import Course, Motion

SHOWN = Envelope(4.0, 16.0, 28.0).value(np.arange(STEPS, dtype=float))[:, None]


def found(column: str, pixels: float, seed: int) -> np.ndarray:
    motion = Motion(INDEX[column], pixels, Course(Envelope(0, 1, 2)), named=True)
    return reading.reading(np.random.default_rng(seed), [motion], SHOWN)


@pytest.mark.parametrize("column", ["AU01L", "AU12R", "AU04L", "AU17"])
def test_mostly_the_unit_that_moves_is_found(column: str) -> None:
    every = np.stack([found(column, 4.0, seed) for seed in range(60)])
    assert every.shape == (60, STEPS, len(COLUMNS))
    peaks = every.max(axis=1)
    assert np.median(peaks, axis=0).argmax() == INDEX[column]
    share = (peaks.argmax(axis=1) == INDEX[column]).mean()
    assert 0.4 < share < 1.0  # a reader that errs


def test_sometimes_nothing_was_read() -> None:
    blind = [not found("AU12L", 4.0, seed).any() for seed in range(200)]
    assert 0.1 < np.mean(blind) < 0.3


def test_further_is_more_intense() -> None:
    at = INDEX["AU12L"]
    for seed in range(20):
        weak, strong = (found("AU12L", pixels, seed)[:, at].max() for pixels in (1.0, 5.0))
        assert strong > 2.0 * weak or strong == weak == 0.0


def test_nothing_moves_but_noise() -> None:
    quiet = reading.reading(np.random.default_rng(1), [], np.zeros((STEPS, 0)))
    assert 0.0 < quiet.std() < 0.3


def test_every_column_has_another_side() -> None:
    assert [mirrored(mirrored(column)) for column in COLUMNS] == list(COLUMNS)
    assert {mirrored(column) for column in COLUMNS} == set(COLUMNS)
    assert (mirrored("AU12L"), mirrored("AU17")) == ("AU12R", "AU17")
    assert (mirrored("AU61"), mirrored("AU30L"), mirrored("AU63")) == ("AU62", "AU30R", "AU63")
