"""What covers a face stays, to the bit, and the face behind it moves."""

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.edit.mesh import Canvas, paint, prepare
from mien.edit.mesh.hold import lift, restrained
from mien.edit.points import Subject

Image = NDArray[np.uint8]


@pytest.fixture
def target(subject: Subject) -> NDArray[np.float64]:
    """The puppet with lowered jaw and lifted cheeks."""
    to = subject.points.copy()
    to[:, 1] += 6 * np.exp(-(((subject.points[:, :2] - (120, 175)) / 25) ** 2).sum(axis=1))
    to[:, 1] -= 4 * np.exp(-(((subject.points[:, :2] - (85, 135)) / 20) ** 2).sum(axis=1))
    return to


def bar(top: int, bottom: int) -> NDArray[np.float32]:
    """Something across the whole picture."""
    cover = np.zeros((240, 240), np.float32)
    cover[top:bottom] = 1
    return cover


def canvas(backdrop: Image, subject: Subject, cover: NDArray[np.float32]) -> Canvas:
    picture = backdrop.copy()
    picture[cover > 0] = (10, 200, 30)
    return prepare(picture, subject.points, held=cover)


@pytest.mark.parametrize("rows", [(133, 137), (120, 160)])
def test_what_covers_the_face_is_unchanged(backdrop, subject, target, rows) -> None:
    cover = bar(*rows)
    prepared = canvas(backdrop, subject, cover)
    edited, mask = paint(prepared, target)
    before = backdrop.copy()
    before[cover > 0] = (10, 200, 30)
    assert np.array_equal(edited[cover > 0], before[cover > 0])
    assert not mask[cover > 0].any()
    assert np.array_equal(edited[mask == 0], before[mask == 0])
    assert not np.array_equal(edited, before)


def test_no_copy_of_it_appears_beside_it(backdrop, subject, target) -> None:
    cover = bar(133, 137)
    edited, _ = paint(canvas(backdrop, subject, cover), target)
    green = edited[..., 1].astype(int) - edited[..., [0, 2]].max(axis=-1)
    was = backdrop[..., 1].astype(int) - backdrop[..., [0, 2]].max(axis=-1)
    beside = np.zeros_like(cover, np.bool_)
    beside[125:130] = beside[140:146] = True
    assert (green[beside] > was.max() + 8).mean() < 0.01


def test_skin_moves_behind_a_thin_thing_and_stays_at_a_wide_one(backdrop, subject, target) -> None:
    thin, wide = (canvas(backdrop, subject, bar(*rows)) for rows in ((133, 137), (110, 160)))
    shift = np.zeros_like(thin.vertices)
    shift[:478] = target[:, :2] - subject.points[:, :2]
    cheek = np.flatnonzero(np.abs(thin.vertices[:, 1] - 135) < 3)
    free = restrained(thin.held, thin.grid, thin.vertices, shift, thin.iod)
    still = restrained(wide.held, wide.grid, wide.vertices, shift, wide.iod)
    assert np.array_equal(free, shift)
    assert not still[cheek].any()
    size = np.linalg.norm(still, axis=1)
    assert (size <= np.linalg.norm(shift, axis=1) + 1e-9).all()


def test_a_half_hidden_mouth_stays_as_it_is(backdrop, subject) -> None:
    cover = np.zeros((240, 240), np.float32)
    cover[140:, :120] = 1
    prepared = canvas(backdrop, subject, cover)
    shift = np.zeros_like(prepared.vertices)
    shift[:478, 1] = 5.0
    left = restrained(prepared.held, prepared.grid, prepared.vertices, shift, prepared.iod)
    assert np.abs(left[[291, 13, 14]]).max() < 0.3
    assert left[386, 1] == pytest.approx(5.0, abs=0.5)  # the eye on the other side


def test_nothing_asked_nothing_changed(backdrop, subject) -> None:
    cover = bar(120, 160)
    before = backdrop.copy()
    before[cover > 0] = (10, 200, 30)
    edited, mask = paint(canvas(backdrop, subject, cover), subject.points)
    assert np.array_equal(edited, before)
    assert not mask.any()


def test_nothing_before_the_face_is_nothing(backdrop, subject) -> None:
    empty = np.zeros((240, 240), np.float32)
    plain, held = prepare(backdrop, subject.points), prepare(backdrop, subject.points, held=empty)
    assert lift(backdrop, empty, plain.grid, plain.iod) is None
    assert held.held is None
    assert np.array_equal(plain.mask, held.mask)


@pytest.mark.parametrize("rows", [133, 150, 171, 190])
def test_a_face_cut_off_by_the_picture_is_held_too(backdrop, subject, target, rows) -> None:
    picture, cover = backdrop[:rows, :141].copy(), bar(100, 240)[:rows, :141]
    prepared = prepare(picture, subject.points, held=cover)
    edited, mask = paint(prepared, target)
    assert np.array_equal(edited[cover > 0], picture[cover > 0])
    assert np.array_equal(edited[mask == 0], picture[mask == 0])
