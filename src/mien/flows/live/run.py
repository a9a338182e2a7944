"""A live run: the stages wired up, from pictures to whoever listens."""

import sys
import threading
import time as clock
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from time import monotonic

import cv2

from mien.anatomy.threads import one_thread
from mien.capture.neutral import Neutral
from mien.core.seams import Say, unheard
from mien.flows.live import messages
from mien.flows.live.box import Box
from mien.flows.live.crew import Crew
from mien.flows.live.face import Shared, read
from mien.flows.live.latency import Latency
from mien.flows.live.look import Looked, look
from mien.flows.live.messages import Message, Sink
from mien.flows.live.outlet import Outlet
from mien.flows.live.source import Source, Taken
from mien.flows.live.spots import EVERY, Spots

_STATUS = 1.0  # seconds between two of them
_DEPTH = 8  # pictures that wait between two stages where everybody waits for the next
_ENDING = 2.0  # seconds for what is on its way
_TURNS = 0.0005  # seconds after which a thread lets another one compute; usual is ten times that

Shown = tuple[Looked, Message]
"""A picture and what is said of it: for a window."""
Clients = Callable[[], Sequence[Mapping[str, int]]]


@dataclass(frozen=True)
class Told:
    """What is said in ``hello``.

    Attributes:
        kind: of the source, ``"camera"`` or ``"file"``.
        name: of the source.
        rest: what the action units count from: ``"calibration"``, ``"photo"`` or ``"start"``.
    """

    kind: str = "file"
    name: str = ""
    rest: str = "start"


@dataclass(frozen=True)
class Summary:
    """What a run came to.

    Attributes:
        frames: that were told.
        events: that were told.
        dropped: frames thrown away, by where.
        p50: ms, median latency; None without a frame.
        p95: ms, its 95th percentile.
        seconds: from the first frame to the last one.
    """

    frames: int
    events: int
    dropped: Mapping[str, int]
    p50: float | None
    p95: float | None
    seconds: float

    def __str__(self) -> str:
        left = ", ".join(f"{count} at {where}" for where, count in self.dropped.items() if count)
        late = "" if self.p50 is None else f"; latency {self.p50:.1f} ms, p95 {self.p95:.1f} ms"
        return (
            f"{self.frames} frames in {self.seconds:.1f} s, {self.events} events,"
            f" dropped: {left or 'none'}{late}"
        )


def live(
    source: Source,
    sinks: Mapping[str, Sink],
    *,
    told: Told | None = None,
    resting: Neutral | None = None,
    fast: bool = False,
    stop: threading.Event | None = None,
    show: Callable[[Box[Shown], threading.Event], None] | None = None,
    clients: Clients = tuple,
    say: Say = unheard,
) -> Summary:
    """Read a face while it is filmed, until the source ends, ``stop`` is set or Ctrl-C comes.

    Args:
        source: of the pictures.
        sinks: by name; each is given every message, in a thread of its own.
        told: what is said in ``hello``.
        resting: the person at rest; None: found in the first seconds.
        fast: whether nothing is thrown away, and every stage waits for the next.
        stop: ends the run, and is set when it ends.
        show: shows pictures, in this thread, until the event is set, or sets it.
        clients: those connected, for ``status``.
        say: is given a line where the source goes or comes back.

    Raises:
        MediaError: the source cannot be opened to begin with.
    """
    crew = Crew(stop or threading.Event())
    run = _Run(crew, sinks, told or Told(), clients, say, fast=fast)
    with _shared_cores(), one_thread():
        for outlet in run.outlets:
            crew.start(outlet.work, outlet.name)
        crew.start(lambda: run.take(source), "source")
        crew.start(lambda: look(run.taken, run.looks), "look")
        crew.start(lambda: run.read(resting), "face")
        crew.start(run.status, "status")
        if not fast:
            crew.start(lambda: run.spots.keep_looking(crew.stop), "spots")
        try:
            if show is not None:
                show(run.screen, crew.stop)
            while not crew.stop.wait(0.5):
                pass
        except KeyboardInterrupt:
            pass
        finally:
            crew.stop.set()
            run.end()
    return run.summary()


