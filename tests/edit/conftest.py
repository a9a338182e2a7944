"""A made-up face: the template mesh on a textured picture, with eyes, brows and lips painted on."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from mien.anatomy import topology as topo
from mien.anatomy.template import template

Points = NDArray[np.float64]
Image = NDArray[np.uint8]


def mesh(iod: float = 90.0, centre: tuple[float, float] = (200.0, 190.0)) -> Points:
    """Landmarks of the template, shape (478, 3), px, z away from the viewer."""
    points = template() * iod
    return np.stack([centre[0] + points[:, 0], centre[1] - points[:, 1], -points[:, 2]], axis=1)


def draw(points: Points, inside: tuple[int, int, int], size: tuple[int, int] = (420, 400)) -> Image:
    """A picture of those landmarks: grainy skin, white eyes, dark irises, red lips, a mouth."""
    rng = np.random.default_rng(7)
    grain = cv2.GaussianBlur(rng.normal(0, 60, (*size, 3)), (0, 0), 1.2)
    image = np.clip(np.array([176, 138, 118]) + grain, 0, 255).astype(np.uint8)
    for upper, lower, iris in (
        (topo.UPPER_LID_RIGHT, topo.LOWER_LID_RIGHT, topo.IRIS_RIGHT),
        (topo.UPPER_LID_LEFT, topo.LOWER_LID_LEFT, topo.IRIS_LEFT),
    ):
        _fill(image, points[[*upper, *lower[::-1]]], (225, 225, 220))
        place = np.rint(points[iris, :2]).astype(int).tolist()
        radius = np.linalg.norm(points[iris + 1, :2] - points[iris, :2])
        cv2.circle(image, place, max(1, round(float(radius))), (60, 80, 50), -1)
    lips = [*topo.UPPER_LIP_OUTER, *topo.LOWER_LIP_OUTER[::-1]]
    _fill(image, points[lips], (178, 84, 88))
    _fill(image, points[[*topo.UPPER_LIP_INNER, *topo.LOWER_LIP_INNER[::-1]]], inside)
    return image


def _fill(image: Image, polygon: Points, colour: tuple[int, int, int]) -> None:
    cv2.fillPoly(image, [np.rint(polygon[:, :2] * 16).astype(np.int32)], colour, cv2.LINE_AA, 4)


def part_lips(points: Points, gap: float) -> Points:
    """The landmarks with all below the lip line up to ``gap`` px lower, shape (478, 2)."""
    moved = points[:, :2].copy()
    lower = moved[:, 1] > points[14, 1] - 0.5
    lower[list(topo.UPPER_LIP_INNER)] = False
    lower[list(topo.LOWER_LIP_INNER[1:-1])] = True
    across = (moved[:, 0] - points[78, 0]) / (points[308, 0] - points[78, 0])
    moved[lower, 1] += (gap * np.sqrt(np.clip(4 * across * (1 - across), 0, 1)))[lower]
    return moved


@pytest.fixture(scope="session")
def face() -> Points:
    """Landmarks (478, 3) of a closed-mouthed face, inter-ocular distance 90 px."""
    return mesh()


@pytest.fixture(scope="session")
def photo(face: Points) -> Image:
    """Its picture, 400 × 420, with a dark line between the lips."""
    return draw(face, (70, 30, 30))


@pytest.fixture(scope="session")
def parted(face: Points) -> Points:
    """The same face with its lips 18 px apart, shape (478, 2)."""
    return part_lips(face, 18)


@pytest.fixture(scope="session")
def grin(parted: Points) -> Image:
    """A picture of the parted lips with nothing but white teeth between them."""
    return draw(parted, (250, 250, 250))
