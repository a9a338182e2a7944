"""MediaPipe's blendshape network as one plain function: 52 scores of the face in a picture.

It is no part of mediapipe's wheel; ``mien models pull face_landmarker`` fetches it. Here it looks
at single pictures: over a video, with one face, MediaPipe would smooth its points over time.
"""

import threading
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.core.hush import hushed

_lock = threading.Lock()  # a graph that two threads feed at once breaks for good


def blendshapes(image: NDArray[np.uint8], model: Path) -> dict[str, float] | None:
    """ARKit-style scores of the largest face, 0 to 1, by name; None where there is no face.

    ``Left`` and ``Right`` in the names are the subject's own. Takes about 30 ms.

    Args:
        image: RGB, shape (H, W, 3).
        model: ``face_landmarker.task``.

    Raises:
        OSError, RuntimeError, ValueError: the file is no such model.
    """
    with _lock:
        wrap, landmarker = _started(model)
        found = landmarker.detect(wrap(np.ascontiguousarray(image))).face_blendshapes
    return {shape.category_name: float(shape.score) for shape in found[0]} if found else None


@cache
def _started(model: Path) -> tuple[Any, Any]:
    """What wraps a picture, and the running graph."""
    import mediapipe
    from mediapipe.tasks.python import BaseOptions, vision

    def wrap(pixels: NDArray[np.uint8]) -> Any:
        return mediapipe.Image(mediapipe.ImageFormat.SRGB, pixels)

    options = vision.FaceLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(model)), output_face_blendshapes=True
    )
    with hushed():
        landmarker = vision.FaceLandmarker.create_from_options(options)
        landmarker.detect(wrap(np.zeros((64, 64, 3), np.uint8)))
    return wrap, landmarker
