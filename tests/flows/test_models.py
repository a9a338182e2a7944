"""Models on demand, against a real server on this machine."""

import hashlib
import http.server
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mien.core import models as table
from mien.core.errors import InputError, ModelError
from mien.core.models import Model, ModelFile, find_model, models
from mien.flows import models as flow
from mien.flows.models import pull

CONTENT = bytes(range(256)) * 12000  # 3 MB: several reads


class Handler(http.server.BaseHTTPRequestHandler):
    """A small server with ranges, and with the faults that the tests ask of it."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        ours = self.server.ours  # type: ignore[attr-defined]
        ours.asked.append((self.path, self.headers.get("Range")))
        if self.path in ours.redirects:
            self.send_response(302)
            self.send_header("Location", ours.redirects[self.path])
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if ours.status:
            self.send_error(ours.status)
            return
        content = ours.content
        wanted = self.headers.get("Range") if ours.ranges else None
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        if start >= len(content):
            self.send_error(416)
            return
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(content) - start))
        if wanted:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.end_headers()
        self.wfile.write(content[start : ours.breaks_at])
        if ours.breaks_at:
            self.close_connection = True

    def log_message(self, *_: Any) -> None:
        pass


class Server:
    content = CONTENT
    ranges = True
    breaks_at: int | None = None
    status: int | None = None

    def __init__(self) -> None:
        self.redirects: dict[str, str] = {}
        self.asked: list[tuple[str, str | None]] = []
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.ours = self  # type: ignore[attr-defined]
        self.http.handle_error = lambda *_: None  # type: ignore[method-assign] (clients hang up)
        self.url = f"http://127.0.0.1:{self.http.server_port}"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    ours = Server()
    thread = threading.Thread(target=ours.http.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield ours
    ours.http.shutdown()
    ours.http.server_close()
    thread.join()


def file(path: str, url: str, content: bytes = CONTENT) -> ModelFile:
    return ModelFile(path, url, len(content), hashlib.sha256(content).hexdigest())


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: Server) -> Path:
    """The folder of the models, empty; the table names one small model and one of two files."""
    one = Model("one", "a test", "MIT", "here", (file("one.bin", f"{server.url}/one.bin"),))
    parts = [file(f"two/{name}.bin", f"{server.url}/{name}") for name in ("a", "b")]
    two = Model("two", "a test", "MIT", "here", tuple(parts))
    monkeypatch.setattr(table, "models", lambda: {"one": one, "two": two})
    monkeypatch.setenv("MIEN_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


def fetch(name: str, *told: Any) -> list[Path]:
    return pull(name, *told, _scheme="http")


def test_one_file(folder: Path, server: Server) -> None:
    told: list[tuple[str, int, int | None]] = []
    assert find_model("one") is None
    assert fetch("one", lambda *step: told.append(step)) == [folder / "one.bin"]
    assert (folder / "one.bin").read_bytes() == CONTENT
    assert find_model("one") == folder / "one.bin"
    assert [path.name for path in folder.iterdir()] == ["one.bin"]
    done = [step[1] for step in told]
    assert done == sorted(done)
    assert told[-1] == ("one.bin (kB)", len(CONTENT) // 1000, len(CONTENT) // 1000)
    assert fetch("one") == []
    assert len(server.asked) == 1


def test_several_files_and_only_those_that_lack(folder: Path, server: Server) -> None:
    (folder / "two").mkdir(parents=True)
    (folder / "two" / "a.bin").write_bytes(CONTENT)
    assert find_model("two") is None
    assert fetch("two") == [folder / "two" / "b.bin"]
    assert [path for path, _ in server.asked] == ["/b"]
    assert find_model("two") == folder / "two"


def test_goes_on_where_it_stopped(folder: Path, server: Server) -> None:
    server.breaks_at = 1_500_000
    with pytest.raises(ModelError, match="broke after 1500000 of 3072000 bytes"):
        fetch("one")
    assert [path.name for path in folder.iterdir()] == ["one.bin.part"]
    assert find_model("one") is None
    server.breaks_at = None
    fetch("one")
    assert server.asked[-1] == ("/one.bin", "bytes=1500000-")
    assert (folder / "one.bin").read_bytes() == CONTENT


def test_starts_again_where_the_server_knows_no_ranges(folder: Path, server: Server) -> None:
    folder.mkdir()
    (folder / "one.bin.part").write_bytes(CONTENT[:1000])
    server.ranges = False
    fetch("one")
    assert (folder / "one.bin").read_bytes() == CONTENT


def test_a_part_that_is_whole_is_only_checked(folder: Path, server: Server) -> None:
    folder.mkdir()
    (folder / "one.bin.part").write_bytes(CONTENT)
    fetch("one")
    assert server.asked == []
    assert find_model("one") == folder / "one.bin"


@pytest.mark.parametrize("part", [b"x" * 1000, b"x" * len(CONTENT), b"x" * (len(CONTENT) + 1)])
def test_a_part_of_something_else(folder: Path, part: bytes) -> None:
    folder.mkdir()
    (folder / "one.bin.part").write_bytes(part)
    if len(part) <= len(CONTENT):
        with pytest.raises(ModelError, match="SHA-256"):
            fetch("one")
        assert list(folder.iterdir()) == []
    fetch("one")
    assert (folder / "one.bin").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"y" + CONTENT[1:], "SHA-256"),
        (CONTENT + b"y", "has 3072001 bytes there instead of 3072000"),
        (CONTENT[:-1], "has 3071999 bytes there instead of 3072000"),
    ],
)
def test_other_content_is_not_kept(folder: Path, server: Server, content: bytes, said: str) -> None:
    server.content = content
    with pytest.raises(ModelError, match=said):
        fetch("one")
    assert find_model("one") is None
    assert not folder.exists() or list(folder.iterdir()) == []


def test_the_file_of_the_server_has_shrunk(folder: Path, server: Server) -> None:
    folder.mkdir()
    (folder / "one.bin.part").write_bytes(CONTENT[:1000])
    server.content = CONTENT[:1000]
    with pytest.raises(ModelError, match="416"):
        fetch("one")
    server.content = CONTENT
    fetch("one")


@pytest.mark.parametrize("status", [403, 404, 500, 503])
def test_status(folder: Path, server: Server, status: int) -> None:
    server.status = status
    with pytest.raises(ModelError, match=f"answers {status} .*one.bin by hand"):
        fetch("one")
    assert not folder.exists()


def test_nobody_there(folder: Path, server: Server) -> None:
    server.http.shutdown()
    server.http.server_close()
    with pytest.raises(ModelError, match=r"cannot be reached: .*refused: check the connection"):
        fetch("one")


def test_follows_within_its_scheme_only(folder: Path, server: Server) -> None:
    for elsewhere in ("https://127.0.0.1/x", "ftp://127.0.0.1/x", "file:///etc/passwd"):
        server.redirects = {"/one.bin": elsewhere}
        with pytest.raises(ModelError, match=r"leads to .*nothing was|is not allowed"):
            fetch("one")
    server.redirects = {"/one.bin": f"{server.url}/elsewhere"}
    fetch("one")
    assert server.asked[-1][0] == "/elsewhere"


def test_https_only(folder: Path, server: Server) -> None:
    with pytest.raises(ModelError, match="is no https address"):
        pull("one")
    assert server.asked == []


def test_no_room(folder: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10**6))
    with pytest.raises(ModelError, match=r"1\.0 MB are free, 3\.1 MB are needed"):
        fetch("one")
    assert server.asked == []


def test_disk_fills_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(flow.errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(flow, "_download", full)
    with pytest.raises(ModelError, match="No space left on device: make room"):
        fetch("one")


def test_a_place_that_cannot_be_written(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "taken").write_text("")
    monkeypatch.setenv("MIEN_MODELS", str(tmp_path / "taken" / "models"))
    with pytest.raises(ModelError, match="cannot be written"):
        fetch("one")


def test_a_file_that_is_not_the_model(folder: Path, server: Server) -> None:
    folder.mkdir()
    target = folder / "one.bin"
    target.write_bytes(b"short")
    with pytest.raises(ModelError, match="has 5 bytes instead of 3072000: remove it"):
        fetch("one")
    target.write_bytes(b"y" * len(CONTENT))
    with pytest.raises(ModelError, match=r"SHA-256.*remove it"):
        find_model("one")
    assert server.asked == []
    assert target.exists()


def test_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [f.path for model in models().values() for f in model.files]
    assert len(set(paths)) == len(paths)
    for model in models().values():
        several = len(model.files) > 1
        for f in model.files:
            assert f.url.startswith("https://")
            assert len(f.sha256) == 64
            assert f.size > 0
            assert Path(f.path).suffix in {".task", ".safetensors", ".onnx", ".json", ".txt"}
            assert ".." not in f.path
            assert not several or f.path.startswith(f"{model.name}/")
    with pytest.raises(InputError, match="did you mean face_landmarker"):
        find_model("face_landmark")


def test_the_model_of_the_table_is_the_one_we_know(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = data.parent / "models"
    if not (here / "face_landmarker.task").exists():
        pytest.skip("no models beside the data")
    monkeypatch.setenv("MIEN_MODELS", str(here))
    assert find_model("face_landmarker") == here / "face_landmarker.task"
