"""Arguments of ``mien edit``."""

from pathlib import Path

import pytest


def test_wish_reaches_the_flow(mien_command, fake_flow) -> None:
    calls = fake_flow("mien.flows.edit_file", "edit_file", [Path("a-0.50.png"), Path("a-1.00.png")])
    ran = mien_command(
        "edit", "in.jpg", "-o", "a.png", "--expression", "happy=0.6", "--expression", "shy=.2",
        "--au", "au12l=2.5", "--set", "AU25=0", "--strengths", "0.5,1", "--face", "1",
        "--neutral", "rest.jpg", "--measure", "report.json",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert ran.out.splitlines() == ["a-0.50.png", "a-1.00.png"]
    (call,) = calls
    call.pop("progress")
    assert call == {
        "args": (Path("in.jpg"), Path("a.png"), {"happy": 0.6, "shy": 0.2, "au12l": 2.5}),
        "set": {"AU25": 0.0},
        "strengths": [0.5, 1.0],
        "face": 1,
        "neutral": Path("rest.jpg"),
        "report": Path("report.json"),
    }


def test_nothing_wished(mien_command, fake_flow) -> None:
    calls = fake_flow("mien.flows.edit_file", "edit_file", [Path("a.png")])
    assert mien_command("edit", "in.jpg", "-o", "a.png").code == 0
    assert calls[0]["args"][2] == {}
    assert calls[0]["set"] is None
    assert calls[0]["strengths"] is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--expression", "happy"], "write NAME=VALUE, such as happy=0.6"),
        (["--expression", "=1"], "write NAME=VALUE"),
        (["--expression", "happy=much"], "'much' is not a number"),
        (["--expression", "happy=nan"], "'nan' is not a finite number"),
        (["--expression", "happy=1", "--expression", "happy=0.5"], "happy is given twice"),
        (["--expression", "AU12=1"], "write --au AU12"),
        (["--au", "AU99=1"], "unknown action unit 'AU99'"),
        (["--au", "happy=1"], "unknown action unit 'happy'"),
        (["--au", "AU17L=1"], "AU17 has no sides"),
        (["--au", "AU12=inf"], "not a finite number"),
        (["--set", "AU30=1"], "write AU30L or AU30R"),
        (["--strengths", ""], "separated by commas"),
        (["--strengths", "0,x"], "'x' is not a number"),
        (["--neutral", "https://example.org/me.jpg"], "is a URL"),
    ],
)
def test_bad_values_give_one_line(mien_command, arguments, message) -> None:
    ran = mien_command("edit", "in.jpg", "-o", "out.png", *arguments)
    assert ran.code == 2
    assert message in ran.err
    assert len(ran.err.splitlines()) == 1
    assert ran.err.startswith("mien: ")
    assert ran.out == ""


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["in.jpg"],
        ["in.jpg", "-o", "out.png", "--face", "-1"],
        ["in.jpg", "-o", "out.png", "--face", "first"],
        ["in.jpg", "-o", "out.png", "--happy"],
        ["a.jpg", "b.jpg", "-o", "out.png"],
    ],
)
def test_wrong_usage(mien_command, arguments) -> None:
    ran = mien_command("edit", *arguments)
    assert ran.code == 2
    assert "mien edit -h" in ran.err
    assert "Traceback" not in ran.err
