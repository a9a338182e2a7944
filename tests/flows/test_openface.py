"""OpenFace beside mien: its CSV or its program, fused, and where each value comes from."""

import csv
import json
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import mien
from mien.capture.fuse import MIEN, OPENFACE
from mien.core.errors import InputError, MediaError
from mien.core.facs import INDEX
from mien.core.signal import Track
from mien.export import track_csv
from mien.flows.openface import check_one_each, joined, remark, said_of
from mien.flows.openface_files import ORIGIN, ORIGIN_COLUMNS, SCALE_COLUMNS, SCALES
from mien.flows.read_files import read_files
from mien.landmark.backends.openface import columns_of, read_openface
from mien.landmark.backends.openface_csv import CORNERS, UNITS, intensity

JOINED = ("AU06", "AU12")  # of the smile, told in a way that goes with mien's


@pytest.fixture(scope="module")
def clip(data: Path) -> Path:
    return data / "clips" / "single_face.mp4"


@pytest.fixture(scope="module")
def reading(clip: Path) -> mien.Reading:
    return mien.read(clip, learned=False)


def numbers(track: Track, gain: float = 0.6) -> dict[str, list[float]]:
    """What OpenFace might say: AU06 and AU12 on a scale of its own, nothing of the others."""
    chance = np.random.default_rng(0)
    told = {f"{code:02d}": [0.0] * len(track) for code in UNITS}
    for code in (6, 12):
        level = track.aus[:, columns_of(code)].mean(axis=1)
        noisy = gain * level + 0.2 + chance.normal(0, 0.05, len(level))
        told[f"{code:02d}"] = np.nan_to_num(noisy).clip(0, 5).tolist()
    half = track.position[:, 2] / 2 / 1.0328
    for name in CORNERS:
        axis, point = name.split("_")
        side = (-1 if point in ("36", "39") else 1) if axis == "x" else 0
        told[name] = (track.position[:, "xy".index(axis)] + side * half).tolist()
    return told


def write_csv(path: Path, told: dict[str, list[float]], faces: int = 1) -> Path:
    names = ["frame", "face_id", "timestamp", "confidence", "success", *CORNERS]
    lines = [", ".join([*names, *map(intensity, UNITS)])]
    for i in range(len(told["12"])):
        for face in range(faces):
            cells = [i + 1, face, f"{i / 30:.3f}", 0.98, 1, *(told[c][i] for c in CORNERS)]
            cells += [told[f"{code:02d}"][i] for code in UNITS]
            lines.append(", ".join(map(str, cells)))
    path.write_text("\n".join(lines) + "\n")
    return path


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_clip_and_its_csv(clip: Path, reading: mien.Reading, tmp_path: Path) -> None:
    told = write_csv(tmp_path / "told.csv", numbers(reading.track))
    said: list[str] = []
    written = read_files([clip], tmp_path / "out", learned=False, openface=told, say=said.append)
    folder = tmp_path / "out" / "single_face"
    assert {ORIGIN, SCALES, "track.csv", "report.html"} <= {path.name for path in written}
    track = track_csv.read(folder / "track.csv")
    origin = rows(folder / ORIGIN)
    assert tuple(origin[0]) == ORIGIN_COLUMNS
    assert len(origin) == len(track)
    assert {row["row"] for row in origin} == {"both"}
    assert Counter(row["AU12L"] for row in origin) == {"both": len(track)}
    assert Counter(row["AU22"] for row in origin) == {"mien": len(track)}
    scales = {row["au"]: row for row in rows(folder / SCALES)}
    assert tuple(scales["AU12"]) == SCALE_COLUMNS
    assert {name for name, row in scales.items() if row["joined"] == "1"} == set(JOINED)
    assert float(scales["AU12"]["slope"]) == pytest.approx(1 / 0.6, rel=0.1)
    assert scales["AU01"]["why_not"] == "it hardly moves"
    assert track.au("AU12L") == pytest.approx(reading.track.au("AU12L"), abs=0.3)
    same = INDEX["AU22"]
    assert track.aus[:, same] == pytest.approx(reading.track.aus[:, same], abs=1e-4)
    events = json.loads((folder / "events.json").read_text())
    assert [event["onset"] for event in events] == [round(e.onset, 6) for e in reading.events]
    assert "OpenFace: 2 of 17 units joined on 72 rows, 0 rows filled" in said[0]
    assert "fused with what OpenFace says" in (folder / "report.html").read_text()
    # and once more without: what is no longer true goes
    read_files([clip], tmp_path / "out", learned=False)
    assert not (folder / ORIGIN).exists()


