"""``mien export`` from a folder as ``mien read`` leaves it."""

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mien.core.face import Event
from mien.core.facs import COLUMNS
from mien.core.signal import Track
from mien.export import EXPORTS, events_json, openface, track_csv, track_parquet

N = 6


def track_of(seen: bool = True, faces: int = 1) -> Track:
    n, face = N * faces, np.repeat(np.arange(faces), N)
    aus = (
        np.random.default_rng(1).random((n, len(COLUMNS)))
        if seen
        else np.full((n, len(COLUMNS)), np.nan)
    )
    frame = np.tile(np.arange(N), faces)
    numbers = np.full((n, 3), 1.0 if seen else np.nan)
    return Track(
        time=frame / 25, pts=frame, frame=frame, face=face,
        status=np.full(n, "ok" if seen else "lost", dtype="<U12"),
        confidence=np.full(n, float(seen)), pose=numbers, position=numbers, aus=aus,
    )  # fmt: skip


@pytest.fixture
def reading(tmp_path: Path) -> Callable[..., Path]:
    """A folder with a track and its events."""

    def made(name: str = "talk", *, seen: bool = True, faces: int = 1) -> Path:
        folder = tmp_path / "out" / name
        folder.mkdir(parents=True)
        track_csv.write(track_of(seen, faces), folder / "track.csv")
        event = Event("micro", 0.04, 0.08, 0.16, 0, {"AU12L": 1.0}, "L", "mouth", 0.5)
        events_json.write([event], folder / "events.json")
        return folder

    return made


@pytest.mark.parametrize("name", EXPORTS)
def test_every_format(reading, mien_command, name: str) -> None:
    folder = reading()
    ran = mien_command("export", str(folder), "--to", name)
    assert (ran.code, ran.err) == (0, "")
    files = [Path(line) for line in ran.out.splitlines()]
    assert files
    assert all(file.stat().st_size for file in files)
    place = folder.parent / f"talk{EXPORTS[name].ending}"
    assert all(file == place or place in file.parents for file in files)
    before = [file.read_bytes() for file in files]
    assert mien_command("export", str(folder / "track.csv"), "--to", name).code == 0
    assert [file.read_bytes() for file in files] == before
    assert {file.name for file in folder.iterdir()} == {"track.csv", "events.json"}


def test_from_inside_the_folder(reading, mien_command, monkeypatch) -> None:
    folder = reading()
    monkeypatch.chdir(folder)
    for track in ("track.csv", ".", "../talk"):
        ran = mien_command("export", track, "--to", "fex")
        assert (ran.code, Path(ran.out.strip()).resolve()) == (0, folder.parent / "talk.fex.csv")


def test_a_track_of_another_name(reading, mien_command, tmp_path: Path) -> None:
    (reading() / "track.csv").rename(tmp_path / "take 2.csv")
    ran = mien_command("export", str(tmp_path / "take 2.csv"), "--to", "gltf")
    assert (ran.code, ran.out.strip()) == (0, str(tmp_path / "take 2.glb"))


def test_parquet_is_taken_first(reading, mien_command, tmp_path: Path) -> None:
    folder = reading()
    track = track_of()
    sure = Track(**vars(track) | {"deviation": np.full(track.aus.shape, 0.01, np.float32)})
    track_parquet.write(sure, folder / "track.parquet")
    assert (
        mien_command("export", str(folder), "--to", "openface", "-o", str(tmp_path / "a")).code == 0
    )
    (folder / "track.parquet").unlink()
    assert (
        mien_command("export", str(folder), "--to", "openface", "-o", str(tmp_path / "b")).code == 0
    )
    column = openface.COLUMNS.index("AU12_c")
    known, unknown = ((tmp_path / n).read_text().splitlines()[1].split(",")[column] for n in "ab")
    assert (known, unknown) == ("1", "")


def test_faces(reading, mien_command, tmp_path: Path) -> None:
    folder, out = reading(faces=2), tmp_path / "of.csv"
    mien_command("export", str(folder), "--to", "openface", "-o", str(out))
    assert len(out.read_text().splitlines()) == 1 + 2 * N
    mien_command("export", str(folder), "--to", "openface", "-o", str(out), "--face", "1")
    assert len(out.read_text().splitlines()) == 1 + N
    mien_command("export", str(folder), "--to", "arkit", "-o", str(out))
    assert len(json.loads(out.read_text())["frames"]) == N
    ran = mien_command("export", str(folder), "--to", "arkit", "--face", "2")
    assert ran.code == 2
    assert "no face 2" in ran.err


