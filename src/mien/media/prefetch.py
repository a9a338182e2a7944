"""Run a producer ahead of its consumer, in a thread, a few items at most."""

import threading
from collections.abc import Generator
from contextlib import closing
from queue import Empty, Queue
from typing import TypeVar

T = TypeVar("T")


class _End:
    """Put last: the producer is done, or has failed with ``error``."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def prefetch(source: Generator[T, None, None], depth: int = 4) -> Generator[T, None, None]:
    """Iterate over a generator that runs in a thread of its own.

    At most ``depth`` + 1 items wait at any time. What the generator raises is raised here, after
    the items before it. Closing this iterator closes the generator and ends the thread.

    Args:
        source: not started yet; it runs and is closed in the thread.
        depth: how many items may wait.
    """
    queue: Queue[T | _End] = Queue(maxsize=depth)
    stop = threading.Event()

    def work() -> None:
        end = _End()
        try:
            with closing(source):
                for item in source:
                    if stop.is_set():
                        return
                    queue.put(item)
        except BaseException as error:  # noqa: BLE001 (raised again where the items are used)
            end = _End(error)
        queue.put(end)

    thread = threading.Thread(target=work, name="mien-prefetch", daemon=True)
    thread.start()
    try:
        while not isinstance(item := queue.get(), _End):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        stop.set()
        _drain(queue, thread)


def _drain(queue: Queue[T], thread: threading.Thread) -> None:
    """Make room until a producer that may wait for it has ended."""
    while thread.is_alive():
        try:
            queue.get_nowait()
        except Empty:
            thread.join(timeout=0.01)
