"""Motion magnification moves what moved, and only that."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from mien.capture.magnify import Movement, best_alpha, brought_back, magnified, movement

SIDE = 192
FLAT = np.zeros((SIDE, SIDE), np.float32)
EVERYWHERE = np.ones((SIDE, SIDE), np.float32)
Y, X = np.mgrid[:SIDE, :SIDE].astype(np.float32)
BUMP = np.exp(-0.5 * ((X - 120) ** 2 + (Y - 110) ** 2) / 18**2).astype(np.float32)


@pytest.fixture(scope="module")
def skin() -> NDArray[np.uint8]:
    random = np.random.default_rng(4)
    grain = sum(
        cv2.GaussianBlur(random.standard_normal((SIDE, SIDE, 3)), (0, 0), s) * s for s in (2, 5, 12)
    )
    return np.clip(128 + 45 * grain, 0, 255).astype(np.uint8)


def moved_by(picture: NDArray[np.uint8], x: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The picture with every point moved to the right."""
    return cv2.remap(picture, X - x, Y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def test_the_head_is_told_from_the_skin(skin: NDArray[np.uint8]) -> None:
    shift = np.array([[1.0, 0.0, 1.4], [0.0, 1.0, -0.8]])
    after = cv2.warpAffine(
        moved_by(skin, 1.0 * BUMP), shift, (SIDE, SIDE), flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    found = movement(skin, after, EVERYWHERE, FLAT)
    np.testing.assert_allclose(found.head[96, 96], shift[:, 2], atol=0.1)
    assert found.flow[110, 120, 0] == pytest.approx(1.0, abs=0.15)
    assert found.size[30:60, 20:60].max() < 0.15


def test_a_turn_of_the_head_is_no_movement_of_the_skin(skin: NDArray[np.uint8]) -> None:
    dome = np.sqrt(np.maximum(1 - ((X - 96) ** 2 + (Y - 96) ** 2) / 120**2, 0)).astype(np.float32)
    after = moved_by(skin, 6.0 * (dome - dome.mean()))
    inner = np.s_[20:-20, 20:-20]
    assert movement(skin, after, EVERYWHERE, dome).size[inner].max() < 0.3
    assert movement(skin, after, EVERYWHERE, FLAT).size[inner].max() > 0.5


def test_what_the_head_did_is_taken_off(skin: NDArray[np.uint8]) -> None:
    after = np.roll(skin, (2, -3), (0, 1))
    back = brought_back(after, movement(skin, after, EVERYWHERE, FLAT))
    inner = np.s_[20:-20, 20:-20]
    assert np.abs(back[inner].astype(int) - skin[inner]).mean() < 2


@pytest.mark.parametrize("alpha", [2, 5, 8])
def test_alpha_times_as_far(skin: NDArray[np.uint8], alpha: int) -> None:
    way = np.stack([0.8 * BUMP, np.zeros_like(BUMP)], axis=-1)
    after = moved_by(skin, way[..., 0])
    shown = magnified(after, Movement(np.zeros_like(way), way), alpha)
    again = movement(skin, shown, EVERYWHERE, FLAT)
    whole = again.flow[110, 120, 0] + again.head[110, 120, 0]
    assert whole == pytest.approx(0.8 * alpha, rel=0.2)
    far = np.s_[:30, :30]
    assert np.abs(shown[far].astype(int) - after[far]).max() <= 1


def test_once_as_far_is_the_picture(skin: NDArray[np.uint8]) -> None:
    way = np.stack([0.8 * BUMP, -0.3 * BUMP], axis=-1)
    after = moved_by(skin, way[..., 0])
    shown = magnified(after, Movement(np.zeros_like(way), way), 1.0)
    assert np.abs(shown.astype(int) - after).max() <= 2


def test_noise_is_not_made_larger(skin: NDArray[np.uint8]) -> None:
    way = np.stack([0.02 * BUMP, np.zeros_like(BUMP)], axis=-1)
    shown = magnified(skin, Movement(np.zeros_like(way), way), 10, noise=0.2)
    assert np.abs(shown.astype(int) - skin).max() <= 1


def test_alpha_neither_folds_nor_exceeds() -> None:
    def alpha(peak: float, wanted: float) -> int:
        way = np.stack([peak * BUMP, np.zeros_like(BUMP)], axis=-1)
        return best_alpha(Movement(np.zeros_like(way), way), EVERYWHERE, wanted)

    assert alpha(1.0, 4.0) == 4
    assert alpha(0.01, 4.0) == 10
    assert alpha(20.0, 4.0) == 1
    assert alpha(0.0, 4.0) == 1
    steep = alpha(8.0, 80.0)
    assert 0.01 < steep * 8.0 / 18 * np.exp(-0.5) < 1.0
