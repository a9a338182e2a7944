"""Rendering: what must not change does not, what moves moves exactly, layers cover."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mien.anatomy import topology as topo
from mien.edit.mesh import paint, prepare, render

Points = NDArray[np.float64]
Image = NDArray[np.uint8]
BROW_LEFT = (336, 296, 334, 293, 300, 285, 295, 282, 283, 276)


def test_no_motion_no_change(photo: Image, face: Points) -> None:
    for source in (face, face[:, :2]):
        edited, mask = render(photo, source, face[:, :2])
        np.testing.assert_array_equal(edited, photo)
        assert mask.shape == photo.shape[:2]
        assert not mask.any()


@given(seed=st.integers(0, 10_000), size=st.floats(0.05, 4.0))
def test_outside_the_mask_nothing_changes(
    photo: Image, face: Points, seed: int, size: float
) -> None:
    target = face[:, :2] + np.random.default_rng(seed).normal(0, size, (478, 2))
    before = photo.copy()
    edited, mask = render(photo, face, target)
    np.testing.assert_array_equal(photo, before)
    assert edited.dtype == np.uint8
    assert mask.dtype == np.float32
    assert 0 <= mask.min() <= mask.max() <= 1
    np.testing.assert_array_equal(edited[mask == 0], photo[mask == 0])


def test_even_an_absurd_target_stays_inside_the_mask(photo: Image, face: Points) -> None:
    edited, mask = render(photo, face, 3 * (face[:, :2] - 200) + [260, 250])
    np.testing.assert_array_equal(edited[mask == 0], photo[mask == 0])


def test_a_canvas_serves_many_edits(photo: Image, face: Points) -> None:
    canvas = prepare(photo, face)
    target = face[:, :2] + [2.0, 1.0]
    first, mask = paint(canvas, target)
    paint(canvas, face[:, :2] - 5)
    again, _ = paint(canvas, target)
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(first, render(photo, face, target)[0])
    assert mask.max() == 1


@pytest.mark.parametrize("step", [(3, 0), (-2, 4)])
def test_a_patch_moves_by_whole_pixels_exactly(
    photo: Image, face: Points, step: tuple[int, int]
) -> None:
    edited, _ = render(photo, face, face[:, :2] + step)
    dx, dy = step
    for point in (5, 50, 280, 9):
        x, y = np.rint(face[point, :2]).astype(int)
        np.testing.assert_array_equal(
            edited[y - 5 + dy : y + 6 + dy, x - 5 + dx : x + 6 + dx],
            photo[y - 5 : y + 6, x - 5 : x + 6],
        )


def test_one_side_moves_one_side(photo: Image, face: Points) -> None:
    target = face[:, :2].copy()
    target[list(BROW_LEFT), 1] -= 6
    edited, _ = render(photo, face, target)
    middle = round(face[168, 0])
    np.testing.assert_array_equal(edited[:, : middle - 4], photo[:, : middle - 4])
    assert (edited != photo).any()


def test_half_a_mouth_moves_half_a_mouth(grin: Image, parted: Points) -> None:
    target = parted.copy()
    near = np.hypot(*(parted - parted[291]).T) < 0.3 * np.hypot(*(parted[291] - parted[61]))
    target[near] += [3.0, -5.0]
    edited, _ = render(grin, parted, target)
    middle = round(parted[13, 0])
    np.testing.assert_array_equal(edited[:, :middle], grin[:, :middle])
    assert (edited != grin).any()


def test_the_eyeball_stays_while_the_lid_falls(photo: Image, face: Points) -> None:
    target = face[:, :2].copy()
    lid, rim = list(topo.UPPER_LID_LEFT[1:-1]), list(topo.LOWER_LID_LEFT[1:-1])
    target[lid, 1] += 0.5 * (face[rim, 1] - face[lid, 1])
    edited, _ = render(photo, face, target)
    x, y = face[374, :2]
    place = np.s_[round(y) - 4 : round(y) - 2, round(x) - 2 : round(x) + 3]
    np.testing.assert_array_equal(edited[place], photo[place])
    x, y = face[386, :2]
    assert edited[round(y) + 2, round(x)].mean() > photo[round(y) + 2, round(x)].mean() + 20


def test_a_closed_lid_is_bare_of_lashes(photo: Image, face: Points) -> None:
    image = photo.copy()
    lid, rim = list(topo.UPPER_LID_LEFT[1:-1]), list(topo.LOWER_LID_LEFT[1:-1])
    left, right = np.sort(face[[362, 263], 0].round().astype(int))
    root = round(face[386, 1])
    image[root - 9 : root, left:right:6] = 10
    target = face[:, :2].copy()
    target[lid] = target[rim]
    x, y = round(face[386, 0]), round(face[374, 1])
    place = np.s_[y - 9 : y - 4, x - 9 : x + 10]
    assert image[root - 8 : root - 2, x - 9 : x + 10].mean(axis=2).min() < 30
    assert render(image, face, target)[0][place].mean(axis=2).min() > 70


def test_the_iris_turns_inside_still_lids(photo: Image, face: Points) -> None:
    target = face[:, :2].copy()
    target[473:478, 0] += 5
    edited, _ = render(photo, face, target)
    x, y = np.rint(face[473, :2]).astype(int)
    dark = edited[y, x - 25 : x + 26].sum(axis=1) < 300
    was = photo[y, x - 25 : x + 26].sum(axis=1) < 300
    assert np.flatnonzero(dark).mean() - np.flatnonzero(was).mean() == pytest.approx(5, abs=1)
    np.testing.assert_array_equal(edited[:, : round(face[168, 0])], photo[:, : round(face[168, 0])])


def test_parted_lips_show_teeth_a_dark_mouth_and_a_tongue(
    photo: Image, face: Points, parted: Points
) -> None:
    wide = 2 * parted - face[:, :2]
    edited, _ = render(photo, face, wide)
    x, top, low = round(face[13, 0]), round(face[13, 1]), round(wide[14, 1])
    column = edited[top:low, x].astype(int)
    assert column[2:5].min() > 110  # teeth
    assert column[8:16].mean(axis=1).min() < 60
    tongue = column[-14:-4]
    assert (tongue[:, 0] > tongue[:, 1] + 30).all()
    assert (tongue.mean(axis=1) > 75).all()
    above = np.s_[round(face[13, 1]) - 6 : round(face[13, 1]) - 3, x - 3 : x + 4]
    np.testing.assert_array_equal(edited[above], photo[above])


def test_upper_teeth_do_not_move_with_the_jaw(photo: Image, face: Points, parted: Points) -> None:
    wider = parted + 0.5 * (parted - face[:, :2])
    x, y = round(face[13, 0]) + 4, round(face[13, 1])
    first, second = (render(photo, face, t)[0][y : y + 5, x] for t in (parted, wider))
    assert np.abs(first.astype(int) - second).max() <= 20


def test_closing_lips_cover_the_teeth(grin: Image, face: Points, parted: Points) -> None:
    edited, _ = render(grin, parted, face[:, :2])
    x, y = np.rint(face[13, :2]).astype(int)
    mouth = edited[y - 12 : y + 13, x - 12 : x + 13]
    assert mouth[..., 1].max() < 200
    assert (mouth[..., 1] > 130).mean() < 0.3 * (
        grin[y - 12 : y + 13, x - 12 : x + 13, 1] > 130
    ).mean()
    half, _ = render(grin, parted, (face[:, :2] + parted) / 2)
    assert (half[y : y + 9, x] > 150).all(axis=1).any()


def test_a_mouth_that_opens_further_keeps_its_teeth(
    grin: Image, face: Points, parted: Points
) -> None:
    edited, _ = render(grin, parted, 2 * parted - face[:, :2])
    x, y = np.rint(face[13, :2]).astype(int)
    np.testing.assert_array_equal(edited[y + 5 : y + 9, x], grin[y + 5 : y + 9, x])
    assert edited[y + 9 : y + 34, x].mean(axis=1).min() < 90


def test_faces_at_the_border(photo: Image, face: Points) -> None:
    target = face.copy()
    target[:, 1] += 6 * np.sin(face[:, 0] / 20)
    for dx, dy in ((-150, 0), (150, 100), (0, -120), (0, 170), (-250, -250)):
        moved = face + np.array([dx, dy, 0])
        edited, mask = render(photo, moved, target[:, :2] + [dx, dy])
        np.testing.assert_array_equal(edited[mask == 0], photo[mask == 0])


def test_a_face_outside_the_picture_changes_nothing(photo: Image, face: Points) -> None:
    far = face + 2000.0
    edited, mask = render(photo, far, far[:, :2] + [3, 0])
    np.testing.assert_array_equal(edited, photo)
    assert not mask.any()


def test_grey_stays_grey(photo: Image, face: Points) -> None:
    grey = np.ascontiguousarray(photo[..., :1].repeat(3, axis=2))
    target = face[:, :2].copy()
    target[list(BROW_LEFT), 1] -= 5
    target[list(topo.UPPER_LID_LEFT[1:-1]), 1] += 3
    edited, _ = render(grey, face, target)
    np.testing.assert_array_equal(edited[..., 0], edited[..., 2])


@pytest.mark.parametrize("iod", [1.5, 5.0, 14.0])
def test_tiny_faces(face: Points, iod: float) -> None:
    rng = np.random.default_rng(1)
    image = rng.integers(0, 255, (60, 60, 3), dtype=np.uint8)
    small = (face - [200, 190, 0]) * (iod / 90) + [30, 30, 0]
    edited, mask = render(image, small, small[:, :2] + [0.4, 0.2])
    np.testing.assert_array_equal(edited[mask == 0], image[mask == 0])


def test_rolled_faces(photo: Image, face: Points) -> None:
    turn = np.array([[0.0, -1.0], [1.0, 0.0]])
    rolled = np.c_[(face[:, :2] - 200) @ turn.T + 200, face[:, 2]]
    step = np.zeros((478, 2))
    step[list(BROW_LEFT)] = [5, 0]
    edited, mask = render(photo, rolled, rolled[:, :2] + step)
    np.testing.assert_array_equal(edited[mask == 0], photo[mask == 0])
    assert (edited != photo).any()


def test_wrong_input_is_named(photo: Image, face: Points) -> None:
    good = face[:, :2]
    with pytest.raises(ValueError, match="uint8"):
        render(photo[..., 0], face, good)
    with pytest.raises(ValueError, match="uint8"):
        render(photo.astype(np.float32), face, good)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="landmarks of shape"):
        render(photo, face[:468], good)
    with pytest.raises(ValueError, match="target of shape"):
        render(photo, face, good[:468])
    with pytest.raises(ValueError, match="not numbers"):
        render(photo, face, good * np.nan)
    with pytest.raises(ValueError, match="not numbers"):
        render(photo, face * np.nan, good)
    with pytest.raises(ValueError, match="pupils"):
        render(photo, face * 1e-3, good)
