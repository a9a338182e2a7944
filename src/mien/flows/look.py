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

LOOKS = 65.0  # per second, at most; between them landmarks tremble more than a face moves
_HANDS = 0.4  # seconds between two looks for hands, at least
_UNCHANGED = 4.0  # seconds between them where the surroundings of the face stay as they are
_CHANGE = 0.02  # of the contrast of a thumbnail, mean; noise of sigma 5 makes half of it
_THUMBNAIL, _AROUND = 16, 0.9  # px; reach from the middle of the face to each side, in its sizes
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
    state, last = Following(), -np.inf
    watch = _HandWatch() if hands else None
    with closing(frames(path)) as source:
        for frame in source:
            luma = np.asarray(cv2.cvtColor(frame.pixels, cv2.COLOR_RGB2GRAY), np.uint8)
            grey = replace(frame, pixels=luma)
            if frame.time - last < 1.0 / LOOKS:
                yield Look(grey)
                continue
            last = frame.time
            seen = seen_on(state, frame.time, frame.pixels)
            yield Look(grey, seen, watch.hidden(frame, luma, seen) if watch else {})


class _HandWatch:
    """Looks for hands where there may be new ones; they are the dearest thing to look for."""

    def __init__(self) -> None:
        self._last = -np.inf  # when hands were looked for
        self._there = False  # whether there were any
        self._around: dict[int, NDArray[np.float32]] = {}  # each face's surroundings then
        self._touched: dict[int, NDArray[np.float64]] = {}  # when a hand last lay before each point

    def hidden(
        self, frame: Frame, luma: NDArray[np.uint8], seen: list[Seen]
    ) -> dict[int, NDArray[np.bool_]]:
        """Points of every face that a hand hides; empty where it was not looked for."""
        waited = frame.time - self._last
        if waited < _HANDS or not seen:
            return {}
        around = {one.face: _surroundings(luma, one.points) for one in seen}
        if waited < _UNCHANGED and not self._there and self._alike(around):
            return {}
        self._last, self._around = frame.time, around
        hidden = {one.face: _hidden(self._touched, frame, one) for one in seen}
        self._there = any(points.any() for points in hidden.values())
        return hidden

    def _alike(self, around: dict[int, NDArray[np.float32]]) -> bool:
        """Whether the faces and what is round them look as when hands were looked for."""
        if around.keys() != self._around.keys():
            return False
        return all(
            float(np.abs(now - self._around[face]).mean()) < _CHANGE for face, now in around.items()
        )


def _surroundings(luma: NDArray[np.uint8], points: NDArray[np.float64]) -> NDArray[np.float32]:
    """A thumbnail of a face and what is beside it, whatever the light."""
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    middle, reach = (low + high) / 2, _AROUND * (high - low).max()
    limits = luma.shape[1::-1]
    left, top = (np.clip(middle - reach, 0, np.array(limits) - 1)).astype(int)
    right, bottom = (np.clip(middle + reach, 1, limits)).astype(int)
    part = luma[top : max(bottom, top + 1), left : max(right, left + 1)]
    small = cv2.resize(part, (_THUMBNAIL, _THUMBNAIL), interpolation=cv2.INTER_AREA)
    even = small - small.mean()
    return np.asarray(even / max(float(even.std()), 1.0), np.float32)


def _hidden(touched: dict[int, NDArray[np.float64]], frame: Frame, face: Seen) -> NDArray[np.bool_]:
    """Points before which a hand is or just was; the models do not see it on every frame."""
    when = touched.setdefault(face.face, np.full(len(face.points), -np.inf))
    expected = bool((frame.time - when <= _STAY).any())
    when[covered(frame.pixels, face.points, expected=expected)] = frame.time
    return np.asarray(frame.time - when <= _STAY)
