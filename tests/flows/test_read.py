"""Clips and photos read from end to end."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import mien
from mien.core.errors import InputError, NoFaceError
from mien.core.facs import COLUMNS
from mien.export import FORMATS, events_json, track_csv
from mien.flows import read_files as flow
from mien.flows.read import measure, read
from mien.flows.read_files import read_files
from mien.media.video import frames
from mien.media.writer import video_writer


@pytest.fixture(scope="module")
def clips(data: Path) -> Path:
    return data / "clips"


@pytest.fixture(scope="module")
def smile(clips: Path) -> mien.Reading:
    return read(clips / "single_face.mp4")


@pytest.fixture
def empty_clip(tmp_path: Path) -> Path:
    path = tmp_path / "grey.mp4"
    with video_writer(path, 25) as writer:
        for i in range(10):
            writer.write(i / 25, np.full((64, 96, 3), 90, np.uint8))
    return path


@pytest.fixture
def empty_photo(tmp_path: Path) -> Path:
    path = tmp_path / "grey.png"
    Image.new("RGB", (200, 200), "grey").save(path)
    return path


def test_a_smile_rises(smile: mien.Reading) -> None:
    track = smile.track
    assert len(track) == 72
    assert set(track.status) == {"ok"}
    corners = (track.au("AU12L") + track.au("AU12R")) / 2
    assert corners[:12].mean() < 0.5
    assert corners[30:60].mean() > 2.5
    longest = max(smile.events, key=lambda event: event.offset - event.onset)
    assert {"AU12L", "AU12R"} <= set(longest.aus)
    assert longest.kind == "macro"
    assert longest.onset == pytest.approx(0.57, abs=0.15)


def test_only_surer_events(clips: Path, smile: mien.Reading) -> None:
    surest = max(event.confidence for event in smile.events)
    path = clips / "single_face.mp4"
    again = mien.read(path, confidence=surest)
    assert [event.confidence for event in again.events] == [surest]
    assert mien.read(path, confidence=1.0).events == []
    with pytest.raises(InputError, match="lies between 0 and 1"):
        mien.read(path, confidence=2.0)


def test_quality(smile: mien.Reading) -> None:
    assert smile.quality.rate == pytest.approx(30)
    assert (smile.quality.verdict, smile.quality.faces, smile.quality.lost) == ("poor", 1, 0)


def test_a_face_then_a_cartoon(clips: Path) -> None:
    reading = read(clips / "face_noface.mov")
    track = reading.track
    ok = track.status == "ok"
    assert len(track) == 169
    assert 71 <= ok.sum() <= 73
    assert ok[:71].all()
    assert np.isnan(track.aus[~ok]).all()
    assert np.isnan(track.pose[~ok]).all()
    assert (track.confidence[~ok] == 0).all()
    assert [f.time for f in frames(clips / "face_noface.mov")] == track.time.tolist()
    assert all(event.offset <= track.time[ok].max() for event in reading.events)


def test_nobody_there(clips: Path) -> None:
    reading = read(clips / "no_face.mp4")
    assert set(reading.track.status) == {"lost"}
    assert len(reading.track) == 95
    assert reading.events == []
    assert reading.quality.verdict == "none"


def test_below_25_a_second_no_micro_expression_is_claimed(clips: Path) -> None:
    reading = read(clips / "WolfgangLanger_Pexels.mp4")
    assert not [event for event in reading.events if event.kind == "micro"]
    assert [event.onset for event in reading.events] == sorted(e.onset for e in reading.events)
    assert np.nanmax(reading.track.aus) <= 5


def test_a_neutral_photo_is_the_zero(clips: Path) -> None:
    pictures = [frame.pixels for frame in frames(clips / "single_face.mp4")]
    reading = read(clips / "single_face.mp4", neutral=pictures[12])
    rest = np.median(reading.track.aus[8:16], axis=0)
    assert rest[[COLUMNS.index(c) for c in ("AU12L", "AU12R", "AU04L", "AU26")]].max() < 0.6
    against = measure(pictures[45], neutral=pictures[12])
    assert against["AU12L"] > 2.5
    assert measure(pictures[12], neutral=pictures[12]) == dict.fromkeys(COLUMNS, 0.0)


def test_measure_gives_every_column(data: Path) -> None:
    found = measure(data / "images" / "single_face.jpg")
    assert tuple(found) == COLUMNS
    assert found["AU12L"] > 1
    assert found["AU12R"] > 1


def test_a_photo_is_one_row_per_face(data: Path) -> None:
    reading = read(data / "images" / "multi_face.jpg")
    assert reading.track.face.tolist() == list(range(len(reading.track)))
    assert (np.diff(reading.track.position[:, 2]) < 20).all()
    assert reading.events == []


def test_a_clip_without_a_face_is_a_clip(empty_clip: Path, tmp_path: Path) -> None:
    said: list[str] = []
    written = read_files([empty_clip], tmp_path / "out", say=said.append)
    assert said == [f"{empty_clip}: No face was found."]
    assert {path.name for path in written} == {*FORMATS, "report.html"}
    assert set(track_csv.read(written[0]).status) == {"lost"}


def test_a_photo_without_a_face_is_an_error(empty_photo: Path, tmp_path: Path) -> None:
    for call in (read, measure):
        with pytest.raises(NoFaceError, match=r"grey\.png"):
            call(empty_photo)
    with pytest.raises(NoFaceError):
        read_files([empty_photo], tmp_path / "out")
    assert not list((tmp_path / "out").glob("*"))


def test_files(clips: Path, data: Path, tmp_path: Path, smile: mien.Reading) -> None:
    inputs = [clips / "single_face.mp4", data / "images" / "single_face.jpg"]
    told: list[tuple[str, int, int | None]] = []
    written = read_files(inputs, tmp_path, progress=lambda *step: told.append(step))
    assert {path.parent.name for path in written} == {"single_face", "single_face-2"}
    track = track_csv.read(tmp_path / "single_face" / "track.csv")
    np.testing.assert_allclose(track.aus, smile.track.aus, atol=1e-4)
    events = events_json.read(tmp_path / "single_face" / "events.json")
    assert [event.kind for event in events] == [event.kind for event in smile.events]
    page = (tmp_path / "single_face" / "report.html").read_text()
    assert page.count("data:image/jpeg") >= len(smile.events)
    assert "<script src" not in page
    assert {step for step, _, _ in told} == {"follow", "read", "pictures"}
    assert all(a[1] <= b[1] for a, b in pairwise(told) if a[0] == b[0] == "follow")
    assert "Plotly" not in (tmp_path / "single_face-2" / "report.html").read_text()


def test_again_takes_the_place_but_never_of_strange_files(empty_clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert read_files([empty_clip], out) == read_files([empty_clip], out)
    (out / "grey" / "diary.txt").write_text("mine")
    with pytest.raises(InputError, match="other files"):
        read_files([empty_clip], out)
    assert (out / "grey" / "diary.txt").read_text() == "mine"


@pytest.mark.parametrize("fault", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_all_or_nothing(
    empty_clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(flow, "write_report", fail)
    with pytest.raises((KeyboardInterrupt, InputError)):
        read_files([empty_clip], tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_bad_file_stops_us_before_the_work(empty_clip: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_files([empty_clip, tmp_path / "none.mp4"], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_same_names(empty_clip: Path, tmp_path: Path) -> None:
    written = read_files([empty_clip, empty_clip, empty_clip], tmp_path / "out")
    folders = list(dict.fromkeys(path.parent.name for path in written))
    assert folders == ["grey", "grey-2", "grey-3"]
    assert json.loads((tmp_path / "out" / "grey-2" / "events.json").read_text()) == []
