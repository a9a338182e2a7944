"""Messages over a WebSocket on this machine: for games, avatars and chat agents.

Each client has a queue of its own, in which the newest frames win; one that stalls holds nobody up.
Browsers say from which page they come, and any page may try to connect to this machine: only pages
of this machine, and those that were named, are let in.
"""

import asyncio
import re
import socket
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from mien.core.errors import InputError
from mien.core.extras import require
from mien.flows.live.messages import Message, is_frame, text_of

EXTRA = "live"
HOST = "127.0.0.1"
_HERE = re.compile(r"https?://(localhost|127\.0\.0\.1)(:\d+)?")
_WAITING = 32  # messages that wait for a client
_BUFFER = 32768  # bytes on the way to it; more would be old before they are read
_CLIENTS = 32  # at most
_FULL = 1013  # "try again later"


@dataclass(eq=False)
class _Client:
    """Somebody connected."""

    number: int
    waiting: deque[tuple[str, bool]] = field(default_factory=deque)  # texts; whether frames
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    dropped: int = 0

    def give(self, text: str, *, spare: bool) -> None:
        """Queue a message; the oldest frame makes room where there is none."""
        if len(self.waiting) >= _WAITING:
            at = next((i for i, (_, frame) in enumerate(self.waiting) if frame), 0)
            del self.waiting[at]
            self.dropped += 1
        self.waiting.append((text, spare))
        self.ready.set()


class Server:
    """The clients, and what is sent to them.

    Args:
        loop: in which it runs.
        port: on which it listens.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, port: int) -> None:
        self._loop, self.port = loop, port
        self._clients: dict[int, _Client] = {}
        self._count = 0
        self._hello: str | None = None

    def send(self, message: Message) -> None:
        """Send a message to everybody; a sink."""
        text = text_of(message)
        if message["type"] == "hello":
            self._hello = text
        with suppress(RuntimeError):  # the loop is closed: the program ends
            self._loop.call_soon_threadsafe(self._spread, text, is_frame(message))

    def clients(self) -> list[dict[str, int]]:
        """Number of each client, and how many messages were left out for it."""
        return [{"id": one.number, "dropped": one.dropped} for one in [*self._clients.values()]]

    def _spread(self, text: str, spare: bool) -> None:
        for client in self._clients.values():
            client.give(text, spare=spare)

    async def handle(self, connection: Any) -> None:
        """Serve a client until it goes."""
        if len(self._clients) >= _CLIENTS:
            await connection.close(_FULL, "too many clients")
            return
        self._count += 1
        client = self._clients[self._count] = _Client(self._count)
        if self._hello is not None:
            client.give(self._hello, spare=False)
        sending = asyncio.create_task(_send(client, connection))
        try:
            async for _ in connection:
                pass  # nothing is asked of mien; reading answers pings and sees the end
        finally:
            del self._clients[client.number]
            sending.cancel()


async def _send(client: _Client, connection: Any) -> None:
    from websockets.exceptions import ConnectionClosed

    with suppress(ConnectionClosed):
        while True:
            await client.ready.wait()
            client.ready.clear()
            while client.waiting:
                await connection.send(client.waiting.popleft()[0])


@contextmanager
def serve(port: int, origins: Sequence[str] = ()) -> Iterator[Server]:
    """Listen on this machine while this lasts.

    Args:
        port: from 1024, or 0 for any that is free.
        origins: pages that may connect, besides those of this machine: ``"https://example.org"``.

    Raises:
        InputError: the port cannot be used.
        MissingExtraError: the extra ``live`` is not installed.
    """
    require("websockets", EXTRA)
    listening = _listen(port)
    loop = asyncio.new_event_loop()
    server = Server(loop, listening.getsockname()[1])
    ready, done = threading.Event(), asyncio.Event()
    allowed: list[Any] = [None, _HERE, *origins]

    async def run() -> None:
        from websockets.asyncio.server import serve as listen

        async with listen(
            server.handle, sock=listening, origins=allowed, compression=None,
            write_limit=_BUFFER, max_size=4096, server_header=None,
        ):  # fmt: skip
            ready.set()
            await done.wait()

    thread = threading.Thread(
        target=loop.run_until_complete, args=(run(),), name="mien-serve", daemon=True
    )
    thread.start()
    ready.wait(10.0)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(timeout=5.0)
        if not thread.is_alive():
            loop.close()


def _listen(port: int) -> socket.socket:
    try:
        listening = socket.create_server((HOST, port))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"--serve {port}: {reason}: give another port") from error
    # Connections inherit it: what waits in the system's buffers is old before it is read.
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
    return listening
