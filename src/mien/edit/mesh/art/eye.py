"""A drawn eye whose lids move or that looks elsewhere: the iris slides whole over a flat white."""

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.edit.mesh.interior import sample
from mien.edit.mesh.photo.eyeball import IRIS, eyeball
from mien.edit.mesh.pixels import F32, Crisp, Floats, Image, blend, crisp
from mien.edit.mesh.slit import Edges, Frame, Slit, edges, fine, frame

Array = NDArray[np.float64]

_OTHER = 40  # levels by which an iris differs from the white
_BRIGHT = 0.7  # quantile of brightness inside an eye from which it is white
_RIM = 1.5  # px along the lids whose colours are mixed with theirs


def drawn_eye(
    picture: Image | Crisp,
    source: Array,
    target: Array,
    slit: Slit,
    into: Frame,
    pixels: tuple[F32, F32],
    gap: Edges,
) -> Image:
    """The eyeball of a drawing for a window round its slit, shape (rows, columns, 3).

    Args:
        picture: the whole picture.
        source: mesh, shape (478, 2), px.
        target: the same of the edited face.
        slit: of the eye.
        into: the slit's frame in the target.
        pixels: p and q of the window's pixels.
        gap: edges of the target.
    """
    corners, iris = list(slit.corners), IRIS[slit.name]
    shift = (target - source)[corners].mean(axis=0)
    turn = target[iris[0]] - source[iris[0]] - shift
    ahead = target.copy()
    ahead[iris] -= turn
    image = picture.image if isinstance(picture, Crisp) else picture
    mask, white = _iris(image, source, slit, iris[0])
    bare = np.where(mask > 0, white, image).astype(np.uint8)
    seen = eyeball(crisp(bare), source, ahead, slit, into, pixels, gap)
    p, q = pixels
    x = into.origin[0] + p * into.along[0] + q * into.across[0] - shift[0] - turn[0]
    y = into.origin[1] + p * into.along[1] + q * into.across[1] - shift[1] - turn[1]
    was = frame(source, slit)
    p_was, q_was = (np.asarray(n, np.float32) for n in was.of(np.stack([x, y], axis=-1)))
    upper, lower = edges(source, slit, was).at(p_was)
    upper, lower = upper + np.float32(_RIM), lower - np.float32(_RIM)
    q_was = np.clip(q_was, np.minimum(upper, lower), np.maximum(upper, lower))
    share = sample(mask, was, p_was, q_was)[..., 0].astype(np.float32) / 255
    return blend(seen, sample(picture, was, p_was, q_was), share)


def _iris(image: Image, source: Floats, slit: Slit, centre: int) -> tuple[Image, F32]:
    """Where the iris is, 0 to 255 three times over, shape (H, W, 3), and RGB of the white."""
    inside = np.zeros(image.shape[:2], np.uint8)
    rim = np.concatenate([fine(source[list(slit.upper)]), fine(source[list(slit.lower)])[::-1]])
    cv2.fillPoly(inside, [np.rint(rim * 16).astype(np.int32)], (1,), shift=4)
    eye = image[inside > 0].astype(np.float32)
    bright = eye.sum(axis=1)
    white = np.median(eye[bright >= np.quantile(bright, _BRIGHT)], axis=0).astype(np.float32)
    other = np.abs(image.astype(np.float32) - white).max(axis=2) > _OTHER
    inner = cv2.erode(inside, np.ones((3, 3), np.uint8)) > 0
    _, parts = cv2.connectedComponents((other & inner).astype(np.uint8))
    x, y = np.clip(np.rint(source[centre]).astype(int), 0, np.array(image.shape[1::-1]) - 1)
    found = np.zeros(image.shape[:2], np.uint8)
    if parts[y, x]:
        points = np.argwhere(parts == parts[y, x])[:, ::-1].astype(np.int32)
        cv2.fillConvexPoly(found, cv2.convexHull(points), (255,))
        found = np.where(inside > 0, cv2.dilate(found, np.ones((3, 3), np.uint8)), 0)
    return np.repeat(np.asarray(found, np.uint8)[..., None], 3, axis=2), white
