"""The command as a whole: help, version, and how failures leave it."""

import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType

import pytest

import mien
from mien.core.errors import MediaError, MissingExtraError


def test_version(mien_command) -> None:
    assert mien_command("--version").out.strip() == f"mien {mien.__version__}"


@pytest.mark.parametrize("flag", ["-h", "--help"])
@pytest.mark.parametrize("verb", [[], ["edit"], ["read"], ["demo"], ["doctor"], ["bench"]])
def test_help(mien_command, verb, flag) -> None:
    ran = mien_command(*verb, flag)
    assert ran.code == 0
    assert ran.out.startswith(f"Usage: {' '.join(['mien', *verb])}")


@pytest.mark.parametrize("arguments", [["smile"], ["--smile"], []])
def test_wrong_usage(mien_command, arguments) -> None:
    assert mien_command(*arguments).code == 2


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (MediaError("a.jpg holds\nno picture"), 2, "mien: a.jpg holds no picture"),
        (MissingExtraError("this needs x"), 2, "mien: this needs x"),
        (PermissionError(13, "Permission denied", "/out"), 2, "mien: /out: Permission denied"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_failures(mien_command, fake_flow, error, code, line) -> None:
    fake_flow("mien.flows.read_files", "read_files", error)
    ran = mien_command("read", "a.jpg", "-o", "out")
    assert ran.code == code
    assert ran.err.strip() == line


def test_it_can_be_ended(mien_command, monkeypatch, tmp_path) -> None:
    """SIGTERM is an orderly stop: what was begun is cleaned up."""
    before = signal.getsignal(signal.SIGTERM)
    kept: list[Path] = []

    def ended(*_: object, **__: object) -> None:
        with tempfile.TemporaryDirectory(dir=tmp_path) as spare:
            kept.append(Path(spare))
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)

    fake = ModuleType("mien.flows.read_files")
    fake.read_files = ended
    monkeypatch.setitem(sys.modules, "mien.flows.read_files", fake)
    try:
        assert mien_command("read", "a.jpg", "-o", "out").code == 130
    finally:
        signal.signal(signal.SIGTERM, before)
    assert [path.exists() for path in kept] == [False]


def test_a_bug_is_not_hidden(mien_command, fake_flow) -> None:
    fake_flow("mien.flows.read_files", "read_files", ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        mien_command("read", "a.jpg", "-o", "out")


def test_read(mien_command, fake_flow) -> None:
    calls = fake_flow("mien.flows.read_files", "read_files", [Path("out/a/track.csv")])
    ran = mien_command("read", "a.mp4", "b.jpg", "-o", "out", "--neutral", "rest.jpg")
    assert ran.out.splitlines() == [str(Path("out/a/track.csv"))]
    assert {calls[0].pop(name) is not None for name in ("progress", "say")} == {True}
    sources = ([Path("a.mp4"), Path("b.jpg")], Path("out"))
    assert calls == [
        {
            "args": sources,
            "neutral": Path("rest.jpg"),
            "context": None,
            "ground": None,
            "confidence": 0.0,
            "learned": True,
            "magnify": False,
            "openface": None,
        }
    ]


def test_read_a_url(mien_command) -> None:
    ran = mien_command("read", "https://example.org/a.mp4", "-o", "out")
    assert ran.code == 2
    assert "download it first" in ran.err


def test_demo(mien_command, fake_flow) -> None:
    calls = fake_flow("mien.flows.demo", "demo", Path("out/demo/index.html"))
    assert mien_command("demo").out.strip() == str(Path("out/demo/index.html"))
    assert mien_command("demo", "--photo", "me.jpg", "-o", "mine").code == 0
    assert calls[0]["args"][:2] == (Path("out/demo"), None)
    assert calls[1]["args"][:2] == (Path("mine"), Path("me.jpg"))
