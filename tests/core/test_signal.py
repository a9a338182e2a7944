"""Intervals and tracks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.facs import COLUMNS
from mien.core.signal import TRACK_COLUMNS, Interval, Track

seconds = st.floats(0, 1e4)
intervals = st.tuples(seconds, seconds).map(lambda ends: Interval(min(ends), max(ends)))


def track(times: list[float], faces: list[int]) -> Track:
    """A track whose AU12L counts its rows."""
    n = len(times)
    aus = np.zeros((n, len(COLUMNS)))
    aus[:, COLUMNS.index("AU12L")] = np.arange(n)
    return Track(
        time=np.array(times),
        pts=np.arange(n),
        frame=np.arange(n),
        face=np.array(faces),
        status=np.full(n, "ok"),
        confidence=np.ones(n),
        pose=np.zeros((n, 3)),
        position=np.zeros((n, 3)),
        aus=aus,
    )


@given(intervals, intervals)
def test_overlap_is_symmetric_and_bounded(a: Interval, b: Interval) -> None:
    assert a.iou(b) == b.iou(a)
    assert 0 <= a.iou(b) <= 1


@given(intervals)
def test_overlap_with_itself(a: Interval) -> None:
    assert a.iou(a) == 1


def test_overlap() -> None:
    assert Interval(0, 2).iou(Interval(1, 3)) == pytest.approx(1 / 3)
    assert Interval(0, 1).iou(Interval(2, 3)) == 0


def test_interval_runs_forward() -> None:
    with pytest.raises(ValueError, match="before its start"):
        Interval(1.0, 0.5)
    assert Interval(0.25, 1.0).duration == 0.75


def test_crop_includes_both_ends() -> None:
    cropped = track([0.0, 0.5, 1.0, 1.5], [0, 0, 0, 0]).crop(Interval(0.5, 1.0))
    assert cropped.time.tolist() == [0.5, 1.0]
    assert cropped.au("AU12L").tolist() == [1, 2]


def test_of_face() -> None:
    assert track([0, 0, 1, 1], [0, 1, 0, 1]).of_face(1).au("AU12L").tolist() == [1, 3]


def test_wrong_shape_is_named() -> None:
    good = track([0.0, 1.0], [0, 0])
    with pytest.raises(ValueError, match=r"track\.pose: expected shape \(2, 3\), got \(3, 2\)"):
        Track(**{**vars(good), "pose": good.pose.T})


def test_table_has_the_columns_of_the_file() -> None:
    table = track([0.0, 1.0], [0, 0]).to_pandas()
    assert tuple(table.columns) == TRACK_COLUMNS
    assert len(table) == 2


def test_empty_track() -> None:
    assert len(track([], [])) == 0
