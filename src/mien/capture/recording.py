"""What the skin of each face did, frame by frame, kept while a clip runs."""

from array import array
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.inverse import Prepared, invert, prepare
from mien.anatomy.model import face_model
from mien.capture.course import ROW, Stored
from mien.capture.micromotion import MicroMotion
from mien.capture.neutral import neutral_of_clip
from mien.capture.parts import NOTHING, Part, Without
from mien.capture.tape import Tape
from mien.media.video import Frame

Array = NDArray[np.float64]


@dataclass
class _Recorded:
    """One face while the clip runs."""

    prepared: Prepared
    skin: MicroMotion | None = None
    stretch: int = -1
    rows: "array[int]" = field(default_factory=lambda: array("q"))  # on the tape
    last: Array | None = None  # action units of the last landmarks


class Recorder:
    """Follows the skin of every face of a clip; 0.3 kilobytes a frame and face, on disk."""

    def __init__(self, without: Without = NOTHING) -> None:
        self._lit = Part.LIGHT in without
        self._faces: dict[int, _Recorded] = {}
        self._covered: dict[int, NDArray[np.bool_]] = {}
        self._tape = Tape(ROW)

    def cover(self, face: int, points: NDArray[np.bool_]) -> None:
        """Leave out what something lies before, shape (478,), of a face until told otherwise."""
        self._covered[face] = points

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
                self._advance(face, frame, where)
            return
        for face, one in self._faces.items():
            if one.skin is not None:
                self._advance(face, frame, None)

    def _advance(self, face: int, frame: Frame, points: Array | None) -> None:
        one, landmarks = self._faces[face], None
        if points is not None:
            landmarks = invert(one.prepared, points, near=one.last)
            one.last = landmarks.aus
        if one.skin is None:
            one.skin, one.stretch = MicroMotion(one.prepared, lit=self._lit), one.stretch + 1
        if points is not None:
            height, width = frame.pixels.shape[:2]
            outside = ((points[:, :2] < 0) | (points[:, :2] >= (width, height))).any(axis=1)
            one.skin.cover(outside | self._covered.get(face, False))
        motion = one.skin.advance(frame.pixels, frame.time, landmarks)
        if motion is not None:
            pose = motion.view.pose
            place = (pose.yaw, pose.pitch, pose.roll, pose.x, pose.y, pose.scale)
            row = (frame.time, frame.index, one.stretch, frame.key, motion.odd, motion.hidden)
            one.rows.append(self._tape.add(*row, place, motion.aus))

    def course(self, face: int) -> Stored:
        """What a face did so far."""
        return Stored(self._tape, np.array(self._faces[face].rows, dtype=np.int64))