def test_a_program_on_the_path(
    clip: Path, reading: mien.Reading, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin" / "FeatureExtraction"
    program.parent.mkdir()
    script = (root / "tests" / "landmark" / "openface_stand_in.py").read_text()
    program.write_text(f"#!{sys.executable}\n{script}")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    copy = tmp_path / "session.mp4"
    copy.write_bytes(clip.read_bytes())
    Path(f"{copy}.numbers").write_text(json.dumps(numbers(reading.track)))
    said = said_of(copy, Path("auto"))
    result = joined(reading.track, said)
    assert {unit for (_, unit), scale in result.scales.items() if not scale.refused} == set(JOINED)
    assert len(said_of(copy, program).track) == 72


def test_a_face_that_mien_lost(reading: mien.Reading, tmp_path: Path) -> None:
    told = read_openface(write_csv(tmp_path / "told.csv", numbers(reading.track)))
    gap = slice(50, 60)
    track = replace(
        reading.track,
        status=reading.track.status.copy(),
        aus=reading.track.aus.copy(),
        position=reading.track.position.copy(),
    )
    track.status[gap] = "lost"
    track.aus[gap], track.position[gap] = np.nan, np.nan
    result = joined(track, told)
    assert set(result.row[gap]) == {OPENFACE}
    kept = [int(unit[2:]) for (_, unit), scale in result.scales.items() if not scale.refused]
    for code in kept:
        level = reading.track.aus[gap, columns_of(code)].mean(axis=1)
        assert result.track.aus[gap, columns_of(code)[0]] == pytest.approx(level, abs=0.4)
    assert result.track.position[gap, 0] == pytest.approx(reading.track.position[gap, 0], abs=3)
    assert "10 rows filled" in remark(result)


def test_somebody_elses_face(reading: mien.Reading, tmp_path: Path) -> None:
    told = numbers(reading.track)
    for name in CORNERS:
        told[name] = [value + 300 for value in told[name]]
    result = joined(reading.track, read_openface(write_csv(tmp_path / "told.csv", told)))
    assert set(np.unique(result.origin)) == {MIEN}
    assert "no face where the clip's are" in remark(result)


def test_several_faces_go_by_their_place(reading: mien.Reading, tmp_path: Path) -> None:
    told = read_openface(write_csv(tmp_path / "told.csv", numbers(reading.track), faces=2))
    own = told.track.face == 0
    away = told.track.position.copy()
    away[own] += 500
    result = joined(reading.track, replace(told, track=replace(told.track, position=away)))
    assert (result.row == 3).all()
    nowhere = replace(told.track, position=np.full_like(away, np.nan))
    with pytest.raises(InputError, match="-2Dfp"):
        joined(reading.track, replace(told, track=nowhere))


def test_of_another_clip(reading: mien.Reading, tmp_path: Path) -> None:
    told = {name: values * 2 for name, values in numbers(reading.track).items()}
    other = read_openface(write_csv(tmp_path / "told.csv", told))
    with pytest.raises(InputError, match="144 frames, the clip 72: its CSV is of another clip"):
        joined(reading.track, other)


def test_a_csv_alone(reading: mien.Reading, tmp_path: Path) -> None:
    told = write_csv(tmp_path / "told.csv", numbers(reading.track))
    alone = mien.read(told)
    assert alone.events == []
    assert alone.quality.frames == 72
    assert (alone.track.au("AU12L") == alone.track.au("AU12R")).all()
    said: list[str] = []
    written = read_files([told], tmp_path / "out", say=said.append)
    assert {path.name for path in written} <= {"track.csv", "track.parquet"}
    assert "no sides" in said[0]
    with pytest.raises(InputError, match="go with clips"):
        mien.read(told, neutral="rest.jpg")


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("none.csv", "no such file"),
        ("auto", "FeatureExtraction: is not on PATH: build OpenFace"),
        ("bin/FeatureExtraction", "no such file"),
        ("notes.txt", "neither a CSV nor a program"),
        (".", "clip.csv: no such file"),
    ],
)
def test_nothing_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, said: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    Path("notes.txt").write_text("notes")
    with pytest.raises(InputError) as error:
        said_of(Path("clip.mp4"), Path(where))
    assert said in str(error.value)


def test_one_csv_is_of_one_clip(tmp_path: Path) -> None:
    told = tmp_path / "a.csv"
    check_one_each(told, [Path("a.mp4")])
    check_one_each(tmp_path, [Path("a.mp4"), Path("b.mp4")])
    check_one_each(None, [])
    for clips in ([Path("a.mp4"), Path("b.mp4")], [tmp_path]):
        with pytest.raises(InputError, match="give the folder of the CSVs"):
            check_one_each(told, clips)


def test_photos_have_no_use_for_it(data: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a photo"):
        mien.read(data / "images" / "single_face.jpg", openface=tmp_path / "a.csv")


def test_what_stops_us_stops_us_before_the_work(clip: Path, tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="no such file"):
        read_files([clip], tmp_path / "out", openface=tmp_path / "none.csv")
    assert not (tmp_path / "out").exists()
