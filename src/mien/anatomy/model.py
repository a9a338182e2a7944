"""The face model of one person, run forward: action units in, displaced mesh out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.fields import fields_of
from mien.core.facs import MAX_INTENSITY, resolve


@dataclass(frozen=True)
class FaceModel:
    """A person's neutral face with the fields that move it.

    Attributes:
        neutral: shape (478, 3), IOD, head's frame.
        fields: shape (len(COLUMNS), 478, 3), IOD; displacement at intensity 5.
    """

    neutral: NDArray[np.float64]
    fields: NDArray[np.float64]


def face_model(neutral: NDArray[np.float64]) -> FaceModel:
    """The model of a face from its neutral mesh, shape (478, 3), IOD, head's frame."""
    return FaceModel(neutral, fields_of(neutral))


def displacement(model: FaceModel, aus: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far each point moves, shape (478, 3), IOD, head's frame.

    Args:
        model: of the face.
        aus: shape (len(COLUMNS),), 0 to 5, made possible by :func:`mien.core.facs.resolve` first.
    """
    return np.asarray(np.tensordot(resolve(aus) / MAX_INTENSITY, model.fields, axes=1))