class _Run:
    """What the stages of a run share."""

    def __init__(
        self, crew: Crew, sinks: Mapping[str, Sink], told: Told, clients: Clients, say: Say,
        *, fast: bool,
    ) -> None:  # fmt: skip
        size = _DEPTH if fast else 1
        self.taken, self.looks = Box[Taken](size, wait=fast), Box[Looked](size, wait=fast)
        self.screen = Box[Shown](1)
        self.outlets = [Outlet(key, one, crew.stop.set, wait=fast) for key, one in sinks.items()]
        self.shared = Shared()
        self.spots = Spots(self.shared, self._event)
        self._crew, self._told, self._clients, self._say = crew, told, clients, say
        self._fast, self._next_look = fast, 0.0
        self._late = Latency()
        self._frames = self._events = self._before = 0
        self._source, self._now = "ok", 0.0
        self._start: float | None = None  # when the clock of the pictures was at 0, monotonic
        self._over = threading.Event()

    def take(self, source: Source) -> None:
        """Pictures from the source into the first box."""
        try:
            with closing(source(self._crew.stop, self._turned)) as pictures:
                for one in pictures:
                    if self._start is None:
                        self._start = one.arrived - one.time
                        since = clock.time() - (monotonic() - self._start)
                        told = self._told
                        self._tell(messages.hello(told.kind, told.name, since, told.rest))
                    self.taken.put(one)
        finally:
            self.taken.close()

    def read(self, resting: Neutral | None) -> None:
        """Messages from the pictures that were looked at; the run is over when they are."""
        try:
            read(self.looks, resting, self.shared, self._late, self._frame)
        finally:
            self._over.set()
            self._crew.stop.set()
            self.shared.fresh.set()

    def status(self) -> None:
        """Say how it goes, every second."""
        while not self._crew.stop.wait(_STATUS):
            self._report()

    def end(self) -> None:
        """Let what is on its way arrive."""
        self._over.wait(_ENDING)
        self.shared.fresh.set()
        try:
            self._crew.end("source", "look", "face", "spots", "status")
            self._source = "ended"
            self._report()
        finally:
            for close in (self.taken.close, self.looks.close, self.screen.close):
                close()
            for outlet in self.outlets:
                outlet.close()
        self._crew.end()

    def summary(self) -> Summary:
        """What it came to."""
        late = self._late.percentile(50.0), self._late.percentile(95.0)
        return Summary(self._frames, self._events, self._dropped(), *late, self._now)

    def _turned(self, state: str, line: str) -> None:
        """The source has gone, or is back."""
        self._source = state
        self._say(line)
        self._report()

    def _frame(self, looked: Looked, message: Message) -> None:
        self._frames, self._now = self._frames + 1, looked.taken.time
        self._tell(message)
        self.screen.put((looked, message))
        if self._fast and self._now >= self._next_look:
            self.spots.look()
            self._next_look = self._now + EVERY

    def _event(self, message: Message) -> None:
        self._events += 1
        self._tell(message)

    def _tell(self, message: Message) -> None:
        for outlet in self.outlets:
            outlet.put(message)

    def _dropped(self) -> dict[str, int]:
        stages = {"source": self.taken.dropped, "look": self.looks.dropped}
        return stages | {outlet.name: outlet.dropped for outlet in self.outlets}

    def _report(self) -> None:
        """Tell the status; nothing comes before the first picture."""
        if self._start is None:
            return
        new, self._before = self._frames - self._before, self._frames
        late = self._late.percentile(50.0), self._late.percentile(95.0)
        counts = (self._frames, new / _STATUS, self._dropped())
        now = monotonic() - self._start
        self._tell(messages.status(now, self._source, *counts, late, self._clients()))


@contextmanager
def _shared_cores() -> Iterator[None]:
    """Many threads with little to do each: none of them spreads out, and they take turns sooner."""
    threads, turns = cv2.getNumThreads(), sys.getswitchinterval()
    cv2.setNumThreads(1)
    sys.setswitchinterval(_TURNS)
    try:
        yield
    finally:
        cv2.setNumThreads(threads)
        sys.setswitchinterval(turns)
