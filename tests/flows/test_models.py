"""Models on demand, against a real server on this machine."""

import hashlib
import http.server
import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mien.core import models as table
from mien.core.errors import InputError, ModelError
from mien.core.listing import Repository
from mien.core.models import Model, ModelFile, find_model, lacking, models
from mien.edit.backends.pixelsmile.base import _PARTS
from mien.flows import models as flow
from mien.flows.models import pull
from mien.flows.models_plan import plan

CONTENT = bytes(range(256)) * 12000  # 3 MB: several reads
TEXTS = {"model_index.json": b'{"of": "three"}', "tokenizer/vocab.json": b'{"a": 1}'}
REVISION = "0123456789abcdef" * 2 + "01234567"
LISTING = f"/api/models/owner/three/tree/{REVISION}?recursive=true"
FILES = f"/owner/three/resolve/{REVISION}/"


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
        if self.path in ours.pages:
            self.page(*ours.pages[self.path])
            return
        content = ours.contents.get(self.path, ours.content)
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
            ours.breaks_at = None if ours.breaks_once else ours.breaks_at

    def page(self, text: bytes, link: str) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        if link:
            self.send_header("Link", link)
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: Any) -> None:
        pass


class Server:
    content = CONTENT
    ranges = True
    breaks_at: int | None = None
    breaks_once = False
    status: int | None = None

    def __init__(self) -> None:
        self.redirects: dict[str, str] = {}
        self.contents: dict[str, bytes] = {}
        self.pages: dict[str, tuple[bytes, str]] = {}
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
    return ModelFile(path, url, len(content), f"sha256:{hashlib.sha256(content).hexdigest()}")


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: Server) -> Path:
    """The folder of the models, empty.

    The table names a model of one file, one of two, a repository of which it does not know all
    checksums, and one that needs the repository.
    """
    one = Model("one", "a test", "MIT", "here", (file("one.bin", f"{server.url}/one.bin"),))
    parts = [file(f"two/{name}.bin", f"{server.url}/{name}") for name in ("a", "b")]
    two = Model("two", "a test", "MIT", "here", tuple(parts))
    place = Repository("owner/three", REVISION, server.url)
    texts = [ModelFile(f"three/{path}", f"{server.url}{FILES}{path}") for path in TEXTS]
    weights = file("three/vae/w.safetensors", f"{server.url}{FILES}vae/w.safetensors")
    three = Model("3", "a test", "MIT", "here", (*texts, weights), repository=place)
    four = Model("4", "a test", "MIT", "here", (file("4.bin", f"{server.url}/4"),), ("3",))
    known = {model.name: model for model in (one, two, three, four)}
    monkeypatch.setattr(table, "models", lambda: known)
    server.contents = {FILES + path: text for path, text in TEXTS.items()}
    monkeypatch.setenv("MIEN_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


def fetch(name: str, *told: Any) -> list[Path]:
    return pull(plan(name, _scheme="http"), *told, _scheme="http")


def entry(path: str, content: bytes) -> dict[str, Any]:
    """A small file as Hugging Face lists it."""
    blob = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
    return {"type": "file", "oid": blob, "size": len(content), "path": path}


def large(path: str, content: bytes) -> dict[str, Any]:
    """A large one: ``oid`` is that of the pointer to it."""
    lfs = {"oid": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 134}
    return {**entry(path, b"a pointer"), "size": len(content), "lfs": lfs}


def lists(server: Server, *pages: list[dict[str, Any]]) -> None:
    """Have the server list these files, on as many pages."""
    addresses = [LISTING, *(f"{LISTING}&cursor={n}" for n in range(1, len(pages)))]
    links = [f'<{server.url}{address}>; rel="next"' for address in addresses[1:]]
    for address, page, link in zip(addresses, pages, [*links, ""], strict=True):
        server.pages[address] = json.dumps(page).encode(), link


@pytest.fixture
def listed(server: Server) -> list[dict[str, Any]]:
    """What the server lists: all that is in the repository, on two pages."""
    folder = {"type": "directory", "oid": "0" * 40, "size": 0, "path": "tokenizer"}
    first = [folder, *(entry(path, text) for path, text in TEXTS.items())]
    lists(server, first[:2], [*first[2:], large("vae/w.safetensors", CONTENT)])
    return first


def test_one_file(folder: Path, server: Server) -> None:
    told: list[tuple[str, int, int | None]] = []
    assert find_model("one") is None
    assert fetch("one", lambda *step: told.append(step)) == [folder / "one.bin"]
    assert (folder / "one.bin").read_bytes() == CONTENT
    assert find_model("one") == folder / "one.bin"
    assert [path.name for path in folder.iterdir()] == ["one.bin"]
    done = [step[1] for step in told]
    assert done == sorted(done)
    assert told[-1] == ("one (kB)", len(CONTENT) // 1000, len(CONTENT) // 1000)
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
        with pytest.raises(ModelError, match="not the file it should be"):
            fetch("one")
        assert list(folder.iterdir()) == []
    fetch("one")
    assert (folder / "one.bin").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"y" + CONTENT[1:], "not the file it should be .sha256:"),
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
        pull(plan("one"))
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
    with pytest.raises(ModelError, match=r"another sha256 checksum.*remove it"):
        find_model("one")
    assert server.asked == []
    assert target.exists()


def test_goes_on_by_itself_as_long_as_something_comes(folder: Path, server: Server) -> None:
    server.breaks_at, server.breaks_once = 1_500_000, True
    fetch("one")
    assert server.asked == [("/one.bin", None), ("/one.bin", "bytes=1500000-")]
    assert (folder / "one.bin").read_bytes() == CONTENT


def test_goes_on_after_it_was_interrupted(folder: Path, server: Server) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch("one", interrupted)
    (part,) = folder.iterdir()
    assert part.name == "one.bin.part"
    begun = part.stat().st_size
    assert 0 < begun < len(CONTENT)
    fetch("one")
    assert server.asked[-1] == ("/one.bin", f"bytes={begun}-")
    assert (folder / "one.bin").read_bytes() == CONTENT


def test_a_repository_and_what_needs_it(folder: Path, server: Server, listed: Any) -> None:
    server.redirects = {FILES + "model_index.json": "/cached?of=three"}
    server.contents["/cached?of=three"] = TEXTS["model_index.json"]
    planned = plan("4", _scheme="http")
    assert [model.name for model in planned] == ["4", "3"]
    assert all(f.size and f.checksum for model in planned for f in model.files)
    assert [path for path, _ in server.asked] == [LISTING, f"{LISTING}&cursor=1"]
    assert not folder.exists()  # as long as nobody said yes
    told: list[tuple[str, int, int | None]] = []
    names = ["4.bin", *(f"three/{path}" for path in TEXTS), "three/vae/w.safetensors"]
    progress = lambda *step: told.append(step)  # noqa: E731
    assert pull(planned, progress, _scheme="http") == [folder / name for name in names]
    assert {step: done for step, done, _ in told} == {step: total for step, _, total in told}
    for path, text in TEXTS.items():
        assert (folder / "three" / path).read_bytes() == text
    assert find_model("3") == folder / "three"


def test_what_was_told_is_kept(folder: Path, server: Server, listed: Any) -> None:
    fetch("3")
    server.asked.clear()
    assert plan("4", _scheme="http")[0].name == "4"
    (folder / "three/model_index.json").unlink()
    assert [f.path for f in lacking(table.model_named("3"))] == ["three/model_index.json"]
    assert fetch("3") == [folder / "three/model_index.json"]
    assert [path for path, _ in server.asked] == [FILES + "model_index.json"]
    (folder / "three/model_index.json").write_bytes(b"{}")
    with pytest.raises(ModelError, match="has 2 bytes instead of 15: remove it"):
        plan("3", _scheme="http")
    (folder / "three/model_index.json").write_bytes(TEXTS["model_index.json"].upper())
    with pytest.raises(ModelError, match="another git checksum"):
        find_model("3")


def test_goes_on_in_a_repository(folder: Path, server: Server, listed: Any) -> None:
    server.breaks_at = 1_500_000
    with pytest.raises(ModelError, match=r"w\.safetensors: the connection broke after 1500000"):
        fetch("3")
    server.breaks_at = None
    server.asked.clear()
    fetch("3")
    assert server.asked == [(FILES + "vae/w.safetensors", "bytes=1500000-")]


@pytest.mark.parametrize("path", [*TEXTS, "vae/w.safetensors"])
def test_not_the_file_that_was_told(folder: Path, server: Server, listed: Any, path: str) -> None:
    content = server.contents.get(FILES + path, CONTENT)
    server.contents[FILES + path] = b"?" + content[1:]
    with pytest.raises(ModelError, match=rf"{path}: what came is not the file it should be"):
        fetch("3")
    assert not list(folder.rglob(f"{Path(path).name}*"))


EVIL = ("../evil.json", "/evil.json", "..\\evil.json", "vae/../../evil.json", "evil.bin", "C:evil")


def test_names_of_a_listing_are_no_files(folder: Path, server: Server, listed: Any) -> None:
    lists(server, [*(entry(path, b"evil") for path in EVIL), *listed, entry("README.md", b"more")])
    fetch("3")
    assert {path.name for path in folder.parent.rglob("*") if path.is_file()} == {
        "model_index.json", "vocab.json", "w.safetensors", ".listing.json",
    }  # fmt: skip


def test_the_table_knows_better(folder: Path, server: Server, listed: Any) -> None:
    lists(server, [*listed, large("vae/w.safetensors", b"forged")])
    server.contents[FILES + "vae/w.safetensors"] = b"forged"
    with pytest.raises(ModelError, match="has 6 bytes there instead of 3072000"):
        fetch("3")


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"{}", b"null", b"<html>", b"[" * 100_000, b"\xff", b" " * 4_000_001]
)
def test_no_listing(folder: Path, server: Server, text: bytes) -> None:
    server.pages[LISTING] = text, ""
    with pytest.raises(ModelError, match=rf"is no list of files: .*or put the files into {folder}"):
        plan("4", _scheme="http")
    assert not folder.exists()


