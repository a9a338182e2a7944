"""MediaPipe's blendshape network as a judge of expressions."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import InputError, JudgeError, NoFaceError
from mien.landmark.backends.blendshapes import blendshapes

FILE = "face_landmarker.task"


class Blendshapes:
    """52 ARKit-style scores of the largest face, 0 to 1, by MediaPipe's Face Landmarker.

    Args:
        models: folder that holds ``face_landmarker.task``.

    Raises:
        InputError: the model is not there.
    """

    def __init__(self, models: Path) -> None:
        self._model = models / FILE
        if not self._model.is_file():
            raise InputError(f"{self._model} is missing: the judge of expressions")

    def scores(self, image: NDArray[np.uint8]) -> dict[str, float]:
        """Scores by name.

        Args:
            image: RGB, shape (H, W, 3).

        Raises:
            NoFaceError: the judge sees no face.
            JudgeError: the file is no such model.
        """
        try:
            found = blendshapes(image, self._model)
        except (OSError, RuntimeError, ValueError) as error:
            raise JudgeError(
                f"{self._model}: cannot be run, it is not the file it should be: remove it and"
                " fetch it again"
            ) from error
        if found is None:
            raise NoFaceError("the judge of expressions sees no face")
        return found
