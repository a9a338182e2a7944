"""What is written can be read back."""

import json
import math
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mien
from mien.core.errors import InputError, MissingExtraError
from mien.core.face import Event
from mien.core.facs import ACTION_UNITS, COLUMNS
from mien.core.signal import TRACK_COLUMNS, Track
from mien.export import FORMATS, at_hand, events_csv, events_json, track_csv, track_parquet

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


def test_track_that_a_spreadsheet_marked_as_text(track: Track, tmp_path: Path) -> None:
    track_csv.write(track, tmp_path / "track.csv")
    text = (tmp_path / "track.csv").read_text("utf-8")
    (tmp_path / "track.csv").write_text(text, encoding="utf-8-sig")
    assert len(track_csv.read(tmp_path / "track.csv")) == N


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


def test_events_with_all_they_may_carry(tmp_path: Path) -> None:
    full = replace(
        EVENT, velocity=0.4213, evidence=((0.1, 0.5), (0.2, 8.25)), names=(("happy", 0.75),),
        description="One lip corner rises.", support=-3.25,
    )  # fmt: skip
    events_json.write([full, EVENT], tmp_path / "events.json")
    back, bare = events_json.read(tmp_path / "events.json")
    for name in ("velocity", "evidence", "names", "description", "support"):
        assert getattr(back, name) == getattr(full, name)
    assert math.isnan(bare.velocity)
    assert math.isnan(bare.support)
    assert (bare.evidence, bare.names, bare.description) == ((), (), "")


def test_events_written_before_they_carried_more(tmp_path: Path) -> None:
    events_json.write([EVENT], tmp_path / "events.json")
    (entry,) = json.loads((tmp_path / "events.json").read_text())
    for name in ("velocity", "evidence", "names", "description", "support"):
        del entry[name]
    (tmp_path / "events.json").write_text(json.dumps([entry]))
    assert len(events_json.read(tmp_path / "events.json")) == 1


@given(
    steps=st.lists(st.floats(0.001, 0.2), min_size=1, max_size=40),
    share=st.lists(st.floats(0, 1), min_size=3, max_size=3),
)
def test_events_fall_on_the_frames_presented_nearest(
    steps: list[float], share: list[float]
) -> None:
    time = np.concatenate([[0.0], np.cumsum(steps)])
    n = len(time)
    track = Track(
        time, np.arange(n), np.arange(n), np.zeros(n, dtype=np.int64), np.full(n, "ok"),
        np.ones(n), np.zeros((n, 3)), np.zeros((n, 3)), np.zeros((n, len(COLUMNS))),
    )  # fmt: skip
    onset, apex, offset = sorted(time[-1] * s for s in share)
    event = replace(EVENT, onset=onset, apex=apex, offset=offset)
    (row,) = events_csv.spotted([event], track, "clip")
    for frame, moment in ((row.onset, onset), (row.apex, apex), (row.offset, offset)):
        assert abs(time[frame] - moment) == pytest.approx(np.abs(time - moment).min())


def test_log_of_the_challenge(track: Track, tmp_path: Path) -> None:
    event = replace(EVENT, onset=0.0, apex=2 / 29.97, offset=5 / 29.97)
    rows = events_csv.spotted([event, replace(event, support=2.25)], track, "sub01, take 2")
    events_csv.write(rows, tmp_path / "events.csv")
    assert events_csv.read(tmp_path / "events.csv") == rows
    assert (rows[0].onset, rows[0].apex, rows[0].offset) == (0, 2, 5)
    assert rows[0].aus == ("AU12R", "AU04L")
    head, line, other = (tmp_path / "events.csv").read_text().splitlines()
    assert head.startswith("video,gt_onset,gt_offset,pred_onset,pred_offset,result,")
    assert line.startswith('"sub01, take 2",,,0,5,,2,micro,AU12R+AU04L,both,1,')
    assert (line[-8:], other[-11:]) == (",0.7500,", "0.7500,2.25")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda text: text.replace("pred_onset", "start"), "columns"),
        (lambda text: text.replace("micro", "tiny"), "line 2"),
        (lambda text: text.replace("AU12R", "AU99"), "line 2"),
        (lambda text: text[:-20], "line 2"),
        (lambda _: "", "columns"),
    ],
)
def test_damaged_log(track: Track, tmp_path: Path, spoil, message: str) -> None:
    file = tmp_path / "events.csv"
    events_csv.write(events_csv.spotted([EVENT], track, "clip"), file)
    file.write_text(spoil(file.read_text()))
    with pytest.raises(InputError, match=message):
        events_csv.read(file)


