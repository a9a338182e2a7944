"""Upper teeth as they are seen between parted lips.

Proportions are the usual ones of dental anatomy (central incisor 8.5 mm wide, lateral 6.5, canine
7.6, premolars 7; IOD 63 mm; at rest the incisors end 2 mm below the lip line), as a frontal view of
the arch shortens them. No two rows of teeth are alike, so each tooth is set a little off, the same
at every call.
"""

import numpy as np

from mien.edit.mesh.pixels import F32, smooth

# Distance of each tooth's far side from the midline, IOD.
_TEETH = np.array([0.0, 0.132, 0.228, 0.322, 0.392, 0.445, 0.485], np.float32)
_ENDS = np.array([0.062, 0.050, 0.053, 0.034, 0.014, -0.008], np.float32)  # IOD below the lip line
_ROUND = np.array([0.010, 0.013, 0.020, 0.016, 0.012, 0.010], np.float32)  # IOD, of its corners
_POINTED = np.array([0.0, 0.002, 0.010, 0.008, 0.004, 0.004], np.float32)  # IOD
# What sets the right and the left side apart: length in IOD, brightness.
_LONGER = np.array([[0, 0.002, -0.003, 0.002, 0, 0], [0.001, -0.003, 0.002, 0, 0, 0]], np.float32)
_PALER = np.array([[1, 0.97, 0.94, 0.97, 0.95, 0.93], [0.985, 0.985, 0.95, 0.96, 0.95, 0.93]],
    np.float32)  # fmt: skip
_NECK = 0.115  # IOD above the lip line, where the gums begin over the incisors


def upper_teeth(x: F32, below: F32, pixel: float) -> tuple[F32, F32, F32]:
    """Opacity and brightness of the upper teeth, and how far gums cover them.

    Args:
        x: from the midline to the subject's left, IOD, any shape.
        below: from the line on which the lips rest, downwards, IOD, the same shape.
        pixel: size of a pixel, IOD.

    Returns:
        Three arrays of that shape, about 0 to 1.
    """
    side = np.abs(x)
    left = (x > 0).astype(np.intp)
    number = np.clip(np.searchsorted(_TEETH, side, side="right") - 1, 0, len(_ENDS) - 1)
    near, far = _TEETH[number], _TEETH[number + 1]
    across = 2 * (side - near) / (far - near) - 1  # -1 to 1
    corner = np.clip((np.abs(across) - 0.45) / 0.55, 0, 1)
    end = _ENDS[number] + _LONGER[left, number]
    end = end - _ROUND[number] * corner**2.2 - _POINTED[number] * across**2
    soft = max(1.2 * pixel, 0.009)
    opacity = smooth((end - below) / (1.6 * soft) + 0.5) * (side < _TEETH[-1])

    gap = np.minimum(side - near, far - side)
    low = smooth(1 - (end - below) / 0.09)  # teeth part from each other towards their ends
    seam = 1 - (0.10 + 0.20 * low) * np.exp(-((gap / max(0.007, pixel)) ** 2))
    bulge = 1.03 - 0.14 * across**2
    edge = 1 - 0.13 * smooth(1 - (end - below) / 0.022)  # light shines through the thin ends
    neck = 1 - 0.10 * smooth((0.02 - _NECK - below) / 0.05 + 1)
    gum = smooth((0.012 * across**2 - _NECK - 0.25 * side - below) / 0.02 + 0.5)
    lit = 1 + (1 - gum) * (_PALER[left, number] * seam * bulge * edge * neck - 1)
    return opacity.astype(np.float32), lit.astype(np.float32), gum
