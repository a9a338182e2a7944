"""What is looked at only a few times a second: it changes slowly, or is judged over the clip."""

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.head import view_of
from mien.anatomy.template import template
from mien.capture.gate import compression, light, noise
from mien.capture.gate.record import GLANCE, Array, Luma


def glance(
    time: float, luma: Luma, before: Luma, points: Array, box: tuple[int, int, int, int]
) -> NDArray[np.void]:
    """One row of type :data:`mien.capture.gate.record.GLANCE`.

    Args:
        time: seconds.
        luma: shape (H, W), levels.
        before: the frame before, same shape.
        points: shape (478, 3), px.
        box: left, top, right and bottom of the face, px.
    """
    row = np.zeros(1, GLANCE)
    for name in GLANCE.names or ():
        row[name] = np.nan  # what cannot be measured stays unknown
    pose = view_of(points, template()).pose
    row["time"], row["pose"] = time, (pose.yaw, pose.pitch)
    light.measure(row, luma, points, box)
    noise.measure(row, luma, before, points)
    compression.measure(row, luma, before, box)
    return row
