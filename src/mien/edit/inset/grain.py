"""Fine detail of skin: how much of it a redrawn face lacks, and grain of the same strength.

Nobody knows where the pores of the new expression lie, and none are copied. What can be matched is
how rough the picture is at each fineness: noise of the strength that is missing, octave by octave.
"""

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from mien.edit.mesh.pixels import F32

_SCALES = (0.6, 1.2, 2.4)  # px; standard deviations of the blurs between which the octaves lie
_MOST = 5.0  # levels, of one octave
_FEW = 200  # pixels of skin below which nothing can be said
_BLOCK = 512  # px; side of the patch of noise that is repeated, mirrored


def roughness(lightness: F32, skin: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Standard deviation of each octave on skin, levels, shape (3,); hairs and edges count little.

    Args:
        lightness: shape (h, w), levels.
        skin: shape (h, w).
    """
    if skin.sum() < _FEW:
        return np.zeros(len(_SCALES))
    return np.array([1.4826 * float(np.median(np.abs(part[skin]))) for part in _octaves(lightness)])


def grain(shape: tuple[int, ...], missing: NDArray[np.float64]) -> F32:
    """Noise with a given standard deviation in each octave, levels; always the same noise.

    Args:
        shape: rows and columns.
        missing: of :func:`roughness`, shape (3,), levels.
    """
    white = np.random.default_rng(0).standard_normal((len(_SCALES), _BLOCK, _BLOCK), np.float32)
    parts = [_octaves(each)[octave] for octave, each in enumerate(white)]
    # Octaves overlap: noise of one is seen in its neighbours, too.
    seen = np.array([[float(octave.var()) for octave in _octaves(part)] for part in parts]).T
    strength, _ = nnls(seen, np.minimum(missing, _MOST) ** 2)
    block = np.tensordot(np.sqrt(strength).astype(np.float32), np.array(parts), 1)
    rows, columns = (-(-length // _BLOCK) for length in shape)
    tiles = [
        [block[:: 1 - 2 * (i % 2), :: 1 - 2 * (j % 2)] for j in range(columns)] for i in range(rows)
    ]
    return np.asarray(np.block(tiles)[: shape[0], : shape[1]], np.float32)


def lacking(picture: NDArray[np.float64], drawn: NDArray[np.float64]) -> NDArray[np.float64]:
    """The noise that is missing in each octave, levels, shape (3,)."""
    return np.asarray(np.sqrt(np.maximum(picture**2 - drawn**2, 0)))


def _octaves(values: F32) -> list[F32]:
    blurred = [values, *(cv2.GaussianBlur(values, (0, 0), scale) for scale in _SCALES)]
    return [np.asarray(fine - soft, np.float32) for fine, soft in pairwise(blurred)]
