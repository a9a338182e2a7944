"""Where the points of a face are after it was redrawn.

A reader of landmarks errs, most on drawings, whose points a person may have placed by hand. But it
errs alike on two pictures of one face: so both are read, and the points take what has changed.
"""

import numpy as np
from numpy.typing import NDArray

from mien.edit.mesh.pixels import Image
from mien.landmark.detect import detect, refine

Array = NDArray[np.float64]


def followed(points: Array, before: Image, after: Image) -> Array | None:
    """The points of a face on a picture that was redrawn, shape (478, 3), px.

    Args:
        points: on the picture as it was, shape (478, 3), px.
        before: that picture, RGB, shape (H, W, 3).
        after: the redrawn one, of the same shape; the face on it lies near where it lay.

    Returns:
        None where no face is found; the points themselves for a face that could not be read before
        either.
    """
    seen, found = refine(before, points), refine(after, points)
    if seen is None:
        return points if found is None else found.points
    if found is None:
        middle = points[:, :2].mean(axis=0)
        faces = detect(after)
        if not faces:
            return None
        found = min(faces, key=lambda face: np.linalg.norm(face.xy.mean(axis=0) - middle))
    return np.asarray(points + (found.points - seen.points))
