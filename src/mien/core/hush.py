"""Keep the notes that C++ libraries write while they start off the user's terminal."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def hushed() -> Iterator[None]:
    """Send file descriptor 2 nowhere while this lasts.

    Such notes go past everything Python could catch; what goes wrong is raised, and so not lost.
    The descriptor belongs to the process: use it under a lock, for the moment of starting only.
    """
    try:
        kept = os.dup(2)
    except OSError:  # nobody is listening anyway
        yield
        return
    try:
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
