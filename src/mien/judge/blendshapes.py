"""MediaPipe's blendshape network as an independent judge of expressions."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import InputError, NoFaceError
from mien.core.hush import hushed

_FILE = "face_landmarker.task"


class Blendshapes:
    """52 ARKit-style scores of the largest face, 0 to 1, by MediaPipe's Face Landmarker.

    Args:
        models: folder that holds ``face_landmarker.task``.

    Raises:
        InputError: the model is not there.
    """

    def __init__(self, models: Path) -> None:
        import mediapipe
        from mediapipe.tasks.python import BaseOptions, vision

        if not (models / _FILE).is_file():
            raise InputError(f"{models / _FILE} is missing: the judge of expressions")
        self._wrap: Any = lambda pixels: mediapipe.Image(mediapipe.ImageFormat.SRGB, pixels)
        options = vision.FaceLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=str(models / _FILE)),
            output_face_blendshapes=True,
        )
        with hushed():
            self._landmarker = vision.FaceLandmarker.create_from_options(options)
            self._landmarker.detect(self._wrap(np.zeros((64, 64, 3), np.uint8)))

    def scores(self, image: NDArray[np.uint8]) -> dict[str, float]:
        """Scores by name.

        Args:
            image: RGB, shape (H, W, 3).

        Raises:
            NoFaceError: the judge sees no face.
        """
        found = self._landmarker.detect(self._wrap(np.ascontiguousarray(image))).face_blendshapes
        if not found:
            raise NoFaceError("the judge of expressions sees no face")
        return {shape.category_name: float(shape.score) for shape in found[0]}
