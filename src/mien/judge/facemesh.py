"""MediaPipe's FaceMesh as others use it: one pass on the whole picture."""

from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import NoFaceError
from mien.core.hush import hushed


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


class Follower:
    """FaceMesh in its own tracking mode, started once."""

    def __init__(self) -> None:
        self._mesh = _started(static_image_mode=False)

    def follow(self, images: Iterable[NDArray[np.uint8]]) -> int:
        """How many pictures of a clip, each RGB (H, W, 3), show a face."""
        found = [self._mesh.process(image).multi_face_landmarks is not None for image in images]
        return sum(found)


@cache
def _face_mesh() -> Any:
    return _started(static_image_mode=True)


def _started(*, static_image_mode: bool) -> Any:
    import mediapipe

    with hushed():
        mesh = mediapipe.solutions.face_mesh.FaceMesh(
            static_image_mode=static_image_mode, refine_landmarks=True
        )
        mesh.process(np.zeros((64, 64, 3), np.uint8))
    return mesh
