"""``mien bench pixelsmile-nano``."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from mien.bench.nano.runs import Wanted
from mien.bench.result import Row

SUITE = "mien.bench.suites.pixelsmile_nano"


@pytest.mark.parametrize(("held", "code"), [(True, 0), (None, 0), (False, 1)])
def test_options(mien_command, fake_flow, tmp_path: Path, held: bool | None, code: int) -> None:
    row = Row("mSCR: full − no-contrast", "< 0", "-0.1000", "16 people", "", held)
    files = [tmp_path / "out" / "sheet.png"]
    calls = fake_flow(SUITE, "run", SimpleNamespace(rows=[row], files=files))
    given = ("--data", str(tmp_path), "-o", str(tmp_path / "out"), "--steps", "300", "--seeds", "1")
    ran = mien_command(
        "bench", "pixelsmile-nano", *given, "--jobs", "2", "--variants", "full, one-hot"
    )
    assert ran.code == code
    assert calls[0]["args"][0] == tmp_path
    assert calls[0] == calls[0] | {
        "out": tmp_path / "out",
        "jobs": 2,
        "wanted": Wanted(("full", "one-hot"), seeds=1, steps=300),
    }
    assert ran.out.splitlines()[-1] == str(files[0])


def test_the_suite_knows_what_is_standard(mien_command, fake_flow, tmp_path: Path) -> None:
    calls = fake_flow(SUITE, "run", SimpleNamespace(rows=[], files=[]))
    given = ("--data", str(tmp_path), "--out", str(tmp_path / "out"))
    assert mien_command("bench", "pixelsmile-nano", *given).code == 0
    assert calls[0]["wanted"] == Wanted()
    mien_command("bench", "pixelsmile-nano", *given, "--model", "mini")
    assert calls[1]["wanted"] == Wanted(model="mini")


def test_a_model_that_is_none(mien_command, tmp_path: Path) -> None:
    given = ("--data", str(tmp_path), "--out", str(tmp_path / "out"))
    ran = mien_command("bench", "pixelsmile-nano", *given, "--model", "qwen")
    assert (ran.code, "use one of nano, mini" in ran.err) == (2, True)


def test_a_folder_is_needed(mien_command, tmp_path: Path) -> None:
    ran = mien_command("bench", "pixelsmile-nano", "--data", str(tmp_path))
    assert ran.code == 2
    assert "--out" in ran.err
