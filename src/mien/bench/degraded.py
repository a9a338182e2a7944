"""Clips of a person who sways a little, degraded by known amounts."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy.head import View, rotation_of, view_of
from mien.anatomy.template import template
from mien.media.video import frames
from mien.media.writer import write_video

Luma = NDArray[np.uint8]
Array = NDArray[np.float64]
Shot = tuple[float, Luma, Array]

_SIDE = 560  # px; of the picture
_SECONDS = 2.0
_EDGE = 0.35  # IOD from the nose, where a hard shadow begins
_GAMMA = 2.2  # of levels over light
_SWAY, _JITTER = 2.0, 0.15  # px; of the head, and of the landmarks


@dataclass(frozen=True)
class Film:
    """How a clip is filmed.

    Attributes:
        rate: frames a second.
        iod: px.
        grain: levels, standard deviation.
        gain: of all levels.
        steps: second to gain from then on.
        ripple: Hz of the lamps.
        swing: share of the level, up and down.
        roll: seconds that the shutter needs from the first row to the last.
        blur: px, standard deviation.
        smear: px of horizontal motion blur from 0.8 to 1.2 s.
        side: how many times as much light comes from one side (in linear light).
        hard: whether it ends at an edge, on a cheek.
        yaw: degrees.
        crf: quality of the codec; None: none.
        lost: frames that are missing.
        again: frames that repeat the one before.
    """

    rate: float = 100.0
    iod: float = 130.0
    grain: float = 1.5
    gain: float = 1.0
    steps: tuple[tuple[float, float], ...] = ()
    ripple: float = 0.0
    swing: float = 0.0
    roll: float = 0.0
    blur: float = 0.0
    smear: float = 0.0
    side: float = 1.0
    hard: bool = False
    yaw: float = 0.0
    crf: int | None = None
    lost: tuple[int, ...] = ()
    again: tuple[int, ...] = ()


def filmed(film: Film, luma: Luma, points: Array, folder: Path, seed: int) -> Iterator[Shot]:
    """Seconds, frame (levels) and landmarks (px) of a clip.

    Args:
        film: how it is filmed.
        luma: shape (H, W), a photo.
        points: shape (478, 3), px, the face on it.
        folder: for the file, where a codec is asked for.
        seed: of noise and jitter.
    """
    if film.crf is None:
        yield from _drawn(film, luma, points, seed)
        return
    path, kept = folder / "clip.mp4", []

    def shots() -> Iterator[tuple[float, Luma]]:
        for time, frame, there in _drawn(film, luma, points, seed):
            kept.append((time, there))
            yield time, np.repeat(frame[:, :, None], 3, axis=2)

    write_video(path, shots(), rate=film.rate, crf=film.crf)
    for frame, (time, there) in zip(frames(path), kept, strict=True):
        yield time, np.asarray(cv2.cvtColor(frame.pixels, cv2.COLOR_RGB2GRAY), np.uint8), there


def _drawn(film: Film, luma: Luma, points: Array, seed: int) -> Iterator[Shot]:
    random = np.random.default_rng(seed)
    bank = random.standard_normal((6, _SIDE + 64, _SIDE + 64)).astype(np.float32)
    pupils = float(np.linalg.norm(points[468, :2] - points[473, :2]))
    scale = film.iod / pupils
    small = cv2.resize(luma, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    if film.blur:
        small = cv2.GaussianBlur(small, (0, 0), film.blur)
    at = _turned(points, film.yaw) * scale
    middle = _SIDE / 2 - at[[168, 4, 13], :2].mean(axis=0)
    lit = _light(film)
    last: Luma | None = None
    for i in range(round(_SECONDS * film.rate)):
        time = i / film.rate
        if i in film.lost:
            continue
        sway = _SWAY * np.array([np.sin(2.1 * time), 0.7 * np.sin(3.7 * time + 1.0)])
        x, y = middle + sway
        shift = np.array([[1.0, 0.0, x], [0.0, 1.0, y]])
        picture = cv2.warpAffine(
            small, shift, (_SIDE, _SIDE), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )
        if film.smear and 0.8 <= time <= 1.2:
            picture = cv2.blur(picture, (round(film.smear), 1))
        left, top, page = *random.integers(64, size=2), random.integers(len(bank))
        grain = bank[page, top : top + _SIDE, left : left + _SIDE]
        level = picture * lit(time) + np.float32(film.grain) * grain
        now = np.asarray(cv2.convertScaleAbs(np.maximum(level, 0)), np.uint8)
        if i in film.again and last is not None:
            now = last
        last = now
        there = at + (x, y, 0.0) + _JITTER * random.standard_normal((478, 3))
        yield time, now, there


def _light(film: Film) -> Callable[[float], Array]:
    """Gain of every pixel at a time, or of all of them."""
    row = np.arange(_SIDE)[:, None] / _SIDE if film.roll else np.zeros((1, 1))
    across = np.arange(_SIDE)[None] - _SIDE / 2  # px from the nose to the right
    if film.hard:
        across = (_EDGE * film.iod - across) * 100.0
    fall = (across / (0.2 * film.iod)).clip(-1, 1) - 1  # 0 in the light, -2 in the dark
    side = film.side ** (fall / 2 / _GAMMA) if film.side != 1.0 else np.ones((1, 1))

    def gain(time: float) -> Array:
        now = [level for start, level in film.steps if time >= start]
        wave = np.sin(2 * np.pi * film.ripple * (time + film.roll * row) + 0.7)
        level = film.gain * (now[-1] if now else 1.0)
        return np.asarray(level * (1 + film.swing * wave) * side, np.float32)

    return gain


def _turned(points: Array, yaw: float) -> Array:
    """Landmarks of a head turned by so many degrees; the picture stays."""
    if not yaw:
        return points
    view = view_of(points, template())
    return View(rotation_of(yaw, 0, 0), view.scale, view.origin).to_picture(view.to_head(points))
