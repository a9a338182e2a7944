"""Shade the skin of a picture as action units gather and smooth it, where it lies.

Pixels are multiplied by a ratio (expression ratio images: Liu, Shan and Zhang, SIGGRAPH 2001), made
of what grooves take from light that comes from everywhere, what their slopes catch of the light of
this picture, what a smile was measured to do, and the skin's own lines, deepened or softened.
"""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy.topology import triangles
from mien.core.face import N_POINTS
from mien.edit.mesh import field
from mien.edit.mesh.pixels import F32, Image, carried_on
from mien.edit.mesh.shade.light import GREY, light_on
from mien.edit.mesh.shade.relief import Reliefs, reliefs, vertices

_DARKEST, _BRIGHTEST = -0.45, 0.18  # change of log luminance; more looks like paint
_CLEAR = 0.12  # IOD from what covers the face at which skin folds as elsewhere: hair holds it still
_SLOPES = 1.1  # how much slopes count beside depth
# How far the skin's own lines deepen with a unit that comes, and fade with one that goes, at 5.
# Smiles that come gain nothing from the first, smiles that go gain much from the second.
_DEEPEN, _FADE = 0.25, 1.5
_LEFT = 0.3  # share of a line that always stays
_FINE, _COARSE = 0.007, 0.03  # IOD, blurs between which lines lie
_LINES_AT = 96  # px per IOD at which lines are looked for
_USUAL = 0.018  # log luminance, contrast of such lines; median of 52 adults
# Shade on skin is redder than the skin: light that goes through it loses its blue.
_SHADE = (np.float32(0.90), np.float32(1.06), np.float32(1.12))


@dataclass(frozen=True)
class Complexion:
    """What light and skin make of a fold.

    Attributes:
        light: shape (2,), what comes from the subject's left and from above, per light from the
            front.
        roughness: how deep this skin folds, relative to what is usual: from the lines it has now.
    """

    light: NDArray[np.float64]
    roughness: float


@dataclass(frozen=True)
class Shader:
    """A face ready to be shaded.

    Attributes:
        image: shape (H, W, 3), RGB uint8.
        grid: nodes over the face.
        place: map coordinates at each node, shape (rows, columns, 2), px.
        skin: how far nodes show skin that can fold, shape (rows, columns), 0 to 1.
        mask: shape (H, W), 0 to 1: where pixels may change.
        points: landmarks, shape (478, 3), px.
        iod: px.
        known: the face's light and skin where they have been found before; None: they are found.
    """

    image: Image
    grid: field.Grid
    place: F32
    skin: F32
    mask: F32
    points: NDArray[np.float64]
    iod: float
    known: Complexion | None = None

    @cached_property
    def small(self) -> Image:
        """The grid's box of the picture, no larger than lines need."""
        box = self.image[_window(self.grid)]
        share = min(1.0, _LINES_AT / self.iod)
        size = [max(1, round(share * n)) for n in box.shape[1::-1]]
        return np.asarray(cv2.resize(box, size, interpolation=cv2.INTER_AREA), np.uint8)

    @cached_property
    def lines(self) -> F32:
        """The skin's own lines: log luminance over that of their surroundings, on ``small``."""
        light = np.log(self.small.astype(np.float32) @ GREY + 8)
        unit = min(self.iod, _LINES_AT)
        fine, coarse = (
            cv2.GaussianBlur(light, (0, 0), unit * sigma + 0.3) for sigma in (_FINE, _COARSE)
        )
        return np.asarray(np.clip(fine - coarse, -0.25, 0.25), np.float32)

    @cached_property
    def complexion(self) -> Complexion:
        """The face's light and skin."""
        if self.known is not None:
            return self.known
        share = self.small.shape[1] / self.image[_window(self.grid)].shape[1]
        corner = np.array([self.grid.left, self.grid.top, 0.0])
        light = light_on(self.small, (self.points - corner) * share, self.iod * share)
        where = self.skin * _seen(reliefs().creased, self.place)
        lines = cv2.resize(self.lines, self.skin.shape[::-1], interpolation=cv2.INTER_NEAREST)
        contrast = np.abs(lines[where > 0.1 * where.max()])
        usual = float(np.median(contrast)) / _USUAL if contrast.size else 1.0
        return Complexion(light, float(np.clip(usual**0.5, 0.6, 1.4)))


