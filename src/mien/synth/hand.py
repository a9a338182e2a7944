"""A hand that passes before the face."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.core.errors import InputError
from mien.edit.mesh.pixels import F32
from mien.synth.plate import Plate, softened

Array = NDArray[np.float64]

_FINE = 2  # px drawn per px of the film
_SHADOW = 0.25  # share of light that its shadow takes
_SOFT = 0.7  # px: sigma of its edge
# Root, tip (in lengths of the hand from the wrist, x to the thumb, y to the tips) and width.
_FINGERS = (
    ((-0.17, 0.48), (-0.27, 0.82), 0.095),
    ((-0.06, 0.52), (-0.09, 0.95), 0.105),
    ((0.06, 0.52), (0.08, 1.0), 0.105),
    ((0.16, 0.49), (0.23, 0.90), 0.10),
    ((0.19, 0.18), (0.44, 0.48), 0.12),
)
_PALM = ((-0.13, 0.1), (-0.17, 0.44), (0.0, 0.48), (0.16, 0.44), (0.16, 0.22), (0.1, 0.1))
_ARM = ((-0.09, 0.1), (0.09, 0.1), (0.13, -2.0), (-0.13, -2.0))
_ROUND = 0.14  # width of the line that rounds palm and arm


@dataclass(frozen=True)
class Hand:
    """A hand that comes from below, stays for a while, and goes again.

    Attributes:
        start: seconds at which it comes into the picture.
        end: seconds at which it has left.
        x: where its middle finger's root comes to lie, IOD to the picture's right of the middle of
            the face.
        y: the same downwards from the pupils.
        tilt: degrees by which it leans to the right.
        size: IOD from the wrist to the tip of the middle finger.

    Raises:
        InputError: times that do not rise.
    """

    start: float
    end: float
    x: float = 0.0
    y: float = 0.5
    tilt: float = 15.0
    size: float = 2.6

    def __post_init__(self) -> None:
        if not (0.0 <= self.start < self.end < np.inf and 0.5 <= self.size <= 6.0):
            raise InputError("a hand comes before it goes, and measures 0.5 to 6 IOD")


class Passing:
    """One hand drawn once, and laid over frame after frame."""

    def __init__(self, hand: Hand, plate: Plate) -> None:
        self._hand = hand
        view = plate.subject.view
        self._goal = view.origin[:2] * [1.0, -1.0] + view.scale * np.array([hand.x, hand.y])
        self._far = np.array([0.0, plate.size[1] - self._goal[1] + 0.6 * hand.size * view.scale])
        self._colour, self._cover, self._middle = _drawn(hand, plate)

    def place(self, time: float) -> Array:
        """Where the root of its middle finger is, px, shape (2,)."""
        hand = self._hand
        share = (time - hand.start) / (hand.end - hand.start)
        raised = float(np.sin(np.pi * np.clip(share, 0.0, 1.0)) ** 0.7)
        return np.asarray(self._goal + (1.0 - raised) * self._far)

    def over(self, light: F32, time: float) -> F32:
        """A frame's light with the hand before it."""
        if not self._hand.start < time < self._hand.end:
            return light
        size = light.shape[1], light.shape[0]
        shadow = self._laid(self._cover, time, size, (0.05, 0.06))
        soft = cv2.GaussianBlur(shadow, (0, 0), 0.02 * size[0])[..., None]
        cover = self._laid(self._cover, time, size)[..., None]
        shaded = light * (1.0 - np.float32(_SHADOW) * soft)
        colour = self._laid(self._colour, time, size)  # already times its cover
        return np.asarray(shaded * (1.0 - cover) + colour, np.float32)

    def covered(self, points: Array, time: float) -> NDArray[np.bool_]:
        """Which points of the film, shape (n, 2), it covers at a moment."""
        if not self._hand.start < time < self._hand.end:
            return np.zeros(len(points), np.bool_)
        at = np.rint(_FINE * (points - self.place(time)) + self._middle).astype(int)
        high, wide = self._cover.shape
        inside = (at >= 0).all(axis=1) & (at < (wide, high)).all(axis=1)
        at = at.clip(0, (wide - 1, high - 1))
        return np.asarray(inside & (self._cover[at[:, 1], at[:, 0]] > 0.5))

    def _laid(
        self, layer: F32, time: float, size: tuple[int, int], aside: tuple[float, float] = (0, 0)
    ) -> F32:
        """A layer where the hand is, moved aside by a share of the film's width."""
        shift = self._middle - _FINE * (self.place(time) + size[0] * np.array(aside))
        to_layer = np.array([[_FINE, 0.0, shift[0]], [0.0, _FINE, shift[1]]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpAffine(layer, to_layer, size, flags=flags), np.float32)


def _drawn(hand: Hand, plate: Plate) -> tuple[F32, F32, Array]:
    """Colour times cover, cover, and where on them the root of the middle finger is."""
    unit = _FINE * hand.size * plate.subject.view.scale
    lean = np.radians(hand.tilt)
    right, up = np.array([np.cos(lean), np.sin(lean)]), np.array([np.sin(lean), -np.cos(lean)])
    side = round(3.2 * unit)
    root = np.array([side / 2, 0.75 * unit])

    def at(xy: tuple[float, float]) -> Array:
        return np.asarray(root + unit * (xy[0] * right + (xy[1] - 0.52) * up))

    cover, round_ = np.zeros((side, side), np.uint8), np.zeros((side, side), np.float32)
    parts = [np.zeros_like(cover) for _ in range(len(_FINGERS) + 1)]
    for part, (start, end, width) in zip(parts, _FINGERS, strict=False):
        line = np.rint(np.stack([at(start), at(end)]) * 16).astype(np.int32)
        cv2.polylines(part, [line], False, (255,), round(width * unit), cv2.LINE_AA, 4)
    for outline in (_PALM, _ARM):
        corners = np.rint(np.stack([at(xy) for xy in outline]) * 16).astype(np.int32)
        cv2.fillPoly(parts[-1], [corners], (255,), cv2.LINE_AA, 4)
        thick = round(_ROUND * unit)
        cv2.polylines(parts[-1], [corners], True, (255,), thick, cv2.LINE_AA, 4)
    for part in parts:  # each part is rounded: bright along its middle, dark at its edges
        deep = cv2.distanceTransform((part > 127).astype(np.uint8), cv2.DIST_L2, 5)
        round_ = np.maximum(round_, np.sqrt(np.clip(deep / (0.06 * unit), 0, 1)))
        cover = np.maximum(cover, part)
    share = softened(cover.astype(np.float32) / 255, _FINE * _SOFT)
    shade = softened(round_, 0.012 * unit)
    grain = np.random.default_rng(7).normal(0.0, 1.0, (side // 12, side // 12)).astype(np.float32)
    mottle = cv2.resize(grain, (side, side), interpolation=cv2.INTER_CUBIC)
    tone = (0.55 + 0.42 * shade + 0.015 * mottle)[..., None] * _skin(plate)
    return np.asarray(tone * share[..., None], np.float32), share, root


def _skin(plate: Plate) -> F32:
    """RGB of the cheeks."""
    places = plate.drawn(plate.subject.points[[50, 280, 151]])[:, :2].astype(int)
    patches = [plate.sharp[y - 6 : y + 7, x - 6 : x + 7].reshape(-1, 3) for x, y in places]
    return np.asarray(np.median(np.concatenate(patches), axis=0), np.float32)
