"""The motion around an event, on the puppet, whose motion is known."""

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.anatomy.head import View
from mien.capture.learned.grid import APEX, RATE, SIDE, STEPS, cells, pooled, skin, strain, surface
from mien.capture.learned.window import Gathering, Stabilised, span, stabilised, window
from mien.core.envelope import Envelope
from mien.synth.camera import Camera
from mien.synth.clip import Clip, film
from mien.synth.head import Head
from mien.synth.movement import by_aus
from mien.synth.plate import Plate
from mien.synth.scene import Scene

ONSET, PEAK = 0.5, 0.65
F32 = NDArray[np.float32]


def smile(plate: Plate, rate: float = 100.0, **camera: float) -> Clip:
    course = Envelope(ONSET, PEAK, 0.9)
    moved = by_aus(plate.subject.model, {"AU12L": 1.0}, course, drawn=False)
    return film(plate, Scene(1.2, (moved,)), Camera(rate=rate, **camera))


def pictures(clip: Clip, dim: float = 1.0) -> Iterator[tuple[float, Stabilised]]:
    subject = clip.plate.subject
    for time, frame in clip.frames():
        dark = np.asarray(frame * dim, np.uint8)
        found = stabilised(dark, subject.model.neutral, subject.view)
        assert found is not None
        yield time, found


@pytest.fixture(scope="module")
def seen(plate: Plate) -> F32:
    found = window(pictures(smile(plate)), ONSET, PEAK)
    assert found is not None
    return found


def true_flow(plate: Plate) -> F32:
    field = by_aus(plate.subject.model, {"AU12L": 1.0}, Envelope(0, 1, 2)).field
    return np.asarray(100.0 * (cells() @ field[:, :2]).reshape(SIDE, SIDE, 2), np.float32)


def test_the_flow_at_the_apex_is_what_was_put_in(plate: Plate, seen: F32) -> None:
    truth, there = true_flow(plate), skin() > 0
    found = np.moveaxis(seen[APEX, :2], 0, -1)
    large = there & (np.hypot(*np.moveaxis(truth, -1, 0)) > 1.0)
    assert large.sum() > 20
    error = np.abs(found - truth)[large]
    assert np.median(error) < 0.3
    assert np.corrcoef(found[there].ravel(), truth[there].ravel())[0, 1] > 0.95


def test_one_side_stays_still(seen: F32) -> None:
    size = np.hypot(seen[APEX, 0], seen[APEX, 1])
    left, right = size[:, SIDE // 2 + 3 :].max(), size[:, : SIDE // 2 - 3].max()
    assert left > 5 * right


def test_rest_is_still(seen: F32) -> None:
    before = int((ONSET - PEAK) * RATE) + APEX
    assert np.abs(seen[: before - 1, :2]).max() < 0.15 * np.abs(seen[APEX, :2]).max()


def test_dimmer_light_is_no_motion(plate: Plate, seen: F32) -> None:
    dimmer = window(pictures(smile(plate), dim=0.6), ONSET, PEAK)
    assert dimmer is not None
    assert np.abs(dimmer[:, :2] - seen[:, :2]).max() < 0.25


def test_the_rate_of_the_camera_does_not_matter(plate: Plate, seen: F32) -> None:
    slower = window(pictures(smile(plate, rate=50.0)), ONSET, PEAK)
    assert slower is not None
    large = np.abs(seen[:, :2]).max()
    assert np.abs(slower[:, :2] - seen[:, :2]).mean() < 0.02 * large


def test_a_head_that_moves_is_taken_off(plate: Plate) -> None:
    clip = film(plate, Scene(1.2, head=Head(shift=6.0, rise=4.0, period=1.0)), Camera(rate=50.0))
    subject, found = plate.subject, Gathering(ONSET, PEAK)
    for row, (time, frame) in enumerate(clip.frames()):
        x, y = clip.pose[row, 3:5]
        view = View(subject.view.rotation, subject.view.scale, np.array([x, -y, 0.0]))
        one = stabilised(frame, subject.model.neutral, view)
        assert one is not None
        found.add(time, one)
    motion = found.window()
    assert motion is not None
    assert np.abs(motion[:, :2]).mean() < 0.05  # the head went by 6 px of 90 to an IOD: by 6.7


def test_a_clip_that_begins_with_the_event_is_still_read(plate: Plate) -> None:
    late = ((t, p) for t, p in pictures(smile(plate)) if t >= ONSET)
    found = window(late, ONSET, PEAK)
    assert found is not None
    assert np.isfinite(found).all()


def test_too_few_frames_are_no_window(plate: Plate) -> None:
    few = ((t, p) for t, p in pictures(smile(plate, rate=20.0)) if t < 0.3)
    assert window(few, ONSET, PEAK) is None


def test_a_clip_that_is_cut_to_the_event_needs_less(plate: Plate) -> None:
    """A tenth of a second: fewer steps than are wanted where nobody knows what is missing."""
    begin = PEAK - 0.1
    up = [(t, p) for t, p in pictures(smile(plate)) if begin <= t <= PEAK]

    def found(seen: list[tuple[float, Stabilised]], offset: float | None) -> F32 | None:
        gathering = Gathering(begin, PEAK, offset)
        for time, one in seen:
            gathering.add(time, one)
        return gathering.window()

    assert found(up, None) is None
    assert found(up, 0.9) is None
    cut = found(up, PEAK)
    assert cut is not None
    assert np.isfinite(cut).all()
    assert found(up[5:], PEAK) is None
    assert found(up[-2:], PEAK) is None


def test_a_face_outside_the_picture_is_none(plate: Plate) -> None:
    subject = plate.subject
    away = View(subject.view.rotation, subject.view.scale, np.array([5000.0, 0.0, 0.0]))
    assert stabilised(np.zeros((64, 64), np.uint8), subject.model.neutral, away) is None


def test_shape_and_masks(seen: F32) -> None:
    assert seen.shape == (STEPS, 4, SIDE, SIDE)
    assert not seen[:, :, skin() == 0].any()
    assert (seen[:, 2] >= 0).all()
    first, last = span(ONSET, PEAK)
    assert first < ONSET < PEAK < last


def test_pooling_keeps_a_constant() -> None:
    found = pooled(np.full(surface().shape, 3.0, np.float32))
    assert found[skin() > 0] == pytest.approx(3.0, abs=1e-4)
    assert not found[skin() == 0].any()


def test_strain_of_a_stretch_is_its_rate() -> None:
    column = np.arange(SIDE, dtype=np.float32)
    flow = np.zeros((SIDE, SIDE, 2), np.float32)
    flow[..., 0] = column
    inner = strain(flow)[10:18, 10:18]
    assert inner == pytest.approx(inner[0, 0])
    assert inner[0, 0] > 0


def test_weights_of_the_cells_sum_to_one() -> None:
    assert cells().sum(axis=1) == pytest.approx(1.0, abs=1e-4)
