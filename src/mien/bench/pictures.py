"""How far two pictures of one face are apart, as arrays in and numbers out."""

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
F32 = NDArray[np.float32]

PER_IOD = 100.0  # px between the pupils at which pictures are compared
_GREY = np.array([0.30, 0.59, 0.11], np.float32)
_SIGMA = 1.5  # px, of the window of SSIM
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
_LEVELS = 5
_GAMMA = 1 / 2.6  # from luminance to what photoreceptors make of it
_FLOOR = 0.17  # contrast below which nothing is normalised


def shrunk(image: Image, iod: float) -> Image:
    """A picture at 100 px between the pupils, so that people weigh the same.

    Args:
        image: RGB, shape (H, W, 3), or a mask (H, W).
        iod: px between the pupils on it.
    """
    share = PER_IOD / iod
    size = [max(1, round(share * n)) for n in image.shape[1::-1]]
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def ssim(image: Image, other: Image, mask: NDArray[np.bool_]) -> float:
    """Structural similarity of luminance inside a mask (Wang et al., TIP 2004); 1 is the same.

    Args:
        image: RGB, shape (H, W, 3).
        other: the same shape.
        mask: shape (H, W).
    """
    a, b = (each.astype(np.float32) @ _GREY for each in (image, other))
    mean_a, mean_b = _blurred(a), _blurred(b)
    spread = _blurred(a * a) - mean_a**2 + _blurred(b * b) - mean_b**2
    common = _blurred(a * b) - mean_a * mean_b
    similar = (2 * mean_a * mean_b + _C1) * (2 * common + _C2)
    similar = similar / ((mean_a**2 + mean_b**2 + _C1) * (spread + _C2))
    return float(similar[mask].mean())


def nlpd(image: Image, other: Image, mask: NDArray[np.bool_]) -> float:
    """Normalised Laplacian pyramid distance (Laparra et al., HVEI 2016); 0 is the same.

    Differences of contrast count by how strong contrast is around them, as in early vision.

    Args:
        image: RGB, shape (H, W, 3).
        other: the same shape.
        mask: shape (H, W).
    """
    total = 0.0
    for a, b in zip(_pyramid(image), _pyramid(other), strict=True):
        weight = cv2.resize(mask.astype(np.float32), a.shape[::-1], interpolation=cv2.INTER_AREA)
        total += float(np.sqrt((weight * (a - b) ** 2).sum() / max(weight.sum(), 1e-9)))
    return total / _LEVELS


def grain(image: Image, mask: NDArray[np.bool_], iod: float) -> float:
    """Root mean square of what is finer than 0.006 IOD, in grey levels, inside a mask."""
    grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.float32)
    fine = grey - cv2.GaussianBlur(grey, (0, 0), max(0.006 * iod, 0.5))
    return float(np.sqrt((fine[mask] ** 2).mean()))


def _blurred(values: F32) -> F32:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), _SIGMA), np.float32)


def _pyramid(image: Image) -> list[F32]:
    """Contrast at five scales, each over that around it."""
    rest = np.asarray((image.astype(np.float32) @ _GREY / 255) ** _GAMMA, np.float32)
    levels = []
    for _ in range(_LEVELS):
        coarse = np.asarray(cv2.pyrDown(rest), np.float32)
        contrast = rest - cv2.pyrUp(coarse, dstsize=rest.shape[::-1])
        around = cv2.GaussianBlur(np.abs(contrast), (5, 5), 1.0)
        levels.append(np.asarray(contrast / (around + _FLOOR), np.float32))
        rest = coarse
    return levels