@pytest.mark.parametrize(
    "other",
    [
        {"path": "another.json"},
        {"size": 0},
        {"size": -1},
        {"size": "15"},
        {"size": True},
        {"oid": "z" * 40},
        {"oid": None},
        {"lfs": {"oid": "0" * 40}},
        {"lfs": 1},
        {"path": None},
        {"path": ["model_index.json"]},
    ],
)
def test_a_file_that_is_not_listed_well(
    folder: Path, server: Server, listed: Any, other: dict[str, Any]
) -> None:
    lists(server, [{**listed[1], **other}, *listed[2:], "and", None, 3])  # type: ignore[list-item]
    with pytest.raises(ModelError, match="does not tell size and checksum of three/model_index"):
        plan("3", _scheme="http")


def test_a_listing_without_an_end(folder: Path, server: Server, listed: Any) -> None:
    server.pages[LISTING] = json.dumps([listed[0]]).encode(), f'<{LISTING}>; rel="next"'
    with pytest.raises(ModelError, match="does not tell"):
        plan("3", _scheme="http")
    assert len(server.asked) == 20


def test_a_listing_leads_elsewhere(folder: Path, server: Server, listed: Any) -> None:
    for link in ("https://127.0.0.1/x", "file:///etc/passwd"):
        server.pages[LISTING] = b"[1]", f'<{link}>; rel="next"'
        with pytest.raises(ModelError, match="is no http address, nothing is asked"):
            plan("3", _scheme="http")


