"""Small linear algebra on one thread.

The systems here have some forty unknowns. BLAS would hand each to all cores, and on a busy machine
waiting for these takes a hundred times as long as the arithmetic.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

_lock = threading.Lock()
_users: list[Any] = []  # one entry per block that is running; the first one holds the limit


@contextmanager
def one_thread() -> Iterator[None]:
    """While this lasts BLAS uses one thread, in the whole process; afterwards as many as before.

    Blocks may overlap in several threads: the first to enter sets the limit, the last to leave
    lifts it.
    """
    with _lock:
        _users.append(_libraries().limit(limits=1, user_api="blas") if not _users else None)
    try:
        yield
    finally:
        with _lock:
            if len(_users) == 1:
                _users[0].restore_original_limits()
            # The limit stays with whoever is left, as the first entry.
            _users.pop()


@cache
def _libraries() -> Any:
    import scipy.linalg  # loads its own BLAS, which has to be found too
    from threadpoolctl import ThreadpoolController

    del scipy
    return ThreadpoolController()
