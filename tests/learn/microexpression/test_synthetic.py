"""Training windows of nobody."""

import numpy as np
import pytest

from mien.capture.learned.grid import APEX, CHANNELS, SIDE, STEPS, skin
from mien.capture.learned.labels import CLASSES, UNITS
from mien.core.facs import COLUMNS, INDEX
from mien.learn.microexpression import fields, noise
from mien.learn.microexpression.happenings import happening
from mien.learn.microexpression.synthetic import sample, truth

MANY = [sample(3, number) for number in range(80)]


def test_the_same_numbers_give_the_same_window() -> None:
    one, other = sample(5, 17), sample(5, 17)
    assert np.array_equal(one.window, other.window)
    assert np.array_equal(one.aus, other.aus)
    assert not np.array_equal(one.window, sample(5, 18).window)


def test_windows_have_the_form_of_real_ones() -> None:
    for one in MANY:
        assert one.window.shape == (STEPS, len(CHANNELS), SIDE, SIDE)
        assert one.window.dtype == np.float32
        assert np.isfinite(one.window).all()
        assert not one.window[:, :, skin() == 0].any()
        assert 0.0 <= one.window[:, 3].min() <= one.window[:, 3].max() <= 1.0


def test_labels_agree_with_each_other() -> None:
    for number, one in enumerate(MANY):
        moving = [UNITS[at] for at in np.flatnonzero(one.aus)]
        nothing = all(name.startswith("AU43") for name in moving)
        assert (CLASSES[one.klass] == "none") == nothing
        assert np.isnan(one.times).all() == nothing
        assert truth(3, number) == one.klass
        if not nothing:
            assert one.times[0] <= one.times[1] <= one.times[2]


def test_classes_are_all_there() -> None:
    assert {truth(0, number) for number in range(600)} == set(range(len(CLASSES)))


def test_what_moves_is_largest_near_its_apex() -> None:
    large = [one.window for one in MANY if one.klass and _most(one.window[APEX]) > 2.0]
    rises = [_most(window[APEX]) / _most(window[2]) for window in large]
    assert np.median(rises) > 2.0


def _most(step: np.ndarray) -> float:
    return float(np.hypot(*step[:2]).max())


def test_fields_seen_from_the_front_are_themselves() -> None:
    one = fields.average()
    field = one.fields[[INDEX["AU12L"]]]
    flow, facing = fields.seen_flow(one, field, np.array([0.0, 0.0, 1.0]))
    there = (skin() > 0) & (facing > 0.3)
    assert flow[0][there] == pytest.approx(field[0, ..., :2][there], abs=0.02)


def test_motion_along_the_line_of_sight_is_not_seen() -> None:
    one = fields.average()
    towards = np.array([0.5, 0.0, np.sqrt(0.75)])
    field = np.broadcast_to(towards, (1, SIDE, SIDE, 3)).astype(np.float32)
    flow, facing = fields.seen_flow(one, field, towards)
    assert np.abs(flow[0][(skin() > 0) & (facing > 0.3)]).max() < 1e-4


def test_matched_filters_find_their_own_fields() -> None:
    one, found = fields.average(), fields.matched()
    flow, _ = fields.seen_flow(one, one.fields, np.array([0.0, 0.0, 1.0]))
    ways = (np.moveaxis(flow, -1, 1) * skin()).reshape(len(COLUMNS), -1)
    for name in ("AU04L", "AU12R", "AU01L", "AU15R"):
        answers = found @ ways[INDEX[name]]
        assert answers.argmax() == INDEX[name]


def test_other_models_are_like_the_field_but_not_it() -> None:
    random, one = np.random.default_rng(0), fields.average()
    own = one.fields[INDEX["AU12L"]][..., :2].ravel()
    alike = [
        np.corrcoef(own, fields.other(random, one, INDEX["AU12L"])[..., :2].ravel())[0, 1]
        for _ in range(40)
    ]
    assert 0.5 < np.median(alike) < 0.99


def test_noise_has_the_size_that_is_asked() -> None:
    random = np.random.default_rng(0)
    sizes = [noise.noise(random, 0.05).std() for _ in range(20)]
    assert 0.05 < np.mean(sizes) < 0.12


def test_losses_only_take_away() -> None:
    random = np.random.default_rng(1)
    flow = np.ones((3, SIDE, SIDE, 2), np.float32)
    for _ in range(20):
        assert np.hypot(*np.moveaxis(noise.lost(random, flow), -1, 0)).max() < 1.06 * np.sqrt(2)


def test_happenings_without_expression_name_no_units() -> None:
    for seed in range(200):
        what = happening(np.random.default_rng(seed))
        named = {COLUMNS[one.unit] for one in what.motions if one.named}
        if what.kind != "expression":
            assert named <= {"AU43L", "AU43R"}
