"""Small linear algebra on one thread.

The systems here have some forty unknowns. BLAS would hand each to all cores, and on a busy machine
waiting for these takes a hundred times as long as the arithmetic.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any


@contextmanager
def one_thread() -> Iterator[None]:
    """While this lasts BLAS uses one thread, in the whole process; afterwards as many as before."""
    with _libraries().limit(limits=1, user_api="blas"):
        yield


@cache
def _libraries() -> Any:
    import scipy.linalg  # loads its own BLAS, which has to be found too
    from threadpoolctl import ThreadpoolController

    del scipy
    return ThreadpoolController()
