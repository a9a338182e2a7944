"""``mien read`` of a folder, or with several processes."""

from pathlib import Path

import pytest

from mien.flows.read_files import Manner
from mien.flows.read_many import Many

FAILED = {Path(f"in/{i}.mp4"): "is empty" for i in range(25)}


@pytest.mark.parametrize(
    ("arguments", "jobs", "engine"),
    [
        (["."], None, "local"),
        (["a.mp4", "--jobs", "3"], 3, "local"),
        (["a.mp4", "--engine", "ray"], None, "ray"),
        ([".", "--engine", "ray", "--jobs", "8"], 8, "ray"),
    ],
)
def test_reach_the_flow(mien_command, monkeypatch, arguments, jobs, engine) -> None:
    calls = []

    def read_many(sources, out, manner, **options):
        calls.append((sources, out, manner, options))
        return Many((out / "a",), 2, {}, out / "failed.csv")

    monkeypatch.setattr("mien.flows.read_many.read_many", read_many)
    ran = mien_command("read", *arguments, "-o", "out", "--confidence", "0.5")
    assert (ran.code, ran.out) == (0, f"{Path('out/a')}\n")
    assert ran.err.splitlines()[0] == "mien: 1 read, 2 kept, 0 failed"
    ((sources, out, manner, options),) = calls
    assert (sources, out, manner) == ([Path(arguments[0])], Path("out"), Manner(confidence=0.5))
    assert (options["jobs"], options["engine"]) == (jobs, engine)


def test_failures_are_listed_and_are_exit_code_2(mien_command, monkeypatch) -> None:
    made = Many((), 0, FAILED, Path("out/failed.csv"))
    monkeypatch.setattr("mien.flows.read_many.read_many", lambda *_, **__: made)
    ran = mien_command("read", ".", "-o", "out")
    assert (ran.code, ran.out) == (2, "")
    lines = ran.err.splitlines()
    assert lines[0] == f"mien: {Path('in/0.mp4')}: is empty"
    assert "mien: and 5 more" in lines
    assert f"mien: 0 read, 0 kept, 25 failed, see {Path('out/failed.csv')}" in lines


def test_broken_off_it_says_how_to_go_on(mien_command, monkeypatch) -> None:
    def read_many(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mien.flows.read_many.read_many", read_many)
    ran = mien_command("read", ".", "-o", "out")
    assert ran.code == 130
    assert ran.err == "mien: stopped; the same command goes on where it was\n"


def test_an_engine_there_is_not(mien_command) -> None:
    assert mien_command("read", ".", "-o", "out", "--engine", "steam").code == 2