def test_nobody_lists(folder: Path, server: Server) -> None:
    server.status = 404
    with pytest.raises(ModelError, match=r"answers 404 .*or put the files into .*three by hand"):
        plan("3", _scheme="http")


def test_put_there_by_hand(folder: Path, server: Server) -> None:
    for path, text in {**TEXTS, "vae/w.safetensors": CONTENT}.items():
        (folder / "three" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "three" / path).write_bytes(text)
    assert plan("3", _scheme="http") == []
    assert find_model("3") == folder / "three"
    assert server.asked == []


KEPT = ("", "[]", "{}", '{"revision": "0"}', '{"revision": "REVISION", "files": 3}', "[" * 99999)


@pytest.mark.parametrize("kept", KEPT)
def test_what_was_kept_is_of_no_use(folder: Path, server: Server, listed: Any, kept: str) -> None:
    (folder / "three").mkdir(parents=True)
    (folder / "three/.listing.json").write_text(kept.replace("REVISION", REVISION))
    fetch("3")
    assert find_model("3") == folder / "three"


def test_room_for_all_of_it(
    folder: Path, server: Server, listed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=4 * 10**6))
    with pytest.raises(ModelError, match=r"4\.0 MB are free, 6\.1 MB are needed"):
        fetch("4")
    assert not folder.exists()