def test_parquet(track: Track, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    file = tmp_path / "track.parquet"
    for some in (track, track.select(np.zeros(N, dtype=bool))):
        track_parquet.write(some, file)
        back = track_parquet.read(file)
        assert back.status.tolist() == some.status.tolist()
        assert back.deviation is None
        for name in ("time", "pts", "frame", "face"):
            assert (getattr(back, name) == getattr(some, name)).all()
        for name in ("confidence", "pose", "position", "aus"):
            np.testing.assert_allclose(getattr(back, name), getattr(some, name), rtol=1e-6)
    schema = parquet.read_schema(file)
    assert tuple(schema.names[: len(TRACK_COLUMNS)]) == TRACK_COLUMNS
    assert schema.metadata[b"mien"].decode() == mien.__version__
    assert schema.field("yaw").metadata == {b"unit": b"degree"}
    assert all(field.metadata[b"unit"] for field in schema)


def test_no_reading_is_null_in_parquet(track: Track, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    track_parquet.write(track, tmp_path / "track.parquet")
    assert parquet.read_table(tmp_path / "track.parquet")["AU12L"].null_count == 1


@pytest.fixture
def sure(track: Track) -> Track:
    """The track with deviations: not known in row 1, of AU01L nowhere."""
    spread = np.random.default_rng(4).random(track.aus.shape).astype(np.float32)
    spread[1], spread[:, 0] = np.inf, np.nan
    return replace(track, deviation=spread)


def test_deviation_in_parquet(sure: Track, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    file = tmp_path / "track.parquet"
    track_parquet.write(sure, file)
    back = track_parquet.read(file)
    assert sure.deviation is not None
    assert back.deviation is not None
    assert back.deviation.dtype == np.float32
    known = np.isfinite(sure.deviation)
    np.testing.assert_array_equal(back.deviation, np.where(known, sure.deviation, np.nan))
    for name in COLUMNS:
        assert (back.present(name) == sure.present(name)).all()
        np.testing.assert_allclose(back.confidence_of(name), sure.confidence_of(name), rtol=1e-6)
    table = parquet.read_table(file)
    assert table.column_names[len(TRACK_COLUMNS) :] == [
        *(f"{name}_deviation" for name in COLUMNS),
        *(f"{name}_present" for name in COLUMNS),
        *(f"{unit.code}_asymmetry" for unit in ACTION_UNITS if unit.sided),
    ]
    for name in COLUMNS:
        said = table[f"{name}_present"].to_pylist()
        unknown = ~known[:, COLUMNS.index(name)] | np.isnan(sure.au(name))
        assert [one is None for one in said] == unknown.tolist()
        assert [bool(one) for one in said] == sure.present(name).tolist()
    even = np.array(table["AU12_asymmetry"].to_pylist(), dtype=float)
    np.testing.assert_allclose(even, sure.asymmetry("AU12"), rtol=1e-6)


@pytest.mark.parametrize("count", [N, 6, 3, 1, 0])
@pytest.mark.parametrize("known", [False, True])
def test_parquet_in_parts_is_the_same(
    monkeypatch: pytest.MonkeyPatch, sure: Track, tmp_path: Path, count: int, known: bool
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    track = sure.select(np.arange(N) < count)
    if not known:
        track = replace(track, deviation=None)
    whole, parts = tmp_path / "whole.parquet", tmp_path / "parts.parquet"
    track_parquet.write(track, whole)
    monkeypatch.setattr(track_parquet, "_ROWS", 3)
    track_parquet.write(track, parts)
    assert parquet.ParquetFile(whole).metadata.num_row_groups == min(count, 1)
    assert parquet.ParquetFile(parts).metadata.num_row_groups == -(-count // 3)
    assert parquet.read_table(parts).equals(parquet.read_table(whole), check_metadata=True)
    back = track_parquet.read(parts)
    assert len(back) == count
    assert back.status.tolist() == track.status.tolist()
    np.testing.assert_allclose(back.aus, track.aus, rtol=1e-6)
    assert (back.deviation is not None) == (known and count > 0)


def test_a_photo_says_nothing_of_deviation_in_parquet(track: Track, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    track_parquet.write(track, tmp_path / "track.parquet")
    table = parquet.read_table(tmp_path / "track.parquet")
    added = table.column_names[len(TRACK_COLUMNS) :]
    assert all(table[name].null_count == len(track) for name in added)
    assert table["AU12L_present"].type == "bool"


def test_parquet_written_before_it_carried_more(sure: Track, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    file = tmp_path / "track.parquet"
    track_parquet.write(sure, file)
    parquet.write_table(parquet.read_table(file).select(TRACK_COLUMNS), file)
    back = track_parquet.read(file)
    assert back.deviation is None
    np.testing.assert_allclose(back.aus, sure.aus, rtol=1e-6)
    parquet.write_table(parquet.read_table(file).drop_columns("AU64"), file)
    with pytest.raises(InputError, match="columns"):
        track_parquet.read(file)


@pytest.mark.parametrize("text", ["", "PAR1", "time,pts\n"])
def test_damaged_parquet(tmp_path: Path, text: str) -> None:
    pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    (tmp_path / "track.parquet").write_text(text)
    with pytest.raises(InputError, match=r"track\.parquet"):
        track_parquet.read(tmp_path / "track.parquet")


def test_without_pyarrow(monkeypatch: pytest.MonkeyPatch, track: Track, tmp_path: Path) -> None:
    monkeypatch.setattr(track_parquet, "find_spec", lambda _: None)
    assert set(at_hand()) == set(FORMATS) - {"track.parquet"}
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"mien\[parquet\]"):
        track_parquet.write(track, tmp_path / "track.parquet")


@pytest.mark.parametrize(
    "text", ["{", "[{}]", "3", '{"mien": 1}', "[[]]", '[{"kind": "micro"}]', '["event"]']
)
def test_damaged_events(tmp_path: Path, text: str) -> None:
    (tmp_path / "events.json").write_text(text)
    with pytest.raises(InputError, match=r"events\.json"):
        events_json.read(tmp_path / "events.json")


def test_table(track: Track, tmp_path: Path) -> None:
    for name, write in at_hand().items():
        write(track, [EVENT], tmp_path / name, "clip")
    assert {file.name for file in tmp_path.iterdir()} == set(at_hand())
