"""Whether the face is there, large enough, turned to the camera and still."""

from itertools import pairwise

import numpy as np

from mien.capture.gate.limits import LIMITS
from mien.capture.gate.record import Array, Record
from mien.capture.gate.spans import over_time, spans, step, whole
from mien.capture.verdict import Verdict


def verdicts(record: Record) -> list[Verdict]:
    """``face``, ``face_size``, ``pose`` and ``motion``."""
    seen = record.frames["seen"]
    found = [presence(float(1.0 - seen.mean()) if len(seen) else 1.0)]
    if not seen.any():
        return found
    for span in spans(record.time, ~seen):
        reason, advice = "No face is seen.", LIMITS["face"].advice
        found.append(Verdict("face", "poor", span, float("nan"), reason, advice))
    yaw = record.glances["pose"][:, 0]
    facing = np.cos(np.radians(np.median(np.abs(yaw)))) if len(yaw) else 1.0
    found.append(size(float(np.median(record.frames["place"][seen, 2]) / max(facing, 0.5))))
    return [*found, *_pose(record), *_motion(record)]


def presence(lost: float) -> Verdict:
    """Verdict on the share of the frames without the face, 0 to 1."""
    if lost >= 1.0:
        return whole("face", lost, "No face was found.")
    if not lost:
        return whole("face", lost, "The face is seen in every frame.")
    return whole("face", lost, f"The face was lost in {lost:.0%} of the frames.")


def size(iod: float) -> Verdict:
    """Verdict on the distance between the pupils, px."""
    asked = LIMITS["face_size"]
    words = {"good": "large enough", "usable": "not large", "poor": "small"}[asked.level(iod)]
    reason = (
        f"The face is {words}: {iod:.0f} px between the pupils;"
        f" {asked.usable:.0f} are needed, {asked.good:.0f} are good."
    )
    return whole("face_size", iod, reason)


def _pose(record: Record) -> list[Verdict]:
    angles = np.abs(np.asarray(record.glances["pose"], dtype=np.float64))

    def said(value: float) -> str:
        return f"The head is turned away by {value:.0f}°."

    return over_time("pose", record.glance("time"), angles.max(axis=1, initial=0.0), said)


def _motion(record: Record) -> list[Verdict]:
    moved = speed(record)

    def said(value: float) -> str:
        return f"The head moves by {value:.1%} of the pupil distance per frame."

    return over_time("motion", record.time, moved, said)


def speed(record: Record) -> Array:
    """How far the head moves per frame, pupil distances, shape (n,); NaN where it is not known.

    At high rates landmarks are not looked for on every frame: what they moved by belongs to all
    frames since they were last looked for.
    """
    place = record.frames["place"].astype(np.float64)
    gap = np.diff(record.time, prepend=np.nan)
    looked = np.flatnonzero(np.concatenate([[True], (np.diff(place, axis=0) != 0.0).any(axis=1)]))
    moved = np.where(np.isfinite(place[:, 0]), 0.0, np.nan)
    for last, now in pairwise(looked.tolist()):
        far = np.hypot(*(place[now, :2] - place[last, :2])) / place[now, 2]
        own = slice(last + 1, now + 1)
        moved[own] += far * gap[own] / gap[own].sum()
    moved[~(gap < 1.5 * step(record.time))] = np.nan
    return moved
