"""Freed memory goes back."""

import sys
from pathlib import Path

import pytest

from mien.core.memory import give_back


def resident() -> int:
    """Pages in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1])


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_given_back() -> None:
    many = [bytes(1000) for _ in range(100_000)]
    last = bytes(1000)  # above them, so that the heap cannot shrink by itself
    before = resident()
    del many
    give_back()
    assert resident() < before
    assert len(last) == 1000