def test_the_name_that_git_gives(tmp_path: Path) -> None:
    """What ``git hash-object`` prints for the line hello."""
    (tmp_path / "hello").write_bytes(b"hello\n")
    blob = "ce013625030ba8dba906f756967f9e9ca394464a"
    table.check(tmp_path / "hello", ModelFile("hello", "", 6, f"git:{blob}"))
    with pytest.raises(ModelError, match="another git checksum"):
        table.check(tmp_path / "hello", ModelFile("hello", "", 6, f"git:{blob[::-1]}"))


def test_the_table() -> None:
    paths = [f.path for model in models().values() for f in model.files]
    assert len(set(paths)) == len(paths)
    for model in models().values():
        assert set(model.needs) <= set(models())
        folder = model.repository.folder if model.repository else model.name
        for f in model.files:
            assert f.url.startswith("https://")
            kind, _, digits = f.checksum.partition(":")
            weights = Path(f.path).suffix in {".task", ".safetensors", ".onnx"}
            assert (kind, len(digits)) == ("sha256", 64) if f.size else not weights
            assert weights or Path(f.path).suffix in {".json", ".txt", ".jinja"}
            assert ".." not in f.path
            assert len(model.files) == 1 or f.path.startswith(f"{folder}/")
    with pytest.raises(InputError, match="did you mean face_landmarker"):
        find_model("face_landmark")


def test_pixelsmile_is_fetched_with_its_base() -> None:
    assert models()["pixelsmile"].needs == ("qwen-image-edit-2511",)
    base = models()["qwen-image-edit-2511"]
    assert base.repository is not None
    assert base.repository.folder == "Qwen-Image-Edit-2511"
    paths = {f.path.removeprefix("Qwen-Image-Edit-2511/") for f in base.files}
    for part, (description, weighty) in _PARTS.items():
        assert f"{part}/{description}" in paths
        assert any(path.startswith(part) and ".safetensors" in path for path in paths) == weighty
    for part, name, count in (
        ("transformer", "diffusion_pytorch_model", 5),
        ("text_encoder", "model", 4),
    ):
        shards = {f"{part}/{name}-{n:05}-of-{count:05}.safetensors" for n in range(1, count + 1)}
        assert shards <= paths


def test_the_model_of_the_table_is_the_one_we_know(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = data.parent / "models"
    if not (here / "face_landmarker.task").exists():
        pytest.skip("no models beside the data")
    monkeypatch.setenv("MIEN_MODELS", str(here))
    assert find_model("face_landmarker") == here / "face_landmarker.task"
