"""What a clip allows one to say, from its true time stamps and from how the face was seen.

A micro-expression of 200 ms is 6 frames at 30 a second and 20 at 100. Below 25 a second mien claims
none.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.core.signal import Track

GOOD_RATE, USABLE_RATE, LEAST_RATE = 100.0, 60.0, 25.0  # frames per second
_SMALL = 60.0  # px between the pupils, below which small movements drown in the grain
_LOST = 0.2  # share of frames
_SLACK = 0.99  # 59.94 frames a second are 60


@dataclass(frozen=True)
class Quality:
    """What the clip allows.

    Attributes:
        verdict: ``"good"``, ``"usable"``, ``"poor"`` or ``"none"``, for micro-expressions.
        reasons: one sentence each, the most important first.
        frames: number of frames.
        seconds: from the first to the last frame.
        rate: frames per second, from the time stamps; NaN for a single frame.
        faces: number of faces.
        lost: share of the frames without a reading of the largest face, 0 to 1.
        face_size: px between the pupils of the largest face, median; NaN without a face.
    """

    verdict: str
    reasons: tuple[str, ...]
    frames: int
    seconds: float
    rate: float
    faces: int
    lost: float
    face_size: float


def rate_of(time: NDArray[np.float64]) -> float:
    """Frames per second: one over the median distance of two frames; NaN for fewer than two."""
    return float(1.0 / np.median(np.diff(time))) if len(time) > 1 else float("nan")


def quality_of(track: Track, faces: int) -> Quality:
    """Judge a reading.

    Args:
        track: of all faces.
        faces: how many there are.
    """
    first = track.of_face(0)
    rate = rate_of(first.time)
    lost = float(np.mean(first.status == "lost")) if len(first) else 1.0
    seen = first.position[np.isfinite(first.position[:, 2]), 2]
    size = float(np.median(seen)) if len(seen) else float("nan")
    verdict, reasons = _verdict(rate, lost, size, faces)
    span = float(first.time[-1] - first.time[0]) if len(first) else 0.0
    return Quality(verdict, tuple(reasons), len(first), span, rate, faces, lost, size)


def _verdict(rate: float, lost: float, size: float, faces: int) -> tuple[str, list[str]]:
    if not faces:
        return "none", ["No face was found."]
    reasons: list[str] = []
    level = "good"
    if not rate >= LEAST_RATE * _SLACK:
        level = "none"
        reasons.append(
            f"{rate:.0f} frames a second are too few to tell a micro-expression from a longer one;"
            " movements of half a second and less are left out."
        )
    elif rate < USABLE_RATE * _SLACK:
        level = "poor"
        reasons.append(
            f"{rate:.0f} frames a second show a micro-expression in a handful of frames;"
            " film at 100 or more."
        )
    elif rate < GOOD_RATE * _SLACK:
        level = "usable"
        reasons.append(f"{rate:.0f} frames a second are enough; 100 or more are better.")
    if size < _SMALL:
        level = level if level == "none" else "poor"
        reasons.append(
            f"The face is small: {size:.0f} px between the pupils, {_SMALL:.0f} or more are needed."
        )
    if lost > _LOST:
        level = level if level == "none" else "poor"
        reasons.append(f"The face was lost in {lost:.0%} of the frames.")
    return level, reasons or ["Frame rate, size and visibility of the face are good."]
