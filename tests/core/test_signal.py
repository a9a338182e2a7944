"""Intervals and tracks."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.facs import COLUMNS, INDEX
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


def smiles(left: list[float], right: list[float], deviation: float | None = 0.1) -> Track:
    """A track of AU12, every intensity equally sure."""
    n = len(left)
    bare = track([float(i) for i in range(n)], [0] * n)
    aus = np.zeros((n, len(COLUMNS)))
    aus[:, INDEX["AU12L"]], aus[:, INDEX["AU12R"]] = left, right
    spread = None if deviation is None else np.full(aus.shape, deviation, np.float32)
    return replace(bare, aus=aus, deviation=spread)


def test_presence_takes_three_deviations() -> None:
    seen = smiles([0.0, 0.29, 0.31, 5.0, np.nan], [0.0] * 5)
    assert seen.present("AU12L").tolist() == [False, False, True, True, False]
    assert not seen.present("AU12R").any()


@given(st.floats(0, 5), st.floats(0, 5), st.floats(0, 2), st.floats(0, 2))
def test_presence_follows_intensity_and_certainty(
    low: float, more: float, sure: float, less: float
) -> None:
    """More of it, or the same more surely known, is not less present."""
    here = smiles([low, low + more], [0.0, 0.0], sure).present("AU12L")
    assert here[1] >= here[0]
    assert (here >= smiles([low, low + more], [0.0, 0.0], sure + less).present("AU12L")).all()


@pytest.mark.parametrize("unknown", [np.nan, np.inf])
def test_what_is_not_known_is_neither_present_nor_to_be_believed(unknown: float) -> None:
    seen = smiles([5.0], [5.0], unknown)
    assert not seen.present("AU12L").any()
    assert seen.confidence_of("AU12L").tolist() == [0]
    assert np.isnan(seen.asymmetry("AU12")).all()


def test_confidence_halves_at_a_deviation_of_one() -> None:
    seen = replace(smiles([1.0, 1.0], [1.0, 1.0], 1.0), confidence=np.array([1.0, 0.6]))
    assert seen.confidence_of("AU12L").tolist() == pytest.approx([0.5, 0.3])
    sure = replace(seen, deviation=np.zeros_like(seen.aus, dtype=np.float32))
    assert sure.confidence_of("AU12L").tolist() == pytest.approx([1.0, 0.6])


def test_asymmetry() -> None:
    seen = smiles([2.0, 0.0, 2.0, 3.0, 0.0, 0.2], [0.0, 2.0, 2.0, 1.0, 0.0, 0.2])
    even = seen.asymmetry("AU12")
    assert even[:4].tolist() == [1.0, -1.0, 0.0, 0.5]
    assert np.isnan(even[4:]).all()


def test_asymmetry_needs_both_sides_seen() -> None:
    assert np.isnan(smiles([2.0, np.nan], [np.nan, 2.0]).asymmetry("AU12")).all()


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 5)), min_size=1, max_size=8))
def test_mirrored_asymmetry_is_its_negative(sides: list[tuple[float, float]]) -> None:
    left, right = [list(side) for side in zip(*sides, strict=True)]
    even = smiles(left, right).asymmetry("AU12")
    np.testing.assert_array_equal(smiles(right, left).asymmetry("AU12"), -even)
    known = even[np.isfinite(even)]
    assert (np.abs(known) <= 1).all()


def test_parts_of_a_track_keep_their_deviation() -> None:
    seen = smiles([1.0, 1.0, 1.0], [1.0, 1.0, 1.0])
    assert seen.deviation is not None
    seen.deviation[:] = np.arange(3)[:, None]
    for part in (seen.select(np.array([False, True, True])), seen.crop(Interval(1.0, 2.0))):
        assert part.deviation is not None
        assert part.deviation[:, 0].tolist() == [1, 2]
        assert part.deviation.dtype == np.float32


def test_deviation_has_a_value_for_every_intensity() -> None:
    good = smiles([1.0, 1.0], [1.0, 1.0])
    with pytest.raises(
        ValueError, match=r"track\.deviation: expected shape \(2, 47\), got \(2, 3\)"
    ):
        replace(good, deviation=np.zeros((2, 3), np.float32))


def test_without_deviations() -> None:
    photo = smiles([5.0], [0.0], None)
    assert photo.select(np.array([True])).deviation is None
    assert photo.present("AU12L").tolist() == [False]
    assert photo.confidence_of("AU12L").tolist() == [1.0]
    assert np.isnan(photo.asymmetry("AU12")).all()
