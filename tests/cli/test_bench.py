"""``mien bench`` prints what a suite returns."""

from importlib import import_module
from types import SimpleNamespace

import pytest

from mien.bench.result import Row


@pytest.mark.parametrize(("held", "code"), [(True, 0), (None, 0), (False, 1)])
def test_bench(mien_command, fake_flow, tmp_path, held, code) -> None:
    line = Row("explained", ">= 88 %", "90.1 %", "52", "88.9 to 91.2", held)
    calls = fake_flow("mien.bench.suites.anatomy", "run", SimpleNamespace(rows=[line]))
    ran = mien_command("bench", "anatomy", "--data", str(tmp_path), "--jobs", "2")
    assert ran.code == code
    assert "90.1 %" in ran.out
    assert calls[0]["args"][0] == tmp_path
    assert calls[0]["jobs"] == 2


def test_data_defaults_to_the_environment(mien_command, fake_flow, monkeypatch, tmp_path) -> None:
    calls = fake_flow("mien.bench.suites.speed", "run", SimpleNamespace(rows=[]))
    monkeypatch.setenv("MIEN_TEST_DATA", str(tmp_path / "faces"))
    (tmp_path / "faces").mkdir()
    assert mien_command("bench", "speed").code == 0
    assert calls[0]["args"][0] == tmp_path / "faces"


def test_no_data(mien_command, tmp_path) -> None:
    ran = mien_command("bench", "speed", "--data", str(tmp_path / "nowhere"))
    assert ran.code == 2
    assert "say with --data" in ran.err


def test_unknown_suite(mien_command) -> None:
    ran = mien_command("bench", "beauty")
    assert ran.code == 2
    assert "beauty" in ran.err


def test_every_suite_is_there() -> None:
    from mien.cli import bench

    for name in bench._SUITES:
        assert callable(import_module(f"mien.bench.suites.{name}").run)


def test_options_of_spot(mien_command, fake_flow, tmp_path) -> None:
    calls = fake_flow("mien.bench.suites.spot", "run", SimpleNamespace(rows=[]))
    out = tmp_path / "kept"
    given = ("--data", str(tmp_path), "--share", "0.1", "--out", str(out))
    assert mien_command("bench", "spot", *given).code == 0
    assert calls[0] == calls[0] | {"share": 0.1, "out": out, "jobs": 1}
    ran = mien_command("bench", "speed", *given)
    assert ran.code == 2
    assert "--share" in ran.err


def test_options_of_ffe(mien_command, fake_flow, tmp_path) -> None:
    files = [tmp_path / "index.html", tmp_path / "strengths.json"]
    calls = fake_flow("mien.bench.suites.ffe", "run", SimpleNamespace(rows=[], files=files))
    given = ("--data", str(tmp_path), "--judge", "reader", "--judge", "openai:m", "--people", "3")
    ran = mien_command("bench", "ffe", "mesh", *given, "--strengths", "0,0.5,1")
    assert ran.code == 0
    assert calls[0] == calls[0] | {
        "editor": "mesh",
        "judges": ["reader", "openai:m"],
        "people": 3,
        "strengths": [0.0, 0.5, 1.0],
    }
    assert "will be sent to the judge openai:m" in ran.err
    assert "reader" not in ran.err
    assert ran.out.splitlines()[-2:] == [str(file) for file in files]


def test_strengths_that_are_none(mien_command, tmp_path) -> None:
    ran = mien_command("bench", "ffe", "mesh", "--data", str(tmp_path), "--strengths", "a,b")
    assert ran.code == 2
    assert "--strengths: 'a' is not a number" in ran.err
