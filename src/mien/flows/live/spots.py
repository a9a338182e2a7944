"""The stage that spots events, beside the others and in its own time."""

import threading
from collections.abc import Callable
from time import monotonic

from mien.anatomy.inverse import Prepared
from mien.capture.causal import CausalSpotter
from mien.flows.live import messages
from mien.flows.live.face import Shared
from mien.flows.live.messages import Message

EVERY = 0.02  # seconds between two looks, at least


class Spots:
    """Looks for events in what is known of the face.

    Args:
        shared: what is known.
        told: is given a message for each event.
    """

    def __init__(self, shared: Shared, told: Callable[[Message], None]) -> None:
        self._shared, self._told = shared, told
        self._spotter: CausalSpotter | None = None
        self._face: Prepared | None = None

    def look(self) -> None:
        """Look once."""
        shared = self._shared
        with shared.lock:
            window, arrived, face = shared.window.copy(), shared.arrived, shared.prepared
        if face is None or not len(window):
            return
        if self._spotter is None or face is not self._face:
            self._spotter, self._face = CausalSpotter(face), face
        for event in self._spotter.look(window):
            self._told(messages.event(event, window.end, monotonic() - arrived))

    def keep_looking(self, stop: threading.Event) -> None:
        """Look whenever there are new rows, until told to stop, and once more then."""
        ending = False
        while not ending:
            self._shared.fresh.wait()
            self._shared.fresh.clear()
            ending = stop.is_set()
            self.look()
            stop.wait(EVERY)
