"""The motion of a face around an event, as the network is given it.

Every frame is sampled where the head is, so that only expression moves; frames are averaged into
steps of true time, whatever the rate of the camera; and the flow of each step against the rest
before the event is taken and pooled. The flow is that of DIS (Kroeger et al., ECCV 2016).
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy.head import View, rotation_of
from mien.capture.learned.grid import (
    APEX,
    CHANNELS,
    RATE,
    SIDE,
    STEPS,
    cells,
    light,
    pooled,
    skin,
    strain,
    surface,
)
from mien.capture.skin import normals
from mien.capture.surface import DENSITY
from mien.capture.texture import contrast, patch_of
from mien.core.face import Pose

Array = NDArray[np.float64]
F32 = NDArray[np.float32]

FORM = 1  # raised when windows come out differently; models and stored windows say theirs
REST = (0.13, 0.02)  # seconds before the onset between which a face is taken to rest
BEFORE, AFTER = APEX / RATE, (STEPS - 1 - APEX) / RATE  # seconds of a window beside the apex

_STEPS, _SHORT = STEPS // 4, 4  # that must have frames; where these hold the whole event
_AROUND = 8.0  # px of the flat picture; sigma of what counts as the neighbourhood of a px
_FLAT = 2.0  # per cent; contrast that counts as texture
_GAIN = 45.0  # levels per standard deviation of contrast
_AWAY, _FACING = 0.15, 0.4  # cosine to the camera from which skin counts, and counts fully


def view_of_row(pose: Array, position: Array) -> View:
    """The view of a row of a track.

    Args:
        pose: yaw, pitch, roll, degrees.
        position: x, y, px; scale, px per IOD.
    """
    seen = Pose(*pose.tolist(), *position.tolist())
    rotation = rotation_of(seen.yaw, seen.pitch, seen.roll)
    return View(rotation, seen.scale, np.array([seen.x, -seen.y, 0.0]))


@dataclass(frozen=True, eq=False)
class Stabilised:
    """One frame on the flat picture.

    Attributes:
        picture: contrast, per cent, shape of the surface.
        seen: shape (SIDE, SIDE), how far each cell is seen, 0 to 1.
    """

    picture: F32
    seen: F32


def stabilised(frame: NDArray[np.uint8], neutral: Array, view: View) -> Stabilised | None:
    """Bring a frame onto the flat picture of the average face; None where the face is outside.

    Args:
        frame: RGB (H, W, 3) or grey (H, W), uint8.
        neutral: shape (478, 3), IOD, the face at rest, as the view sees it.
        view: of the head on this frame.
    """
    points = view.to_picture(neutral)[:, :2]
    patch = patch_of(frame, points, view.scale)
    if patch is None:
        return None
    height, width = frame.shape[:2]
    where = cells() @ points
    inside = ((where >= 0) & (where < (width, height))).all(axis=1)
    facing = cells() @ normals(neutral) @ view.rotation[2]
    seen = np.clip((facing - _AWAY) / (_FACING - _AWAY), 0.0, 1.0) * inside
    picture = contrast(surface(), patch, points, light())
    return Stabilised(picture, np.asarray(seen.reshape(SIDE, SIDE) * skin(), np.float32))


def span(onset: float, apex: float) -> tuple[float, float]:
    """Seconds between which frames are of use for the window of an event."""
    return min(apex - BEFORE, onset - REST[0]) - 1.0 / RATE, apex + AFTER + 1.0 / RATE


@dataclass
class Gathering:
    """The frames of one event, gathered into steps while they go by; memory stays bounded.

    Attributes:
        onset: seconds; from where the face no longer rests.
        apex: seconds; the middle of the window.
        offset: seconds; where it is known, a clip may be cut to the event.
    """

    onset: float
    apex: float
    offset: float | None = None
    _sums: F32 = field(init=False)
    _weights: Array = field(init=False)
    _seen: F32 = field(init=False)
    _count: int = field(init=False, default=0)
    _spare: tuple[float, F32] | None = field(init=False, default=None)
    _times: tuple[float, float] = field(init=False, default=(math.inf, -math.inf))

    def __post_init__(self) -> None:
        self._sums = np.zeros((STEPS + 1, *surface().shape), np.float32)
        self._weights = np.zeros(STEPS + 1)
        self._seen = np.zeros((SIDE, SIDE), np.float32)

    @property
    def span(self) -> tuple[float, float]:
        """Seconds between which frames are of use."""
        return span(self.onset, self.apex)

    def add(self, time: float, frame: Stabilised) -> None:
        """Take in a frame; they are given in order.

        Args:
            time: seconds.
            frame: of :func:`stabilised`.
        """
        steps = self.apex + (np.arange(STEPS) - APEX) / RATE
        weights = np.append(np.maximum(1.0 - np.abs(time - steps) * RATE, 0.0), self._rests(time))
        for at in np.flatnonzero(weights):
            self._sums[at] += np.float32(weights[at]) * frame.picture
        self._weights += weights
        if self._spare is None or time <= self.onset:
            self._spare = time, frame.picture
        self._seen += frame.seen
        self._count += 1
        self._times = min(time, self._times[0]), max(time, self._times[1])

    def _rests(self, time: float) -> float:
        early, late = REST
        return float(self.onset - early <= time <= self.onset - late)

    def _least(self) -> int:
        """Steps that must have frames."""
        if self.offset is None:
            return _STEPS
        near = 0.5 / RATE
        first, last = self._times
        return _SHORT if first <= self.onset + near and last >= self.offset - near else _STEPS

    def window(self) -> F32 | None:
        """The motion, shape (STEPS, len(CHANNELS), SIDE, SIDE); None where too little was seen.

        Flow to the subject's left and up, hundredths of an IOD of the average face; strain, per
        cent; how far each cell is seen, 0 to 1.
        """
        known = np.flatnonzero(self._weights[:-1] > 0.0)
        if self._spare is None or len(known) < self._least():
            return None
        if self._weights[-1] > 0.0:
            rest = self._sums[-1] / np.float32(self._weights[-1])
        else:  # the clip begins with the event
            rest = self._spare[1]
        finder = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        start = _levels(rest)
        flows = np.empty((len(known), SIDE, SIDE, 2), np.float32)
        for row, at in enumerate(known):
            picture = self._sums[at] / np.float32(self._weights[at])
            moved = finder.calc(start, _levels(picture), None)  # type: ignore[call-overload]
            flows[row] = pooled(moved)
        flows *= np.array([100.0 / DENSITY, -100.0 / DENSITY], np.float32)
        return packed(_between(known, flows), self._seen / self._count)


def window(frames: Iterable[tuple[float, Stabilised]], onset: float, apex: float) -> F32 | None:
    """The motion around one event.

    Args:
        frames: seconds and picture, in order; those outside the window are not looked at.
        onset: seconds.
        apex: seconds.

    Returns:
        As :meth:`Gathering.window`.
    """
    gathering = Gathering(onset, apex)
    first, last = gathering.span
    for time, frame in frames:
        if first <= time <= last:
            gathering.add(time, frame)
    return gathering.window()


def packed(flow: F32, seen: F32) -> F32:
    """Flow and what is seen as the network's channels.

    Args:
        flow: shape (..., SIDE, SIDE, 2), hundredths of an IOD.
        seen: shape (SIDE, SIDE), 0 to 1.

    Returns:
        Shape (..., len(CHANNELS), SIDE, SIDE).
    """
    found = np.empty((*flow.shape[:-3], len(CHANNELS), SIDE, SIDE), np.float32)
    found[..., :2, :, :] = np.moveaxis(flow, -1, -3) * seen
    found[..., 2, :, :] = strain(flow) * seen
    found[..., 3, :, :] = seen
    return found


def _between(known: NDArray[np.int64], flows: F32) -> F32:
    """Flow of every step; those without a frame lie between their neighbours."""
    after = np.searchsorted(known, np.arange(STEPS)).clip(0, len(known) - 1)
    before = np.searchsorted(known, np.arange(STEPS), "right").clip(1) - 1
    gap = known[after] - known[before]
    share = np.where(gap > 0, (np.arange(STEPS) - known[before]) / np.maximum(gap, 1), 0.0)
    share = share.astype(np.float32)[:, None, None, None]
    return np.asarray((1.0 - share) * flows[before] + share * flows[after], np.float32)


def _levels(picture: F32) -> NDArray[np.uint8]:
    """Contrast as levels, equally strong all over the face: what flow is found on."""
    local = cv2.GaussianBlur(picture * picture, (0, 0), _AROUND)
    even = picture / np.sqrt(local + _FLAT**2)
    return np.asarray(np.clip(128.0 + _GAIN * even, 0, 255), np.uint8)
