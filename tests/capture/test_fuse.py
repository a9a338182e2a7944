"""Two readings made one: nearer to the truth than either, and nothing that neither has said."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d

from mien.capture.fuse import BOTH, MIEN, NONE, OPENFACE, Fused, fused
from mien.core.facs import COLUMNS, INDEX
from mien.core.signal import Track
from mien.landmark.backends.openface import OpenFace, columns_of

UNITS = (1, 2, 4, 6, 12, 15, 17)
N, RATE = 3000, 30
LEFT, RIGHT = INDEX["AU12L"], INDEX["AU12R"]


@dataclass(frozen=True)
class Pair:
    """A synthetic clip: what was so, and what each reader says of it."""

    truth: np.ndarray
    track: Track
    other: OpenFace

    def joined(self) -> Fused:
        return fused(self.track, self.other, np.arange(len(self.track)))

    def error(self, aus: np.ndarray, rows: slice | np.ndarray = slice(None)) -> float:
        """Root mean square over the units, level of both sides."""
        levels = [(aus - self.truth)[rows][:, columns_of(code)].mean(axis=1) for code in UNITS]
        return float(np.sqrt(np.nanmean(np.square(levels))))


def wander(chance: np.random.Generator, size: float, frames: float) -> np.ndarray:
    """An error that lasts for some frames, of a standard deviation."""
    course = gaussian_filter1d(chance.normal(size=N), frames)
    return size * course / course.std()


def pair(mine: float, theirs: float, *, one_sided: bool = False, seed: int = 0) -> Pair:
    """Both readers of a clip, each with its error; OpenFace's on its own scale, without sides."""
    chance = np.random.default_rng(seed)
    truth, aus = np.zeros((N, len(COLUMNS))), np.zeros((N, len(COLUMNS)))
    said = np.full((N, len(COLUMNS)), np.nan)
    for code in UNITS:
        course = np.zeros(N)
        for start in range(40, N - 60, 120):
            length = chance.uniform(10, 60)
            at = np.arange(N) - start - chance.uniform(0, 50)
            course += chance.uniform(0.5, 3.5) * np.exp(-((at / length * 2) ** 4))
        columns = columns_of(code)
        for i, column in enumerate(columns):
            share = 1.0 if i == 0 else (0.0 if one_sided else 0.7)
            truth[:, column] = (share * course).clip(0, 5)
        noise = wander(chance, mine, 20)
        for column in columns:
            moving = noise if not one_sided or truth[:, column].any() else 0.0
            aus[:, column] = (truth[:, column] + moving).clip(0, 5)
        level = truth[:, columns].mean(axis=1)
        said[:, columns] = (0.6 * (level + wander(chance, theirs, 12)) + 0.3).clip(0, 5)[:, None]
    time, zeros = np.arange(N) / RATE, np.zeros((N, 3))
    track = Track(
        time, np.arange(N), np.arange(N), np.zeros(N, np.int64), np.full(N, "ok", "<U12"),
        np.full(N, 0.8), zeros, zeros + np.array([100, 100, 60]), aus.astype(np.float32),
        np.full((N, len(COLUMNS)), mine, np.float32),
    )  # fmt: skip
    other = replace(
        track,
        confidence=np.full(N, 0.95),
        pose=zeros + np.array([5, 0, 0]),
        aus=said.astype(np.float32),
        deviation=None,
    )
    return Pair(truth, track, OpenFace(other, np.full(said.shape, np.nan, np.float32)))


def lost(track: Track, rows: slice) -> Track:
    """The track with the face lost on some rows."""
    status, confidence = track.status.copy(), track.confidence.copy()
    aus, pose, position = track.aus.copy(), track.pose.copy(), track.position.copy()
    status[rows], confidence[rows] = "lost", 0
    for numbers in (aus, pose, position):
        numbers[rows] = np.nan
    return replace(
        track, status=status, confidence=confidence, aus=aus, pose=pose, position=position
    )


@pytest.mark.parametrize(("mine", "theirs"), [(0.3, 0.3), (0.5, 0.5), (0.5, 0.25), (0.3, 0.4)])
def test_nearer_to_the_truth_than_either(mine: float, theirs: float) -> None:
    both = pair(mine, theirs)
    result = both.joined()
    alone = both.error(both.track.aus)
    assert both.error(result.track.aus) < 0.97 * alone
    assert both.error(result.track.aus) < both.error(both.other.track.aus)
    kept = [code for code in UNITS if not result.scales[0, f"AU{code:02d}"].refused]
    assert len(kept) > len(UNITS) / 2


@pytest.mark.parametrize(("mine", "theirs", "most"), [(0.15, 0.5, 1.1), (0.1, 0.8, 1.2)])
def test_a_much_worse_reader_does_little_harm(mine: float, theirs: float, most: float) -> None:
    both = pair(mine, theirs)
    assert both.error(both.joined().track.aus) < most * both.error(both.track.aus)


