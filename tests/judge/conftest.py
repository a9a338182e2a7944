"""A real server on this machine that gives recorded answers and remembers what it was asked; and
small ONNX files."""

import http.server
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.judge.http import Patience
from mien.judge.prompt import CATEGORIES

SECRET = "sk-test-0123456789abcdef"


@dataclass(frozen=True)
class Reply:
    """What the server says next; a body that is no text is sent as JSON."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    after: float = 0.0  # seconds


@dataclass(frozen=True)
class Asked:
    path: str
    headers: dict[str, str]  # names in small letters
    body: Any


class Server:
    """Gives its replies one after the other, the last one for ever."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.asked: list[Asked] = []
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.ours = self  # type: ignore[attr-defined]
        self.http.handle_error = lambda *_: None  # type: ignore[method-assign] (clients hang up)
        self.url = f"http://127.0.0.1:{self.http.server_port}/v1"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        ours = self.server.ours  # type: ignore[attr-defined]
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        ours.asked.append(Asked(self.path, headers, body))
        reply = ours.replies.pop(0) if len(ours.replies) > 1 else ours.replies[0]
        time.sleep(reply.after)
        text = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
        self.send_response(reply.status)
        for name, value in {"Content-Length": str(len(text.encode())), **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The server, with a proxy in the environment that must not be used to reach it."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("TEST_KEY", SECRET)
    ours = Server()
    thread = threading.Thread(target=ours.http.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield ours
    ours.http.shutdown()
    ours.http.server_close()
    thread.join()


@pytest.fixture
def slept() -> list[float]:
    """The seconds that were waited between attempts."""
    return []


@pytest.fixture
def patience(slept: list[float]) -> Patience:
    """Four attempts, and nobody really waits between them."""
    return Patience(seconds=5.0, tries=4, sleep=slept.append)


@pytest.fixture(scope="session")
def known() -> dict[str, float]:
    """A score for every category, each another."""
    return {name: round(0.05 + 0.07 * n, 2) for n, name in enumerate(CATEGORIES)}


@pytest.fixture(scope="session")
def shades() -> NDArray[np.uint8]:
    """A picture without sharp edges, which JPEG keeps to the level: shape (48, 64, 3)."""
    y, x = np.mgrid[0:48, 0:64]
    return np.stack([4 * x, 5 * y, 2 * (x + y)], axis=2).astype(np.uint8)


@pytest.fixture
def reply() -> Callable[..., Reply]:
    return Reply


def packed(*fields: tuple[int, int | bytes]) -> bytes:
    """A protobuf message of small whole numbers and of bytes, by number of the field."""

    def varint(value: int) -> bytes:
        rest = value >> 7
        return bytes([value & 127 | (128 if rest else 0)]) + (varint(rest) if rest else b"")

    return b"".join(
        varint(number << 3) + varint(value)
        if isinstance(value, int)
        else varint(number << 3 | 2) + varint(len(value)) + value
        for number, value in fields
    )


def tensor(name: bytes, shape: tuple[int | str, ...]) -> bytes:
    """An ONNX ValueInfoProto of floats."""
    dims = [packed((1, d) if isinstance(d, int) else (2, d.encode())) for d in shape]
    kind = packed((1, 1), (2, packed(*((1, dim) for dim in dims))))
    return packed((1, name), (2, packed((1, kind))))


def written(path: Path, shape: tuple[int | str, ...], matrix: NDArray[np.float32]) -> Path:
    """An ONNX file: the picture, flattened, times a matrix."""
    weights = packed((1, matrix.shape[0]), (1, matrix.shape[1]), (2, 1), (8, b"m"))
    weights += packed((9, matrix.astype("<f4").tobytes()))
    graph = packed(
        (1, packed((1, b"x"), (2, b"f"), (4, b"Flatten"))),
        (1, packed((1, b"f"), (1, b"m"), (2, b"y"), (4, b"MatMul"))),
        (2, b"g"),
        (5, weights),
        (11, tensor(b"x", shape)),
        (12, tensor(b"y", ("n", matrix.shape[1]))),
    )
    path.write_bytes(packed((1, 8), (7, graph), (8, packed((2, 13)))))
    return path


@pytest.fixture
def network() -> Callable[..., Path]:
    """Writes an ONNX file: to a path, from the shape of a picture and a matrix."""
    return written
