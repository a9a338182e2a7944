"""The inverse model: what goes in comes out, and what cannot be told is not claimed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.anatomy.head import View, neutral_in_head, rotation_of, view_of
from mien.anatomy.identity import builds, estimate_neutral
from mien.anatomy.inverse import invert, prepare
from mien.anatomy.model import displacement, face_model
from mien.anatomy.template import template
from mien.core import facs

MODEL = face_model(template())
PREPARED = prepare(MODEL)
angles = st.floats(-30, 30)


def seen(aus: dict[str, float], yaw: float = 0, pitch: float = 0, roll: float = 0):  # type: ignore[no-untyped-def]
    """Points of the average face showing some action units, on a picture."""
    mesh = template() + displacement(MODEL, facs.vector(aus))
    return View(rotation_of(yaw, pitch, roll), 180.0, np.array([400.0, -300.0, 0.0])).to_picture(
        mesh
    )


@given(yaw=angles, pitch=angles, roll=angles)
@settings(max_examples=40, deadline=None)
def test_pose_round_trip(yaw: float, pitch: float, roll: float) -> None:
    pose = view_of(seen({}, yaw, pitch, roll), template()).pose
    assert (pose.yaw, pose.pitch, pose.roll) == pytest.approx((yaw, pitch, roll), abs=1e-6)
    assert (pose.x, pose.y, pose.scale) == pytest.approx((400, 300, 180))


def test_signs_of_pose() -> None:
    out = rotation_of(20, 0, 0) @ (0, 0, 1)
    assert out[0] > 0  # to the subject's left is to the right on the picture
    assert (rotation_of(0, 20, 0) @ (0, 0, 1))[1] > 0
    assert (rotation_of(0, 0, 20) @ (0, 1, 0))[0] > 0


@pytest.mark.parametrize("unit", facs.ACTION_UNITS, ids=lambda u: u.code)
@pytest.mark.parametrize("yaw", [0.0, 25.0])
def test_each_unit_is_read_back(unit: facs.ActionUnit, yaw: float) -> None:
    column, value = unit.columns[0], 3.0
    asked = facs.resolve(facs.vector({column: value}))
    read = invert(PREPARED, seen({column: value}, yaw)).aus
    np.testing.assert_allclose(read, asked, atol=0.3)


@given(st.dictionaries(st.sampled_from(facs.COLUMNS), st.floats(0.5, 5), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_mixtures_are_read_back(aus: dict[str, float]) -> None:
    asked = facs.resolve(facs.vector(aus))
    read = invert(PREPARED, seen(aus)).aus
    assert ((read >= 0) & (read <= 5)).all()
    assert np.abs(_one_jaw(read) - _one_jaw(asked)).mean() < 0.05


def _one_jaw(aus: np.ndarray) -> np.ndarray:
    """AU26 told as AU27: the first half of the same travel, 5 of the one is 2.5 of the other."""
    told = aus.copy()
    told[facs.INDEX["AU27"]] += told[facs.INDEX["AU26"]] / 2
    told[facs.INDEX["AU26"]] = 0.0
    return told


def test_neutral_reads_as_nothing_whatever_the_pose() -> None:
    for yaw, pitch, roll in ((0, 0, 0), (30, 10, 5), (-20, -15, 20)):
        assert invert(PREPARED, seen({}, yaw, pitch, roll)).aus.max() < 1e-6


def test_half_the_motion_is_half_the_intensity() -> None:
    rng = np.random.default_rng(3)
    odd = rng.normal(0, 1.0, (478, 3))  # px, what no model explains
    still, smile = seen({}), seen({"AU12": 4.0, "AU06": 2.0})
    whole = invert(PREPARED, smile + odd).aus
    half = invert(PREPARED, still + (smile - still + odd) / 2).aus
    strong = whole > 1.0
    np.testing.assert_allclose(half[strong], whole[strong] / 2, atol=0.15)


def test_frame_before_changes_nothing_but_the_time() -> None:
    points = seen({"AU12L": 2.0, "AU04": 1.0}, 10)
    alone = invert(PREPARED, points).aus
    np.testing.assert_allclose(
        invert(PREPARED, points, near=np.ones(len(facs.COLUMNS))).aus, alone, atol=1e-9
    )


def test_gaze_and_jaw_have_directions() -> None:
    read = facs.to_dict(invert(PREPARED, seen({"AU61": 2.0, "AU30R": 2.0})).aus)
    assert read["AU61"] == pytest.approx(2.0, abs=0.2)
    assert read["AU30R"] == pytest.approx(2.0, abs=0.2)
    assert read["AU62"] == read["AU30L"] == 0.0


def test_unknown_build_is_not_an_expression() -> None:
    """A face that merely differs from the average reads as nearly neutral, with low confidence."""
    mesh = template() + 0.8 * builds()[1]
    found = estimate_neutral(View(np.eye(3), 200.0, np.zeros(3)).to_picture(mesh))
    assert np.median(found.aus) == 0.0
    assert found.aus.mean() < 0.3
    assert found.confidence.min() < 0.5


def test_unknown_face_that_grins_is_seen_to_grin() -> None:
    found = estimate_neutral(seen({"AU12": 4.0, "AU25": 3.0}))
    aus = facs.to_dict(found.aus)
    assert min(aus["AU12L"], aus["AU12R"]) > 2.0


def test_neutral_frame() -> None:
    mesh, view = neutral_in_head(seen({}, 12, -5, 8))
    assert view.pose.yaw == pytest.approx(12, abs=0.5)
    np.testing.assert_allclose(mesh, template(), atol=0.02)
