"""What covers a face stays where it is: lifted off before the face moves, put back afterwards.

Behind a thin thing, the rim of glasses or a strand of hair, the skin goes on: the hole it leaves is
filled from both sides, the face moves as if nothing lay on it, and the thing is laid back, pixel by
pixel. Near a wide thing, a hand or a dark lens, nobody knows what is behind: there the face gives
way the less, the nearer it is, and never looks for skin where the thing is.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.edit.mesh.field import Grid
from mien.edit.mesh.pixels import F32, Box, Floats, Image, blend, box_of, smooth, to_image
from mien.edit.mesh.slit import MOUTH, SLITS

_EDGE = 0.012  # IOD: the edge of a thing, half its own and half skin
_SOFT = 0.012  # IOD over which it passes into the face
_WIDE = 0.09  # IOD: half the width from which a thing is wide
_GIVE = 0.8  # a point moves at most so far, as a share of its distance from a wide thing
_GUESSED = 0.2  # share of a rim of lips or lids that is hidden, from which the rest is a guess
# IOD: what lies so near to such a rim stays with it; a jaw moves all round a mouth.
_AROUND_EYE, _AROUND_MOUTH = 0.3, 0.8
_FINE = 100  # px per IOD of the picture in which holes are filled


@dataclass(frozen=True)
class Held:
    """Things before a face.

    Attributes:
        box: left, top, right, bottom in px.
        pixels: the picture inside the box.
        share: how much of each pixel is theirs, shape of the box, 0 to 1.
        room: distance of each node of the grid from the nearest wide thing, px.
    """

    box: Box
    pixels: Image
    share: F32
    room: F32


def lift(image: Image, cover: F32, grid: Grid, iod: float) -> tuple[Image, Held] | None:
    """Take off what covers a face.

    Args:
        image: shape (H, W, 3).
        cover: shape (H, W), 0 (face) to 1 (something else).
        grid: over the face.
        iod: px.

    Returns:
        The picture with the holes filled, and what was taken off; None where there is nothing.
    """
    width, height = grid.size
    window = cover[grid.top : grid.top + height, grid.left : grid.left + width] > 0.5
    seen = box_of(window)
    if seen is None:
        return None
    margin = 2 + round(3 * (_EDGE + _SOFT) * iod)
    left, top = max(seen[0] - margin, 0), max(seen[1] - margin, 0)
    inner = np.s_[top : seen[3] + margin, left : seen[2] + margin]
    part = window[inner]
    away = cv2.distanceTransform((~part).astype(np.uint8), cv2.DIST_L2, 3) - np.float32(_EDGE * iod)
    share = np.clip(1 - (away - 1) / np.float32(1 + _SOFT * iod), 0, 1)
    left, top = left + grid.left, top + grid.top
    box = left, top, left + part.shape[1], top + part.shape[0]
    area = np.s_[box[1] : box[3], box[0] : box[2]]
    room = _room(window, grid, iod)
    thin = (share >= 1) & (_enlarged(room, grid)[: len(window), : window.shape[1]][inner] > margin)
    bare = image.copy()
    bare[area] = _filled(image[area], thin, iod)
    return bare, Held(box, image[area].copy(), np.asarray(share, np.float32), room)


def put_back(held: Held | None, edited: Image) -> Image:
    """Lay what was taken off over an edited picture, in place; the picture itself is returned."""
    if held is not None:
        window = edited[held.box[1] : held.box[3], held.box[0] : held.box[2]]
        window[:] = blend(window, held.pixels, held.share)
    return edited


def uncovered(held: Held | None, mask: F32) -> F32:
    """A mask of what may change, shape (H, W), without what is held; in place."""
    if held is not None:
        window = mask[held.box[1] : held.box[3], held.box[0] : held.box[2]]
        np.minimum(window, 1 - held.share, out=window)
    return mask


def restrained(
    held: Held | None,
    grid: Grid,
    vertices: NDArray[np.float64],
    shift: NDArray[np.float64],
    iod: float,
) -> NDArray[np.float64]:
    """Displacements that keep clear of wide things, and none for points behind them.

    Where a part of the mouth or of an eye is hidden, the landmarks of the rest are guessed, too,
    and often beside it: such a mouth or eye stays as it is.

    Args:
        held: what lies before the face.
        grid: over the face.
        vertices: shape (n, 2), px.
        shift: the same shape, px.
        iod: px.
    """
    if held is None or not (held.room < np.inf).any():
        return shift
    here, there = (_at(held.room, grid.to_nodes(place)) for place in (vertices, vertices + shift))
    free = _limited(here, there)
    for slit in SLITS:
        rim = list(slit.upper + slit.lower)
        guessed = smooth(np.array((here[rim] < 1).mean() / _GUESSED))
        if guessed:
            away = np.linalg.norm(vertices[:, None] - vertices[rim], axis=-1).min(axis=1)
            around = _AROUND_MOUTH if slit is MOUTH else _AROUND_EYE
            free *= 1 - guessed * (1 - smooth(away / (around * iod)))
    return np.asarray(shift * free[:, None])


def kept_clear(
    held: Held | None, shift: F32, x: NDArray[np.int32], y: NDArray[np.int32], step: int
) -> F32:
    """Displacements of nodes, shape (n, 2), px, that look for nothing in a wide thing.

    Args:
        held: what lies before the face.
        shift: shape (n, 2), px.
        x: columns of the nodes.
        y: their rows.
        step: px from node to node.
    """
    if held is None or not (held.room < np.inf).any():
        return shift
    nodes = np.stack([x, y], axis=-1) + shift / np.float32(step)
    free = _limited(held.room[y, x], _at(held.room, np.asarray(nodes, np.float32)))
    return np.asarray(shift * free[:, None], np.float32)


def _limited(here: F32, there: F32) -> Floats:
    """By what factor motions are made smaller that lead towards a wide thing, shape (n,).

    Args:
        here: distance from it before, px.
        there: distance after.
    """
    nearer = np.where(np.isfinite(here), here - there, 0)
    excess = np.clip(nearer / np.maximum(_GIVE * here, 1e-6), 0, 1e6)
    return np.asarray((here >= 1) / (1 + excess**4) ** 0.25)


def _enlarged(room: F32, grid: Grid) -> F32:
    return np.asarray(cv2.resize(np.minimum(room, np.float32(1e6)), grid.size), np.float32)


def _at(values: F32, nodes: F32) -> F32:
    """Values on the grid at node coordinates, shape (n, 2)."""
    last = np.array(values.shape[::-1]) - 1
    low = np.clip(np.floor(nodes).astype(int), 0, np.maximum(last - 1, 0))
    x, y = low.T
    right, down = np.minimum(x + 1, last[0]), np.minimum(y + 1, last[1])
    u, v = np.clip(nodes - low, 0, 1).T
    above = (1 - u) * values[y, x] + u * values[y, right]
    return np.asarray((1 - v) * above + v * ((1 - u) * values[down, x] + u * values[down, right]))


def _room(window: NDArray[np.bool_], grid: Grid, iod: float) -> F32:
    size = grid.shape[1] * grid.step, grid.shape[0] * grid.step
    whole = cv2.copyMakeBorder(
        window.astype(np.uint8),
        0,
        size[1] - window.shape[0],
        0,
        size[0] - window.shape[1],
        cv2.BORDER_REPLICATE,
    )
    coarse = cv2.resize(255 * whole, grid.shape[::-1], interpolation=cv2.INTER_AREA) > 127
    depth = cv2.distanceTransform(coarse.astype(np.uint8), cv2.DIST_L2, 3)
    radius = _WIDE * iod / grid.step
    wide = cv2.dilate(
        (depth >= radius).astype(np.uint8),
        cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * round(radius) + 1,) * 2),
    )
    if not wide.any():
        return np.full(grid.shape, np.inf, np.float32)
    found = cv2.distanceTransform(1 - wide, cv2.DIST_L2, 3)
    return np.asarray(found * np.float32(grid.step), np.float32)


def _filled(image: Image, hole: NDArray[np.bool_], iod: float) -> Image:
    """A picture with its hole filled from all sides, coarse to fine."""
    if not hole.any():
        return image
    shrink = max(1, int(iod / _FINE))
    size = -(-image.shape[1] // shrink), -(-image.shape[0] // shrink)
    gone = hole.astype(np.uint8)
    known = 1 - gone
    colour = cv2.resize(cv2.copyTo(image, known), size, interpolation=cv2.INTER_AREA)
    weight = cv2.resize(known.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    filled = _pulled(np.asarray(colour, np.float32), np.asarray(weight, np.float32))
    large = cv2.resize(to_image(filled), image.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.copyTo(large, gone, image.copy()), np.uint8)


def _pulled(colour: F32, weight: F32) -> F32:
    """Colours, premultiplied by their weight, made whole by those of the next coarser level."""
    own = colour / np.maximum(weight, 1e-6)[..., None]
    if min(weight.shape) < 2 or weight.min() > 0.5:
        return np.asarray(own, np.float32)
    halves = (np.asarray(cv2.pyrDown(each), np.float32) for each in (colour, weight))
    coarser = _pulled(*halves)
    behind = cv2.pyrUp(coarser, dstsize=weight.shape[::-1])
    trust = np.minimum(2 * weight, 1)[..., None]
    return np.asarray(trust * own + (1 - trust) * behind, np.float32)
