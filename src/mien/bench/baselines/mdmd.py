"""Main Directional Maximal Difference (MDMD), the baseline of the spotting challenge of 2020.

Written from Wang, Wu, Qian, Li & Fu, "A main directional maximal difference analysis for spotting
facial movements from long-term videos", Neurocomputing 230, 2017, and from what He, Wang, Li & Yap
made of it for MEGC 2020 (arXiv 1912.11985): a face in 6 x 6 blocks; in each block the main of four
directions of the flow from frame i-k to frame i; over its pixels the length of that flow less the
length of the flow from i-k to i+k; the mean of the largest third of the pixels, then of the largest
third of the blocks. Against the mean of the curve k-1 frames before and after, what lies over
mean + p (max - mean) is movement, and a run of such frames is an event where its length fits.

Where the description is silent, or its code differs from it:

* k (12 and 39 frames at 30 a second, 80 and 260 at 200) is 0.4 s and 1.3 s at any rate; the lengths
  (7 to 16 and 47 to 105 frames; longer ones are macro-expressions) are 0.235 to 0.53 s.
* k is halved until six of it fit into the clip, as their code does. Their code leaves out the last
  2k frames that can be judged and tells only two directions apart; here all count, and all four.
* The flow is OpenCV's DIS ("medium") in place of RLOF, on a crop of 200 x 240 px.
* The face is cut out along a smoothed similarity (place, size, roll) of the landmarks: a fixed cut
  would be hopeless for a head that moves, one from raw landmarks would shake.
* Above 100 frames a second the curve is sampled 100 times a second.
* The apex is where the curve is highest.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from mien.capture.quality import rate_of
from mien.core.face import Event
from mien.core.signal import Track
from mien.media.video import frames

Array = NDArray[np.float64]
Image = NDArray[np.uint8]

PUBLISHED = 0.01
"""The share p of the published baseline."""
_REACH = {"micro": 0.4, "macro": 1.3}  # seconds; k
_LENGTH = {"micro": (0.2349, 0.53), "macro": (0.53, math.inf)}  # seconds of a run
_BLOCKS = 6
_SIZE = (200, 240)  # px, width and height of the crop
_WIDE, _EYES = 2.3, 0.36  # IOD across the crop; share of its height above the eyes
_SAMPLES = 100.0  # per second
_STEADY = 0.1  # seconds; standard deviation of the smoothing of the cut


@dataclass(frozen=True)
class Curve:
    """How much more the face moves at a moment than k frames before and after.

    Attributes:
        time: shape (m,), seconds.
        height: shape (m,), px of the crop.
    """

    time: Array
    height: Array


def mdmd_curve(path: Path, track: Track, kind: str = "micro") -> Curve:
    """The curve of a clip, empty where the clip is too short or shows no face.

    Args:
        path: of the clip.
        track: a reading of it; only place, size and roll of its first face are used.
        kind: ``"micro"`` or ``"macro"``, for the reach k.
    """
    crops = list(_crops(path, track.of_face(0)))
    time = track.of_face(0).time
    rate = rate_of(time)
    n, k = len(crops), max(round(_REACH[kind] * rate), 2)
    while n < 6 * k and k > 2:
        k = max(round(k / 2), 2)
    step = max(round(rate / _SAMPLES), 1)
    middle = np.arange(k, n - k, step)
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    feature = [_difference(flow, crops[i - k], crops[i], crops[i + k]) for i in middle]
    m = max(round((k - 1) / step), 1)
    if len(feature) <= 2 * m:
        return Curve(np.zeros(0), np.zeros(0))
    values = np.array(feature)
    height = values[m:-m] - (values[: -2 * m] + values[2 * m :]) / 2.0
    return Curve(time[middle[m:-m]], height)


def mdmd_events(curve: Curve, share: float = PUBLISHED, kind: str = "micro") -> list[Event]:
    """Events of a curve, in order of time.

    Args:
        curve: see :func:`mdmd_curve`.
        share: p, 0 to 1; the threshold between the mean and the maximum of the curve.
        kind: ``"micro"`` or ``"macro"``, for the length.
    """
    if not len(curve.height):
        return []
    middle, top = float(curve.height.mean()), float(curve.height.max())
    over = curve.height > middle + share * (top - middle)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], over.astype(np.int8), [0]])))
    shortest, longest = _LENGTH[kind]
    step = float(np.median(np.diff(curve.time))) if len(curve.time) > 1 else 0.0
    events = []
    for first, end in edges.reshape(-1, 2):
        onset, offset = float(curve.time[first]), float(curve.time[end - 1])
        if shortest <= offset - onset + step < longest:
            apex = float(curve.time[first + int(curve.height[first:end].argmax())])
            events.append(Event(kind, onset, apex, offset, 0, {}, "both", "mouth", 1.0))
    return events


def mdmd(path: Path, track: Track, share: float = PUBLISHED) -> list[Event]:
    """Micro- and macro-expressions of the first face of a clip, in order of time.

    Args:
        path: of the clip.
        track: see :func:`mdmd_curve`.
        share: p, 0 to 1.
    """
    found = [e for kind in _REACH for e in mdmd_events(mdmd_curve(path, track, kind), share, kind)]
    return sorted(found, key=lambda event: event.onset)


def _crops(path: Path, track: Track) -> Iterator[Image]:
    """The face of every frame, upright and at one size, grey."""
    place = np.column_stack([track.position, track.pose[:, 2]])
    seen = np.flatnonzero(np.isfinite(place).all(axis=1))
    if not len(seen):
        return
    at = np.arange(len(place))
    filled = np.column_stack([np.interp(at, seen, column[seen]) for column in place.T])
    steady = gaussian_filter1d(filled, _STEADY * rate_of(track.time), axis=0, mode="nearest")
    size = float(np.median(steady[:, 2]))  # the head's own breathing of size is no zoom of ours
    rows = dict(zip(track.frame.tolist(), steady, strict=True))
    with closing(frames(path)) as source:
        for frame in source:
            if frame.index in rows:
                grey = cv2.cvtColor(frame.pixels, cv2.COLOR_RGB2GRAY)
                yield _cut(np.asarray(grey, np.uint8), rows[frame.index], size)


def _cut(grey: Image, place: Sequence[float] | Array, iod: float) -> Image:
    """The part round a face at x, y (px) that is rolled by so many degrees."""
    width, height = _SIZE
    x, y, _, roll = place
    zoom = iod * _WIDE / width  # px of the picture per px of the crop
    turn = math.radians(roll)
    across = np.array([math.cos(turn), math.sin(turn)]) * zoom
    down = np.array([-across[1], across[0]])
    corner = np.array([x, y]) - across * width / 2 - down * height * _EYES
    matrix = np.column_stack([across, down, corner])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    cut = cv2.warpAffine(grey, matrix, _SIZE, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, np.uint8)


def _difference(flow: cv2.DISOpticalFlow, before: Image, here: Image, after: Image) -> float:
    """How much further the face is from ``before`` here than afterwards, px."""
    there, back = (
        _blocks(flow.calc(before, then, None))  # type: ignore[call-overload]  # None: from rest
        for then in (here, after)
    )
    longer = np.hypot(*there) - np.hypot(*back)
    quadrant = (there[0] < 0.0) + 2 * (there[1] < 0.0)
    main = np.array([np.bincount(block, minlength=4).argmax() for block in quadrant])
    inside = quadrant == main[:, None]
    means = [_top_third(block[mask]) for block, mask in zip(longer, inside, strict=True)]
    return _top_third(np.array(means))


def _blocks(flow: NDArray[np.float32]) -> NDArray[np.float32]:
    """A flow as shape (2, 36, pixels of a block)."""
    height, width = (side // _BLOCKS for side in flow.shape[:2])
    whole = flow[: height * _BLOCKS, : width * _BLOCKS]
    split = whole.reshape(_BLOCKS, height, _BLOCKS, width, 2).transpose(4, 0, 2, 1, 3)
    return split.reshape(2, _BLOCKS**2, height * width)


def _top_third(values: NDArray[Any]) -> float:
    """Mean of the largest third."""
    count = max(round(len(values) / 3), 1)
    return float(np.partition(values, len(values) - count)[-count:].mean())
