"""The threads of a run: one fails, all stop."""

import threading
from collections.abc import Callable
from time import monotonic

_PATIENCE = 3.0  # seconds for threads to end; a stalled reader or driver is left behind


class Crew:
    """Starts threads; remembers the first error.

    Args:
        stop: is set when all shall end.
    """

    def __init__(self, stop: threading.Event) -> None:
        self.stop = stop
        self._error: BaseException | None = None
        self._threads: dict[str, threading.Thread] = {}
        self._lock = threading.Lock()

    def start(self, work: Callable[[], None], name: str) -> None:
        """Do some work in a thread of its own."""

        def run() -> None:
            try:
                work()
            except BaseException as error:  # noqa: BLE001 (raised again by those who wait)
                with self._lock:
                    self._error = self._error or error
                self.stop.set()

        thread = threading.Thread(target=run, name=f"mien-{name}", daemon=True)
        self._threads[name] = thread
        thread.start()

    def end(self, *names: str) -> None:
        """Wait for some of them, or all, for a while; raise what one of them died of."""
        until = monotonic() + _PATIENCE
        for name in names or tuple(self._threads):
            if name in self._threads:
                self._threads[name].join(timeout=max(until - monotonic(), 0.0))
        if self._error is not None:
            raise self._error
