"""How light a face's skin is, as the individual typology angle, and its six classes.

    ITA = arctan((L* - 50) / b*), degrees

in CIELAB under D65; the classes are those of Chardon, Cretois & Hourseau (Int. J. Cosmetic Science
1991) as Del Bino & Bernerd (British J. Dermatology 2013) use them. From a photo it depends on lamp
and white balance: good for counting what a set lacks, not for saying anything about a person.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

TONES = ("very light", "light", "intermediate", "tan", "brown", "dark")
_ABOVE = (55.0, 41.0, 28.0, 10.0, -30.0)  # degrees; the last class has what is left

# Skin that hair, lids, nose and beard rarely cover: both cheeks and the forehead above the brows.
_PATCHES = (
    (50, 101, 118, 117, 123, 187, 205),
    (280, 330, 347, 346, 352, 411, 425),
    (108, 151, 337, 336, 9, 107),
)


def ita(image: NDArray[np.uint8], points: NDArray[np.float64]) -> float:
    """The angle of the median colour of forehead and cheeks, degrees, -90 to 90; NaN outside.

    Args:
        image: RGB, sRGB, shape (H, W, 3).
        points: landmarks, shape (478, 2 or 3), px.
    """
    area = np.zeros(image.shape[:2], np.uint8)
    for patch in _PATCHES:
        hull = cv2.convexHull(np.rint(points[list(patch), :2]).astype(np.int32))
        cv2.fillConvexPoly(area, hull, (1,))
    skin = image[area > 0]
    return ita_of(np.median(skin, axis=0)) if len(skin) else math.nan


def ita_of(colour: NDArray[np.float64]) -> float:
    """The angle of a colour, degrees.

    Args:
        colour: sRGB, shape (3,), 0 to 255.
    """
    pixel = (np.asarray(colour, np.float32) / 255).reshape(1, 1, 3)
    lightness, _, yellow = cv2.cvtColor(pixel, cv2.COLOR_RGB2LAB)[0, 0].astype(float)
    # As published it is arctan of a quotient; skin has b* > 0, a blue light may not.
    return math.degrees(math.atan((lightness - 50.0) / max(yellow, 1e-6)))


def tone(angle: float) -> str:
    """The class of an angle in degrees."""
    return TONES[sum(angle <= edge for edge in _ABOVE)]
