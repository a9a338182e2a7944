"""What covers a face is found, and nothing is found on a bare one."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from mien.anatomy import topology as topo
from mien.bench.props import GLASSES, put_earrings, put_fringe, put_glasses
from mien.landmark.backends.hands import hands_in
from mien.landmark.cover.occlusion import occluders
from mien.landmark.cover.upright import CENTRE, UNIT, upright
from mien.landmark.detect import detect
from mien.media.image import load_image

Image = NDArray[np.uint8]
Points = NDArray[np.float64]

SKIN = (198, 150, 126)


@pytest.fixture(scope="module")
def sitter(data: Path) -> tuple[Image, Points]:
    image = load_image(data / "london" / "neutral" / "036.jpg").pixels
    return image, detect(image)[0].points


def share_below_the_brows(found: NDArray[np.float32], points: Points) -> float:
    area = np.zeros(found.shape, np.uint8)
    cv2.fillPoly(area, [np.rint(points[list(topo.OVAL), :2]).astype(np.int32)], (1,))
    area[: int(points[[105, 334], 1].mean())] = 0
    inside = cv2.distanceTransform(area, cv2.DIST_L2, 3) > 12
    return float((found[inside] > 0.5).mean())


def found_share(image: Image, points: Points, cover: NDArray[np.float32]) -> float:
    found = occluders(image, points)
    return float((found[cover > 0.5] > 0.5).mean())


def test_a_flat_skin_is_all_face(subject) -> None:
    image = np.full((240, 240, 3), SKIN, np.uint8)
    found = occluders(image, subject.points)
    assert found.shape == (240, 240)
    assert found.dtype == np.float32
    assert not found.any()


def test_the_crop_has_the_eyes_level_and_at_their_place(subject) -> None:
    turn = np.array([[0.9, -0.3], [0.3, 0.9]])
    points = subject.points.copy()
    points[:, :2] = (points[:, :2] - 120) @ turn.T + 120
    face = upright(np.zeros((240, 240, 3), np.uint8), points)
    right, left = (face.points[list(pair)].mean(axis=0) for pair in ((33, 133), (263, 362)))
    assert (right + left) / 2 == pytest.approx(CENTRE)
    assert left - right == pytest.approx((UNIT, 0.0), abs=1e-6)


def test_a_dark_cap_over_the_forehead_is_found(subject) -> None:
    image = np.full((240, 240, 3), SKIN, np.uint8)
    brow = int(subject.points[[105, 334], 1].min())
    edge = brow - 12
    image[:edge] = (30, 30, 34)
    found = occluders(image, subject.points)
    forehead = slice(int(subject.points[10, 1]), edge - 2), slice(100, 140)
    assert (found[forehead] > 0.5).all()
    assert not found[brow:, 80:160].any()


def test_no_hand_where_there_is_none() -> None:
    assert hands_in(np.full((64, 64, 3), SKIN, np.uint8)) == []


@pytest.mark.parametrize("photo", ["neutral/036", "smiling/096", "neutral/140", "smiling/130"])
def test_a_bare_face_is_all_face(data: Path, photo: str) -> None:
    image = load_image(data / "london" / f"{photo}.jpg").pixels
    points = detect(image)[0].points
    assert share_below_the_brows(occluders(image, points), points) < 0.01


@pytest.mark.parametrize("name", ["034", "064", "066", "096", "018"])
def test_brows_to_their_tails_and_the_forehead_are_the_face(data: Path, name: str) -> None:
    """Shadow and shine on a forehead, and tails of brows that reach the hair, are not hair."""
    image = load_image(data / "london" / "neutral" / f"{name}.jpg").pixels
    points = detect(image)[0].points[:, :2]
    held = occluders(image, points) > 0.5
    for outer, arch in ((70, 105), (300, 334)):
        tail = points[outer] + 0.4 * (points[outer] - points[arch])
        x, y = np.rint(tail).astype(int)
        assert not held[y - 6 : y + 7, x - 6 : x + 7].any()
    area = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(area, [np.rint(points[[105, 69, 151, 299, 334, 9]]).astype(np.int32)], (1,))
    assert held[area > 0].mean() < 0.01


@pytest.mark.parametrize("style", GLASSES)
def test_glasses_are_found(sitter: tuple[Image, Points], style: str) -> None:
    image, points = sitter
    worn, cover = put_glasses(image, points, GLASSES[style])
    assert found_share(worn, points, cover) > 0.7


def test_only_dark_lenses_are_held(sitter: tuple[Image, Points]) -> None:
    image, points = sitter
    eye = tuple(np.rint(points[topo.IRIS_LEFT, 1::-1]).astype(int))
    for style, expected in (("thin metal", 0.0), ("sunglasses", 1.0)):
        worn, _ = put_glasses(image, points, GLASSES[style])
        assert occluders(worn, points)[eye] == pytest.approx(expected, abs=0.01)


def test_a_fringe_and_earrings_are_found(sitter: tuple[Image, Points]) -> None:
    image, points = sitter
    worn, cover = put_earrings(image, points)
    assert found_share(worn, points, cover) > 0.9
    worn, cover = put_fringe(image, points, 3)
    assert found_share(worn, points, cover) > 0.5


def test_a_turned_and_enlarged_picture_has_the_same_mask(sitter: tuple[Image, Points]) -> None:
    image, points = sitter
    worn, _ = put_glasses(image, points, GLASSES["thick dark"])
    height, width = worn.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 12, 0.8)
    turned = cv2.warpAffine(worn, turn, (width, height))
    moved = points.copy()
    moved[:, :2] = points[:, :2] @ turn[:, :2].T + turn[:, 2]
    moved[:, 2] *= 0.8
    before, after = occluders(worn, points) > 0.5, occluders(turned, moved) > 0.5
    expected = cv2.warpAffine(before.astype(np.float32), turn, (width, height)) > 0.5
    area = np.zeros((height, width), np.uint8)
    cv2.fillPoly(area, [np.rint(moved[list(topo.OVAL), :2]).astype(np.int32)], (1,))
    both, either = (op(expected, after)[area > 0].sum() for op in (np.logical_and, np.logical_or))
    assert both / either > 0.75


def test_a_hand_before_the_face_is_found(data: Path) -> None:
    from mien.media.video import frames

    for number, frame in enumerate(frames(data / "clips" / "WolfgangLanger_Pexels.mp4")):
        if number in {0, 112}:
            points = detect(frame.pixels)[0].points
            found = occluders(frame.pixels, points)
            fingers = found[230:330, 350:400]  # over the cheek in frame 112
            assert (
                (fingers > 0.5).mean() > 0.8
                if number
                else share_below_the_brows(found, points) < 0.02
            )
        if number == 112:
            break
