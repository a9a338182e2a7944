"""Tracks with a known course."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.core.facs import COLUMNS, INDEX
from mien.core.signal import Track


@pytest.fixture(scope="session")
def track_of() -> Callable[..., Track]:
    """Builds a track of one face from the courses of some action units."""

    def build(
        time: NDArray[np.float64],
        courses: dict[str, NDArray[np.float64]],
        noise: float = 0.0,
        lost: NDArray[np.bool_] | None = None,
        seed: int = 0,
    ) -> Track:
        n = len(time)
        aus = np.zeros((n, len(COLUMNS)))
        for column, values in courses.items():
            aus[:, INDEX[column]] = values
        aus = np.clip(aus + noise * np.random.default_rng(seed).standard_normal(aus.shape), 0, 5)
        status = np.full(n, "ok", dtype="<U12")
        if lost is not None:
            status[lost] = "lost"
            aus[lost] = np.nan
        numbers = np.arange(n)
        return Track(
            time=time, pts=numbers, frame=numbers, face=np.zeros(n, dtype=np.int64), status=status,
            confidence=np.ones(n), pose=np.zeros((n, 3)), position=np.full((n, 3), 100.0), aus=aus,
        )  # fmt: skip

    return build
