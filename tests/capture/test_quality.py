"""What a clip allows, by its rate, its size and what was seen."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from mien.capture.quality import VERDICTS, poor_spans, quality_of, remark
from mien.capture.verdict import Verdict
from mien.core.signal import Interval, Track


def close(track: Track) -> Track:
    """A face large enough."""
    return replace(track, position=np.full((len(track), 3), 130.0))


@pytest.mark.parametrize(
    ("rate", "verdict"),
    [
        (200, "good"),
        (100, "good"),
        (60, "usable"),
        (59.94, "usable"),
        (30, "poor"),
        (23.976, "none"),
    ],
)
def test_rate(track_of: Callable[..., Track], rate: float, verdict: str) -> None:
    found = quality_of(close(track_of(np.arange(200) / rate, {})), faces=1)
    assert found.verdict == verdict
    assert found.rate == pytest.approx(rate)
    assert found.reasons


def test_the_usual_distance_counts_not_the_gaps(track_of: Callable[..., Track]) -> None:
    time = np.arange(200) / 100
    assert quality_of(track_of(time[np.arange(200) % 20 > 0], {}), 1).rate == pytest.approx(100)


def test_small_or_lost(track_of: Callable[..., Track]) -> None:
    time = np.arange(100) / 100
    track = close(track_of(time, {}, lost=time > 0.5))
    assert quality_of(track, 1).verdict == "poor"
    assert "lost in 49%" in quality_of(track, 1).reasons[0]
    small = replace(track_of(time, {}), position=np.full((100, 3), 30.0))
    assert "30 px" in quality_of(small, 1).reasons[0]


def test_nobody(track_of: Callable[..., Track]) -> None:
    found = quality_of(track_of(np.arange(10) / 100, {}, lost=np.ones(10, dtype=bool)), 0)
    assert (found.verdict, found.lost, found.faces) == ("none", 1.0, 0)


def test_checks_of_the_gate_decide(track_of: Callable[..., Track]) -> None:
    track = close(track_of(np.arange(100) / 200, {}))
    soft = Verdict("blur", "usable", None, 0.02, "Edges are blurred.", "Focus.")
    dark = Verdict("exposure", "poor", None, 20.0, "The face is dark.", "Add light.")
    turned = Verdict("pose", "poor", Interval(0.1, 0.2), 30.0, "Turned.", "Look ahead.")
    found = quality_of(track, 1, (soft, turned, dark))
    assert found.verdict == "poor"
    assert found.reasons == ("The face is dark.", "Edges are blurred.")
    assert quality_of(track, 1, (soft, turned)).verdict == "usable"
    assert poor_spans(found.checks) == [(Interval(0.1, 0.2), "pose")]


def test_remark(track_of: Callable[..., Track]) -> None:
    track = close(track_of(np.arange(200) / 200, {}))
    assert remark(quality_of(track, 1)) == ""
    assert remark(quality_of(track, 0)) == "No face was found."
    dark = Verdict("exposure", "poor", None, 20.0, "The face is dark.", "Add light.")
    soft = Verdict("blur", "usable", None, 0.02, "Edges are blurred.", "Focus.")
    assert remark(quality_of(track, 1, (soft, dark))) == f"{VERDICTS['poor']} The face is dark."
    slow = close(track_of(np.arange(200) / 20, {}))
    assert remark(quality_of(slow, 1)).startswith(f"{VERDICTS['none']} 20 frames a second are too")


def test_remark_counts_each_moment_that_is_left_out_once(track_of: Callable[..., Track]) -> None:
    track = close(track_of(np.arange(201) / 200, {}))
    checks = [
        Verdict(name, "poor", Interval(*span), 1.0, "Poor.")
        for name, span in (
            ("pose", (0.1, 0.3)),
            ("motion", (0.2, 0.4)),
            ("motion", (0.25, 0.35)),
            ("duplicates", (0.5, 0.9)),  # hides nothing
        )
    ]
    said = remark(quality_of(track, 1, checks))
    assert said == "No events are looked for in 30% of the time: pose, motion."
