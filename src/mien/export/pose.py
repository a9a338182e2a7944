"""The turn of the head in other conventions."""

import numpy as np
from numpy.typing import NDArray


def quaternions(pose: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rotations of the head's frame, shape (n, 4), x, y, z, w, as glTF has them.

    Args:
        pose: shape (n, 3), yaw, pitch, roll in degrees, without NaN.
    """
    from scipy.spatial.transform import Rotation

    # Turn about y, then nod and tip about the turned x and z; looking up is negative about x.
    return np.asarray(Rotation.from_euler("YXZ", pose * (1, -1, -1), degrees=True).as_quat())


def openface_angles(pose: NDArray[np.float64]) -> NDArray[np.float64]:
    """``pose_Rx``, ``pose_Ry``, ``pose_Rz`` of OpenFace, shape (n, 3), radians; NaN stays NaN.

    Its camera looks along z with y down, and its matrix is Rx Ry Rz, all right-handed: positive
    looks down, to the subject's right, and tips to the subject's left shoulder. Checked against
    the 3D landmarks of an OpenFace file.

    Args:
        pose: shape (n, 3), yaw, pitch, roll in degrees.
    """
    from scipy.spatial.transform import Rotation

    angles = np.full(pose.shape, np.nan)
    known = ~np.isnan(pose).any(axis=1)
    if known.any():
        turned = Rotation.from_euler("YXZ", pose[known] * (-1, -1, 1), degrees=True)
        angles[known] = turned.as_euler("XYZ")
    return angles
