"""The stage that reads the face: a message for every frame, and a window for the spotter."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.inverse import Prepared, prepare
from mien.anatomy.model import face_model
from mien.capture.causal import SECONDS
from mien.capture.causal_face import CausalFace, Now
from mien.capture.causal_window import Window
from mien.capture.neutral import Neutral, neutral_of_clip
from mien.flows.live import messages
from mien.flows.live.box import Box, ClosedError
from mien.flows.live.latency import Latency
from mien.flows.live.look import Looked
from mien.flows.live.messages import Message

SETTLE = 3.0  # seconds at the beginning in which the face is taken to be mostly at rest
_MOMENTS = 24  # of it that are looked at


@dataclass
class Shared:
    """What the spotter, who runs beside, is given of the face.

    Attributes:
        lock: to be held while any of it is used.
        fresh: is set with every new row.
        window: the last seconds.
        prepared: the face; None before there is one. Another one is another person.
        arrived: when the newest frame came, seconds of the monotonic clock.
    """

    lock: threading.Lock = field(default_factory=threading.Lock)
    fresh: threading.Event = field(default_factory=threading.Event)
    window: Window = field(default_factory=lambda: Window(SECONDS))
    prepared: Prepared | None = None
    arrived: float = 0.0


Told = Callable[[Looked, Message], None]
"""Is given each picture with its message."""


def read(
    looks: Box[Looked], resting: Neutral | None, shared: Shared, late: Latency, told: Told
) -> None:
    """Read the face on picture after picture, until there are no more.

    Args:
        looks: the pictures.
        resting: the person at rest, where that is known.
        shared: is filled in for the spotter.
        late: is given the latency of every frame.
        told: as above.
    """
    reader = _Reader(resting, shared)
    try:
        while True:
            looked = looks.get()
            now = reader.read(looked)
            latency = monotonic() - looked.taken.arrived
            late.add(latency)
            taken = looked.taken
            message = messages.frame(
                taken.time, taken.index, now, settled=reader.settled, latency=latency
            )
            told(looked, message)
    except ClosedError:
        shared.fresh.set()


class _Reader:
    """One face after the other."""

    def __init__(self, resting: Neutral | None, shared: Shared) -> None:
        self._resting, self._shared = resting, shared
        self._face: CausalFace | None = None
        self._number = -1
        self._rest: _Rest | None = None
        self.settled = resting is not None

    def read(self, looked: Looked) -> Now | None:
        """What a picture says of the face; None where it is lost."""
        if looked.looked and looked.seen is None:
            self._lose()
            return None
        seen = looked.seen
        if seen is not None and seen.face != self._number:
            self._begin(seen.face, seen.points)
        if self._face is None:
            return None
        points = None if seen is None else seen.points
        now = self._face.advance(looked.luma, looked.taken.time, points)
        if now is None:
            self._lose()
        else:
            self._keep(looked, now, points)
        return now

    def _begin(self, number: int, points: NDArray[np.float64]) -> None:
        """Somebody new."""
        self._face, self._number = CausalFace(points, self._resting), number
        if self._resting is None:
            self._rest, self.settled = _Rest(), False
        with self._shared.lock:
            self._shared.window.clear()
            self._shared.prepared = self._face.prepared

    def _lose(self) -> None:
        if self._face is not None:
            self._face.lose()
            with self._shared.lock:
                self._shared.window.clear()

    def _keep(self, looked: Looked, now: Now, points: NDArray[np.float64] | None) -> None:
        taken = looked.taken
        if now.status == "ok":
            with self._shared.lock:
                self._shared.window.add(taken.time, now.motion, now.aus, key=taken.key)
                self._shared.arrived = taken.arrived
            self._shared.fresh.set()
        if self._rest is None or self._face is None:
            return
        found = self._rest.found
        if found is not None:
            self._face.settle(*found)
            self._rest, self.settled = None, True
        elif points is not None:
            self._rest.add(taken.time, points)


class _Rest:
    """The resting face, from the first seconds; worked out aside, for that takes a while.

    Attributes:
        found: the face and what its inverse needs; None until they are there.
    """

    def __init__(self) -> None:
        self.found: tuple[Neutral, Prepared] | None = None
        self._moments: list[NDArray[np.float64]] = []
        self._next = self._start = -np.inf
        self._working = False

    def add(self, time: float, points: NDArray[np.float64]) -> None:
        """Look at a moment."""
        if self._working or time < self._next:
            return
        if not self._moments:
            self._start = time
        self._moments.append(points)
        self._next = time + SETTLE / _MOMENTS
        if time - self._start >= SETTLE:
            self._working = True
            threading.Thread(target=self._find, name="mien-rest", daemon=True).start()

    def _find(self) -> None:
        neutral = neutral_of_clip(np.array(self._moments))
        self.found = neutral, prepare(face_model(neutral.mesh))
