"""People who are made of two."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from mien.anatomy import topology as topo
from mien.anatomy.threads import one_thread
from mien.bench.nano.morph import Face, face_of, mirrored, mixed, relit
from mien.bench.people import people
from mien.edit.portrait import faces_of


@pytest.fixture(scope="module")
def two(data: Path) -> tuple[Face, Face]:
    some = people(data)
    with one_thread():
        return face_of(some[0].neutral), face_of(some[7].neutral)


def shape_of(face: Face) -> np.ndarray:
    """The mesh less place, turn and size, in widths of the head."""
    points = face.points[:, :2] - face.points[list(topo.OVAL), :2].mean(axis=0)
    return points / np.linalg.norm(face.points[454, :2] - face.points[234, :2])


def apart(one: Face, other: Face) -> float:
    turn, _ = cv2.estimateAffinePartial2D(shape_of(one), shape_of(other), method=cv2.LMEDS)
    laid = shape_of(one) @ turn[:, :2].T + turn[:, 2]
    return float(np.linalg.norm(laid - shape_of(other), axis=1).mean())


def test_a_portrait_keeps_its_landmarks(two: tuple[Face, Face]) -> None:
    for face in two:
        assert face.image.shape == (256, 256, 3)
        again = faces_of(face.image, "portrait")[0].points
        eyes = np.linalg.norm(face.points[33, :2] - face.points[263, :2])
        assert np.linalg.norm((again - face.points)[:, :2], axis=1).mean() < 0.05 * eyes


def test_nothing_of_the_other(two: tuple[Face, Face]) -> None:
    assert np.array_equal(mixed(*two, 0.0), two[0].image)


def test_one_and_the_same(two: tuple[Face, Face]) -> None:
    one = two[0]
    far = np.abs(mixed(one, one, 0.5).astype(int) - one.image)
    assert far.mean() < 0.5


def test_a_child_lies_between_its_parents(two: tuple[Face, Face]) -> None:
    one, other = two
    with one_thread():
        image = mixed(one, other, 0.5)
    child = Face(image, faces_of(image, "child")[0].points)
    between = apart(one, other)
    assert apart(child, one) < 0.85 * between
    assert apart(child, other) < 0.85 * between
    # Hair and ground are the first one's; the middle of the face is like neither.
    corners = np.abs(image[:24, :24].astype(int) - one.image[:24, :24])
    assert corners.max() == 0
    nose = tuple(np.rint(child.points[1, :2]).astype(int))
    patch = np.s_[nose[1] - 12 : nose[1] + 12, nose[0] - 12 : nose[0] + 12]
    assert np.abs(image[patch].astype(int) - one.image[patch]).mean() > 3


def test_light_is_chance_and_follows_from_its_seed(two: tuple[Face, Face]) -> None:
    image = two[0].image
    assert np.array_equal(relit(image, 3), relit(image, 3))
    assert not np.array_equal(relit(image, 3), relit(image, 4))
    assert np.array_equal(mirrored(mirrored(image)), image)
    assert np.array_equal(mirrored(image)[:, 0], image[:, -1])
