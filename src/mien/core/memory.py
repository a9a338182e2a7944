"""Memory that is free, given back to the system."""

import ctypes
import sys


def give_back() -> None:
    """Return what is freed to the system, where the C library keeps it and can be asked to (glibc).

    Each thread has a heap of its own there: what decoding has freed nobody else would use.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
