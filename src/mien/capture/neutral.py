"""The resting face of a person, from a clip in which it is not said when they rest.

Some moments of the clip are read against the average person. Builds differ, so these readings are
off, but by the same amount in every frame: the moments with the least expression are the calmest
ones all the same. A hand before the face looks like an odd build and leaves much unexplained, and
both count against a moment. The mean of the calmest is taken for the resting face, after taking off
what no build of face explains (somebody who smiles from the first frame to the last).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.head import View, neutral_in_head
from mien.anatomy.identity import anybody, estimate_neutral
from mien.anatomy.inverse import Solution, invert
from mien.anatomy.model import displacement, face_model
from mien.core.facs import COLUMNS, REGION

Array = NDArray[np.float64]

_CALM = 0.25  # share of them that is taken for rest
_SHOWN = 1.5  # intensity times confidence from which an expression that never goes is believed
_UNEXPLAINED = 0.003  # IOD that count like one intensity of expression
_FRONTAL = 20.0  # degrees of yaw; further turned moments are used only where there are no others
# How sure the zero of all readings is: measured on a photo, or chosen from a clip.
FROM_PHOTO, FROM_CLIP = 1.0, 0.8

# Gaze says nothing about rest.
EXPRESSIVE = np.array([REGION[column] != "gaze" for column in COLUMNS])


@dataclass(frozen=True)
class Neutral:
    """The zero of a person's readings.

    Attributes:
        mesh: shape (478, 3), IOD, head's frame.
        confidence: 0 to 1.
    """

    mesh: Array
    confidence: float


def neutral_of_clip(moments: Array) -> Neutral:
    """The resting face of one person.

    Args:
        moments: shape (n, 478, 3), px, the face at some moments of the clip, n at least 1.
    """
    read = [invert(anybody(), points, steps=2) for points in moments]
    meshes = [_normal(read[i].view, moments[i]) for i in _calmest(read)]
    mean = np.mean(meshes, axis=0)
    estimate = estimate_neutral(frontal(mean))
    lasting = np.where(estimate.aus * estimate.confidence > _SHOWN, estimate.aus, 0.0)
    lasting[~EXPRESSIVE] = 0.0
    if lasting.any():
        mean = mean - displacement(face_model(mean), lasting)
    return Neutral(mean, FROM_CLIP)


def calmest(moments: Array) -> NDArray[np.int64]:
    """The moments that :func:`neutral_of_clip` goes by, calmest first.

    Args:
        moments: shape (n, 478, 3), px, n at least 1.
    """
    return _calmest([invert(anybody(), points, steps=2) for points in moments])


def _calmest(read: Sequence[Solution]) -> NDArray[np.int64]:
    turned = np.array([abs(one.view.pose.yaw) > _FRONTAL for one in read])
    order = np.argsort(np.array([_unrest(one) for one in read]) + 1e3 * turned, kind="stable")
    return order[: max(round(_CALM * len(read)), min(3, len(read)))]


def _unrest(solution: Solution) -> float:
    """How far a moment is from an uncovered face at rest, in intensities."""
    shown = float((solution.aus * solution.confidence)[EXPRESSIVE].sum())
    build = float(np.linalg.norm(solution.shape))
    return shown + build + solution.residual / _UNEXPLAINED


def _normal(view: View, points: Array) -> Array:
    """A mesh in the head's frame at unit inter-ocular distance."""
    mesh, _ = neutral_in_head(frontal(view.to_head(points)))
    return mesh


def frontal(mesh: Array) -> Array:
    """A mesh of the head's frame as a frontal picture sees it, in px of any size."""
    return View(np.eye(3), 100.0, np.zeros(3)).to_picture(mesh)
