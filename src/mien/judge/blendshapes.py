"""MediaPipe's blendshape network as a judge of expressions."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import InputError, NoFaceError
from mien.landmark.backends.blendshapes import blendshapes

_FILE = "face_landmarker.task"


class Blendshapes:
    """52 ARKit-style scores of the largest face, 0 to 1, by MediaPipe's Face Landmarker.

    Args:
        models: folder that holds ``face_landmarker.task``.

    Raises:
        InputError: the model is not there.
    """

    def __init__(self, models: Path) -> None:
        self._model = models / _FILE
        if not self._model.is_file():
            raise InputError(f"{self._model} is missing: the judge of expressions")

    def scores(self, image: NDArray[np.uint8]) -> dict[str, float]:
        """Scores by name.

        Args:
            image: RGB, shape (H, W, 3).

        Raises:
            NoFaceError: the judge sees no face.
        """
        found = blendshapes(image, self._model)
        if found is None:
            raise NoFaceError("the judge of expressions sees no face")
        return found
