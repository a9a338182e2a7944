"""What flow shows although nothing moves, and what it loses of what does.

Measured on rendered clips of still faces (200 frames a second, noise of 1.5 levels): 0.017
hundredths of an IOD, with a correlation of 0.76 from cell to cell, 0.37 over two and none over
four; of 0.62 from step to step and 0.31 over two. Coarser codecs and noisier sensors make ten times
that.
"""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.capture.learned.grid import SIDE, STEPS, skin
from mien.learn.microexpression.fields import smooth

F32 = NDArray[np.float32]

_BANK = 1024  # steps kept
_QUICK, _SLOW = (0.62, 1.3), (0.97, 4.0)  # correlation from step to step; sigma in cells
_LEAST, _MOST = 0.010, 0.15  # hundredths of an IOD


def noise(random: np.random.Generator, level: float) -> F32:
    """Flow of a still face, shape (STEPS, SIDE, SIDE, 2), hundredths of an IOD.

    Args:
        random: the chance.
        level: standard deviation of a step.
    """
    found = level * _slice(random, _bank(*_QUICK))
    found += level * random.uniform(0.2, 1.0) * _slice(random, _bank(*_SLOW))
    rest = _slice(random, _bank(*_QUICK))[:1]  # that of the picture of rest is in every step
    return np.asarray(found + level * random.uniform(0.3, 1.0) * rest, np.float32)


def slanted(facing: F32) -> F32:
    """How much noisier skin is that a camera sees from the side, shape (SIDE, SIDE, 1).

    Up to 2.5 times: measured on the far cheeks of heads turned by 30 degrees.
    """
    return np.asarray(np.clip(0.75 / np.maximum(facing, 0.1), 1.0, 2.5)[..., None], np.float32)


def level(random: np.random.Generator) -> float:
    """How noisy a clip is."""
    return float(np.exp(random.uniform(np.log(_LEAST), np.log(_MOST))))


def lost(random: np.random.Generator, flow: F32) -> F32:
    """Flow as it is found: smoother, and too small where the skin shows too little.

    Args:
        random: the chance.
        flow: shape (n, SIDE, SIDE, 2).
    """
    blur = random.uniform(0.0, 0.9)
    if blur > 0.35:
        flow = np.stack([cv2.GaussianBlur(one, (0, 0), blur) for one in flow])
    weak = 1.0 / (1.0 + np.exp(2.0 + smooth(random, 2, 1.3, 6)))  # share that is lost
    angle = smooth(random, 1, 1.5)[..., 0]
    cos, sin = np.cos(angle), np.sin(angle)
    along = flow[..., 0] * cos + flow[..., 1] * sin
    across = flow[..., 1] * cos - flow[..., 0] * sin
    along, across = along * (1.0 - weak[..., 0]), across * (1.0 - weak[..., 1])
    found = np.stack([along * cos - across * sin, along * sin + across * cos], axis=-1)
    return np.asarray(random.uniform(0.85, 1.05) * found, np.float32)


def hidden(random: np.random.Generator, facing: F32) -> F32:
    """How far each cell is seen, shape (SIDE, SIDE), 0 to 1; glasses and hair lie before some.

    Args:
        random: the chance.
        facing: cosine between skin and camera.
    """
    seen = np.clip((facing - 0.15) / 0.25, 0.0, 1.0)
    if random.random() < 0.12:
        top, left = random.integers(0, SIDE, 2)
        high, wide = random.integers(2, 9, 2)
        seen[top : top + high, left : left + wide] = 0.0
    return np.asarray(seen * skin(), np.float32)


@cache
def _bank(beat: float, wide: float) -> F32:
    """Noise of standard deviation 1 that lasts a while, shape (_BANK, SIDE, SIDE, 2)."""
    random = np.random.default_rng((int(1000 * beat), int(10 * wide)))
    around = 3 * int(np.ceil(wide))
    size = SIDE + 2 * around
    fresh = random.standard_normal((_BANK + 64, size, size, 2), dtype=np.float32)
    found = np.stack([cv2.GaussianBlur(one, (0, 0), wide) for one in fresh])
    found = found[:, around : around + SIDE, around : around + SIDE]
    for at in range(1, len(found)):
        found[at] = beat * found[at - 1] + np.sqrt(1.0 - beat**2) * found[at]
    found = found[64:]
    return np.asarray(found / found.std(), np.float32)


def _slice(random: np.random.Generator, bank: F32) -> F32:
    start = int(random.integers(_BANK - STEPS))
    part = bank[start : start + STEPS]
    if random.random() < 0.5:
        part = part[:, ::-1]
    if random.random() < 0.5:
        part = part[:, :, ::-1]
    return part
