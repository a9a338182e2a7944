"""``--backend`` and ``--with``: one clear line for what cannot be."""

from pathlib import Path

import pytest

from mien.flows.drawing.settings import BASE


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--backend", "pixelsmile", "--with", "stps=8"), "did you mean steps"),
        (("--with", "steps=8"), "is for --backend pixelsmile"),
        (("--backend", "pixelsmile", "--timeline", "k.json"), "--backend is for one photo"),
        (("--backend", "pixel"), "pixelsmile"),
    ],
)
def test_options_that_do_not_fit(mien_command, data, tmp_path, arguments, said) -> None:
    photo = data / "clips" / "single_face.mp4" if "--timeline" in arguments else _photo(data)
    out = tmp_path / ("a.mp4" if "--timeline" in arguments else "a.png")
    ran = mien_command("edit", str(photo), "-o", str(out), "--expression", "happy=1", *arguments)
    assert ran.code == 2
    assert said in ran.err
    assert not out.exists()


def test_no_model(mien_command, data, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("MIEN_MODELS", str(tmp_path / "models"))
    out = tmp_path / "a.png"
    arguments = ("--expression", "happy=1", "--backend", "pixelsmile", "--with", "device=cpu")
    ran = mien_command("edit", str(_photo(data)), "-o", str(out), *arguments)
    assert ran.code == 2
    assert BASE in ran.err
    assert len(ran.err.strip().splitlines()) == 1
    assert not out.exists()


def _photo(data: Path) -> Path:
    return data / "london" / "neutral" / "024.jpg"
