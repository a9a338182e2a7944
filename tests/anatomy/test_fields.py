"""The forward model, on faces of several shapes."""

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.anatomy import topology
from mien.anatomy.fields import fields_of, reflect, table
from mien.anatomy.model import displacement, face_model
from mien.anatomy.template import distances, template
from mien.core import facs

Array = NDArray[np.float64]


@pytest.fixture(params=[(1.0, 1.0), (1.15, 0.9), (0.9, 1.2)], ids=["average", "wide", "long"])
def face(request: pytest.FixtureRequest) -> Array:
    width, height = request.param
    return template() * (width, height, 1.0)


def test_every_action_unit_moves_something(face: Array) -> None:
    reach = np.abs(fields_of(face)).max(axis=(1, 2))
    assert {c for c, r in zip(facs.COLUMNS, reach, strict=True) if r < 0.01} == set()


def test_right_is_the_mirror_of_left(face: Array) -> None:
    fields = fields_of(face)
    for unit in facs.ACTION_UNITS:
        if unit.sided:
            left, right = (fields[facs.INDEX[column]] for column in unit.columns)
            np.testing.assert_allclose(reflect(left), right, atol=1e-12)


def test_unsided_units_are_symmetric(face: Array) -> None:
    fields = fields_of(face)
    for code in ("AU17", "AU18", "AU24", "AU25", "AU27", "AU63"):
        np.testing.assert_allclose(
            reflect(fields[facs.INDEX[code]]), fields[facs.INDEX[code]], atol=1e-12
        )


def test_one_side_stays_on_its_side(face: Array) -> None:
    fields = fields_of(face)
    far = template()[:, 0] < -0.35
    for unit in facs.ACTION_UNITS:
        if unit.sided:
            left = np.linalg.norm(fields[facs.INDEX[unit.columns[0]]], axis=1)
            assert left[far].max() < 0.15 * left.max(), unit.code


def test_lids_touch_at_five_and_halve_at_half(face: Array) -> None:
    model = face_model(face)
    upper, lower = list(topology.UPPER_LID_LEFT), list(topology.LOWER_LID_LEFT)
    for value, share in ((5.0, 0.0), (2.5, 0.5)):
        moved = face + displacement(model, facs.vector({"AU43L": value}))
        gap, open_gap = moved[upper] - moved[lower], face[upper] - face[lower]
        np.testing.assert_allclose(gap, share * open_gap, atol=1e-9)


def test_jaw_is_one_travel(face: Array) -> None:
    model = face_model(face)
    half = displacement(model, facs.vector({"AU26": 5.0}))
    np.testing.assert_allclose(displacement(model, facs.vector({"AU27": 5.0})), 2 * half)
    assert half[152, 1] < -0.1


def test_the_corner_goes_where_the_anchor_says() -> None:
    corner = fields_of(template())[facs.INDEX["AU12L"], 291, :2]
    assert np.linalg.norm(corner) == pytest.approx(0.2, abs=0.06)
    assert (corner > 0).all()


def test_displacement_is_linear() -> None:
    model = face_model(template())
    rng = np.random.default_rng(0)
    aus = facs.resolve(rng.uniform(0, 2, len(facs.COLUMNS)))
    np.testing.assert_allclose(displacement(model, aus), 2 * displacement(model, aus / 2))


def test_every_row_names_its_source_and_a_unit() -> None:
    codes = {unit.code for unit in facs.ACTION_UNITS} | {"AU30", "AU61"}
    for row in table():
        assert row.source
        assert row.muscle
        assert row.au in codes
        assert 0 < row.reach <= 1.5


def test_lips_are_far_apart_along_the_skin() -> None:
    assert distances()[13, 14] > 0.5
    assert distances()[13, 0] < 0.3


def test_mirror_is_its_own_inverse() -> None:
    np.testing.assert_array_equal(topology.mirror()[topology.mirror()], np.arange(478))
    assert len(topology.triangles()) == 852
