"""Words and names for events, by policy; and what a reading with all of them leaves on disk."""

import json
import math
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mien.capture.quality import quality_of
from mien.core.errors import InputError, ModelError, NoFaceError
from mien.core.face import Event
from mien.core.facs import COLUMNS
from mien.core.signal import Interval, Track
from mien.export import events_csv, events_json
from mien.flows.annotate import annotated, permission
from mien.flows.calibrate import calibrate
from mien.flows.read import Reading, measure, read
from mien.flows.read_files import read_files
from mien.flows.resting import Named, named, photos
from mien.guard.policy import Ground, contexts
from mien.media.video import frames
from mien.media.writer import video_writer

SMILE = Event("micro", 0.1, 0.2, 0.4, 0, {"AU06L": 1.0, "AU12L": 1.0, "AU12R": 1.0}, "both",
              "mouth", 0.9)  # fmt: skip


@pytest.fixture
def reading() -> Reading:
    n = 60
    track = Track(
        np.arange(n) / 100, np.arange(n), np.arange(n), np.zeros(n, dtype=np.int64),
        np.full(n, "ok"), np.ones(n), np.zeros((n, 3)), np.ones((n, 3)),
        np.zeros((n, len(COLUMNS))),
    )  # fmt: skip
    return Reading(track, [SMILE], quality_of(track, 1))


@pytest.fixture
def grey(tmp_path: Path) -> Path:
    path = tmp_path / "grey.mp4"
    with video_writer(path, 25) as writer:
        for i in range(10):
            writer.write(i / 25, np.full((64, 96, 3), 90, np.uint8))
    return path


@pytest.mark.parametrize(
    ("context", "ground"), list(product(contexts(), [None, Ground("safety", "plan 7")]))
)
def test_leave_is_what_the_policy_says(context: str, ground: Ground | None) -> None:
    if context in ("workplace", "education") and ground is None:
        with pytest.raises(InputError, match=rf"context {context}.*Article 5"):
            permission(context, ground)
    else:
        assert permission(context, ground).allowed


def test_who_does_not_ask_gets_no_names_and_no_error() -> None:
    assert not permission(None).allowed
    with pytest.raises(InputError, match="context"):
        permission(None, Ground("medical", "protocol 12"))


def test_events_are_described_always_and_named_on_request(reading: Reading) -> None:
    (plain,) = annotated(reading).events
    assert "AU12 (even)" in plain.description
    assert plain.names == ()
    (asked,) = annotated(reading, permission("research")).events
    assert asked.names[0][0] == "happy"
    assert asked.description == plain.description
    assert (asked.aus, asked.confidence) == (SMILE.aus, SMILE.confidence)
    assert reading.events == [SMILE]
    again = annotated(annotated(reading, permission("research")))
    assert again.events == [plain]  # names do not outlive the leave


def test_what_stops_us_stops_us_before_the_work(
    grey: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mien.flows.read_files.read", None)  # must not be asked
    out = tmp_path / "out"
    with pytest.raises(InputError, match="forbidden"):
        read_files([grey], out, context="education")
    with pytest.raises(InputError, match="neither a photo nor calibrated"):
        read_files([grey], out, neutral="nobody")
    with pytest.raises(NoFaceError):
        read_files([grey], out, neutral=np.full((99, 99, 3), 90, np.uint8))
    monkeypatch.setenv("MIEN_MODELS", str(tmp_path))
    (tmp_path / "face_landmarker.task").write_text("no model")
    with pytest.raises(ModelError, match="remove it"):
        read_files([grey], out)
    assert not out.exists()


@pytest.fixture
def smile(data: Path) -> Path:
    return data / "clips" / "single_face.mp4"


def test_a_known_person_s_clip_with_all_that_can_be_said(
    smile: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = data.parent / "models"
    if not (models / "face_landmarker.task").exists():
        pytest.skip("no models beside the data")
    monkeypatch.setenv("MIEN_MODELS", str(models))
    calibrate("anna", partial(named, smile, Named((Interval(5, 14),))))
    monkeypatch.chdir(tmp_path)
    Path("anna").mkdir()  # a file of that name is not who is meant
    read_files(
        [smile], Path("out"), neutral="anna", context="workplace",
        ground=Ground("safety", "trial <3>"),
    )  # fmt: skip
    folder = tmp_path / "out" / "single_face"
    found = events_json.read(folder / "events.json")
    longest = max(found, key=lambda event: event.offset - event.onset)
    assert "AU12" in longest.description
    assert longest.names[0][0] == "happy"
    assert longest.support > 2.0
    rows = events_csv.read(folder / "events.csv")
    assert [r.support for r in rows] == pytest.approx([e.support for e in found], nan_ok=True)
    page = (folder / "report.html").read_text()
    for words in ("calibration of anna", "bears it out", "on record: trial &lt;3&gt;", "Barrett"):
        assert words in page


def test_without_asking_and_without_the_model(smile: Path, tmp_path: Path) -> None:
    read_files([smile], tmp_path)
    for entry in json.loads((tmp_path / "single_face" / "events.json").read_text()):
        assert entry["description"]
        assert entry["names"] == {}
        assert entry["support"] is None
    page = (tmp_path / "single_face" / "report.html").read_text()
    assert "Second opinion" not in page
    assert "Names are allowed" not in page
    assert all(
        math.isnan(row.support) for row in events_csv.read(tmp_path / "single_face/events.csv")
    )


def test_a_calibrated_name_is_the_zero_everywhere(smile: Path, tmp_path: Path) -> None:
    pictures = [frame.pixels for frame in frames(smile)]
    rest, grin = tmp_path / "rest.png", tmp_path / "grin.png"
    for path, picture in ((rest, pictures[10]), (grin, pictures[45])):
        Image.fromarray(picture).save(path)
    calibrate("anna", partial(photos, [rest]))
    by_photo, by_name = measure(grin, neutral=rest), measure(grin, neutral="anna")
    assert by_name == pytest.approx(by_photo, abs=0.25)
    assert by_name["AU12L"] > 2.0
    shown = read(grin, neutral="anna")
    assert shown.track.au("AU12L")[0] == pytest.approx(by_name["AU12L"])
    with pytest.raises(InputError, match="did you mean anna"):
        read(grin, neutral="anne")


def test_a_plain_reading_is_described_and_not_named(smile: Path) -> None:
    for event in read(smile).events:
        assert event.description
        assert event.names == ()
