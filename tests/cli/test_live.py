"""``mien live``: what to look at, whose rest, and how it ends."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from mien.media.writer import write_video


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    pictures = ((i / 25, np.full((64, 64, 3), 2 * i, np.uint8)) for i in range(50))
    write_video(path, pictures, 25.0)
    return path


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "--camera N or --file VIDEO"),
        (["--camera", "0", "--file", "a.mp4"], "--camera N or --file VIDEO"),
        (["--camera", "0", "--fast"], "--fast goes with --file"),
        (["--camera", "0", "--origin", "https://example.org"], "--origin goes with --serve"),
        (["--camera", "0", "--subject", "anna"], "anna: is not calibrated"),
        (["--camera", "0", "--subject", "anna", "--neutral", "a.jpg"], "give one"),
        (["--camera", "0", "--calibration", "none.json"], "none.json: no such file"),
        (["--file", "none.mp4"], "none.mp4"),
        (["--camera", "77"], "camera 77: cannot be opened"),
    ],
)
def test_refused(mien_command, arguments: list[str], said: str) -> None:
    ran = mien_command("live", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert len(ran.err.splitlines()) == 1


def test_no_screen(mien_command, monkeypatch: pytest.MonkeyPatch, clip: Path) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    if not sys.platform.startswith("linux"):
        pytest.skip("there is always a screen")
    ran = mien_command("live", "--file", str(clip), "--window")
    assert ran.code == 2
    assert "no window can be shown here" in ran.err


def test_a_clip_to_the_end(mien_command, clip: Path) -> None:
    ran = mien_command("live", "--file", str(clip), "--fast")
    assert ran.code == 0
    messages = [json.loads(line) for line in ran.out.splitlines()]
    assert [one["type"] for one in messages].count("frame") == 50
    assert messages[0]["source"] == {"kind": "file", "name": "clip.mp4"}
    assert messages[-1]["source"] == "ended"
    assert "50 frames" in ran.err


def test_quiet(mien_command, clip: Path) -> None:
    assert mien_command("live", "--file", str(clip), "--fast", "--quiet").out == ""


def started(*arguments: str) -> "subprocess.Popen[str]":
    code = "from mien.cli import main; import sys; sys.argv[0] = 'mien'; main()"
    return subprocess.Popen(
        [sys.executable, "-c", code, "live", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ),
    )  # fmt: skip


def test_interrupted(clip: Path) -> None:
    with started("--file", str(clip)) as ran:
        assert ran.stdout is not None
        assert json.loads(ran.stdout.readline())["type"] == "hello"
        time.sleep(0.3)
        ran.send_signal(signal.SIGINT)
        out, err = ran.communicate(timeout=60)
    assert ran.returncode == 0
    assert json.loads(out.splitlines()[-1])["source"] == "ended"
    assert len(err.splitlines()) == 1
    assert " frames in " in err


def test_nobody_reads_stdout(clip: Path) -> None:
    with started("--file", str(clip)) as ran:
        assert ran.stdout is not None
        assert ran.stderr is not None
        ran.stdout.readline()
        ran.stdout.close()
        err = ran.stderr.read()
        ran.wait(timeout=60)
    assert ran.returncode == 0
    assert "Traceback" not in err
    assert "BrokenPipe" not in err
