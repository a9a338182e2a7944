"""A sink with a queue and a thread of its own: a slow one holds nobody up."""

from collections.abc import Callable

from mien.flows.live.box import Box, ClosedError
from mien.flows.live.messages import Message, Sink, is_frame

_SIZE = 64  # messages that wait for a sink


class Outlet:
    """Hands messages to a sink; where it is slow the oldest frames are left out and counted.

    Args:
        name: of the sink, in the count of drops.
        sink: takes the messages.
        gone: is called once the sink is no more.
        wait: whether the others wait for it instead.
    """

    def __init__(
        self, name: str, sink: Sink, gone: Callable[[], None], *, wait: bool = False
    ) -> None:
        self.name = name
        self.put = (box := Box[Message](_SIZE, wait=wait, spare=is_frame)).put
        self._box, self._sink, self._gone = box, sink, gone

    @property
    def dropped(self) -> int:
        """Messages left out so far."""
        return self._box.dropped

    def close(self) -> None:
        """Nothing more comes."""
        self._box.close()

    def work(self) -> None:
        """Hand over until there is no more, or nobody to take it."""
        try:
            while True:
                self._sink(self._box.get())
        except ClosedError:
            return
        except OSError:  # a pipe that nobody reads any more, a port that was closed
            self._box.close()
            self._gone()
