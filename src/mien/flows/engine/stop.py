"""What a worker process knows of being asked to stop."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

asked = threading.Event()
"""Set where this process is a worker that shall begin nothing more."""

_writing = threading.Lock()


@contextmanager
def uninterrupted() -> Iterator[None]:
    """A piece of work that a worker finishes even when the first process is killed."""
    with _writing:
        yield


def stopping() -> bool:
    """Whether a worker should begin nothing more."""
    return asked.is_set()
