"""A clip looked at: its frames, the landmarks of its faces, and what hands cover of them."""

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.landmark.cover.hands import covered
from mien.landmark.track import Following, Seen, seen_on
from mien.media.video import Frame, frames

_LOOKS = 65.0  # per second, at most; between them landmarks tremble more than a face moves
_HANDS, _HANDS_SEEN = 0.8, 0.4  # seconds between two looks for hands, and once they are there
_STAY = 1.0  # seconds for which a hand is believed to stay where it was seen


@dataclass(frozen=True, eq=False)
class Look:
    """One frame.

    Attributes:
        frame: of the clip, its pixels grey, shape (H, W): what motion and quality are read on.
        seen: its faces; None where they were not looked for.
        covered: of each face which points a hand lies before, shape (478,); empty where hands were
            not looked for.
    """

    frame: Frame
    seen: list[Seen] | None = None
    covered: dict[int, NDArray[np.bool_]] = field(default_factory=dict)


def looked_at(path: Path, *, hands: bool = True) -> Generator[Look, None, None]:
    """Every frame of a clip.

    Landmarks are looked for on as many frames a second as they tell apart; between them the motion
    of the skin says more. Hands are looked for now and then.

    Args:
        path: of the clip.
        hands: whether they are looked for at all.
    """
    state, last, next_hands = Following(), -np.inf, -np.inf if hands else np.inf
    touched: dict[int, NDArray[np.float64]] = {}  # when a hand was last seen before each point
    with closing(frames(path)) as source:
        for frame in source:
            luma = np.asarray(cv2.cvtColor(frame.pixels, cv2.COLOR_RGB2GRAY), np.uint8)
            grey = replace(frame, pixels=luma)
            if frame.time - last < 1.0 / _LOOKS:
                yield Look(grey)
                continue
            last = frame.time
            seen = seen_on(state, frame.time, frame.pixels)
            if frame.time < next_hands:
                yield Look(grey, seen)
                continue
            hidden = {one.face: _hidden(touched, frame, one) for one in seen}
            there = any(points.any() for points in hidden.values())
            next_hands = frame.time + (_HANDS_SEEN if there else _HANDS)
            yield Look(grey, seen, hidden)


def _hidden(touched: dict[int, NDArray[np.float64]], frame: Frame, face: Seen) -> NDArray[np.bool_]:
    """Points before which a hand is or just was; the models do not see it on every frame."""
    when = touched.setdefault(face.face, np.full(len(face.points), -np.inf))
    expected = bool((frame.time - when <= _STAY).any())
    when[covered(frame.pixels, face.points, expected=expected)] = frame.time
    return np.asarray(frame.time - when <= _STAY)