def test_a_dataset_keeps_its_description(reading, mien_command, tmp_path: Path) -> None:
    folder, study = reading(), tmp_path / "study"
    study.mkdir()
    (study / "dataset_description.json").write_text("{}")
    for subject in ("01", "02"):
        ran = mien_command(
            "export", str(folder), "--to", "bids", "-o", str(study),
            "--entities", f"sub-{subject}_ses-1_task-talk",
        )  # fmt: skip
        assert ran.code == 0
        assert "dataset_description" not in ran.out
        assert len(list((study / f"sub-{subject}" / "ses-1" / "beh").iterdir())) == 4
    assert (study / "dataset_description.json").read_text() == "{}"


def test_no_events(reading, mien_command) -> None:
    folder = reading()
    (folder / "events.json").unlink()
    ran = mien_command("export", str(folder), "--to", "elan")
    assert ran.code == 0
    assert "no events are written" in ran.err
    assert mien_command("export", str(folder), "--to", "gltf").err == ""


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"\x00\x00\x00\x20ftypisom\xff\xfe", "it is no text"),
        (b"a,b,c\n1,2,3\n", "its columns are others"),
        (b"\x00" * 40, "no track.csv|damaged"),
    ],
)
def test_wrong_files(mien_command, tmp_path: Path, content: bytes, says: str) -> None:
    for name in ("talk.csv", "talk.mp4"):
        (tmp_path / name).write_bytes(content)
        refused(mien_command, tmp_path, [str(tmp_path / name), "--to", "fex"], says)


def test_wrong_parquet(mien_command, tmp_path: Path) -> None:
    (tmp_path / "track.parquet").write_bytes(b"PAR1 no more")
    refused(mien_command, tmp_path, [str(tmp_path / "track.parquet"), "--to", "fex"], "no Parquet")


def test_refusals(reading, mien_command, tmp_path: Path) -> None:
    folder, lost = reading(), reading("lost", seen=False)
    empty = tmp_path / "out" / "empty"
    empty.mkdir()
    for arguments, says in (
        ([str(folder), "--to", "openfase"], "did you mean openface"),
        ([str(tmp_path / "nowhere"), "--to", "fex"], "no such file"),
        ([str(empty), "--to", "fex"], "holds no track.csv"),
        ([str(lost), "--to", "livelink"], "never read"),
        ([str(lost), "--to", "gltf"], "never read"),
        ([str(folder), "--to", "fex", "-o", str(folder / "track.csv")], "would overwrite"),
        ([str(folder), "--to", "fex", "-o", str(folder)], "is a folder"),
        ([str(folder), "--to", "bids", "-o", str(folder / "track.csv")], "track.csv"),
        ([str(folder), "--to", "bids", "--entities", "anna"], "sub-01_task-rest"),
        ([str(folder), "--to", "fex", "--entities", "sub-1_task-x"], "for bids"),
        ([str(folder), "--to", "elan", "--media", str(tmp_path / "no.mp4")], "no such file"),
    ):
        refused(mien_command, tmp_path, arguments, says)


def test_an_empty_track(reading, mien_command, tmp_path: Path) -> None:
    folder = reading()
    track_csv.write(track_of().select(np.zeros(N, dtype=bool)), folder / "track.csv")
    refused(mien_command, tmp_path, [str(folder), "--to", "fex"], "no row")


def test_time_that_stands_still(reading, mien_command, tmp_path: Path) -> None:
    folder = reading()
    text = (folder / "track.csv").read_text()
    (folder / "track.csv").write_text(text.replace("\n0.080000,", "\n0.040000,"))
    refused(mien_command, tmp_path, [str(folder), "--to", "gltf"], "does not rise")


def test_a_face_that_is_lost_is_still_a_table(reading, mien_command) -> None:
    folder = reading(seen=False)
    for name in ("openface", "fex", "elan", "bids", "arkit", "mediapipe"):
        assert mien_command("export", str(folder), "--to", name).code == 0


def test_the_page(root: Path, reading, mien_command, tmp_path: Path, monkeypatch) -> None:
    page = (root / "docs" / "export.md").read_text("utf-8")
    help_text = mien_command("export", "--help").out
    for name, form in EXPORTS.items():
        assert f"| `{name}` | `{form.ending}` |" in page
        assert re.search(rf"\b{name}\b", help_text)
    reading("interview", faces=2)
    (tmp_path / "interview.mp4").write_bytes(b"a clip")
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    lines = [line for block in blocks for line in block.strip().splitlines()]
    assert len(lines) > 3
    for line in lines:
        verb, *arguments = shlex.split(line)
        if arguments[0] == "export":
            ran = mien_command(*arguments)
            assert (verb, ran.code) == ("mien", 0), (line, ran.err)


def refused(mien_command, folder: Path, arguments: list[str], says: str) -> None:
    """One line that says why, and nothing written."""
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    ran = mien_command("export", *arguments)
    assert (ran.code, ran.out) == (2, ""), arguments
    assert re.search(says, ran.err), (arguments, ran.err)
    assert ran.err.count("\n") == 1
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
