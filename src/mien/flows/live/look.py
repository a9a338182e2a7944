"""The stage that looks for the face: grey pictures, and landmarks on as many as they tell apart."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.flows.live.box import Box, ClosedError
from mien.flows.live.source import Taken
from mien.flows.look import LOOKS
from mien.landmark.track import Following, Seen, seen_on


@dataclass(frozen=True, eq=False)
class Looked:
    """A picture, and the face on it.

    Attributes:
        taken: the picture.
        luma: grey uint8, shape (H, W).
        looked: whether the face was looked for.
        seen: the face; None where there is none, or it was not looked for.
    """

    taken: Taken
    luma: NDArray[np.uint8]
    looked: bool = False
    seen: Seen | None = None


def look(pictures: Box[Taken], out: Box[Looked]) -> None:
    """Look for the face on picture after picture, until there are no more."""
    state, last, face = Following(), -np.inf, None
    try:
        while True:
            taken = pictures.get()
            luma = np.asarray(cv2.cvtColor(taken.pixels, cv2.COLOR_RGB2GRAY), np.uint8)
            if taken.time - last < 1.0 / LOOKS:
                out.put(Looked(taken, luma))
                continue
            last = taken.time
            seen = _chosen(seen_on(state, taken.time, taken.pixels), face)
            face = face if seen is None else seen.face
            out.put(Looked(taken, luma, looked=True, seen=seen))
    except ClosedError:
        out.close()


def _chosen(faces: list[Seen], before: int | None) -> Seen | None:
    """The face that was followed before, or else the largest."""
    if not faces:
        return None
    largest = max(faces, key=lambda one: float(np.ptp(one.points[:, :2], axis=0).prod()))
    return next((one for one in faces if one.face == before), largest)
