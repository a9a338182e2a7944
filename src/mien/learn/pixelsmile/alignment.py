"""Faces brought to where ArcFace's networks have them, with gradients to the picture.

The five points are those of the edit that a picture should become, found once, before training:
where the points of a half-drawn face are nobody can say, and the edit's frame is the same.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from mien.judge.identity import ARCFACE_PLACES, EYES_NOSE_MOUTH
from mien.landmark.detect import detect

SIDE = 112  # px, of what the networks see


def five_points(square: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Eyes, tip of the nose and corners of the mouth of the largest face, shape (5, 2), px.

    Args:
        square: RGB, shape (S, S, 3).

    Returns:
        NaN where no face is found.
    """
    faces = detect(square, looks=1)
    if not faces:
        return np.full((len(ARCFACE_PLACES), 2), np.nan, np.float32)
    found = [faces[0].xy[list(points)].mean(axis=0) for points in EYES_NOSE_MOUTH]
    return np.array(found, np.float32)


def aligned(pictures: Tensor, points: Tensor) -> Tensor:
    """Faces turned, scaled and moved so that their points lie where ArcFace has them.

    The similarity is that of least squares (Umeyama, 1991), which in the plane is a line through
    complex numbers. What lies beyond a picture is black.

    Args:
        pictures: (n, 3, S, S), -1 to 1.
        points: (n, 5, 2), px, pixel centres being whole numbers; those of a picture whose points
            are not known, NaN, are taken to be in place.

    Returns:
        (n, 3, SIDE, SIDE).
    """
    places = torch.as_tensor(ARCFACE_PLACES, dtype=torch.float32, device=pictures.device)
    points = torch.where(points.isfinite(), points.to(places), places)
    grid = _grid(points, places)
    side = torch.tensor([pictures.shape[3], pictures.shape[2]], device=pictures.device)
    grid = (2.0 * grid + 1.0) / side - 1.0  # as torch counts, from edge to edge
    shown = functional.grid_sample(pictures.float() + 1.0, grid, align_corners=False)
    return shown - 1.0


def _grid(points: Tensor, places: Tensor) -> Tensor:
    """Where on its picture each pixel of an aligned face lies, (n, SIDE, SIDE, 2), px."""
    here, there = torch.view_as_complex(points.contiguous()), torch.view_as_complex(places)
    centre, middle = here.mean(dim=1, keepdim=True), there.mean()
    spread = here - centre
    turn = (spread.conj() * (there - middle)).sum(dim=1) / spread.abs().square().sum(dim=1)
    along = torch.arange(SIDE, device=points.device, dtype=torch.float32)
    pixels = torch.complex(along.expand(SIDE, SIDE), along[:, None].expand(SIDE, SIDE))
    found = (pixels - middle) / turn[:, None, None] + centre[:, :, None]
    return torch.view_as_real(found)
