"""The command as a user meets it: arguments in; exit code, output and errors out."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest

from mien.cli import main


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


@pytest.fixture
def mien_command(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Outcome]:
    """Run ``mien`` with the given arguments in this process."""

    def run(*arguments: str) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["mien", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capfd.readouterr()
        return Outcome(int(end.value.code or 0), out, err)

    return run


@pytest.fixture
def fake_flow(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[dict[str, Any]]]:
    """Put a recorder in place of a flow; returns the list of calls it will fill."""

    def replace(module: str, function: str, answer: object) -> list[dict[str, Any]]:
        calls: list[dict[str, Any]] = []

        def record(*args: Any, **kwargs: Any) -> object:
            calls.append({"args": args, **kwargs})
            if isinstance(answer, BaseException):
                raise answer
            return answer

        fake = ModuleType(module)
        setattr(fake, function, record)
        monkeypatch.setitem(sys.modules, module, fake)
        return calls

    return replace
