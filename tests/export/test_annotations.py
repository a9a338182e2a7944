"""Annotations and datasets: ELAN and BIDS, read back by what did not write them."""

import gzip
import json
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pympi import Eaf

from mien.core.errors import InputError
from mien.core.facs import COLUMNS
from mien.core.signal import Track
from mien.export import bids, elan
from mien.export.material import Material

LOST, TURNED, DRAWN = 4, 7, 9


@pytest.fixture
def eaf(material: Material, tmp_path: Path) -> Eaf:
    elan.write(material, tmp_path / "clip.eaf")
    return Eaf(str(tmp_path / "clip.eaf"))


def test_events(eaf: Eaf) -> None:
    assert eaf.get_annotation_data_for_tier("micro") == [
        (100, 200, "AU12R=1.25 AU04L=0.50 apex=0.150 s")
    ]
    (overlapping,) = eaf.get_annotation_data_for_tier("micro 2")
    assert overlapping[:2] == (150, 300)
    assert [row[:2] for row in eaf.get_annotation_data_for_tier("macro")] == [(0, 350)]
    assert eaf.get_annotation_data_for_tier("AU12R 3")
    (words,) = eaf.get_annotation_data_for_tier("description")
    assert words[2] == "A & B <rise>."


def test_nothing_overlaps(eaf: Eaf) -> None:
    for tier in eaf.get_tier_names():
        rows = sorted(eaf.get_annotation_data_for_tier(tier))
        assert all(a[1] <= b[0] for a, b in pairwise(rows))


def test_gaps(material: Material, eaf: Eaf) -> None:
    rows = sorted(eaf.get_annotation_data_for_tier("status"))
    assert [row[2] for row in rows] == ["lost", "turned", "interpolated"]
    assert rows[0][:2] == tuple(round(1000 * t) for t in material.track.time[[LOST, LOST + 1]])


def test_slots_are_in_order(material: Material, tmp_path: Path) -> None:
    elan.write(material, tmp_path / "clip.eaf")
    root = ET.parse(tmp_path / "clip.eaf").getroot()
    times = [int(slot.get("TIME_VALUE")) for slot in root.iter("TIME_SLOT")]
    assert times == sorted(times)
    names = [slot.get("TIME_SLOT_ID") for slot in root.iter("TIME_SLOT")]
    notes = [note.get("ANNOTATION_ID") for note in root.iter("ALIGNABLE_ANNOTATION")]
    assert len(set(names)) == len(names) == 2 * len(notes) == 2 * len(set(notes))
    assert [child.tag for child in root][:2] == ["HEADER", "TIME_ORDER"]
    assert len(root.findall("CONSTRAINT")) == 4


def test_media_and_faces(material: Material, pair: Track, tmp_path: Path) -> None:
    clip = tmp_path / "my clip.mp4"
    elan.write(replace(material, track=pair, media=clip), tmp_path / "clip.eaf")
    read = Eaf(str(tmp_path / "clip.eaf"))
    (linked,) = read.get_linked_files()
    assert linked["MEDIA_URL"] == clip.as_uri()
    assert linked["MIME_TYPE"] == "video/mp4"
    assert {"micro@0", "micro 2@0", "status@0", "status@1"} <= set(read.get_tier_names())


def test_a_reading_without_events(material: Material, tmp_path: Path) -> None:
    elan.write(replace(material, events=[]), tmp_path / "clip.eaf")
    names = set(Eaf(str(tmp_path / "clip.eaf")).get_tier_names())
    assert names == {"micro", "macro", "description", "status"}


