"""``mien synth`` as it is typed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mien.synth.take import Move


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the flows are called with; nothing is written."""
    found: list[dict[str, Any]] = []

    def one(*args: Any, **kwargs: Any) -> list[Path]:
        found.append({"args": args, **kwargs})
        return [Path("clip.mp4"), Path("clip.truth.json")]

    monkeypatch.setattr("mien.flows.synth.synth", one)
    monkeypatch.setattr("mien.flows.synth.synth_many", one)
    return found


def test_one_clip(mien_command: Callable, calls: list[dict[str, Any]]) -> None:
    done = mien_command(
        "synth", "me.jpg", "-o", "a.mp4", "--au", "AU12L=1", "--pixels", "1", "--onset", "400",
        "--apex", "500", "--offset", "700", "--family", "gamma", "--rate", "120", "--yaw", "15",
        "--drift", "8", "--blinks", "--crf", "28", "--seed", "4",
    )  # fmt: skip
    assert (done.code, done.err) == (0, "")
    assert done.out.split() == ["clip.mp4", "clip.truth.json"]
    photo, out, take = calls[0]["args"]
    assert (photo, out) == (Path("me.jpg"), Path("a.mp4"))
    assert take.moves == (Move({"AU12L": 1.0}, 0.4, 0.5, 0.7, "gamma", 1.0),)
    assert (take.camera.rate, take.camera.noise, take.camera.seed) == (120, 1.5, 4)
    assert (take.head.yaw, take.head.shift, take.head.rise) == (15, 8, 4)
    assert (take.blinks, take.speech, take.crf, take.seed) == (True, False, 28, 4)


def test_apex_and_offset_follow_the_onset(mien_command: Callable, calls) -> None:
    mien_command("synth", "me.jpg", "-o", "a.mp4", "--au", "AU4=1")
    assert calls[0]["args"][2].moves == (Move({"AU4": 1.0}, 1.0, 1.1, pytest.approx(1.3)),)


def test_many_clips_fix_only_what_is_typed(mien_command: Callable, calls) -> None:
    done = mien_command(
        "synth", "me.jpg", "-o", "d", "--count", "7", "--rate", "60", "--drift", "3", "--jobs", "2"
    )
    assert done.code == 0
    assert done.err.strip() == "mien: clips: 2 written, 5 kept"
    assert calls[0]["args"] == ([Path("me.jpg")], Path("d"), 7)
    assert calls[0]["fixed"] == {"rate": 60, "shift": 3, "rise": 1.5}
    assert (calls[0]["jobs"], calls[0]["seed"]) == (2, 0)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (["--onset", "5"], "say what moves"),
        (["--au", "AU99=1"], "unknown action unit"),
        (["--au", "AU12"], "NAME=VALUE"),
        (["--count", "3", "--au", "AU12=1"], "chance says what moves"),
        (["--jobs", "2"], "for many clips"),
        (["--rate", "0"], "no camera"),
        (["--yaw", "70"], "degrees"),
        (["--crf", "99"], "CRF"),
        (["--noise", "nan"], "no camera"),
    ],
)
def test_one_line_says_what_is_wrong(
    mien_command: Callable, calls, typed: list[str], message: str
) -> None:
    done = mien_command("synth", "me.jpg", "-o", "a.mp4", *typed)
    assert (done.code, done.out, calls) == (2, "", [])
    assert message in done.err
    assert done.err.count("\n") == 1


def test_a_folder_needs_a_count(mien_command: Callable, calls, tmp_path: Path) -> None:
    done = mien_command("synth", str(tmp_path), "-o", "a.mp4")
    assert done.code == 2
    assert "--count" in done.err
