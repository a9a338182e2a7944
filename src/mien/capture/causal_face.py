"""A face as it is read while it is filmed: what landmarks and skin say up to now, and no later.

The skin is followed against the face of the first moment, as in :mod:`mien.capture.recording`;
landmarks are read against rest as well, which may be known later. What lasts comes from the
landmarks and what is brief from the skin: the one is shifted slowly onto the other (a complementary
filter), or at once where they are far apart.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.head import TURNED, View, far_side
from mien.anatomy.inverse import FREE, Prepared, Solution, freed, invert, prepare
from mien.anatomy.model import face_model
from mien.capture.action_units import COVERED, GOOD, HIDDEN, STRANGE
from mien.capture.clutter import SPOTTED, reach
from mien.capture.filters import GAP
from mien.capture.micromotion import MicroMotion, Motion
from mien.capture.neutral import Neutral, neutral_of_clip
from mien.core.facs import COLUMNS, MAX_INTENSITY, resolve

Array = NDArray[np.float64]

_FOLLOW = 0.25  # seconds in which the skin's zero follows the landmarks
_LEAP = 0.02  # IOD; where they are further apart than this, it follows at once


@dataclass(frozen=True, eq=False)
class Now:
    """What a frame says.

    Attributes:
        status: ``"ok"``, ``"turned"`` or ``"occluded"``, as in a track.
        confidence: 0 to 1.
        view: how the head is seen.
        aus: shape (len(COLUMNS),), 0 to 5, NaN where a unit is hidden.
        motion: of the skin.
    """

    status: str
    confidence: float
    view: View
    aus: Array
    motion: Motion


class CausalFace:
    """Reads one face, frame by frame.

    Args:
        points: shape (478, 3), px, the face on its first frame.
        neutral: the person at rest, if that is known.
    """

    def __init__(self, points: Array, neutral: Neutral | None = None) -> None:
        first = neutral or neutral_of_clip(points[None])
        self.prepared = prepare(face_model(first.mesh))
        self._zero, self._sure = self.prepared, first.confidence
        self._near: dict[int, Array] = {}
        self._apart: Array | None = None  # landmarks less skin, shape (len(FREE),)
        self._apart_at = self._time = math.inf
        self._residual = 0.0
        self.lose()

    def settle(self, neutral: Neutral, prepared: Prepared) -> None:
        """Read against another rest from now on; the skin is followed as before."""
        self._zero, self._sure = prepared, neutral.confidence
        self._near, self._apart = {}, None

    def lose(self) -> None:
        """The face is gone; what comes next is a new beginning."""
        self._skin = MicroMotion(self.prepared)
        self._apart, self._apart_at, self._time = None, math.inf, math.inf

    def advance(self, luma: NDArray[np.uint8], time: float, points: Array | None) -> Now | None:
        """Take in the next frame; None where it says nothing.

        Args:
            luma: grey uint8, shape (H, W).
            time: seconds, rising.
            points: shape (478, 3), px; None where they were not looked for.
        """
        if time - self._time > GAP:
            self.lose()
        self._time = time
        own = rest = None
        if points is not None:
            own = rest = self._read(self.prepared, points)
            if self._zero is not self.prepared:
                rest = self._read(self._zero, points)
            if not rest.residual < STRANGE:
                self.lose()
                return None
            self._residual = rest.residual
            height, width = luma.shape
            self._skin.cover(((points[:, :2] < 0) | (points[:, :2] >= (width, height))).any(axis=1))
        motion = self._skin.advance(luma, time, own)
        return None if motion is None else self._now(motion, self._joined(time, motion, rest))

    def _read(self, prepared: Prepared, points: Array) -> Solution:
        found = invert(prepared, points, near=self._near.get(id(prepared)))
        self._near[id(prepared)] = found.aus
        return found

    def _joined(self, time: float, motion: Motion, landmarks: Solution | None) -> Array:
        """Intensities by both, shape (len(COLUMNS),)."""
        if landmarks is not None:
            apart = freed(landmarks.aus) - motion.aus
            before = apart if self._apart is None else self._apart
            share = np.ones(len(FREE))  # the gaze is no skin
            gap = ((apart - before)[SPOTTED] * reach()) ** 2
            slow = 1.0 - math.exp(-max(time - self._apart_at, 0.0) / _FOLLOW)
            share[SPOTTED] = np.maximum(slow, (gap / (gap + _LEAP**2)) ** 2)
            self._apart, self._apart_at = before + share * (apart - before), time
        aus = np.zeros(len(COLUMNS))
        apart = np.zeros(len(FREE)) if self._apart is None else self._apart
        aus[FREE] = (motion.aus + apart).clip(0.0, MAX_INTENSITY)
        return resolve(aus)

    def _now(self, motion: Motion, aus: Array) -> Now:
        yaw = motion.view.pose.yaw
        turned, covered = abs(yaw) > TURNED, motion.odd > COVERED
        aus[np.array(FREE)[motion.hidden]] = np.nan
        if motion.odd > HIDDEN:
            aus[:] = np.nan
        if turned:
            aus[far_side(yaw)] = np.nan
        fit = 1.0 - max(self._residual - GOOD, 0.0) / (STRANGE - GOOD)
        status = "occluded" if covered else "turned" if turned else "ok"
        return Now(status, self._sure * fit, motion.view, aus, motion)
