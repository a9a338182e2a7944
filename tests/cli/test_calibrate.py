"""``mien calibrate``: options in; one way at a time, one line where it does not fit."""

from pathlib import Path

import pytest

from mien.media import camera
from mien.media.video import frames


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--photo", "a.jpg"], "say who"),
        (["anna"], "is not calibrated"),
        (["anna", "--again"], "say how"),
        (["anna", "--photo", "a.jpg", "--find", "b.mp4"], "one of"),
        (["anna", "--clip", "a.mp4"], "say when"),
        (["anna", "--clip", "a.mp4", "--frames", "3", "--from", "2"], "say when"),
        (["anna", "--clip", "a.mp4", "--frames", "9-3"], "10-40,55"),
        (["anna", "--clip", "a.mp4", "--frames", "1.5"], "10-40,55"),
        (["anna", "--clip", "a.mp4", "--frames", "x"], "not a number"),
        (["anna", "--clip", "a.mp4", "--from", "3", "--to", "2"], "the earlier first"),
        (["anna", "--clip", "a.mp4", "--from", "nan"], "the earlier first"),
        (["anna", "--clip", "a.mp4", "--from", "1"], "no such file"),
        (["anna", "--photo", "a.jpg", "--frames", "3"], "--clip"),
        (["anna", "--photo", "a.jpg", "--expressions"], "--camera"),
        (["anna", "--photo", "a.jpg"], "no such file"),
        (["anna", "--photo", "https://x.org/a.jpg"], "URL"),
        (["anna", "--remove", "--again"], "a name alone"),
        (["anna", "--remove"], "is not calibrated"),
        (["../anna", "--photo", "a.jpg"], "is no name"),
        (["../anna", "--remove"], "is no name"),
        (["anna", "--camera", "99"], "camera 99: cannot be opened"),
    ],
)
def test_what_does_not_fit(mien_command, arguments: list[str], says: str) -> None:
    ran = mien_command("calibrate", *arguments)
    assert ran.code == 2
    assert says in ran.err
    assert "Traceback" not in ran.err


def test_made_shown_listed_removed(mien_command, data: Path) -> None:
    photo = data / "london" / "neutral" / "002.jpg"
    made = mien_command("calibrate", "anna", "--photo", str(photo), "--photo", str(photo))
    assert made.code == 0, made.err
    assert "2 frames" in made.out
    assert "231 px between the pupils" in made.out
    path = Path(made.out.splitlines()[-1])
    assert path.is_file()
    assert mien_command("calibrate", "anna").out == made.out
    assert mien_command("calibrate").out == "anna\n"
    assert mien_command("calibrate", "anna", "--photo", str(photo)).code == 2
    assert mien_command("calibrate", "anna", "--remove").code == 0
    assert not path.exists()
    assert mien_command("calibrate").out == ""


def test_a_damaged_file_is_one_line(mien_command, tmp_path: Path) -> None:
    folder = tmp_path / "mien-home" / "calibration"
    folder.mkdir(parents=True)
    (folder / "anna.json").write_text('{"mien": 1, "subject": "anna"}')
    ran = mien_command("calibrate", "anna")
    assert ran.code == 2
    assert "anna.json: neutral: is missing" in ran.err


def test_recorded(mien_command, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = [frame.pixels for frame in frames(data / "clips" / "single_face.mp4")][8:16]

    def looped(number: int):  # type: ignore[no-untyped-def]
        yield from ((i / 4, pictures[i % 8]) for i in range(40))

    monkeypatch.setattr(camera, "camera_pictures", looped)
    ran = mien_command("calibrate", "anna", "--camera", "0")
    assert ran.code == 0, ran.err
    assert [line for line in ran.err.splitlines() if "..." in line] == ["3 ...", "2 ...", "1 ..."]
    assert "camera, 640 x 360, 4 frames/s" in ran.out