def shader(
    image: Image,
    points_: NDArray[np.float64],
    depth: NDArray[np.float64],
    grid: field.Grid,
    mask: F32,
    iod: float,
    known: Complexion | None = None,
) -> Shader:
    """Get a face ready to be shaded.

    Args:
        image: RGB.
        points_: shape (514, 2), px.
        depth: shape (514,), px, larger is farther.
        grid: nodes over the face.
        mask: shape (H, W), 0 where nothing may change.
        iod: px.
        known: the face's light and skin, see :class:`Shader`.
    """
    nodes = grid.to_nodes(points_)
    ids = field.rasterise(nodes, field.paint_order(points_, depth), grid.shape)
    skin = (ids >= 0) & (ids < len(triangles()))
    y, x = np.nonzero(skin)
    corners = triangles()[ids[y, x]]
    weights = _barycentric(nodes[corners], np.stack([x, y], 1).astype(np.float32))
    place = np.zeros((*grid.shape, 2), np.float32)
    place[y, x] = (vertices()[corners] * weights[..., None]).sum(axis=1)
    points = np.concatenate([points_, depth[:, None]], axis=1)[:N_POINTS]
    there = carried_on(place, skin)  # on to the nodes around, so that it can be interpolated
    return Shader(image, grid, there, skin * _clear(mask, grid, iod), mask, points, iod, known)


def shaded(face: Shader, change: NDArray[np.float64]) -> Image:
    """The picture with the skin shaded for a change of intensities.

    Args:
        face: of :func:`shader`.
        change: shape (len(COLUMNS),), intensity wanted minus intensity now.

    Returns:
        A new picture, or the same array where nothing would be seen.
    """
    maps = reliefs()
    amount = change[maps.columns].astype(np.float32)
    used = np.flatnonzero(np.abs(amount) > 0.01)
    if not len(used):
        return face.image
    flat, deeper = _flat(face, maps, used, amount[used])
    area = _window(face.grid)
    part, mask = face.image[area], face.mask[area]
    tall, wide = mask.shape
    size = face.grid.size
    place = np.asarray(cv2.resize(face.place, size), np.float32)[:tall, :wide]
    own = np.asarray(cv2.resize(face.lines, (wide, tall)), np.float32)
    both = _seen(np.dstack([flat, deeper]), place)
    exponent = both[..., 0] + own * both[..., 1]
    np.clip(exponent, _DARKEST, _BRIGHTEST, out=exponent)
    exponent *= np.asarray(cv2.resize(face.skin, size), np.float32)[:tall, :wide] * mask
    ratio = cv2.exp(cv2.merge([exponent * share for share in _SHADE]))
    drawn = face.image.copy()
    drawn[area] = cv2.multiply(part, ratio, dtype=cv2.CV_8U)
    return drawn


def _clear(mask: F32, grid: field.Grid, iod: float) -> F32:
    """How far each node is from what may not change, 0 to 1: skin under hair does not fold."""
    nodes = cv2.resize(mask[_window(grid)], grid.shape[::-1], interpolation=cv2.INTER_AREA)
    away = cv2.distanceTransform((nodes > 0).astype(np.uint8), cv2.DIST_L2, 3)
    return np.asarray(np.clip(away * grid.step / (_CLEAR * iod), 0, 1), np.float32)


def _flat(face: Shader, maps: Reliefs, used: NDArray[np.intp], amount: F32) -> tuple[F32, F32]:
    """Change of log luminance on the map, and by what part of themselves lines there deepen."""
    # What goes leaves no ridge where it was: nobody's creases lie just where ours are drawn.
    relief = maps.summed(maps.relief, used, np.maximum(amount, 0))
    down, right = np.gradient(relief)
    light = face.complexion.light
    lit = light[0] * right - light[1] * down
    ratio = face.complexion.roughness * (relief - _SLOPES * lit) + maps.summed(
        maps.measured, used, amount
    )
    deeper = maps.summed(maps.gathered, used, _DEEPEN * np.maximum(amount, 0))
    fainter = maps.summed(maps.smoothed, used, _FADE * np.minimum(amount, 0))
    return ratio.astype(np.float32), np.maximum(deeper + fainter, _LEFT - 1)


def _seen(flat: F32, place: F32) -> F32:
    """A map at places on it (rows, columns, 2)."""
    return np.asarray(cv2.remap(flat, place[..., 0], place[..., 1], cv2.INTER_LINEAR), np.float32)


def _window(grid: field.Grid) -> tuple[slice, slice]:
    width, height = grid.size
    return np.s_[grid.top : grid.top + height, grid.left : grid.left + width]


def _barycentric(corners: F32, points: F32) -> F32:
    """Coordinates of points (n, 2) in triangles (n, 3, 2), shape (n, 3), within 0 to 1."""
    u, v = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    w = points - corners[:, 0]
    double = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    double = np.where(np.abs(double) < 1e-6, np.float32(1e-6), double)
    second = np.clip((w[:, 0] * v[:, 1] - w[:, 1] * v[:, 0]) / double, 0, 1)
    third = np.clip((u[:, 0] * w[:, 1] - u[:, 1] * w[:, 0]) / double, 0, 1 - second)
    return np.stack([1 - second - third, second, third], axis=1)
