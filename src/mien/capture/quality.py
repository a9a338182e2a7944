"""What a clip allows one to say: the verdicts of the gate, and their sum.

A micro-expression of 200 ms is 6 frames at 30 a second and 20 at 100. Below 25 a second mien claims
none.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.capture.gate.head import presence, size
from mien.capture.gate.limits import GOOD_RATE, LEAST_RATE, MASKED, SLACK, USABLE_RATE
from mien.capture.gate.spans import poor_spans
from mien.capture.gate.timing import length, rate, rate_of
from mien.capture.verdict import LEVELS, Verdict
from mien.core.signal import Interval, Track

__all__ = [
    "GOOD_RATE", "LEAST_RATE", "USABLE_RATE", "VERDICTS", "Quality", "overall", "poor_spans",
    "quality_of", "rate_of", "remark",
]  # fmt: skip

VERDICTS = {
    "good": "Good for micro-expressions.",
    "usable": "Usable for micro-expressions.",
    "poor": "Weak for micro-expressions.",
    "none": "No micro-expressions can be claimed from this.",
}
"""Every verdict in words."""
_TOLD = ("face", "duplicates")  # left out as the face is not there; not left out at all


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
        checks: of the gate; without them only length, rate, size and presence of the face are
            judged.
    """
    first = track.of_face(0)
    stored = rate_of(first.time)
    lost = float(np.mean(first.status == "lost")) if len(first) and faces else 1.0
    seen = first.position[np.isfinite(first.position[:, 2]), 2]
    iod = float(np.median(seen)) if len(seen) else float("nan")
    known = tuple(checks) or _of_track(first.time, iod, lost)
    verdict, reasons = overall(known)
    span = float(first.time[-1] - first.time[0]) if len(first) else 0.0
    return Quality(verdict, reasons, len(first), span, stored, faces, lost, iod, known)


def _of_track(time: NDArray[np.float64], iod: float, lost: float) -> tuple[Verdict, ...]:
    timing = [length(time), rate(rate_of(time))] if len(time) > 1 else [length(time)]
    face = [presence(lost)] if lost >= 1.0 else [size(iod), presence(lost)]
    return (*timing, *face)


def overall(checks: Sequence[Verdict]) -> tuple[str, tuple[str, ...]]:
    """The worst level of the verdicts about the whole clip, and the reasons, worst first.

    ``"none"`` where no micro-expression can be claimed: no face, too few frames a second, or too
    short a clip.
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


def remark(quality: Quality) -> str:
    """What to know before one believes a reading, in a line; empty where nothing is wrong."""
    if not quality.faces:
        return presence(1.0).reason
    said = []
    if quality.verdict in ("poor", "none"):
        poor = [one for one in quality.checks if one.span is None and one.level == LEVELS[-1]]
        said = [VERDICTS[quality.verdict], *quality.reasons[: len(poor)]]
    spans = [one for one in poor_spans(quality.checks) if one[1] not in _TOLD]
    left_out = _together([span for span, _ in spans]) / max(quality.seconds, 1e-9)
    if left_out > MASKED.good:
        names = ", ".join(dict.fromkeys(check for _, check in spans))
        said.append(f"No events are looked for in {left_out:.0%} of the time: {names}.")
    return " ".join(said)


def _together(spans: Sequence[Interval]) -> float:
    """Seconds that lie in any of the spans, which are in order of their starts."""
    covered, end = 0.0, 0.0
    for span in spans:
        covered += max(span.end - max(span.start, end), 0.0)
        end = max(end, span.end)
    return covered


def _fatal(verdict: Verdict) -> bool:
    if verdict.check == "face":
        return verdict.value >= 1.0
    if verdict.check == "length":
        return verdict.level == LEVELS[-1]
    return verdict.check == "rate" and not verdict.value >= SLACK * LEAST_RATE
