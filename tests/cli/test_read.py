"""``mien read``: who it is, and what may be named."""

from pathlib import Path

import pytest

from mien.guard.policy import Ground, contexts


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--subject", "anna"], "anna: is not calibrated: nobody is yet"),
        (["--subject", "anna", "--neutral", "rest.jpg"], "give one of them"),
        (["--subject", "../anna"], "is no name"),
        (["--ground", "medical", "--context", "workplace"], "say where it is recorded"),
        (["--ground", "boredom", "--record", "x"], "is medical or safety"),
        (["--record", "protocol 12"], "--ground"),
    ],
)
def test_refused(mien_command, fake_flow, arguments: list[str], said: str) -> None:
    calls = fake_flow("mien.flows.read_files", "read_files", [])
    ran = mien_command("read", "a.mp4", "-o", "out", *arguments)
    assert (ran.code, ran.out, calls) == (2, "", [])
    assert said in ran.err
    assert len(ran.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--context", "workplace"], "Article 5(1)(f)"),
        (["--context", "resaerch"], "did you mean research?"),
        (["--ground", "medical", "--record", "x"], "say where the recording was made"),
    ],
)
def test_refused_by_the_policy(mien_command, tmp_path: Path, arguments, said: str) -> None:
    ran = mien_command("read", "a.mp4", "-o", str(tmp_path / "out"), *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert len(ran.err.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_the_known_are_listed(mien_command, tmp_path: Path) -> None:
    folder = tmp_path / "mien-home" / "calibration"
    folder.mkdir(parents=True)
    for name in ("bea", "carl"):
        (folder / f"{name}.json").write_text("{}")
    ran = mien_command("read", "a.mp4", "-o", "out", "--subject", "zoe")
    assert ran.err.strip() == "mien: zoe: is not calibrated: use one of bea, carl"
    assert "did you mean carl?" in mien_command("read", "a.mp4", "-o", "o", "--subject", "karl").err
    damaged = mien_command("read", "a.mp4", "-o", "out", "--subject", "bea")
    assert damaged.code == 2
    assert "bea.json" in damaged.err


def test_asked(mien_command, fake_flow) -> None:
    calls = fake_flow("mien.flows.read_files", "read_files", [])
    ran = mien_command(
        "read", "a.mp4", "-o", "out", "--context", "workplace", "--ground", "medical",
        "--record", "protocol 12",
    )  # fmt: skip
    assert ran.code == 0
    assert calls[0]["context"] == "workplace"
    assert calls[0]["ground"] == Ground("medical", "protocol 12")
    assert calls[0]["neutral"] is None


def test_openface(mien_command, fake_flow, tmp_path: Path) -> None:
    calls = fake_flow("mien.flows.read_files", "read_files", [])
    assert mien_command("read", "a.mp4", "-o", "out", "--openface", "auto").code == 0
    assert calls[0]["openface"] == Path("auto")


def test_openface_is_not_there(mien_command, data: Path, tmp_path: Path) -> None:
    clip = str(data / "clips" / "single_face.mp4")
    out = tmp_path / "out"
    for openface, said in (("none.csv", "no such file"), ("none", "build OpenFace")):
        ran = mien_command("read", clip, "-o", str(out), "--openface", openface)
        assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
        assert said in ran.err
    assert not out.exists()


def test_what_a_clip_does_not_allow_is_said_beside_the_files(
    mien_command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flow(sources: list[Path], out: Path, *, say, **_: object) -> list[Path]:
        say(f"{sources[0]}: No face was found.")
        return [out / "a" / "track.csv"]

    monkeypatch.setattr("mien.flows.read_files.read_files", flow)
    ran = mien_command("read", "a.mp4", "-o", "out")
    assert ran.out.split() == ["out/a/track.csv"]
    assert ran.err.splitlines()[0] == "mien: a.mp4: No face was found."


def test_help_and_page_name_every_setting(mien_command, root: Path) -> None:
    told = " ".join(mien_command("read", "--help").out.split())
    page = (root / "docs" / "read.md").read_text()
    for context in contexts():
        assert context in told
        assert f"`{context}`" in page
