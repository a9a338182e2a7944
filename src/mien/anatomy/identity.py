"""The neutral face behind one picture, where no neutral photograph is at hand.

``builds.npz`` holds the main ways in which 52 neutral faces differ (principal components of the
Face Research Lab London Set and its mirror image, see NOTICE). What these can explain is taken for
the person, the rest for the expression; where both explain the same, confidence falls.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.head import View
from mien.anatomy.inverse import Prepared, invert, prepare
from mien.anatomy.lips import closed
from mien.anatomy.model import displacement, face_model
from mien.anatomy.template import template


@dataclass(frozen=True)
class Estimate:
    """A face taken apart into person and expression.

    Attributes:
        neutral: shape (478, 3), IOD, head's frame.
        aus: shape (len(COLUMNS),), 0 to 5, the expression on the picture.
        confidence: shape (len(COLUMNS),), 0 to 1.
        view: how the head was seen.
    """

    neutral: NDArray[np.float64]
    aus: NDArray[np.float64]
    confidence: NDArray[np.float64]
    view: View


def estimate_neutral(points: NDArray[np.float64]) -> Estimate:
    """Take one face apart.

    Args:
        points: shape (478, 3), px.
    """
    found = invert(anybody(), points, steps=2)
    build = template() + np.tensordot(found.shape, builds(), axes=1)
    # The picture knows this face better than any average: only the expression is taken off. At
    # rest lips meet.
    expression = displacement(face_model(build), found.aus)
    neutral = closed(found.view.to_head(points) - expression)
    return Estimate(neutral, found.aus, found.confidence, found.view)


@cache
def builds() -> NDArray[np.float64]:
    """The ways faces differ, shape (25, 478, 3), IOD, one standard deviation each."""
    with as_file(files("mien.anatomy") / "builds.npz") as path, np.load(path) as stored:
        return np.asarray(stored["builds"], dtype=np.float64)


@cache
def anybody() -> Prepared:
    """A face of unknown build, ready for :func:`mien.anatomy.inverse.invert`."""
    return prepare(face_model(template()), builds())