def test_where_each_value_comes_from() -> None:
    both = pair(0.3, 0.3)
    other = replace(
        both.other.track, status=both.other.track.status.copy(), aus=both.other.track.aus.copy()
    )
    other.status[100:200], other.aus[100:200] = "lost", np.nan
    result = replace(both, other=replace(both.other, track=other)).joined()
    assert set(result.origin[:100, LEFT]) == {BOTH}
    assert set(result.origin[100:200, LEFT]) == {MIEN}
    assert set(result.origin[:, INDEX["AU22"]]) == {MIEN}  # which OpenFace does not know
    assert set(result.row[100:200]) == {MIEN}
    untouched = result.origin == MIEN
    assert (result.track.aus[untouched] == both.track.aus[untouched]).all()


def test_rows_that_mien_lost_are_filled() -> None:
    both = pair(0.2, 0.2)
    gap = slice(1000, 1200)
    result = replace(both, track=lost(both.track, gap)).joined()
    assert set(result.track.status[gap]) == {"ok"}
    assert set(result.row[gap]) == {OPENFACE}
    assert (result.track.pose[gap, 0] == 5).all()
    assert result.track.confidence[gap] == pytest.approx(0.8 * 0.95)
    left, right = result.track.aus[gap, LEFT], result.track.aus[gap, RIGHT]
    assert (left == right).all()  # it knows no sides
    assert both.error(result.track.aus, np.arange(1000, 1200)) < 0.5
    assert set(result.origin[gap, INDEX["AU22"]]) == {NONE}
    assert np.isnan(result.track.aus[gap, INDEX["AU22"]]).all()
    assert result.track.deviation is not None
    error = result.scales[0, "AU12"].error
    assert result.track.deviation[gap, LEFT] == pytest.approx(error)


def test_a_turned_head_keeps_its_far_side_empty() -> None:
    both = pair(0.2, 0.2)
    gap = slice(1000, 1200)
    both.other.track.pose[gap, 0] = 60.0  # to the subject's left, which it hides
    result = replace(both, track=lost(both.track, gap)).joined()
    assert set(result.track.status[gap]) == {"turned"}
    assert np.isnan(result.track.aus[gap, LEFT]).all()
    assert set(result.origin[gap, LEFT]) == {NONE}
    assert np.isfinite(result.track.aus[gap, RIGHT]).all()


def test_what_mien_knows_to_be_hidden_stays_empty() -> None:
    both = pair(0.2, 0.2)
    both.track.aus[500:600, [LEFT, RIGHT]] = np.nan
    both.track.aus[700:800, LEFT] = np.nan
    both.track.status[500:800] = "occluded"
    right = both.track.aus[700:800, RIGHT].copy()
    result = both.joined()
    assert np.isnan(result.track.aus[500:600, LEFT]).all()
    assert set(result.origin[500:600, LEFT]) == {NONE}
    assert (result.track.aus[700:800, RIGHT] == right).all()


def test_the_sides_stay_miens() -> None:
    both = pair(0.3, 0.3, one_sided=True)
    result = both.joined()
    still = result.track.aus[:, RIGHT]
    assert np.sqrt(np.mean(still**2)) < 0.12
    assert result.track.aus[:, LEFT].max() > 2


def test_what_does_not_go_together_is_left_alone() -> None:
    both = pair(0.3, 0.3)
    shifted = np.roll(both.other.track.aus, 700, axis=0)  # as of another clip
    result = replace(
        both, other=replace(both.other, track=replace(both.other.track, aus=shifted))
    ).joined()
    assert all(scale.refused for scale in result.scales.values())
    assert (result.track.aus == both.track.aus).all()
    assert set(np.unique(result.origin)) == {MIEN}


def test_what_openface_is_not_sure_of_does_not_count() -> None:
    both = pair(0.3, 0.3)
    both.other.track.confidence[:] = 0.6
    assert set(np.unique(both.joined().origin)) == {MIEN}


def test_less_weight_where_it_contradicts_itself() -> None:
    both = pair(0.3, 0.3)
    plain = both.joined()
    present = np.zeros_like(both.other.present)
    odd = replace(both, other=replace(both.other, present=present)).joined()
    at = both.other.track.aus[:, LEFT] >= 1
    moved, less = (np.abs(r.track.aus - both.track.aus)[at, LEFT].mean() for r in (plain, odd))
    assert 0.4 < less / moved < 0.9


def test_the_readings_that_went_in_stay_as_they_were() -> None:
    both = pair(0.3, 0.3)
    before, said = both.track.aus.copy(), both.other.track.aus.copy()
    both.joined()
    assert (both.track.aus == before).all()
    assert np.array_equal(both.other.track.aus, said, equal_nan=True)


def test_exclusive_units_are_still_exclusive() -> None:
    both = pair(0.3, 0.3)
    aus, said = both.track.aus, both.other.track.aus
    aus[:, [INDEX["AU05L"], INDEX["AU05R"]]] = 0.4
    wave = 1 + np.sin(np.arange(N) / 9)
    for side in "LR":
        aus[:, INDEX[f"AU43{side}"]] = (wave - 0.6).clip(0, 5)
        aus[:, INDEX[f"AU05{side}"]] = np.where(wave > 0.6, 0, 0.4)
        said[:, INDEX[f"AU43{side}"]] = wave
    result = both.joined()
    pairs = result.track.aus[:, [INDEX["AU05L"], INDEX["AU43L"]]]
    assert (pairs.min(axis=1) < 1e-6).all()
