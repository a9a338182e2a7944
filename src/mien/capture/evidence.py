"""A second opinion on an event: MediaPipe's blendshape network, where its model is here.

It stands beside the action units, never in their place: it was trained on other faces with other
words, answers to some units only, and says nothing in FACS intensities. What it does say is whether
a shape got likelier between rest and apex, and on which side. Each call costs about 30 ms, so it is
asked at moments, not on every frame.

Measured on edits of single units (8 people, intensity 2.5): the log-odds of the paired shape rise
by 0.4 to 6, mostly more than those of any other shape, and wander by 0.2 (standard deviation) from
one crop of a still face to the next. cheekSquint and noseSneer never answer, so AU06 and AU09 have
no opinion; eyeSquint (AU07) hardly does. With three pictures each, a lip corner at 0.5 is borne out
on 8 of 8 people and at 0.2 on 2 of 8; brows need about 1; without a change none of 8. Bare scores
saturate, and differ among people at rest.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.core.face import Event
from mien.core.facs import ACTION_UNITS, SHAPES
from mien.core.models import find_model
from mien.landmark.backends.blendshapes import blendshapes
from mien.landmark.detect import crop_around, square_of

Image = NDArray[np.uint8]
Points = NDArray[np.float64]

MODEL = "face_landmarker"
NOISE = 0.2  # log-odds; what the answer to a still face wanders from crop to crop

_AROUND = 1.5  # sizes of the canonical square, so that the network's own detector sees a whole head
_SIDES = {"L": "Left", "R": "Right"}
_DEAD = ("cheekSquint", "noseSneer")
_JAW = {"AU26": ("jawOpen",), "AU30L": ("jawLeft",), "AU30R": ("jawRight",)}
_LEAST = 1e-7  # scores this near to 0 and 1 are only rounding


def unit_scores(image: Image, points: Points, model: Path) -> dict[str, float]:
    """Score of each action unit that has a blendshape, 0 to 1, in one picture.

    Args:
        image: RGB, shape (H, W, 3).
        points: shape (478, 3), px, of the face in it.
        model: what :func:`mien.core.models.find_model` gives for :data:`MODEL`.

    Returns:
        AU column to score, mean over its shapes; both sides of a shape that has none are equal.
        Empty where the network sees no face.
    """
    square = square_of(points)
    crop = crop_around(image, replace(square, size=_AROUND * square.size))
    found = blendshapes(crop.image, model)
    if found is None:
        return {}
    return {
        column: sum(found[name] for name in names) / len(names) for column, names in _PAIRS.items()
    }


def agreement(
    rest: Sequence[tuple[Image, Points]], apex: Sequence[tuple[Image, Points]]
) -> dict[str, float]:
    """How much likelier each action unit became from rest to apex.

    Args:
        rest: some pictures of the face before the event, each with its points, as for
            :func:`unit_scores`; more of them are steadier.
        apex: some pictures around the apex.

    Returns:
        AU column to the rise of its log-odds; :data:`NOISE` and less means nothing. Empty where the
        model is not here, or where the network sees no face at rest or at apex.

    Raises:
        ModelError: a file that is not the model is in its place.
    """
    model = find_model(MODEL)
    if model is None:
        return {}
    before, after = (_mean_log_odds(pictures, model) for pictures in (rest, apex))
    return {column: after[column] - before[column] for column in before if column in after}


def support(event: Event, rises: Mapping[str, float]) -> float:
    """How far a second opinion bears an event out, in noise levels.

    Args:
        event: with its peaks.
        rises: of :func:`agreement`.

    Returns:
        Mean rise of the event's units, weighted by their peaks, over its noise: 2 and more bears
        it out, -2 and less speaks against it. NaN where there is no opinion on any of them.
    """
    peaks = {column: peak for column, peak in event.aus.items() if column in rises}
    total = sum(peaks.values())
    if not total > 0:
        return math.nan
    rise = sum(rises[column] * peak for column, peak in peaks.items()) / total
    return rise / (math.sqrt(2.0) * NOISE)


def _mean_log_odds(pictures: Sequence[tuple[Image, Points]], model: Path) -> dict[str, float]:
    seen = [scores for image, points in pictures if (scores := unit_scores(image, points, model))]
    if not seen:
        return {}
    values = np.clip([list(scores.values()) for scores in seen], _LEAST, 1.0 - _LEAST)
    means = np.log(values / (1.0 - values)).mean(axis=0)
    return dict(zip(seen[0], means.tolist(), strict=True))


def _shapes_of(code: str, column: str) -> tuple[str, ...]:
    """MediaPipe's names of the shapes paired with an AU column; none where they do not answer."""
    side = _SIDES.get(column[-1], "")
    names = _JAW.get(column) or SHAPES.get(code, ())
    spelt = []
    for name in names:
        stem, _, own = name.partition("_")
        one = stem in ("browInnerUp", *_JAW.get(column, ()))
        spelt.append(stem + (_SIDES[own] if own else "" if one else side))
    return () if any(name.startswith(_DEAD) for name in names) else tuple(spelt)


_PAIRS = {
    column: shapes
    for unit in ACTION_UNITS
    for column in unit.columns
    if (shapes := _shapes_of(unit.code, column))
}
