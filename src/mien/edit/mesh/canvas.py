"""Everything of a picture and its face that does not depend on the edit, worked out once."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy import topology as topo
from mien.core.face import N_POINTS
from mien.edit.mesh import hold, seam
from mien.edit.mesh.art.flat import Ink, ink_of
from mien.edit.mesh.field import Grid, ring
from mien.edit.mesh.photo.mouth import MouthLight, light_of
from mien.edit.mesh.pixels import F32, Crisp, Floats, Image, crisp
from mien.edit.mesh.shade import Complexion, Shader, shader
from mien.edit.mesh.slit import EYE_LEFT, EYE_RIGHT, MOUTH, edges, frame

NODES_PER_IOD = 45  # resolution of the field
FEATHER = 0.25  # IOD over which the mask falls to zero
_LOWER_LIP = (86, 15, 316)
_CHEEKS = (50, 101, 118, 280, 330, 347)


@dataclass(frozen=True)
class Canvas:
    """A picture prepared for edits of one face; treat every array as read-only.

    Attributes:
        image: shape (H, W, 3), RGB uint8.
        source: landmarks as given, shape (478, 2), px.
        vertices: landmarks with the lip line moved onto the picture's own, and the 36 points of the
            outer ring, shape (514, 2), px.
        depth: shape (514,), px, larger is farther.
        iod: px between the pupils (in 3D where z is known).
        grid: nodes of the field.
        inside: which nodes lie inside the mask.
        mask: shape (H, W), float32, 0–1: where pixels may change.
        light: colours for the inside of the mouth.
        ink: line and colours of the mouth of flat art; None for photos and paintings.
        held: what covers the face and stays; ``image`` is without it.
        complexion: light and skin where they are known, in a clip; None: they are looked for.
    """

    image: Image
    source: NDArray[np.float64]
    vertices: NDArray[np.float64]
    depth: NDArray[np.float64]
    iod: float
    grid: Grid
    inside: NDArray[np.bool_]
    mask: F32
    light: MouthLight
    ink: Ink | None = None
    held: hold.Held | None = None
    complexion: Complexion | None = None

    @cached_property
    def pixels(self) -> Image | Crisp:
        """The picture as look-ups want it: crisp where it is flat art."""
        return self.image if self.ink is None else crisp(self.image)

    @cached_property
    def shader(self) -> Shader:
        """The face ready to be shaded."""
        grid, mask = self.grid, self.mask
        return shader(self.image, self.vertices, self.depth, grid, mask, self.iod, self.complexion)


def prepare(
    image: Image,
    source: Floats,
    *,
    flat: bool = False,
    wide: bool = False,
    snapped: Floats | None = None,
    held: F32 | None = None,
) -> Canvas:
    """Get a picture ready for :func:`mien.edit.mesh.paint`.

    Args:
        image: shape (H, W, 3), RGB uint8.
        source: the face's landmarks, shape (478, 2) or (478, 3), px; z, where given, orders what
            hides what.
        flat: whether this is line art, cel shading or other art of flat colours, see
            :func:`mien.edit.mesh.is_flat`: lines stay crisp, and nothing is shaded.
        wide: whether the head will turn: pixels may then change all round it.
        snapped: the landmarks on the picture's own edges, shape (478, 2), px, where these are known
            (a clip holds them steady); None: they are looked for.
        held: what lies before the face and must stay, shape (H, W), 0 to 1, as
            :func:`mien.landmark.cover.occlusion.occluders` finds it; None: nothing.

    Raises:
        ValueError: wrong shape or type, landmarks that are not numbers, a face of no size.
    """
    _check(image, source)
    points = source.astype(np.float64)
    xy = np.ascontiguousarray(points[:, :2])
    iod = float(np.linalg.norm(points[topo.IRIS_LEFT] - points[topo.IRIS_RIGHT]))
    if iod < 1:
        raise ValueError(f"the pupils lie {iod:.2f} px apart: this is no face that can be edited")
    depth = points[:, 2] if points.shape[1] == 3 else np.zeros(N_POINTS)
    outer = ring(xy, iod, wide=wide)
    grid = _grid(outer, iod, image.shape)
    weight = _weights(grid, outer, iod)
    lifted = None if held is None else hold.lift(image, held, grid, iod)
    image, kept = lifted or (image, None)
    if snapped is None:
        snapped = (seam.traced if flat else seam.snap)(image, xy, iod)
    light = _light(image, xy, iod)
    return Canvas(
        image=image,
        source=xy,
        vertices=np.concatenate([snapped, outer]),
        depth=np.concatenate([depth, np.full(len(outer), depth.max() + iod)]),
        iod=iod,
        grid=grid,
        inside=weight > 0,
        mask=hold.uncovered(kept, _mask(grid, weight, image.shape)),
        light=light,
        ink=ink_of(image, xy, iod, _skin(image, xy, iod)) if flat else None,
        held=kept,
    )


def _check(image: Image, source: Floats) -> None:
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or not image.size:
        raise ValueError(
            f"expected an RGB uint8 picture (H, W, 3), got {image.dtype} {image.shape}"
        )
    if source.shape not in ((N_POINTS, 2), (N_POINTS, 3)):
        raise ValueError(f"expected landmarks of shape ({N_POINTS}, 2 or 3), got {source.shape}")
    if not np.isfinite(source).all():
        raise ValueError("landmarks hold values that are not numbers")


def _grid(outer: NDArray[np.float64], iod: float, shape: tuple[int, ...]) -> Grid:
    """The nodes over the ring's box, as far as it lies in the picture."""
    step = max(1, round(iod / NODES_PER_IOD))
    low = np.clip(np.floor(outer.min(axis=0)).astype(int) - step, 0, None)
    high = np.minimum(np.ceil(outer.max(axis=0)).astype(int) + step, shape[1::-1])
    columns, rows = (max(1, -(-int(n) // step)) for n in high - low)
    return Grid(int(low[0]), int(low[1]), step, (rows, columns))


def _weights(grid: Grid, outer: NDArray[np.float64], iod: float) -> F32:
    """The mask on the nodes."""
    area = np.zeros((grid.shape[0] + 2, grid.shape[1] + 2), np.uint8)
    polygon = np.clip(np.rint((grid.to_nodes(outer) + 1) * 16), -(2**20), 2**20).astype(np.int32)
    cv2.fillPoly(area, [polygon], (1,), shift=4)
    padded = cv2.copyMakeBorder(area[1:-1, 1:-1], 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    distance = cv2.distanceTransform(padded, cv2.DIST_L2, 3)[1:-1, 1:-1]
    t = np.clip(distance * np.float32(grid.step / (FEATHER * iod)), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def _mask(grid: Grid, weight: F32, shape: tuple[int, ...]) -> F32:
    mask = np.zeros(shape[:2], np.float32)
    window = mask[grid.top : grid.top + grid.size[1], grid.left : grid.left + grid.size[0]]
    window[:] = cv2.resize(weight, grid.size)[: window.shape[0], : window.shape[1]]
    return mask


def _light(image: Image, xy: NDArray[np.float64], iod: float) -> MouthLight:
    """Colours of lit skin, of lips and of the whites of the eyes, and how open the mouth is."""
    skin = _skin(image, xy, iod)
    lip = _patch(image, xy[list(_LOWER_LIP)], max(1, round(0.015 * iod)))
    whites = []
    for slit in (EYE_RIGHT, EYE_LEFT):
        low, high = xy[list(slit.upper)].min(axis=0), xy[list(slit.lower)].max(axis=0)
        middle = (low + high) / 2
        eye = _patch(image, middle[None], max(1, round(0.11 * iod)), max(1, round(0.03 * iod)))
        bright = eye.sum(axis=1)
        whites.append(eye[bright >= np.quantile(bright, 0.85)].mean(axis=0))
    opening = edges(xy, MOUTH, frame(xy, MOUTH)).opening / iod
    shown = float(np.clip((opening - seam.CLOSED) / 0.025, 0, 1))
    return light_of(
        skin,
        np.mean(whites, axis=0).astype(np.float32),
        np.median(lip, axis=0).astype(np.float32),
        shown,
        iod,
    )


def _skin(image: Image, xy: NDArray[np.float64], iod: float) -> F32:
    """RGB of lit skin."""
    cheeks = _patch(image, xy[list(_CHEEKS)], max(1, round(0.03 * iod)))
    return np.asarray(np.median(cheeks, axis=0), np.float32)


def _patch(image: Image, centres: NDArray[np.float64], width: int, height: int = 0) -> F32:
    """Pixels of boxes round points, shape (n, 3), kept inside the picture."""
    found = []
    for x, y in centres:
        column = int(np.clip(x, 0, image.shape[1] - 1))
        row = int(np.clip(y, 0, image.shape[0] - 1))
        tall = height or width
        box = image[
            max(0, row - tall) : row + tall + 1, max(0, column - width) : column + width + 1
        ]
        found.append(box.reshape(-1, 3))
    return np.asarray(np.concatenate(found), np.float32)
