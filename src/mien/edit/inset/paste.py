"""Put a redrawn face back into its picture, in which nothing else may change."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy import topology as topo
from mien.edit.inset import colour, mask
from mien.edit.inset.align import BRIDGE, head
from mien.edit.inset.crop import Square, after, centred, cut, moved
from mien.edit.inset.grain import grain, lacking, roughness
from mien.edit.mesh.pixels import F32, Box, Floats, Image, box_of, smooth, to_image

Array = NDArray[np.float64]

_LEAST = 1 / 255  # smaller shares change no level
_COVER = 0.012  # IOD by which what covers the face is taken to be larger, and over which it fades
_NARROW = 0.08  # IOD: half the width of what is narrow
_AROUND = 0.35  # IOD outside the outline of a face, where colours are compared as well
_SMOOTH = 0.35  # of the grain is left where nothing is skin


@dataclass(frozen=True)
class Pasted:
    """A picture with a redrawn face in it.

    Attributes:
        image: RGB uint8, shape (H, W, 3).
        mask: shape (H, W), 0 to 1; where it is 0 no pixel has changed.
        resolution: px of the redrawn square per px of the picture; below 1 the face was enlarged.
        sharpness: how much of the picture's finest detail the redrawn skin had by itself, before
            grain, 0 to 1; NaN where no skin was seen that could be compared.
    """

    image: Image
    mask: F32
    resolution: float
    sharpness: float


def paste(
    image: Image,
    square: Square,
    drawn: Image,
    aligned: Array,
    source_points: Floats,
    result_points: Floats,
    cover: F32 | None = None,
) -> Pasted:
    """Put a redrawn face back.

    Args:
        image: the picture, RGB uint8, shape (H, W, 3).
        square: of :func:`mien.edit.inset.square`, from which the editor was given its cut.
        drawn: what it made of that, shape (N, N, 3).
        aligned: of :func:`mien.edit.inset.refined` or :func:`mien.edit.inset.onto`, from the
            redrawn square to a cut of N px, shape (2, 3).
        source_points: the face on the picture, shape (478, 2 or 3), px.
        result_points: the face on the redrawn square, shape (478, 2 or 3), px.
        cover: what lies before the face and stays, shape (H, W), 0 to 1, as
            :func:`mien.landmark.cover.occlusion.occluders` finds it; None: nothing.

    Raises:
        ValueError: the redrawn picture is not a square, the square lies outside the picture, or the
            cover is not of its size.
    """
    side = drawn.shape[0]
    if drawn.shape != (side, side, 3) or drawn.dtype != np.uint8:
        raise ValueError(f"expected a redrawn square (N, N, 3), got {drawn.dtype} {drawn.shape}")
    if cover is not None and cover.shape != image.shape[:2]:
        raise ValueError(f"a cover of {cover.shape} does not fit a picture of {image.shape[:2]}")
    source, result = square.to_cut(source_points, side)[:, :2], moved(result_points, aligned)
    matched = _matched(cut(image, square, side), drawn, aligned, source, result)
    to_picture = square.to_picture(side)
    scale = square.side / side
    resolution = 1 / (scale * float(np.hypot(aligned[0, 0], aligned[1, 0])))
    whole = _spread(matched.share, square, image.shape)
    box = box_of(whole > 0)
    if box is None:
        return Pasted(image.copy(), whole, resolution, float("nan"))
    window = np.s_[box[1] : box[3], box[0] : box[2]]
    if cover is not None:
        edge = _placed(matched.edge, to_picture, box) > 0.5
        whole[window] *= _uncovered(cover[window], edge, scale * _iod(source))
    face = colour.toned(_placed(drawn, after(aligned, to_picture), box), matched.change)
    face += _placed(matched.field, to_picture, box)
    skin = (_placed(matched.still, to_picture, box) > 0.5) & (whole[window] > 0)
    sharpness = _grained(face, image[window], skin, _placed(matched.skin, to_picture, box))
    pasted = image.copy()
    shown = whole[window][..., None]
    pasted[window] = to_image(image[window] + shown * (face - image[window]))
    return Pasted(pasted, whole, resolution, sharpness)


@dataclass(frozen=True)
class _Matched:
    """What a redrawn square needs to fit in, in the frame of the square that was given away.

    Attributes:
        change: of tone, shape (7, 3).
        field: of light, shape (N, N, 3), levels.
        share: of the redrawn face, shape (N, N), 0 to 1.
        still: where the head keeps still, shape (N, N), 0 or 1.
        skin: where grain belongs, shape (N, N), 0 to 1.
        edge: where the outline of the face moves, shape (N, N), 0 or 1.
    """

    change: Array
    field: F32
    share: F32
    still: F32
    skin: F32
    edge: F32


def _matched(given: Image, drawn: Image, aligned: Array, source: Array, result: Array) -> _Matched:
    side, iod = drawn.shape[0], _iod(source)
    frame = 0, 0, side, side
    was, seen = given.astype(np.float32), _placed(drawn, aligned, frame)
    there = _placed(np.ones((side, side), np.float32), aligned, frame, cv2.BORDER_CONSTANT) > 0.99
    still = head(source, side, BRIDGE) * there
    change = colour.tone(seen, was, still)
    seen = colour.toned(seen, change)
    known = np.maximum(still, _around(source, result, iod, side) * there)
    field = colour.light(seen, was, known, iod)
    share = mask.share(source, result, iod, side) * there
    share *= mask.agreement(was, seen + field, source, result, iod)
    edge = mask.edge(source, result, iod, side)
    return _Matched(change, field, share, still, _skin(result, iod, side), edge)


def _placed(
    picture: Image | F32, matrix: Array, box: Box, border: int = cv2.BORDER_REPLICATE
) -> F32:
    """What a map shows of a picture inside a box of the place it leads to, float32."""
    size = box[2] - box[0], box[3] - box[1]
    there = centred(matrix) - [[0, 0, box[0]], [0, 0, box[1]]]
    values = picture.astype(np.float32)
    shrink = 1 / float(np.hypot(matrix[0, 0], matrix[1, 0]))
    if shrink > 1:  # else fine detail would turn into jagged edges
        spread = float(np.sqrt((shrink**2 - 1) / 12)) + 1e-3  # as wide as one px of the place
        values = np.asarray(cv2.GaussianBlur(values, (0, 0), spread), np.float32)
    placed = cv2.warpAffine(values, there, size, flags=cv2.INTER_CUBIC, borderMode=border)
    return np.asarray(placed, np.float32)


def _spread(share: F32, square: Square, shape: tuple[int, ...]) -> F32:
    """A mask of the square as one of the picture, shape (H, W)."""
    whole = np.zeros(shape[:2], np.float32)
    left, top = max(square.left, 0), max(square.top, 0)
    right, bottom = square.left + square.side, square.top + square.side
    part = whole[top:bottom, left:right]
    box = left, top, left + part.shape[1], top + part.shape[0]
    matrix = square.to_picture(share.shape[0])
    part[:] = np.clip(_placed(share, matrix, box, cv2.BORDER_CONSTANT), 0, 1)
    part[part < _LEAST] = 0
    return whole


def _uncovered(cover: F32, edge: NDArray[np.bool_], iod: float) -> F32:
    """What is free of things before the face, 0 to 1.

    A narrow thing along an outline that moves is the old outline itself.
    """
    held = cover > 0.5
    deep = cv2.distanceTransform(held.astype(np.uint8), cv2.DIST_L2, 3) > _NARROW * iod
    wide = cv2.distanceTransform((~deep).astype(np.uint8), cv2.DIST_L2, 3) <= _NARROW * iod
    held &= wide | ~edge
    away = cv2.distanceTransform((~held).astype(np.uint8), cv2.DIST_L2, 3)
    return smooth((away - _COVER * iod - 1) / (1 + _COVER * iod))


def _around(source: Array, result: Array, iod: float, side: int) -> F32:
    """The ring outside the face, before and after, 0 or 1."""
    face = np.maximum(mask.silhouette(source, side), mask.silhouette(result, side))
    away = cv2.distanceTransform(1 - face, cv2.DIST_L2, 3)
    return np.asarray((away > 0) & (away < _AROUND * iod), np.float32)


def _skin(result: Array, iod: float, side: int) -> F32:
    """1 on skin, less on eyes and in the mouth, which have no pores."""
    smooth_parts = np.zeros((side, side), np.uint8)
    for part in (*topo.EYES, (*topo.UPPER_LIP_INNER, *topo.LOWER_LIP_INNER[-2:0:-1])):
        mask.fill(smooth_parts, result[list(part)])
    soft = cv2.GaussianBlur(smooth_parts.astype(np.float32), (0, 0), max(0.02 * iod, 0.5))
    return np.asarray(1 - (1 - _SMOOTH) * soft, np.float32)


def _grained(face: F32, picture: Image, skin: NDArray[np.bool_], where: F32) -> float:
    """Give a redrawn face the grain that it lacks, in place; how much of the finest it had."""
    lightness = cv2.cvtColor(face, cv2.COLOR_RGB2GRAY)
    before = cv2.cvtColor(picture.astype(np.float32), cv2.COLOR_RGB2GRAY)
    wanted, own = (roughness(np.asarray(each, np.float32), skin) for each in (before, lightness))
    if not wanted[0]:
        return float("nan")
    usual = max(float(np.median(lightness[skin])), 1.0)
    # Grain is a share of the light; what is darker than skin shows less of it.
    strength = where * np.clip(lightness / usual, 0.2, 1)
    face += (strength * grain(where.shape, lacking(wanted, own)))[..., None]
    return min(float(own[0] / wanted[0]), 1.0)


def _iod(points: Floats) -> float:
    return float(np.linalg.norm(points[topo.IRIS_LEFT, :2] - points[topo.IRIS_RIGHT, :2]))
