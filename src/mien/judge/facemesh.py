"""MediaPipe's FaceMesh as others use it: one pass on the whole picture."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import NoFaceError


def plain_points(image: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The 478 points of the first face, shape (478, 3), px.

    Figures that compare with other tools start from the same points as theirs.

    Args:
        image: RGB, shape (H, W, 3).

    Raises:
        NoFaceError: FaceMesh sees no face.
    """
    found = _face_mesh().process(image).multi_face_landmarks
    if not found:
        raise NoFaceError("FaceMesh sees no face")
    height, width = image.shape[:2]
    return np.array([[p.x * width, p.y * height, p.z * width] for p in found[0].landmark])


def follow(images: Iterable[NDArray[np.uint8]]) -> Iterator[bool]:
    """Whether FaceMesh sees a face on each picture of a clip, in its own tracking mode."""
    import mediapipe

    with mediapipe.solutions.face_mesh.FaceMesh(refine_landmarks=True) as mesh:
        for image in images:
            yield mesh.process(image).multi_face_landmarks is not None


@cache
def _face_mesh() -> Any:
    import mediapipe

    return mediapipe.solutions.face_mesh.FaceMesh(static_image_mode=True, refine_landmarks=True)
