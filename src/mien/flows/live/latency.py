"""How late frames are, without keeping them: a histogram."""

import numpy as np

_STEP, _MOST = 0.25, 4000  # ms, and bins; the last one holds all that is later


class Latency:
    """Counts delays."""

    def __init__(self) -> None:
        self._bins = np.zeros(_MOST, np.int64)

    def add(self, seconds: float) -> None:
        """Count one."""
        self._bins[min(max(int(1e3 * seconds / _STEP), 0), _MOST - 1)] += 1

    @property
    def count(self) -> int:
        """How many there were."""
        return int(self._bins.sum())

    def percentile(self, share: float) -> float | None:
        """Milliseconds that a share of them, in per cent, did not pass; None for none."""
        total = np.cumsum(self._bins)
        if not total[-1]:
            return None
        return float(_STEP * (1 + np.searchsorted(total, share / 100.0 * total[-1])))
