"""What is taken off the readings before anything is looked for, and what is not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.anatomy.inverse import FREE
from mien.capture import filters
from mien.capture.clutter import NAMES, SPOTTED, background, reach, wander
from mien.capture.course import Course
from mien.capture.gate.spans import step
from mien.capture.head import compensated
from mien.capture.joined import joined
from mien.capture.limits import Limits
from mien.capture.matched import patterns, scores
from mien.capture.signals import signals_of
from mien.capture.signature import action_units_of, believed, strayed
from mien.capture.speech import talking
from mien.core.facs import COLUMNS, INDEX

RATE = 100.0
CLOCK = np.arange(400) / RATE
BUMP = np.exp(-(((CLOCK - 2.0) / 0.1) ** 2))


def course(aus: np.ndarray, pose: np.ndarray | None = None) -> Course:
    n = len(aus)
    level = np.tile([0.0, 0.0, 0.0, 0.0, 0.0, 100.0], (n, 1))
    return Course(
        time=np.arange(n) / RATE,
        frame=np.arange(n),
        stretch=np.zeros(n, dtype=np.int64),
        key=np.zeros(n, dtype=np.bool_),
        odd=np.zeros(n),
        hidden=np.zeros((n, len(FREE)), dtype=np.bool_),
        pose=level if pose is None else pose,
        aus=aus,
    )


def test_brief_keeps_what_is_brief_and_takes_off_what_lasts() -> None:
    step = 3.0 * np.clip((CLOCK - 0.9) / 0.2, 0.0, 1.0)
    found = filters.brief((BUMP + step)[:, None], RATE)[:, 0]
    assert found[200] == pytest.approx(1.0, abs=0.05)
    assert np.abs(found[CLOCK < 1.5]).max() < 0.05


@given(st.integers(2, 398), st.floats(-5, 5))
def test_a_jump_of_the_codec_goes_and_all_else_stays(at: int, size: float) -> None:
    key = np.zeros(len(CLOCK), dtype=np.bool_)
    key[at] = True
    jumped = BUMP + size * (np.arange(len(CLOCK)) >= at)
    found = filters.without_jumps(jumped[:, None], key)[:, 0]
    assert found == pytest.approx(BUMP, abs=0.02)


def test_where_every_frame_begins_anew_nothing_is_a_jump() -> None:
    key = np.ones(len(CLOCK), dtype=np.bool_)
    assert filters.without_jumps(BUMP[:, None], key)[:, 0] == pytest.approx(BUMP)


def test_stretches_part_at_gaps_and_where_the_face_was_lost() -> None:
    time = np.array([0.0, 0.1, 0.2, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5])
    part = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1])
    assert [rows.tolist() for rows in filters.stretches(time, part)] == [
        [0, 1, 2], [3, 4, 5], [6, 7, 8],
    ]  # fmt: skip


def test_what_follows_the_head_goes_and_an_expression_stays() -> None:
    yaw = 12.0 * np.sin(2 * np.pi * CLOCK / 2.4)
    pose = np.tile([0.0, 0.0, 0.0, 0.0, 0.0, 100.0], (len(CLOCK), 1))
    pose[:, 0] = yaw
    values = np.stack([0.05 * yaw + 0.001 * yaw**2, 0.02 * yaw + BUMP], axis=1)
    brief = filters.brief(values, RATE)
    found = compensated(brief, pose, RATE)
    assert np.abs(found[:, 0]).max() < 0.6 * np.abs(brief[:, 0]).max()
    assert found[200, 1] == pytest.approx(1.0, abs=0.2)


def test_a_still_head_explains_nothing() -> None:
    pose = np.tile([0.0, 0.0, 0.0, 0.0, 0.0, 100.0], (len(CLOCK), 1))
    values = filters.brief(BUMP[:, None], RATE)
    assert compensated(values, pose, RATE) == pytest.approx(values)


def test_a_direction_that_always_wanders_is_weighed_down() -> None:
    generator = np.random.default_rng(0)
    values = 0.01 * generator.standard_normal((400, len(NAMES)))
    values[:, NAMES.index("AU25")] *= 50.0
    heights = scores(values + 0.3 * BUMP[:, None], background(values))
    names = patterns()[0]
    assert heights[200, names.index(("AU04L",))] > 4.0 * heights[200, names.index(("AU25",))]


def test_a_rare_event_is_no_part_of_its_own_background() -> None:
    values = 0.01 * np.random.default_rng(1).standard_normal((400, len(NAMES)))
    with_event = values.copy()
    with_event[190:210] += 2.0
    assert np.diag(background(with_event)) == pytest.approx(np.diag(background(values)), rel=0.5)


@pytest.mark.parametrize("name", ["AU12L", "AU04R", "AU01L", "AU17"])
def test_one_unit_is_named_alone(name: str) -> None:
    movement = np.zeros(len(NAMES))
    movement[NAMES.index(name)] = 0.4
    far = 0.4 * float(reach()[NAMES.index(name)])
    found = action_units_of(movement, strayed(wander(1e-4), far))
    assert found == pytest.approx({name: 0.4}, rel=0.2)


@pytest.mark.parametrize(("beside", "size"), [("AU10L", 0.1), ("AU10L", 0.25), ("AU16L", 0.8)])
def test_a_smile_that_strays_is_named_a_smile(beside: str, size: float) -> None:
    """Each moves the skin about half as far as the smile, at most."""
    movement = np.zeros(len(NAMES))
    movement[NAMES.index("AU12L")], movement[NAMES.index(beside)] = 0.4, size
    far = 0.4 * float(reach()[NAMES.index("AU12L")])
    found = action_units_of(movement, strayed(wander(1e-4), far))
    assert found == pytest.approx({"AU12L": 0.4}, rel=0.2)


def test_a_smile_is_taken_before_a_lip_that_moves_as_far() -> None:
    """What is taken first is given what either explains, and little of it is left to the other."""
    movement = np.zeros(len(NAMES))
    movement[NAMES.index("AU12L")], movement[NAMES.index("AU10L")] = 0.4, 0.8
    far = 0.8 * float(reach()[NAMES.index("AU10L")])
    found = action_units_of(movement, strayed(wander(1e-4), far))
    assert set(found) == {"AU12L", "AU10L"}
    assert found["AU12L"] > 0.4
    assert found["AU10L"] < 0.8


def test_names_do_not_depend_on_size() -> None:
    movement = np.zeros(len(NAMES))
    for name in ("AU06L", "AU06R", "AU12L", "AU12R"):
        movement[NAMES.index(name)] = 0.3
    small = action_units_of(movement, strayed(wander(1e-5), 0.01))
    large = action_units_of(10 * movement, strayed(wander(1e-4), 0.1))
    assert large == pytest.approx({name: 10 * size for name, size in small.items()}, rel=1e-3)
    assert max(small, key=lambda name: small[name] * reach()[NAMES.index(name)])[:4] == "AU12"


def test_what_the_background_explains_is_not_believed() -> None:
    movement = np.full(len(NAMES), 0.1)
    noise = wander(1e-4)
    noise[0, 0] += 100.0
    found = believed(movement, noise, 0.01)
    assert abs(found[0]) < 0.1 * 0.1


def test_talking_goes_to_and_fro_and_a_smile_comes_and_goes_once() -> None:
    values = np.zeros((len(CLOCK), len(NAMES)))
    values[:, NAMES.index("AU12L")] = values[:, NAMES.index("AU12R")] = BUMP
    assert talking(CLOCK, values) == []
    values[:, NAMES.index("AU27")] = np.where(CLOCK > 3.0, np.sin(25.0 * CLOCK), 0.0)
    spans = talking(CLOCK, values)
    assert spans
    assert min(span.start for span in spans) > 1.9


def test_joined_is_the_landmarks_where_nothing_moves() -> None:
    landmarks = np.zeros((400, len(COLUMNS)))
    landmarks[:, INDEX["AU12L"]] = 2.0
    aus, deviation = joined(course(np.zeros((400, len(FREE)))), landmarks)
    assert aus == pytest.approx(landmarks, abs=1e-9)
    assert (deviation >= 0.0).all()


def test_joined_shows_a_movement_that_landmarks_miss() -> None:
    motion = np.zeros((400, len(FREE)))
    at = FREE.index(INDEX["AU12L"])
    motion[:, at] = 0.2 * BUMP
    noise = 0.002 * np.random.default_rng(2).standard_normal(motion.shape)
    noise[:, [i for i in range(len(FREE)) if i not in SPOTTED]] = 0.0
    aus, _ = joined(course(motion + noise), np.zeros((400, len(COLUMNS))))
    assert aus[200, INDEX["AU12L"]] == pytest.approx(0.2, abs=0.05)


def test_joined_believes_landmarks_of_a_large_quick_movement() -> None:
    landmarks = np.zeros((400, len(COLUMNS)))
    landmarks[:, INDEX["AU12R"]] = 4.0 * BUMP
    aus, _ = joined(course(np.zeros((400, len(FREE)))), landmarks)
    assert aus[200, INDEX["AU12R"]] > 3.0


@given(st.integers(3, 5000), st.floats(1.0, 200.0))
def test_blocks_count_every_row_once(n: int, rate: float) -> None:
    time = np.arange(n) / rate
    counted = np.zeros(n, dtype=np.int64)
    for rows, span in filters.blocks(time):
        inside = (time[rows] >= span.start) & (time[rows] < span.end)
        counted[rows] += inside
    assert (counted == 1).all()


@pytest.mark.parametrize("rate", [24.0, 59.94, 60.0, 120.0, 240.0])
def test_stamps_of_whole_milliseconds_tell_the_rate(rate: float) -> None:
    time = np.round(np.arange(500) / rate, 3)
    time[300:] += 0.5  # a gap is no step
    assert 1.0 / step(time) == pytest.approx(rate, rel=0.005)


def test_what_is_hidden_for_a_while_is_no_movement() -> None:
    aus = np.full((400, len(COLUMNS)), 1.5)
    aus[150:250, INDEX["AU12L"]] = np.nan
    aus[:, INDEX["AU25"]] = np.nan
    made = signals_of(course(np.zeros((400, len(FREE)))), aus, Limits())
    assert np.ptp(made.raised[:, NAMES.index("AU12L")]) < 1e-9
    assert np.ptp(made.raised[:, NAMES.index("AU25")]) < 1e-9
