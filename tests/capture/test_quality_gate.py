"""The gate on clips made with known rates, lamps, noise, blur, light and faults."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mien.capture.gate import Gate, flicker, head, noise, poor_spans, sharpness
from mien.capture.gate.limits import LIMITS
from mien.capture.quality import overall
from mien.capture.verdict import LEVELS, Verdict
from mien.core.signal import Interval
from mien.edit.points import Subject

Luma = NDArray[np.uint8]
Clip = Callable[..., Gate]
_BANK = np.random.default_rng(5).standard_normal((300, 300)).astype(np.float32)


@pytest.fixture(scope="module")
def face() -> Luma:
    """Texture with edges of every width, in place of a face; shape (240, 240)."""
    coarse = np.random.default_rng(0).integers(80, 160, (40, 40), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, (240, 240), interpolation=cv2.INTER_NEAREST))


@pytest.fixture(scope="module")
def clip(face: Luma, subject: Subject) -> Clip:
    """Shows the texture to a gate."""

    def show(
        time: NDArray[np.float64] | None = None,
        gain: Callable[[float], object] = lambda _: 1.0,
        sigma: float = 1.5,
        picture: Luma = face,
        shift: Callable[[float], float] = lambda _: 0.0,
        seen: Callable[[float], bool] = lambda _: True,
    ) -> Gate:
        gate = Gate()
        time = np.arange(120) / 100 if time is None else time
        random = np.random.default_rng(1)
        for now in time.tolist():
            top, left = random.integers(60, size=2)
            grain = sigma * _BANK[top : top + 240, left : left + 240]
            there = np.roll(picture, round(shift(now)), axis=1)
            level = np.clip(np.rint(there * gain(now) + grain), 0, 255).astype(np.uint8)
            moved = subject.points + np.array([shift(now), 0.0, 0.0])
            points = moved if seen(now) else None
            gate.look(now, level, points)
        return gate

    return show


def said(gate: Gate, check: str) -> Verdict:
    (found,) = [one for one in gate.judge() if one.check == check and one.span is None]
    return found


def test_every_check_speaks_once_about_the_clip(clip: Clip) -> None:
    found = clip().judge()
    names = [one.check for one in found if one.span is None]
    assert len(names) == len(set(names))
    sides = {"darkness", "brightness", "motion_blur"}  # of exposure and blur
    assert set(names) | sides == set(LIMITS) | {"exposure"}
    assert all(
        one.reason.endswith(".") and bool(one.advice) == (one.level != "good") for one in found
    )


@given(st.sampled_from(list(LIMITS)), st.floats(0, 300), st.floats(0, 300))
def test_a_worse_value_is_never_judged_better(name: str, one: float, other: float) -> None:
    limit = LIMITS[name]
    better, worse = sorted((one, other), reverse=limit.usable < limit.good)
    assert LEVELS.index(limit.level(better)) <= LEVELS.index(limit.level(worse))
    assert limit.level(float("nan")) == "poor"


def test_guide_prints_the_same_numbers(root: Path) -> None:
    page = (root / "docs/capture-guide.md").read_text()
    missing = [
        name
        for name, one in LIMITS.items()
        if f"| `{name}` | {one.good:g} | {one.usable:g} | {one.unit} |" not in page
    ]
    assert not missing


@settings(max_examples=15)
@given(
    st.floats(28, 250), st.sampled_from(flicker.RIPPLES), st.floats(0.02, 0.08),
    st.floats(0, 6.2), st.floats(0, 0.008),
)  # fmt: skip
def test_ripple_is_found_at_its_frequency_and_size(
    rate: float, light: float, swing: float, phase: float, delay: float
) -> None:
    assume(3.0 < flicker.alias(light, rate) < 0.45 * rate)
    gate = _pulsing(np.arange(0, 1.5, 1 / rate), light, swing, phase, delay)
    found = flicker.ripple(gate.record, light)
    assert found is not None
    assert found.found
    assert flicker.alias(found.light, rate) == pytest.approx(flicker.alias(light, rate), abs=0.3)
    assert found.amplitude == pytest.approx(swing, rel=0.25)


def _pulsing(
    time: NDArray[np.float64], light: float, swing: float, phase: float, delay: float
) -> Gate:
    """A grey face under a lamp, in a small picture; ``delay``: seconds from its top to its chin."""
    gate = Gate()
    low = np.linspace(0, 1, 64)[:, None]
    outline = np.zeros((478, 3))
    angle = np.linspace(0, 2 * np.pi, 478)
    outline[:, :2] = 32 + 30 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    random = np.random.default_rng(2)
    for now in time.tolist():
        wave = 1 + swing * np.sin(2 * np.pi * light * (now + delay * low) + phase)
        level = 120 * wave + random.standard_normal((64, 64))
        gate.look(now, np.rint(level).astype(np.uint8), outline)
    return gate


def test_a_nodding_head_is_no_lamp(clip: Clip) -> None:
    swaying = clip(np.arange(120) / 30, shift=lambda t: 4 * np.sin(2 * np.pi * 3.0 * t))
    assert said(swaying, "flicker").level == "good"


def test_alias_in_words(clip: Clip) -> None:
    gate = clip(np.arange(90) / 30, gain=lambda t: 1 + 0.06 * np.sin(2 * np.pi * 100 * t + 1))
    found = said(gate, "flicker")
    assert found.level == "poor"
    assert "50 Hz mains" in found.reason
    assert "10.0 times a second" in found.reason
    assert "10 ms" in found.advice
    assert "no exposure is long enough" in flicker.advice(100.0, 200.0)


def test_a_ripple_that_rounds_to_nothing_is_none(
    clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flicker, "ripple", lambda *_: flicker.Ripple(100.0, 0.0004, 0.0, True))
    assert said(clip(), "flicker").reason == "No flicker of lamps is seen."


def test_missing_frames(clip: Clip) -> None:
    time = np.delete(np.arange(120) / 100, [30, 60, *range(80, 90)])
    found = [one for one in clip(time).judge() if one.check == "drops"]
    assert found[0].value == pytest.approx(12 / 120)
    assert [one.span for one in found[1:]] == [Interval(0.79, 0.90)]  # the short gaps hide nothing


def test_repeated_frames_do_not_count_as_rate(face: Luma, subject: Subject) -> None:
    gate, random = Gate(), np.random.default_rng(3)
    for i in range(100):
        if i % 2 == 0:
            now = np.rint(face + 1.5 * random.standard_normal(face.shape)).astype(np.uint8)
        gate.look(i / 60, now.copy(), subject.points)
    assert said(gate, "duplicates").value == pytest.approx(0.5)
    assert said(gate, "rate").value == pytest.approx(30, rel=0.01)
    assert "60" in said(gate, "rate").reason


def test_a_picture_that_stands_still_hides_nothing(clip: Clip) -> None:
    still = clip(sigma=0.0)
    assert not poor_spans(still.judge())
    assert said(still, "rate").value == pytest.approx(100)


def test_a_picture_that_stalls_and_jumps(face: Luma, subject: Subject) -> None:
    gate, random = Gate(), np.random.default_rng(3)
    for i in range(100):
        if not 40 <= i < 60:
            there = np.roll(face, 12 if i >= 60 else 0, axis=1)
            now = np.rint(there + 1.5 * random.standard_normal(face.shape)).astype(np.uint8)
        gate.look(i / 100, now.copy(), subject.points)
    assert (Interval(0.39, 0.60), "duplicates") in poor_spans(gate.judge())


@pytest.mark.parametrize("sigma", [1.0, 3.0, 8.0])
def test_noise(clip: Clip, sigma: float) -> None:
    fine, wide = clip(sigma=sigma).record.noise()
    assert fine == pytest.approx(np.hypot(sigma, 0.29), rel=0.15)  # rounding is noise, too
    assert wide == pytest.approx(fine, rel=0.25)  # white


def test_noise_is_not_movement(clip: Clip) -> None:
    moving = clip(shift=lambda t: 3 * np.sin(6 * t)).record.noise()[0]
    assert moving == pytest.approx(1.5, rel=0.15)


def test_floor_is_what_the_best_estimate_reaches(clip: Clip, face: Luma) -> None:
    """The shift of a patch to the right, by least squares on its gradient, over many noises."""
    patch = cv2.GaussianBlur(face, (0, 0), 2.0)[100:130, 100:130].astype(np.float64)
    gx = np.gradient(patch, axis=1)[1:-1, 1:-1]
    random = np.random.default_rng(4)
    noises = 3.0 * random.standard_normal((2000, *gx.shape))
    found = (noises * gx).sum(axis=(1, 2)) / (gx * gx).sum()
    xx, _, _, count = noise._tensor(patch.astype(np.uint8), (slice(0, 30), slice(0, 30)))
    assert count == gx.size
    assert found.std() == pytest.approx(3.0 / np.sqrt(xx), rel=0.1)


def test_floor_grows_with_noise(clip: Clip) -> None:
    floors = [noise.floor(clip(sigma=sigma).record) for sigma in (1.0, 4.0, 12.0)]
    assert floors == sorted(floors)


def test_blur_in_px(clip: Clip) -> None:
    coarse = np.random.default_rng(0).integers(60, 180, (10, 10), dtype=np.uint8)
    edges = cv2.resize(coarse, (240, 240), interpolation=cv2.INTER_NEAREST)
    for sigma in (1.5, 2.5):
        soft = np.asarray(cv2.GaussianBlur(edges, (0, 0), sigma))
        gate = clip(np.arange(30) / 100, picture=soft)
        assert said(gate, "blur").value * 60 == pytest.approx(sigma, rel=0.3)


def test_blurred_moments(face: Luma, subject: Subject) -> None:
    soft, gate = np.asarray(cv2.blur(face, (9, 1))), Gate()
    for i in range(100):
        gate.look(i / 100, soft if 40 <= i < 60 else face, subject.points)
    spans = [span for span, name in poor_spans(gate.judge()) if name == "blur"]
    assert spans == [Interval(0.40, 0.59)]
    assert np.isfinite(sharpness.widths(gate.record)).all()


def test_exposure_steps(clip: Clip) -> None:
    step = said(clip(gain=lambda t: 1.0 if t < 0.6 else 1.08), "steps")
    assert step.value == pytest.approx(np.log(1.08), abs=0.01)
    assert "once" in step.reason
    assert said(clip(gain=lambda t: 1.0 + 0.05 * t), "steps").level == "good"  # slow


@pytest.mark.parametrize(
    ("gain", "level"), [(1.0, "good"), (0.5, "usable"), (0.3, "poor"), (2.0, "poor")]
)
def test_exposure(clip: Clip, gain: float, level: str) -> None:
    assert said(clip(np.arange(30) / 100, gain=lambda _: gain), "exposure").level == level


def test_uneven_light_names_the_side(clip: Clip) -> None:
    across = np.where(np.arange(240) < 120, 0.7, 1.0)  # the left of the picture is the right side
    found = said(clip(np.arange(30) / 100, gain=lambda _: across), "evenness")
    assert found.value == pytest.approx(0.7**-2.2, rel=0.15)
    assert "left side" in found.reason


def test_a_head_moves_as_fast_as_it_does_however_seldom_it_is_looked_for(clip: Clip) -> None:
    time = np.arange(120) / 200
    every = head.speed(clip(time, shift=lambda now: 100.0 * now).record)
    seldom = head.speed(clip(time, shift=lambda now: 2.0 * (round(200 * now) // 4)).record)
    assert np.nanmedian(seldom) == pytest.approx(np.nanmedian(every), rel=0.02)
    assert np.nanmax(seldom) < 1.1 * np.nanmax(every)


def test_no_face(clip: Clip) -> None:
    checks = clip(seen=lambda _: False).judge()
    assert overall(checks) == ("none", ("No face was found.",))
    assert {one.check for one in checks} == {"length", "rate", "drops", "duplicates", "face"}


def test_a_face_that_goes_and_comes_back(clip: Clip) -> None:
    checks = clip(seen=lambda t: not 0.5 < t < 0.9).judge()
    (lost,) = [span for span, name in poor_spans(checks) if name == "face"]
    assert (lost.start, lost.end) == pytest.approx((0.51, 0.89))


@pytest.mark.parametrize("count", [0, 1, 2, 5, 10, 15, 44])
def test_what_is_too_short_for_any_micro_expression_is_not_judged(clip: Clip, count: int) -> None:
    """By the reader's own limits: 0.3 s before it, 0.04 s of it and 0.1 s after it."""
    checks = clip(np.arange(count) / 100).judge()
    verdict, reasons = overall(checks)
    assert verdict == "none"
    assert ("too short" if count > 1 else "no movement" if count else "No face") in reasons[0]
    assert not any("nan" in one.reason for one in checks)
    assert not {"flicker", "beat"} & {one.check for one in checks if count < 24}


def test_a_clip_that_holds_a_micro_expression_may_be_judged(clip: Clip) -> None:
    assert said(clip(np.arange(46) / 100), "length").level == "usable"
    assert said(clip(np.arange(91) / 100), "length").level == "good"


def test_the_picture_may_change_its_size(subject: Subject) -> None:
    gate = Gate()
    for i in range(20):
        side = 240 if i < 10 else 200
        gate.look(i / 50, np.full((side, side), 100, np.uint8), subject.points)
    assert gate.judge()


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_any_picture_and_any_points_are_judged(seed: int) -> None:
    random = np.random.default_rng(seed)
    gate = Gate()
    time = np.cumsum(random.uniform(0.001, 0.2, 12))
    for now in time.tolist():
        picture = random.integers(0, 256, (48, 64), dtype=np.uint8)
        points = (
            random.normal(30, random.uniform(1, 200), (478, 3)) if random.random() < 0.8 else None
        )
        gate.look(now, picture, points)
    for one in gate.judge():
        assert one.level in LEVELS


def test_it_keeps_little(clip: Clip) -> None:
    gate = clip(np.arange(100) / 100)
    assert gate.record.frames.itemsize <= 72
    assert gate.record.glances.nbytes <= 10 * 100
