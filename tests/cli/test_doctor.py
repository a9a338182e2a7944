"""``mien doctor``: it finds what is missing and says how to mend it."""

import ctypes
import sys

import pytest

from mien.capture.verdict import Verdict
from mien.core.signal import Interval
from mien.flows import doctor
from mien.flows.doctor_video import Examined


def test_here_all_is_well(mien_command) -> None:
    ran = mien_command("doctor")
    assert ran.code == 0, ran.out
    assert "FAIL" not in ran.out


def test_missing_library(mien_command, monkeypatch: pytest.MonkeyPatch) -> None:
    real = ctypes.CDLL

    def without_gl(name: str, *args: object) -> object:
        if name == "libGL.so.1":
            raise OSError(f"{name}: cannot open shared object file")
        return real(name, *args)

    monkeypatch.setattr(doctor.sys, "platform", "linux")
    monkeypatch.setattr(doctor.ctypes, "CDLL", without_gl)
    ran = mien_command("doctor")
    assert ran.code == 1
    assert "FAIL  libGL.so.1" in ran.out
    assert "apt-get install -y libgl1 libglib2.0-0" in ran.out


def test_home_that_cannot_be_written(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MIEN_HOME", str(tmp_path / "file" / "home"))
    (home,) = [check for check in doctor.checks() if check.name == "home"]
    assert not home.ok
    assert "MIEN_HOME" in home.fix


def test_looking_leaves_nothing_behind(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIEN_HOME", str(tmp_path / "new"))
    doctor.checks()
    assert not (tmp_path / "new").exists()


def examined(verdict: str) -> Examined:
    checks = (
        Verdict("rate", "good", None, 200.0, "200 frames a second."),
        Verdict("blur", "usable", None, 0.02, "Edges are blurred.", "Focus on the eyes."),
        Verdict("pose", "usable", None, 9.0, "Turned by 9°.", "Look ahead."),
        *(
            Verdict("pose", "poor", Interval(i, i + 0.5), 25.0, "Turned by 25°.", "Look ahead.")
            for i in range(6)
        ),
    )
    return Examined(verdict, ("Edges are blurred.",), checks, 400, 200.0, 640, 480)


@pytest.mark.parametrize(
    ("verdict", "code"), [("good", 0), ("usable", 0), ("poor", 1), ("none", 1)]
)
def test_clip(mien_command, fake_flow, verdict: str, code: int) -> None:
    calls = fake_flow("mien.flows.doctor_video", "examine", examined(verdict))
    sys.modules["mien.flows.doctor_video"].examine_camera = None
    ran = mien_command("doctor", "talk.mp4")
    assert ran.code == code
    assert str(calls[0]["args"][0]) == "talk.mp4"
    assert "400 frames, 200 a second, 640×480" in ran.out
    assert "2 more such spans" in ran.out
    assert ran.out.count("Look ahead.") == 1
    assert ran.out.index("pose") < ran.out.index("To change:") < ran.out.index("Focus on the eyes.")


def test_no_camera(mien_command) -> None:
    ran = mien_command("doctor", "--camera", "97")
    assert ran.code == 2
    assert ran.err.startswith("mien: camera 97: cannot be opened")
    assert ran.err.count("\n") == 1


def test_clip_or_camera(mien_command) -> None:
    ran = mien_command("doctor", "talk.mp4", "--camera", "0")
    assert (ran.code, "not both" in ran.err) == (2, True)


def test_nothing_to_read(mien_command, tmp_path) -> None:
    (tmp_path / "empty.mp4").write_bytes(b"")
    assert mien_command("doctor", str(tmp_path / "empty.mp4")).code == 2
