"""What the skin of each face did, frame by frame, kept while a clip runs."""

from array import array
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.inverse import FREE, Prepared, invert, prepare
from mien.anatomy.model import face_model
from mien.capture.course import Course
from mien.capture.micromotion import MicroMotion, Motion
from mien.capture.neutral import neutral_of_clip
from mien.capture.parts import NOTHING, Part, Without
from mien.media.video import Frame

Array = NDArray[np.float64]

_POSE = 6  # yaw, pitch, roll, x, y, scale
_NUMBERS = 1 + _POSE + len(FREE)


@dataclass
class _Recorded:
    """One face while the clip runs."""

    prepared: Prepared
    skin: MicroMotion | None = None
    stretch: int = -1
    times: "array[float]" = field(default_factory=lambda: array("d"))
    frames: "array[int]" = field(default_factory=lambda: array("q"))
    stretches: "array[int]" = field(default_factory=lambda: array("q"))
    keys: "array[int]" = field(default_factory=lambda: array("b"))
    hidden: "array[int]" = field(default_factory=lambda: array("b"))
    values: "array[float]" = field(default_factory=lambda: array("f"))
    covered: NDArray[np.bool_] | None = None
    last: Array | None = None  # action units of the last landmarks


class Recorder:
    """Follows the skin of every face of a clip; half a kilobyte a frame and face."""

    def __init__(self, without: Without = NOTHING) -> None:
        self._lit = Part.LIGHT in without
        self._faces: dict[int, _Recorded] = {}

    def cover(self, face: int, points: NDArray[np.bool_]) -> None:
        """Leave out what something lies before, shape (478,), of a face until told otherwise."""
        if face in self._faces:
            self._faces[face].covered = points

    def see(self, frame: Frame, points: dict[int, Array] | None) -> None:
        """Take in the next frame.

        Args:
            frame: of the clip.
            points: face to landmarks, shape (478, 3), px; None where they were not looked for: then
                every face is where it was.
        """
        if points is not None:
            for face, one in self._faces.items():
                if face not in points:
                    one.skin = None
            for face, where in points.items():
                if face not in self._faces:
                    neutral = neutral_of_clip(where[None])
                    self._faces[face] = _Recorded(prepare(face_model(neutral.mesh)))
                self._advance(self._faces[face], frame, where)
            return
        for one in self._faces.values():
            if one.skin is not None:
                self._advance(one, frame, None)

    def _advance(self, one: _Recorded, frame: Frame, points: Array | None) -> None:
        landmarks = None
        if points is not None:
            landmarks = invert(one.prepared, points, near=one.last)
            one.last = landmarks.aus
        if one.skin is None:
            one.skin, one.stretch = MicroMotion(one.prepared, lit=self._lit), one.stretch + 1
        if points is not None:
            height, width = frame.pixels.shape[:2]
            outside = ((points[:, :2] < 0) | (points[:, :2] >= (width, height))).any(axis=1)
            one.skin.cover(outside if one.covered is None else outside | one.covered)
        motion = one.skin.advance(frame.pixels, frame.time, landmarks)
        if motion is not None:
            one.times.append(frame.time)
            one.frames.append(frame.index)
            one.stretches.append(one.stretch)
            one.keys.append(frame.key)
            one.hidden.frombytes(motion.hidden.tobytes())
            one.values.extend(_numbers(motion))

    def course(self, face: int) -> Course:
        """What a face did so far."""
        one = self._faces[face]
        values = np.asarray(one.values, dtype=np.float64).reshape(-1, _NUMBERS)
        return Course(
            np.asarray(one.times),
            np.asarray(one.frames, dtype=np.int64),
            np.asarray(one.stretches, dtype=np.int64),
            np.asarray(one.keys, dtype=np.bool_),
            values[:, 0],
            np.asarray(one.hidden, dtype=np.bool_).reshape(-1, len(FREE)),
            values[:, 1 : 1 + _POSE],
            values[:, 1 + _POSE :],
        )


def _numbers(motion: Motion) -> Array:
    pose = motion.view.pose
    place = (motion.odd, pose.yaw, pose.pitch, pose.roll, pose.x, pose.y, pose.scale)
    return np.concatenate([place, motion.aus])
