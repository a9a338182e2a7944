"""What is written can be read back."""

from pathlib import Path

import numpy as np
import pytest

from mien.core.errors import InputError
from mien.core.face import Event
from mien.core.facs import COLUMNS
from mien.core.signal import TRACK_COLUMNS, Track
from mien.export import FORMATS, events_json, track_csv

N = 7
EVENT = Event("micro", 0.1234567, 0.2, 0.41, 1, {"AU04L": 0.5, "AU12R": 1.25}, "both", "brow", 0.75)


@pytest.fixture
def track() -> Track:
    random = np.random.default_rng(3)
    aus = 5 * random.random((N, len(COLUMNS)))
    aus[2], aus[3, :5] = np.nan, np.nan
    pose = 20 * random.standard_normal((N, 3))
    pose[2] = np.nan
    status = np.array(["ok", "ok", "lost", "turned", "ok", "ok", "ok"], dtype="<U12")
    return Track(
        time=np.arange(N) / 29.97, pts=1001 * np.arange(N), frame=np.arange(N),
        face=np.zeros(N, dtype=np.int64), status=status, confidence=random.random(N), pose=pose,
        position=300 * random.random((N, 3)), aus=aus,
    )  # fmt: skip


def test_track(track: Track, tmp_path: Path) -> None:
    track_csv.write(track, tmp_path / "track.csv")
    back = track_csv.read(tmp_path / "track.csv")
    assert back.status.tolist() == track.status.tolist()
    for name in ("pts", "frame", "face"):
        assert (getattr(back, name) == getattr(track, name)).all()
    for name in ("time", "confidence", "pose", "position", "aus"):
        np.testing.assert_allclose(getattr(back, name), getattr(track, name), atol=6e-5)


def test_track_is_what_pandas_says(track: Track, tmp_path: Path) -> None:
    import pandas as pd

    track_csv.write(track, tmp_path / "track.csv")
    table = pd.read_csv(tmp_path / "track.csv")
    assert tuple(table.columns) == TRACK_COLUMNS == tuple(track.to_pandas().columns)
    assert table.loc[2, "AU12L":].isna().all()


def test_empty_track(track: Track, tmp_path: Path) -> None:
    track_csv.write(track.select(np.zeros(N, dtype=bool)), tmp_path / "track.csv")
    assert len(track_csv.read(tmp_path / "track.csv")) == 0


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda text: text.replace("AU12L", "smile"), "columns"),
        (lambda text: text.replace("turned", "asleep"), "line 5"),
        (lambda text: text[:-40], "damaged"),
        (lambda _: "", "columns"),
    ],
)
def test_damaged_track(track: Track, tmp_path: Path, spoil, message: str) -> None:
    file = tmp_path / "track.csv"
    track_csv.write(track, file)
    file.write_text(spoil(file.read_text()))
    with pytest.raises(InputError, match=message):
        track_csv.read(file)


def test_events(tmp_path: Path) -> None:
    events_json.write([EVENT], tmp_path / "events.json")
    (back,) = events_json.read(tmp_path / "events.json")
    assert back.onset == pytest.approx(EVENT.onset, abs=1e-6)
    assert (back.kind, back.aus, back.side, back.face) == (EVENT.kind, EVENT.aus, EVENT.side, 1)


@pytest.mark.parametrize(
    "text", ["{", "[{}]", "3", '{"mien": 1}', "[[]]", '[{"kind": "micro"}]', '["event"]']
)
def test_damaged_events(tmp_path: Path, text: str) -> None:
    (tmp_path / "events.json").write_text(text)
    with pytest.raises(InputError, match=r"events\.json"):
        events_json.read(tmp_path / "events.json")


def test_table(track: Track, tmp_path: Path) -> None:
    for name, write in FORMATS.items():
        write(track, [EVENT], tmp_path / name)
    assert {file.name for file in tmp_path.iterdir()} == {"track.csv", "events.json"}
