"""MobileFaceNet as an independent judge of who a face is."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.core.errors import InputError
from mien.core.extras import require
from mien.core.face import Landmarks

FILE = "mobilefacenet.onnx"
# Where eyes, nose tip and mouth corners lie in the 112 px crop that ArcFace networks expect
# (Deng et al., CVPR 2019).
_PLACES = np.array([[38.29, 51.70], [73.53, 51.50], [56.03, 71.74], [41.55, 92.37], [70.73, 92.20]])
_EYES_NOSE_MOUTH = ((33, 133), (362, 263), (1,), (61,), (291,))


class Identity:
    """Embeddings of faces; the cosine of two says how alike the persons are.

    Args:
        models: folder that holds ``mobilefacenet.onnx``.

    Raises:
        InputError: the model is not there, or cannot be run.
        MissingExtraError: ONNX Runtime is not installed.
    """

    def __init__(self, models: Path) -> None:
        if not (models / FILE).is_file():
            raise InputError(f"{models / FILE} is missing: the judge of identity")
        runtime = require("onnxruntime", "bench")
        try:
            self._session = runtime.InferenceSession(
                str(models / FILE), providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # ONNX Runtime's own have no root of their own
            raise InputError(
                f"{models / FILE}: cannot be run, it is not the file it should be: remove it and"
                " fetch it again"
            ) from error

    def embed(self, image: NDArray[np.uint8], face: Landmarks) -> NDArray[np.float64]:
        """Unit vector of a face, shape (128,).

        Args:
            image: RGB, shape (H, W, 3).
            face: its landmarks.
        """
        places = np.array([face.xy[list(points)].mean(axis=0) for points in _EYES_NOSE_MOUTH])
        turn, _ = cv2.estimateAffinePartial2D(places, _PLACES, method=cv2.LMEDS)
        crop = cv2.warpAffine(image, turn, (112, 112), flags=cv2.INTER_AREA)
        batch = ((crop.astype(np.float32) - 127.5) / 127.5).transpose(2, 0, 1)[None]
        name = self._session.get_inputs()[0].name
        vector = np.asarray(self._session.run(None, {name: batch})[0][0], dtype=np.float64)
        return np.asarray(vector / np.linalg.norm(vector))
