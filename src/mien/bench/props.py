"""Things drawn before a face, with the exact pixels they cover: glasses, strands of hair, earrings.

Everything is placed by landmarks and drawn in layers: a soft shadow on the skin, the thing itself
with its anti-aliased edge, a light along it.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Mask = NDArray[np.float32]
Points = NDArray[np.float64]

_SHIFT = 4  # binary digits of a pixel that OpenCV draws with


@dataclass(frozen=True)
class Style:
    """A pair of glasses; lengths in distances between the pupils.

    Attributes:
        size: half the width and half the height of a lens.
        power: of the superellipse of its rim: 2 is round, 4 nearly a rectangle.
        width: of the rim.
        colour: of the rim, RGB.
        cover: how much of what is behind it the rim hides, 0 to 1.
        lens: how dark the lens is, 0 to 1.
        lower: whether there is a rim below.
    """

    size: tuple[float, float]
    power: float
    width: float
    colour: tuple[int, int, int]
    cover: float = 1.0
    lens: float = 0.0
    lower: bool = True


GLASSES = {
    "thin metal": Style((0.40, 0.27), 3.0, 0.022, (120, 118, 120)),
    "thick dark": Style((0.41, 0.29), 3.5, 0.065, (28, 24, 22)),
    "round": Style((0.36, 0.36), 2.0, 0.03, (96, 62, 30)),
    "half rim": Style((0.40, 0.25), 3.5, 0.05, (40, 34, 50), lower=False),
    "transparent": Style((0.41, 0.31), 3.0, 0.06, (226, 224, 218), cover=0.45),
    "sunglasses": Style((0.43, 0.33), 2.6, 0.05, (18, 18, 20), lens=0.93),
}


@dataclass(frozen=True)
class Place:
    """The frame of a head on a picture: px = origin + unit · (x · right + y · down).

    Attributes:
        origin: midway between the eyes, px.
        axes: rows: towards the image's right, downwards; both of the length of one IOD, px.
    """

    origin: Points
    axes: Points

    @property
    def unit(self) -> float:
        """One IOD in px."""
        return float(np.linalg.norm(self.axes[0]))

    def at(self, xy: Points) -> Points:
        """IOD to px, shape (n, 2)."""
        return np.asarray(self.origin + xy @ self.axes)

    def of(self, px: Points) -> Points:
        """Px to IOD, shape (n, 2)."""
        return np.asarray((px - self.origin) @ np.linalg.inv(self.axes))


def place_of(points: Points) -> Place:
    """Where to put things on a face with these landmarks, shape (478, 2 or 3), px."""
    right, left = (points[list(pair), :2].mean(axis=0) for pair in ((33, 133), (263, 362)))
    across = left - right
    return Place((right + left) / 2, np.array([across, [-across[1], across[0]]]))


def put_glasses(image: Image, points: Points, style: Style) -> tuple[Image, Mask]:
    """A face with glasses on.

    Args:
        image: RGB, shape (H, W, 3).
        points: landmarks, shape (478, 2 or 3), px.
        style: one of :data:`GLASSES` or another.

    Returns:
        The picture, and how much of each pixel they cover, shape (H, W), 0 to 1.
    """
    place = place_of(points)
    frame = np.zeros(image.shape[:2], np.float32)
    lenses = np.zeros_like(frame)
    thick = max(1, round(style.width * place.unit))
    angle = np.linspace(0, 2 * np.pi, 200)
    for side in (-1.0, 1.0):
        cosine, sine = np.cos(angle), np.sin(angle)
        x = style.size[0] * np.sign(cosine) * np.abs(cosine) ** (2 / style.power)
        y = style.size[1] * np.sign(sine) * np.abs(sine) ** (2 / style.power)
        rim = place.at(np.stack([side * 0.51 + x, 0.06 + y], axis=-1))
        _fill(lenses, rim)
        shown = rim if style.lower else rim[y <= 0.15 * style.size[1]]
        if style.lower:
            _line(frame, shown, thick, closed=True)
        else:
            for part in (rim[(angle >= np.pi * 0.95)], rim[angle <= np.pi * 0.05]):
                _line(frame, part, thick)
        ear = place.of(points[[356 if side > 0 else 127], :2])[0]
        _line(frame, place.at(np.array([[side * (0.51 + style.size[0]), -0.06], ear])), thick)
    reach = 0.51 - style.size[0]
    bridge = np.linspace(-reach, reach, 20)
    arch = -0.02 - 0.06 * (1 - (bridge / reach) ** 2)
    _line(frame, place.at(np.stack([bridge, arch], axis=-1)), thick)
    return _laid(image, place, (frame, lenses), style)


def _laid(image: Image, place: Place, parts: tuple[Mask, Mask], style: Style) -> tuple[Image, Mask]:
    frame, lenses = parts
    unit = place.unit
    size = frame.shape[1], frame.shape[0]
    seen = image.astype(np.float32)
    down = np.array([[1, 0, 0], [0, 1, 0.045 * unit]])
    shade = cv2.warpAffine(frame, down, size)
    seen *= 1 - 0.22 * cv2.GaussianBlur(shade, (0, 0), 0.022 * unit)[..., None]
    if style.lens:
        tint = (style.lens * lenses)[..., None]
        height = np.linspace(0, 1, len(seen), dtype=np.float32)[:, None, None]
        seen = np.asarray(seen * (1 - tint) + tint * (30 + 20 * height), np.float32)
    alpha = (style.cover * frame)[..., None]
    seen += alpha * (np.array(style.colour, np.float32) - seen)
    up = np.array([[1, 0, 0], [0, 1, -0.3 * style.width * unit]])
    rim = frame * (1 - cv2.warpAffine(frame, up, size))
    seen += 70 * cv2.GaussianBlur(frame * np.roll(rim, 2, axis=0), (0, 0), 0.8)[..., None]
    cover = np.maximum(frame, lenses) if style.lens else frame
    return np.clip(seen + 0.5, 0, 255).astype(np.uint8), cover


def put_fringe(image: Image, points: Points, seed: int) -> tuple[Image, Mask]:
    """A face with strands of hair over its forehead, some of them down to the brows.

    Args:
        image: RGB, shape (H, W, 3).
        points: landmarks, shape (478, 2 or 3), px.
        seed: of the strands.

    Returns:
        As :func:`put_glasses`.
    """
    rng = np.random.default_rng(seed)
    place = place_of(points)
    top = float(place.of(points[[10], :2])[0, 1])
    brow = float(place.of(points[[105, 334], :2])[:, 1].mean())
    root = top - 0.5
    column, row = np.rint(place.at(np.array([[0.0, root]]))[0]).astype(int).clip(0)
    reach = max(1, round(0.1 * place.unit))
    above = image[max(row - reach, 0) : row + reach, column - reach : column + reach]
    colour = np.quantile(above.reshape(-1, 3), 0.2, axis=0).clip(16, 150)  # the hair's own
    seen, cover = image.astype(np.float32), np.zeros(image.shape[:2], np.float32)
    sweep, start = rng.uniform(-0.4, 0.4), rng.uniform(-0.9, -0.4)
    for x in rng.permutation(np.linspace(start, start + 1.3, 40)):
        tip = brow + rng.uniform(-0.4, 0.06)
        t = np.linspace(0, 1, 24)[:, None]
        a, b, c = np.array([[x, root], [x + 0.2 * sweep, (top + tip) / 2], [x + sweep + 0.1, tip]])
        curve = place.at((1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c)
        strand = np.zeros(cover.shape, np.uint8)
        for first in range(0, 23, 2):
            width = max(1, round(0.07 * (1 - first / 26) * rng.uniform(0.8, 1.1) * place.unit))
            part = np.rint(curve[first : first + 3] * (1 << _SHIFT)).astype(np.int32)
            cv2.polylines(strand, [part], False, (255,), width, cv2.LINE_AA, _SHIFT)
        left, upper, wide, high = cv2.boundingRect(strand)
        box = np.s_[upper : upper + high, left : left + wide]
        share = strand[box].astype(np.float32) / 255
        tone = colour * rng.uniform(0.75, 1.35)
        seen[box] += share[..., None] * (tone - seen[box])
        cover[box] = np.maximum(cover[box], share)
    grain = rng.normal(0, 5, (*cover.shape, 1)).astype(np.float32) * cover[..., None]
    return np.clip(seen + grain + 0.5, 0, 255).astype(np.uint8), cover


def put_earrings(image: Image, points: Points) -> tuple[Image, Mask]:
    """A face with golden hoops below its ears; arguments and result as in :func:`put_glasses`."""
    place = place_of(points)
    cover = np.zeros(image.shape[:2], np.float32)
    angle = np.linspace(0, 2 * np.pi, 60)
    for corner, side in ((132, -1), (361, 1)):
        middle = place.of(points[[corner], :2])[0] + [side * 0.12, 0.12]
        hoop = middle + 0.13 * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
        _line(cover, place.at(hoop), max(1, round(0.025 * place.unit)), closed=True)
    alpha = cover[..., None]
    seen = image * (1 - alpha) + alpha * np.array([214, 170, 84], np.float32)
    return np.clip(seen + 0.5, 0, 255).astype(np.uint8), cover


def _line(mask: Mask, px: Points, width: int, *, closed: bool = False) -> None:
    layer = np.zeros(mask.shape, np.uint8)
    points = np.rint(px * (1 << _SHIFT)).astype(np.int32)
    cv2.polylines(layer, [points], closed, (255,), width, cv2.LINE_AA, _SHIFT)
    np.maximum(mask, layer.astype(np.float32) / 255, out=mask)


def _fill(mask: Mask, px: Points) -> None:
    layer = np.zeros(mask.shape, np.uint8)
    points = np.rint(px * (1 << _SHIFT)).astype(np.int32)
    cv2.fillPoly(layer, [points], (255,), cv2.LINE_AA, _SHIFT)
    np.maximum(mask, layer.astype(np.float32) / 255, out=mask)
