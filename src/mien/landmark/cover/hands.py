"""Hands before a face: MediaPipe finds their joints, anatomy says how thick fingers are."""

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.landmark.backends.hands import hands_in
from mien.landmark.backends.mediapipe import Square
from mien.landmark.cover.upright import SIZE, crop_to_picture, deep, fixed, into
from mien.landmark.detect import shrunk_part, square_of

Image = NDArray[np.uint8]
Array = NDArray[np.float64]
Bools = NDArray[np.bool_]

_REACHES = 2.8, 2.0, 2.3  # sizes of the face's square in which hands are looked for
_HANDS = 256  # px, side of the square in which hands are looked for
_FINGERS = ((1, 2, 3, 4), (5, 6, 7, 8), (9, 10, 11, 12), (13, 14, 15, 16), (17, 18, 19, 20))
_PALM = (0, 1, 5, 9, 13, 17)


def hands(image: Image, points: Array) -> list[Array]:
    """Points of hands near a face, each of shape (21, 2), px of the picture.

    The models want to see the whole hand and find it better on an upright face. What is no hand is
    seldom seen twice in one place, and what is one is now and then missed: it must show on the
    widest look and on one of two others.
    """
    square = square_of(deep(points))
    widest = _hands_in(image, square, _REACHES[0])
    if not widest:
        return []
    others = [hand for reach in _REACHES[1:] for hand in _hands_in(image, square, reach)]
    sure = [hand for hand in widest if _beside(hand, others)]
    return sure + [hand for hand in others if _beside(hand, sure)]


def _beside(hand: Array, others: list[Array]) -> bool:
    """Whether one of the others lies in the same place."""
    size = _palm(hand)
    return any(float(np.linalg.norm((hand - other).mean(axis=0))) < size for other in others)


def covered(image: Image, points: Array, *, expected: bool = False) -> Bools:
    """Which points of a face a hand covers, shape (478,).

    Args:
        image: RGB, shape (H, W, 3).
        points: the face's landmarks, shape (478, 2 or 3), px.
        expected: whether a hand was there just now; then one look is enough.
    """
    to_picture = crop_to_picture(points)
    area = np.zeros(SIZE[::-1], np.bool_)
    if np.linalg.norm(points[33, :2] - points[263, :2]) >= 1:  # else it is seen from the side
        seen = _hands_in(image, square_of(deep(points)), _REACHES[0]) if expected else None
        for hand in hands(image, points) if seen is None else seen:
            area |= silhouette(into(to_picture, hand))
    if not area.any():
        return np.zeros(len(points), np.bool_)
    at = np.rint(into(to_picture, points[:, :2])).astype(int).clip(0, np.array(SIZE) - 1)
    return np.asarray(area[at[:, 1], at[:, 0]])


def _hands_in(image: Image, square: Square, reach: float) -> list[Array]:
    part, left, top, shrink = shrunk_part(image, square, 0.7 * reach)
    ratio = reach * square.size / _HANDS / shrink
    cosine, sine = ratio * np.cos(square.angle), ratio * np.sin(square.angle)
    to_part = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0]])
    middle = np.array([square.x - left, square.y - top]) / shrink
    to_part[:, 2] = middle - to_part[:, :2] @ np.full(2, _HANDS / 2)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    seen = cv2.warpAffine(part, to_part, (_HANDS, _HANDS), flags=flags)
    there = [
        hand @ to_part[:, :2].T + to_part[:, 2] for hand in hands_in(np.asarray(seen, np.uint8))
    ]
    return [hand * shrink + (left, top) for hand in there]


def _palm(hand: Array) -> float:
    """Size of a palm, px."""
    ends = ((0, 9), (5, 17), (0, 17))
    return max(float(np.linalg.norm(hand[a] - hand[b])) for a, b in ends)


def silhouette(hand: Array) -> Bools:
    """The upright crop's pixels that a hand covers, given its points there, shape (21, 2), px."""
    area = np.zeros(SIZE[::-1], np.uint8)
    palm = _palm(hand)
    for finger in _FINGERS:
        chain = hand[list(finger)]
        tip = chain[-1] + 0.25 * (chain[-1] - chain[-2])
        _stroke(area, np.concatenate([chain[:-1], tip[None]]), 0.24 * palm)
    _stroke(area, np.array([hand[0], hand[0] + 0.8 * (hand[0] - hand[9])]), 0.55 * palm)
    cv2.fillConvexPoly(area, cv2.convexHull(fixed(hand[list(_PALM)])), (1,), shift=4)
    _stroke(area, hand[[0, 1, 5, 9, 13, 17, 0]], 0.2 * palm)
    return area > 0


def _stroke(area: Image, chain: Array, width: float) -> None:
    cv2.polylines(area, [fixed(chain)], False, (1,), max(1, round(width)), cv2.LINE_8, 4)