def test_bids(material: Material, tmp_path: Path) -> None:
    bids.write(material, tmp_path)
    stem = tmp_path / "sub-01" / "beh" / "sub-01_task-rest"
    about = json.loads(Path(f"{stem}_recording-face0_physio.json").read_text())
    table = pd.read_csv(
        f"{stem}_recording-face0_physio.tsv.gz", sep="\t", names=about["Columns"], na_values="n/a"
    )
    track = material.track
    assert about["SamplingFrequency"] == pytest.approx(29.97, abs=1e-6)
    assert (about["StartTime"], len(table)) == (0.0, 12)
    assert set(about["Columns"]) <= set(about)
    np.testing.assert_allclose(table[list(COLUMNS)], track.aus, atol=5.1e-5)
    np.testing.assert_allclose(table["time"], track.time, atol=1e-6)
    names = [about["status"]["Levels"][str(i)] for i in table["status"]]
    assert names == track.status.tolist()
    events = pd.read_csv(f"{stem}_events.tsv", sep="\t")
    assert events.columns[:3].tolist() == ["onset", "duration", "trial_type"]
    assert events["duration"].tolist() == pytest.approx([0.1, 0.15, 0.35])
    assert set(events.columns) <= set(json.loads(Path(f"{stem}_events.json").read_text()))


def test_bids_validator(material: Material, pair: Track, tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("bids-validator-deno")
    if not program.exists():
        pytest.skip("no bids-validator-deno here: pip install 'mien[test]'")
    bids.write(replace(material, track=pair, entities="sub-x1_ses-2_task-rest_run-1"), tmp_path)
    done = subprocess.run(
        [program, tmp_path, "--json"], capture_output=True, text=True, check=False
    )
    issues = json.loads(done.stdout)["issues"]["issues"]
    assert [issue for issue in issues if issue.get("severity") == "error"] == []
    assert len(list(tmp_path.rglob("*_physio.tsv.gz"))) == 2


def test_same_bytes_each_time(material: Material, tmp_path: Path) -> None:
    for name in ("a", "b"):
        bids.write(material, tmp_path / name)
    for file in (tmp_path / "a").rglob("*.*"):
        assert file.read_bytes() == (tmp_path / "b" / file.relative_to(tmp_path / "a")).read_bytes()


def test_a_missing_frame_is_a_missing_sample(material: Material, tmp_path: Path) -> None:
    rows = np.ones(12, dtype=bool)
    rows[5:7] = False
    bids.write(replace(material, track=material.track.select(rows)), tmp_path)
    (file,) = tmp_path.rglob("*_physio.tsv.gz")
    samples = gzip.decompress(file.read_bytes()).decode().splitlines()
    assert len(samples) == 12
    assert set(samples[5].split("\t")) == {"n/a"}
    assert not samples[7].startswith("n/a")


@given(st.integers(2, 400), st.sampled_from([24.0, 25.0, 29.97, 30.0, 59.94, 200.0]))
def test_beats_of_a_clip_with_one_rate(count: int, rate: float) -> None:
    """Also where the container rounds to the millisecond."""
    for time in (np.arange(count) / rate, np.round(np.arange(count) / rate, 3)):
        found, beat = bids.beats(time)
        assert found == pytest.approx(rate, rel=2e-3 * rate / (count - 1) + 1e-9)
        assert beat.tolist() == list(range(count))


@given(st.lists(st.floats(0.005, 0.2), min_size=1, max_size=60))
def test_beats_of_a_clip_of_variable_rate(steps: list[float]) -> None:
    time = np.concatenate([[0.0], np.cumsum(steps)])
    rate, beat = bids.beats(time)
    kept = beat >= 0
    assert (np.diff(beat[kept]) > 0).all()
    assert (np.abs(time[kept] - beat[kept] / rate) <= 0.5 / rate + 1e-9).all()
    exact = np.round(time * rate).astype(int)
    assert set(exact) == set(beat[kept])


@pytest.mark.parametrize(
    "text", ["sub-1", "task-x_sub-1", "sub-a b_task-x", "sub-1_task-x_y", "sub-1_task-x/../z"]
)
def test_entities(text: str) -> None:
    with pytest.raises(InputError, match="sub-01_task-rest"):
        bids.entities_of(text)


@given(st.text(max_size=30))
def test_entities_of_any_clip(name: str) -> None:
    assert bids.entities_of(bids.entities_from(name))


def test_a_photo_has_no_rate(material: Material, tmp_path: Path) -> None:
    one = material.track.select(np.arange(12) == 0)
    with pytest.raises(InputError, match="two frames"):
        bids.write(replace(material, track=one), tmp_path)
