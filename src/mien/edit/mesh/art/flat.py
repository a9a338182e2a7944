"""Flat art, line art and cel shading: no light, no teeth; areas of one colour, lines of one width.

What an artist would draw is drawn: a mouth that opens shows a flat inside with a tongue, framed by
the line that had been the closed mouth.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy.topology import IRIS_LEFT, IRIS_RIGHT, OVAL
from mien.edit.mesh.interior import sample
from mien.edit.mesh.pixels import F32, Crisp, Floats, Image, look, to_image
from mien.edit.mesh.slit import MOUTH, Edges, Frame, coverage, edges, fine, frame

_BLOCK = 0.04  # IOD
_EVEN = 4  # levels: what JPEG leaves in an area of one colour
# Share of the blocks of a face that are even, above which it is flat. Seven drawings of ours: 0.58
# to 0.82, as JPEG of quality 80 0.39 to 0.66; nine photos and four paintings: at most 0.14.
_SHARE = 0.27
_WIDEST = 0.035  # IOD: no line between lips is wider; what is, is lips
_GREY = 0.02  # chroma of skin below which it is paper
_OPEN = 0.05  # IOD: a mouth drawn further open than this shows its own inside


@dataclass(frozen=True)
class Ink:
    """How the mouth of flat art is drawn.

    Attributes:
        line: RGB of its line, 0–255.
        width: px, of that line.
        cavity: RGB of the inside.
        tongue: RGB.
        shown: whether the source's mouth is open, so that its own inside can be used.
    """

    line: F32
    width: float
    cavity: F32
    tongue: F32
    shown: bool


def is_flat(image: Image, points: Floats) -> bool:
    """Whether a face is drawn in areas of one colour each rather than photographed or painted.

    Many small blocks of such a face hold one colour; the noise and the shades of a photo leave
    hardly one.

    Args:
        image: RGB uint8, shape (H, W, 3).
        points: landmarks, shape (478, 2 or 3), px.
    """
    oval = np.rint(points[list(OVAL), :2]).astype(np.int32)
    iod = float(np.linalg.norm(points[IRIS_LEFT] - points[IRIS_RIGHT]))
    side = max(3, round(_BLOCK * iod))
    low, high = np.clip(oval.min(axis=0), 0, None), oval.max(axis=0)
    face = image[low[1] : high[1], low[0] : high[0]]
    rows, columns = face.shape[0] // side, face.shape[1] // side
    if not rows or not columns:
        return False
    kernel = np.ones((side, side), np.uint8)
    spread = np.asarray(cv2.morphologyEx(face, cv2.MORPH_GRADIENT, kernel))
    middles = spread[side // 2 :: side, side // 2 :: side][:rows, :columns]
    even = middles.max(axis=-1) <= _EVEN
    inside = np.zeros((rows, columns), np.uint8)
    cv2.fillPoly(inside, [(oval - low) // side], (1,))
    return bool(even[inside > 0].mean() >= _SHARE) if inside.any() else False


def ink_of(image: Image, xy: NDArray[np.float64], iod: float, skin: F32) -> Ink:
    """Colours and line of a drawn mouth.

    Args:
        image: RGB uint8, shape (H, W, 3).
        xy: landmarks, shape (478, 2), px.
        iod: px.
        skin: RGB of lit skin, 0–255.
    """
    upper, lower = fine(xy[list(MOUTH.upper)]), fine(xy[list(MOUTH.lower)])
    shown = bool(np.linalg.norm(lower - upper, axis=1).max() > _OPEN * iod)
    path = (upper if shown else (upper + lower) / 2)[10:-10]
    across = frame(xy, MOUTH).across
    reach = np.arange(-0.06 * iod, 0.06 * iod, 0.5)
    places = path[:, None] + reach[:, None] * across
    seen = look(image, places[..., 0], places[..., 1], cubic=False).astype(np.float32)
    light = seen.mean(axis=2)
    darkest = light.argmin(axis=1)
    line = np.median(seen[np.arange(len(seen)), darkest], axis=0).astype(np.float32)
    depth = np.clip((skin.mean() - light) / max(float(skin.mean() - line.mean()), 1.0), 0, 1)
    width = min(float(np.median(depth.sum(axis=1)) / 2), _WIDEST * iod)
    chroma = float(np.ptp(skin)) / max(float(skin.mean()), 1.0)
    if chroma < _GREY:  # ink on paper knows no other colours
        return Ink(line, width, line, line, shown)
    warm = np.float32(min(1.0, chroma / 0.12))
    cavity = 0.45 * skin * (1 + warm * (np.array([1.05, 0.45, 0.5], np.float32) - 1))
    tongue = 0.85 * skin * (1 + warm * (np.array([1.05, 0.6, 0.6], np.float32) - 1))
    return Ink(line, width, cavity.astype(np.float32), tongue.astype(np.float32), shown)


def behind_lips(
    picture: Image | Crisp,
    ink: Ink,
    source: Floats,
    into: Frame,
    pixels: tuple[F32, F32],
    gap: Edges,
) -> Image:
    """The inside of a drawn mouth: its own, stretched with the lips, or a flat one in a frame.

    Args:
        picture: the whole picture.
        ink: of the drawing.
        source: landmarks, shape (≥478, 2), px.
        into: frame of the mouth in the target.
        pixels: p and q of the window's pixels.
        gap: edges of the target.

    Returns:
        Shape (rows, columns, 3).
    """
    p, q = pixels
    upper, lower = gap.at(p)
    if not ink.shown:
        return _painted(ink, np.clip(p / np.float32(into.width), 0, 1), q, (upper, lower))
    was = frame(source, MOUTH)
    p_was = p * np.float32(was.width / into.width)
    was_upper, was_lower = edges(source, MOUTH, was).at(p_was)
    part = np.clip((q - upper) / np.maximum(lower - upper, np.float32(1e-3)), 0, 1)
    return sample(picture, was, p_was, was_upper + part * (was_lower - was_upper))


def _painted(ink: Ink, part: F32, q: F32, gap: tuple[F32, F32]) -> Image:
    """Cavity and tongue in a frame of the mouth's line; part is 0 to 1 along the mouth."""
    upper, lower = gap
    height = np.float32((lower - upper).max())
    room = np.clip((height - np.float32(4 * ink.width)) / np.float32(2 * ink.width), 0, 1)
    t = (2 * part - 1) / np.float32(0.8)
    top = lower.max() - np.float32(0.42) * height * np.sqrt(np.clip(1 - t * t, 0, 1))
    tongue = room * np.clip(q - top + np.float32(0.5), 0, 1) * (np.abs(t) < 1)
    colour = ink.cavity + tongue[..., None] * (ink.tongue - ink.cavity)
    half = np.float32(ink.width / 2)
    inner = coverage(q, upper + half, lower - half, 0.5)
    return to_image(ink.line + inner[..., None] * (colour - ink.line))
