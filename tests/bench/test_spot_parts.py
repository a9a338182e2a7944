"""What the bench of spotting is made of: curves, movements, the list of cases."""

import numpy as np
import pytest

from mien.anatomy.fields import reflect
from mien.anatomy.fit import Pair, Shape
from mien.anatomy.template import template
from mien.anatomy.topology import STILL
from mien.bench.people import sculpted_shapes
from mien.bench.spot_cases import CONFOUNDS, RATES, matrix, subset
from mien.bench.spot_courses import HELD_OUT, OURS, course, top
from mien.bench.spot_motion import SIDES, UNITS, real_smile, sculpted
from mien.core.facs import INDEX
from mien.core.signal import Interval


@pytest.mark.parametrize("family", [*HELD_OUT, *OURS])
def test_courses_rise_to_one_and_fall(family) -> None:
    curve = course(1.0, 1.2, 1.45, family)
    up, down = np.linspace(1.0, 1.2, 201), np.linspace(1.2, 1.45, 201)
    assert curve.value(np.array([0.9, 1.0, 1.2, 1.45, 2.0])) == pytest.approx([0, 0, 1, 0, 0])
    assert (np.diff(curve.value(up)) >= -1e-12).all()
    assert (np.diff(curve.value(down)) <= 1e-12).all()
    first, last = top(1.2, 1.45, family)
    assert curve.value(np.linspace(first, last, 9)) == pytest.approx(np.ones(9))
    assert first == 1.2 <= last < 1.45


def test_held_out_families_are_not_ours() -> None:
    assert not set(HELD_OUT) & set(OURS)
    time = np.linspace(1.0, 1.45, 91)
    for held in HELD_OUT:
        for ours in OURS:
            apart = course(1.0, 1.2, 1.45, held).value(time) - course(1.0, 1.2, 1.45, ours).value(
                time
            )
            assert np.abs(apart).max() > 0.02


def bump(at: int) -> np.ndarray:
    """A push of the skin round one point, of one side."""
    mesh = template()
    near = np.exp(-(((mesh - mesh[at]) ** 2).sum(axis=1)) / 0.02)
    return near[:, None] * np.array([0.05, 0.08, 0.0])


def test_sculpted_sides() -> None:
    shapes = {unit: Shape(template(), bump(291)) for unit in UNITS}
    for side in SIDES:
        motion = sculpted(shapes, "AU12", side)
        assert motion.side == side
        assert all(column in INDEX for column in motion.accepted)
    left, right, both = (sculpted(shapes, "AU12", side).field for side in SIDES)
    assert right == pytest.approx(reflect(left))
    assert both == pytest.approx(left + right)
    assert sculpted(shapes, "AU17", "L").side == "both"


def test_a_smile_is_without_the_head_and_in_halves() -> None:
    mesh = template()
    moved = bump(291) + reflect(bump(291))
    moved[list(STILL)] = 0.0
    head = 0.03 * mesh[:, [1, 0]] * [-1.0, 1.0] + 0.02 * mesh[:, [2]] * [1.0, 0.0] + [0.01, -0.02]
    pair = Pair(mesh, (moved[:, :2] + head)[:468], mesh[:468, 2])
    whole = real_smile(pair, "both")
    assert whole.field[:468, :2] == pytest.approx(moved[:468, :2], abs=1e-9)
    left, right = real_smile(pair, "L"), real_smile(pair, "R")
    assert left.field + right.field == pytest.approx(whole.field, abs=1e-12)
    assert not left.field[mesh[:, 0] < -0.16].any()
    assert not right.field[mesh[:, 0] > 0.16].any()
    assert left.accepted == {"AU06L", "AU12L"}


def test_every_unit_has_a_sculpted_shape(data) -> None:
    shapes = sculpted_shapes(data)
    for unit in UNITS:
        motion = sculpted(shapes, unit, "L")
        weight = np.abs(motion.field).sum(axis=1)
        there = (weight * template()[:, 0]).sum() / weight.sum()
        assert there > 0.1 or motion.side == "both"


def test_the_matrix_holds_what_it_must() -> None:
    cases = matrix()
    assert len({case.name for case in cases}) == len(cases)
    assert cases == matrix()
    for case in cases:
        now = case.happening
        if now is None or case.group == "macro":
            continue
        assert now.offset - now.onset <= 0.5
        assert now.apex - now.onset <= 0.26
        assert Interval(0.5, case.seconds - 0.5).contains(np.array([now.onset, now.offset])).all()
    quiet = [case.confound for case in cases if case.group == "quiet"]
    assert all(quiet.count(what) >= 100 for what in CONFOUNDS)
    assert {case.rate for case in cases if case.group == "clean"} == set(RATES)
    assert sum(c.seconds for c in cases if c.group in ("still", "talking")) >= 20 * 60


def test_a_share_keeps_every_cell() -> None:
    cases = matrix()
    some = subset(cases, 0.1)
    assert len(some) < 0.2 * len(cases)
    assert {(c.group, c.confound, c.rate) for c in some} == {
        (c.group, c.confound, c.rate) for c in cases
    }
    assert subset(cases, 1.0) == cases
    assert {c.name for c in some} <= {c.name for c in subset(cases, 0.5)}
