"""Weights of the 52 blendshapes of ARKit and MediaPipe from action units.

The pairs are those of :data:`mien.core.facs.SHAPES`, the contract's: an intensity of 5 is a weight
of 1, or what :data:`ANCHOR` says. AU11, AU13, AU23 and AU25 have no shape and are lost; of the
shapes, cheekPuff, jawForward, mouthClose, mouthLeft, mouthRight, mouthShrugUpper and tongueOut have
no action unit and stay at 0.
"""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.core.facs import COLUMNS, INDEX, MAX_INTENSITY, SHAPES, jaw_travel

# In Apple's order, eye by eye (ARFaceAnchor.BlendShapeLocation).
ARKIT: tuple[str, ...] = (
    "eyeBlinkLeft", "eyeLookDownLeft", "eyeLookInLeft", "eyeLookOutLeft", "eyeLookUpLeft",
    "eyeSquintLeft", "eyeWideLeft", "eyeBlinkRight", "eyeLookDownRight", "eyeLookInRight",
    "eyeLookOutRight", "eyeLookUpRight", "eyeSquintRight", "eyeWideRight", "jawForward",
    "jawLeft", "jawRight", "jawOpen", "mouthClose", "mouthFunnel", "mouthPucker", "mouthLeft",
    "mouthRight", "mouthSmileLeft", "mouthSmileRight", "mouthFrownLeft", "mouthFrownRight",
    "mouthDimpleLeft", "mouthDimpleRight", "mouthStretchLeft", "mouthStretchRight",
    "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper", "mouthPressLeft",
    "mouthPressRight", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthUpperUpLeft",
    "mouthUpperUpRight", "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft",
    "browOuterUpRight", "cheekPuff", "cheekSquintLeft", "cheekSquintRight", "noseSneerLeft",
    "noseSneerRight", "tongueOut",
)  # fmt: skip

# Of MediaPipe's face landmarker: no tongue, a score for a face at rest, then by the alphabet.
MEDIAPIPE: tuple[str, ...] = ("_neutral", *sorted(set(ARKIT) - {"tongueOut"}))

# Weight of a shape at intensity 5 where that is not 1: ICT's browDown is a third of what CANDIDE-3
# lowers the brow by, see docs/anatomy.md.
ANCHOR = {"AU04": 1.8}

# Degrees by which AU61 to AU64 turn the eyes at intensity 5, as in the table of muscles.
GAZE = 30.0

_SIDES = {"L": "Left", "R": "Right"}
# Whose sides are directions, and what looks left with one eye looks inwards with the other.
_CROSSED = {
    "jawLeft": ("AU30L",),
    "jawRight": ("AU30R",),
    "eyeLookOutLeft": ("AU61",),
    "eyeLookInRight": ("AU61",),
    "eyeLookInLeft": ("AU62",),
    "eyeLookOutRight": ("AU62",),
}


@cache
def sources() -> dict[str, tuple[str, ...]]:
    """The AU columns behind each shape of :data:`ARKIT` that has any, in its order.

    Their mean counts: Apple's ``browInnerUp`` is one shape for both sides.
    """
    found: dict[str, tuple[str, ...]] = dict(_CROSSED)
    for code, names in SHAPES.items():
        if code == "AU30":
            continue
        for name in names:
            stem, _, side = name.partition("_")
            if side or f"{code}L" not in INDEX:
                found[stem + _SIDES.get(side, "")] = (code,)
            elif stem in ARKIT:
                found[stem] = (f"{code}L", f"{code}R")
            else:
                found |= {f"{stem}{word}": (code + letter,) for letter, word in _SIDES.items()}
    return {name: found[name] for name in ARKIT if name in found}


def weights(aus: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Weights of the shapes, shape (n, 52), 0 to 1, in the order of :data:`ARKIT`.

    What would be above 1 is 1; so it is with AU04 above 2.8. ``jawOpen`` is the whole travel of the
    jaw, AU26 up to one half and AU27 beyond. A shape without an action unit is 0.

    Args:
        aus: shape (n, len(COLUMNS)), 0 to 5.

    Returns:
        NaN where no action unit of the shape was read; where one of two was, it counts alone.
    """
    found = np.zeros((len(aus), len(ARKIT)))
    for name, columns in sources().items():
        values = aus[:, [INDEX[column] for column in columns]].astype(np.float64)
        seen = ~np.isnan(values)
        total = np.where(seen, values, 0.0).sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
        anchor = next((ANCHOR[c] for c in (columns[0], columns[0][:-1]) if c in ANCHOR), 1.0)
        weight = np.where(seen.any(axis=1), total, np.nan) * anchor / MAX_INTENSITY
        found[:, ARKIT.index(name)] = weight
    jaw = jaw_travel(aus[:, INDEX["AU26"]], aus[:, INDEX["AU27"]])
    found[:, ARKIT.index("jawOpen")] = jaw
    return np.minimum(np.maximum(found, 0.0), 1.0)


def gaze(aus: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Turn of the eyes in the head, shape (n, 2): degrees to the subject's left, and up.

    Args:
        aus: shape (n, len(COLUMNS)), 0 to 5.
    """
    left, right, up, down = (aus[:, INDEX[f"AU{code}"]] for code in (61, 62, 63, 64))
    turn = np.stack([left - right, up - down], axis=1).astype(np.float64)
    return np.asarray(turn * GAZE / MAX_INTENSITY)


def columns_without_shape() -> tuple[str, ...]:
    """The AU columns that no blendshape carries."""
    carried = {column for columns in sources().values() for column in columns} | {"AU26"}
    return tuple(column for column in COLUMNS if column not in carried)
