"""``mien doctor``: it finds what is missing and says how to mend it."""

import ctypes

import pytest

from mien.flows import doctor


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
