"""Slits: sides, frames, edges and what is looked up between them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mien.anatomy.topology import mirror
from mien.edit.mesh import seam
from mien.edit.mesh.field import all_triangles
from mien.edit.mesh.interior import look_up
from mien.edit.mesh.slit import (
    EYE_LEFT,
    EYE_RIGHT,
    MOUTH,
    SLITS,
    Slit,
    coverage,
    edges,
    fine,
    frame,
    side,
)

Points = NDArray[np.float64]


@pytest.mark.parametrize("slit", SLITS, ids=lambda slit: slit.name)
def test_sides_are_apart(slit: Slit) -> None:
    above, below = side(slit, lower=False), side(slit, lower=True)
    assert above.any()
    assert below.any()
    assert not (above & below).any()
    inner = set(slit.upper[1:-1])
    assert not inner & set(all_triangles()[below].ravel().tolist())


def test_eyes_mirror_each_other() -> None:
    assert [int(mirror()[i]) for i in EYE_RIGHT.upper] == list(EYE_LEFT.upper[::-1])
    for lower in (False, True):
        assert side(EYE_RIGHT, lower=lower).sum() == side(EYE_LEFT, lower=lower).sum()


def test_fine_edges_pass_through_the_points(face: Points) -> None:
    chain = face[list(MOUTH.upper), :2]
    curve = fine(chain)
    distance = np.linalg.norm(curve[:, None] - chain[None], axis=2).min(axis=0)
    assert distance.max() < 1.0
    np.testing.assert_allclose(curve[[0, -1]], chain[[0, -1]], atol=1e-9)


def test_frame_measures_in_pixels(face: Points) -> None:
    into = frame(face[:, :2], EYE_LEFT)
    p, q = into.of(face[[EYE_LEFT.corners[1]], :2])
    assert p[0] == pytest.approx(into.width)
    assert q[0] == pytest.approx(0, abs=1e-9)
    table = edges(face[:, :2], EYE_LEFT, into)
    assert (table.lower >= table.upper).all()
    assert table.opening == pytest.approx(np.linalg.norm(face[386, :2] - face[374, :2]), rel=0.2)


def test_crossed_edges_meet(face: Points) -> None:
    crossed = face[:, :2].copy()
    crossed[list(MOUTH.upper[1:-1]), 1] += 10
    assert edges(crossed, MOUTH, frame(crossed, MOUTH)).opening == pytest.approx(0, abs=1e-4)


def test_edges_end_in_the_corners_even_where_one_turns_back(face: Points) -> None:
    bent = face[:, :2].copy()
    bent[EYE_RIGHT.upper[1]] = bent[EYE_RIGHT.upper[0]] + [-4.0, -3.0]
    table = edges(bent, EYE_RIGHT, frame(bent, EYE_RIGHT))
    beyond = np.array([[-40.0, 400.0]], np.float32)
    upper, lower = table.at(beyond)
    np.testing.assert_array_equal(upper, lower)


def test_coverage_of_a_closed_slit_is_nothing() -> None:
    q = np.linspace(-5, 5, 101, dtype=np.float32)
    flat = np.zeros_like(q)
    assert not coverage(q, flat, flat, 0.7).any()
    wide = coverage(q, flat - 3, flat + 3, 0.7)
    assert wide[50] == 1
    assert wide[0] == 0


@given(top=st.floats(-8, 8), bottom=st.floats(-8, 8), height=st.floats(4, 30), below=st.booleans())
def test_look_up_is_monotone_and_stays_within(
    top: float, bottom: float, height: float, below: bool
) -> None:
    low = max(height + bottom, top + 1)
    q = np.linspace(top, low, 200, dtype=np.float32)[:, None]
    ones = np.ones_like(q)
    found = look_up(q, (top * ones, low * ones), (0 * ones, height * ones), below=below)
    assert (np.diff(found[:, 0]) >= -1e-3).all()
    assert found.min() >= min(0, top) - 1e-2 if top >= 0 else found.min() >= -1e-2
    if top >= 0 and low <= height:
        np.testing.assert_array_equal(found, q)


def test_closed_lips_are_split_on_their_dark_line(face: Points, photo: NDArray[np.uint8]) -> None:
    shut = face[:, :2].copy()
    shut[list(MOUTH.lower)] = shut[list(MOUTH.upper)]
    image = photo.copy()
    image[:] = (170, 90, 90)
    row = round(shut[13, 1]) + 3
    image[row, :] = 20
    moved = seam.snap(image, shut, 90.0)
    np.testing.assert_array_equal(moved[list(MOUTH.upper)], moved[list(MOUTH.lower)])
    assert moved[13, 1] == pytest.approx(row, abs=1.0)
    np.testing.assert_array_equal(moved[[78, 308]], shut[[78, 308]])


def test_lids_that_touch_in_the_target_touch_on_the_picture(
    face: Points, photo: NDArray[np.uint8]
) -> None:
    xy = face[:, :2]
    snapped = seam.snap(photo, xy, 90.0)
    np.testing.assert_allclose(seam.follow(xy, snapped, xy, 90.0), snapped)
    target = xy.copy()
    target[list(EYE_LEFT.upper)] = target[list(EYE_LEFT.lower)]
    gone = seam.follow(xy, snapped, target, 90.0)
    np.testing.assert_allclose(gone[list(EYE_LEFT.upper)], gone[list(EYE_LEFT.lower)], atol=1e-9)
