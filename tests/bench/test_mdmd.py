"""The MDMD baseline: where it looks, what it finds, and that it works at all."""

import cv2
import numpy as np
import pytest

from mien.bench.baselines.mdmd import Curve, _cut, mdmd, mdmd_curve, mdmd_events
from mien.core.envelope import Envelope
from mien.core.facs import COLUMNS
from mien.core.signal import Interval, Track
from mien.media.writer import write_video

IOD = 60.0


def track_of(n: int, rate: float, roll: float = 0.0) -> Track:
    return Track(
        time=np.arange(n) / rate,
        pts=np.arange(n),
        frame=np.arange(n),
        face=np.zeros(n, dtype=np.int64),
        status=np.full(n, "ok", dtype="<U12"),
        confidence=np.ones(n),
        pose=np.tile([0.0, 0.0, roll], (n, 1)),
        position=np.tile([100.0, 90.0, IOD], (n, 1)),
        aus=np.zeros((n, len(COLUMNS))),
    )


@pytest.fixture(scope="module")
def skin():
    random = np.random.default_rng(0)
    return cv2.GaussianBlur(random.integers(0, 255, (220, 200, 3)).astype(np.float32), (0, 0), 2.5)


def moving(skin, rate: float, course: Envelope | None, pixels: float):
    """A patch that moves to the right, as a cheek does, and noise."""
    y, x = np.mgrid[:220, :200].astype(np.float32)
    patch = np.exp(-(((x - 130) / 30) ** 2 + ((y - 130) / 30) ** 2)).astype(np.float32)
    random = np.random.default_rng(1)
    for i in range(round(2.4 * rate)):
        share = 0.0 if course is None else float(course.value(np.array(i / rate)))
        seen = cv2.remap(skin, x - share * pixels * patch, y, cv2.INTER_CUBIC)
        grain = 1.5 * random.standard_normal(seen.shape)
        yield i / rate, np.clip(np.rint((seen - 128) * 3 + 128 + grain), 0, 255).astype(np.uint8)


def test_a_movement_of_three_pixels_is_found(skin, tmp_path) -> None:
    course = Envelope(1.0, 1.2, 1.46)
    clip = tmp_path / "clip.mp4"
    write_video(clip, moving(skin, 30.0, course, 3.0), 30.0, 10)
    found = mdmd(clip, track_of(72, 30.0))
    truth = Interval(course.onset, course.offset)
    near = [e for e in found if Interval(e.onset, e.offset).iou(truth) >= 0.5]
    assert [event.kind for event in near] == ["micro"]
    assert near[0].apex == pytest.approx(1.2, abs=0.07)


def test_runs_of_the_right_length_are_events() -> None:
    time = np.arange(200) / 100.0
    height = np.zeros(200)
    height[50:80] = 1.0  # 0.30 s
    height[100:110] = 1.0  # too short
    height[65] = 2.0
    curve = Curve(time, height)
    (event,) = mdmd_events(curve, 0.3)
    assert (event.onset, event.apex, event.offset) == pytest.approx((0.50, 0.65, 0.79))
    assert mdmd_events(curve, 0.3, "macro") == []
    assert mdmd_events(Curve(np.zeros(0), np.zeros(0))) == []


def test_a_higher_share_of_the_range_never_finds_more_frames() -> None:
    height = np.convolve(np.random.default_rng(3).standard_normal(400), np.ones(40) / 40, "same")
    time = np.arange(400) / 100.0
    middle, top = height.mean(), height.max()
    for low, high in ((0.01, 0.2), (0.2, 0.5)):
        under, over = (height > middle + p * (top - middle) for p in (low, high))
        assert (over <= under).all()
    for event in mdmd_events(Curve(time, height), 0.2):
        rows = (time >= event.onset) & (time <= event.offset)
        assert (height[rows] > middle + 0.2 * (top - middle)).all()


def test_a_rolled_face_is_cut_out_upright(skin) -> None:
    upright = cv2.cvtColor(skin.astype(np.uint8), cv2.COLOR_RGB2GRAY)
    # The subject's left is right in the picture: towards that shoulder is clockwise.
    turn = cv2.getRotationMatrix2D((100.0, 90.0), -12.0, 1.0)
    tipped = cv2.warpAffine(upright, turn, upright.shape[::-1], flags=cv2.INTER_CUBIC)
    straight = _cut(upright, (100.0, 90.0, IOD, 0.0), IOD)[60:180, 40:160].astype(float)
    again = _cut(tipped, (100.0, 90.0, IOD, 12.0), IOD)[60:180, 40:160].astype(float)
    assert np.abs(straight - again).mean() < 3.0
    assert np.corrcoef(straight.ravel(), again.ravel())[0, 1] > 0.98


def test_a_clip_without_a_face(tmp_path) -> None:
    track = track_of(20, 60.0)
    track.position[:] = np.nan
    assert not len(mdmd_curve(tmp_path / "clip.mp4", track).time)
    assert mdmd(tmp_path / "clip.mp4", track) == []
