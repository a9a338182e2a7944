"""What a clip allows one to say: the verdicts of the gate, and their sum.

A micro-expression of 200 ms is 6 frames at 30 a second and 20 at 100. Below 25 a second mien claims
none.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mien.capture.gate.head import presence, size
from mien.capture.gate.limits import GOOD_RATE, LEAST_RATE, SLACK, USABLE_RATE
from mien.capture.gate.spans import poor_spans
from mien.capture.gate.timing import rate, rate_of
from mien.capture.verdict import LEVELS, Verdict
from mien.core.signal import Track

__all__ = [
    "GOOD_RATE", "LEAST_RATE", "USABLE_RATE", "Quality", "overall", "poor_spans", "quality_of",
    "rate_of",
]  # fmt: skip


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
        checks: every verdict, of the whole clip and of its poor spans.
    """

    verdict: str
    reasons: tuple[str, ...]
    frames: int
    seconds: float
    rate: float
    faces: int
    lost: float
    face_size: float
    checks: tuple[Verdict, ...] = ()


def quality_of(track: Track, faces: int, checks: Sequence[Verdict] = ()) -> Quality:
    """Judge a reading.

    Args:
        track: of all faces.
        faces: how many there are.
        checks: of the gate; without them only rate, size and presence of the face are judged.
    """
    first = track.of_face(0)
    stored = rate_of(first.time)
    lost = float(np.mean(first.status == "lost")) if len(first) and faces else 1.0
    seen = first.position[np.isfinite(first.position[:, 2]), 2]
    iod = float(np.median(seen)) if len(seen) else float("nan")
    known = tuple(checks) or _of_track(stored, iod, lost)
    verdict, reasons = overall(known)
    span = float(first.time[-1] - first.time[0]) if len(first) else 0.0
    return Quality(verdict, reasons, len(first), span, stored, faces, lost, iod, known)


def _of_track(stored: float, iod: float, lost: float) -> tuple[Verdict, ...]:
    face = presence(lost)
    return (rate(stored), face) if lost >= 1.0 else (rate(stored), size(iod), face)


def overall(checks: Sequence[Verdict]) -> tuple[str, tuple[str, ...]]:
    """The worst level of the verdicts about the whole clip, and the reasons, worst first.

    ``"none"`` where no micro-expression can be claimed: no face, or too few frames a second.
    """
    whole = [one for one in checks if one.span is None]
    wrong = [one for one in whole if one.level != LEVELS[0]]
    wrong.sort(key=lambda one: (not _fatal(one), -LEVELS.index(one.level)))
    if any(one.check == "face" and _fatal(one) for one in whole):
        return "none", tuple(one.reason for one in wrong if one.check == "face")
    if not wrong:
        return LEVELS[0], ("Frame rate, light and face are good.",)
    level = "none" if _fatal(wrong[0]) else wrong[0].level
    return level, tuple(one.reason for one in wrong)


def _fatal(verdict: Verdict) -> bool:
    if verdict.check == "face":
        return verdict.value >= 1.0
    return verdict.check == "rate" and not verdict.value >= SLACK * LEAST_RATE
