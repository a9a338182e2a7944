"""A real server and real clients: everybody gets what is new, and nobody holds anybody up."""

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from mien.core.errors import InputError
from mien.flows.live import messages
from mien.flows.live.serve import Server, serve

connect = pytest.importorskip("websockets.sync.client").connect
HELLO = messages.hello("file", "a.mp4", 1.7e9, "start")
EVENT = {"type": "event", "time": 1.3, "kind": "micro", "onset": 1.0, "apex": 1.1, "offset": 1.2,
         "aus": {"AU12L": 0.2}, "side": "L", "region": "mouth", "confidence": 0.7,
         "velocity": None, "delay": 60.0}  # fmt: skip


def frame(index: int, fill: int = 0) -> dict[str, Any]:
    return {
        **messages.frame(index / 30, index, None, settled=True, latency=0.01),
        "fill": "x" * fill,
    }


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(0) as running:
        running.send(HELLO)
        yield running


def address(server: Server) -> str:
    return f"ws://127.0.0.1:{server.port}"


def until(holds: Callable[[], bool]) -> None:
    for _ in range(500):
        if holds():
            return
        time.sleep(0.02)
    pytest.fail("it never came to that")


def test_hello_comes_first_whenever_one_comes(server: Server) -> None:
    for number in (1, 2):
        with connect(address(server)) as client:
            assert json.loads(client.recv(10)) == HELLO
            until(lambda: [one["id"] for one in server.clients()] == [number])  # noqa: B023
            server.send(EVENT)
            assert json.loads(client.recv(10)) == EVENT
        until(lambda: server.clients() == [])


def test_one_that_stalls_holds_nobody_up(server: Server) -> None:
    with connect(address(server)) as slow, connect(address(server)) as quick:
        slow.recv(10), quick.recv(10)
        until(lambda: len(server.clients()) == 2)
        slow.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        for index in range(400):
            server.send(frame(index, 20000))
            assert json.loads(quick.recv(10))["frame"] == index
        server.send(EVENT)
        assert json.loads(quick.recv(10)) == EVENT
        until(lambda: server.clients()[0]["dropped"] > 0)
        assert server.clients()[1]["dropped"] == 0
        got = []
        while EVENT not in got:
            got.append(json.loads(slow.recv(10)))
        numbers = [one["frame"] for one in got if one["type"] == "frame"]
        assert numbers == sorted(numbers)
        assert numbers[-1] == 399  # the newest won
        assert len(numbers) + server.clients()[0]["dropped"] == 400


def test_what_clients_say_is_not_asked_for(server: Server) -> None:
    with connect(address(server)) as client:
        client.recv(10)
        for _ in range(100):
            client.send("{}")
        server.send(EVENT)
        assert json.loads(client.recv(10)) == EVENT


@pytest.mark.parametrize(
    ("origin", "let_in"),
    [
        (None, True),
        ("http://localhost:5173", True),
        ("http://127.0.0.1", True),
        ("https://example.org", True),
        ("https://evil.example", False),
        ("http://localhost.evil.example", False),
        ("null", False),
    ],
)
def test_pages(origin: str | None, let_in: bool) -> None:
    from websockets.exceptions import InvalidStatus

    with serve(0, ["https://example.org"]) as running:
        if let_in:
            with connect(address(running), origin=origin):
                pass
        else:
            with pytest.raises(InvalidStatus) as refused, connect(address(running), origin=origin):
                pass
            assert refused.value.response.status_code == 403


def test_this_machine_only(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as own:
        assert own.getpeername()[0] == "127.0.0.1"
    listening = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    port = f"{server.port:04X}"
    assert {one[1] for one in listening if one[1].endswith(port) and one[3] == "0A"} == {
        f"0100007F:{port}"
    }


def test_a_port_that_is_taken(server: Server) -> None:
    with pytest.raises(InputError, match=r"--serve \d+: .*: give another port"), serve(server.port):
        pass


def test_the_server_ends_with_clients_connected() -> None:
    from websockets.exceptions import ConnectionClosed

    with ExitStack() as stack:
        with serve(0) as running:
            running.send(HELLO)
            client = stack.enter_context(connect(address(running)))
            client.recv(10)
        with pytest.raises(ConnectionClosed):
            client.recv(10)
        running.send(EVENT)  # nobody listens; nothing happens


def played(server: Server, command: list[str], ready: str) -> str:
    """What an example prints of some messages, until it has printed a line with some word."""
    with subprocess.Popen([*command, address(server)], stdout=subprocess.PIPE, text=True) as ran:
        try:
            until(lambda: len(server.clients()) == 1)
            server.send({**frame(1), "aus": {"AU12L": 2.0, "AU12R": None}})
            server.send(EVENT)
            server.send(messages.status(2.0, "lost", 1, 0.0, {}, (None, None)))
            assert ran.stdout is not None
            said = ""
            for line in ran.stdout:
                said += line
                if ready in line:
                    break
            return said
        finally:
            ran.kill()


def test_the_example_in_python(server: Server, root: Path) -> None:
    said = played(server, [sys.executable, str(root / "examples/live_client.py")], "lost")
    assert "smile 1.00 ########" in said
    assert "micro: AU12L (60 ms)" in said


def test_the_example_in_javascript(server: Server, root: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node here")
    command = [node, "--experimental-websocket", str(root / "examples/live_client.js")]
    said = played(server, command, "lost")
    assert "smile 1.00 ########" in said
    assert "micro: AU12L (60 ms)" in said
