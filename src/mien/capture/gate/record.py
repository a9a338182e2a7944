"""What is kept of a clip while it runs: a row per frame and a longer one per glance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Luma = NDArray[np.uint8]

_CORNERS_APART = 1.396  # outer corners of the eyes over the pupils, 52 people of the London set
BANDS = 8  # horizontal bands of the face

FRAME = np.dtype(
    [
        ("time", "<f8"),  # seconds
        ("change", "<f4"),  # levels; mean difference to the frame before, on a grid of its pixels
        ("same", "?"),  # whether it repeats the frame before exactly
        ("seen", "?"),  # whether there is a face
        ("scene", "<f2"),  # growth of log brightness since the frame before, whole picture
        ("bands", "<f2", (BANDS,)),  # the same, of the face's bands, top to bottom
        ("place", "<f4", (3,)),  # px; still points' centre, and pupil distance as seen
        ("edges", "<f4", (4,)),  # energy of horizontal and vertical gradients; both after blurring
        ("shrink", "u1"),  # by which the face was shrunk before
    ]
)

GLANCE = np.dtype(
    [
        ("time", "<f8"),
        ("pose", "<f4", (2,)),  # degrees; yaw and pitch
        ("width", "<f4"),  # px; of the face
        ("levels", "<f4", (3,)),  # mean, and 5th and 95th percentile of the face, 0 to 255
        ("clipped", "<f4", (2,)),  # shares of the face that are black and white
        ("glare", "<f4"),  # share of the skin
        ("sides", "<f4"),  # left over right, linear light
        ("edge", "<f4"),  # ratio across the hardest edge of light
        ("noise", "<f4", (2,)),  # levels; of one frame's pixels, and as its 4x4 blocks have it
        ("gradients", "<f4", (4,)),  # sums of gx gx, gx gy, gy gy round a lip corner; its pixels
        ("frozen", "<f4"),  # share of the face's blocks that equal the frame before
        ("blocks", "<f4"),  # step at block edges over those elsewhere
    ]
)


@dataclass(frozen=True)
class Record:
    """All rows of a clip.

    Attributes:
        frames: shape (n,), of type :data:`FRAME`.
        glances: shape (m,), of type :data:`GLANCE`.
    """

    frames: NDArray[np.void]
    glances: NDArray[np.void]

    @property
    def time(self) -> Array:
        """Seconds of each frame, shape (n,)."""
        return np.asarray(self.frames["time"], dtype=np.float64)

    def glance(self, name: str) -> Array:
        """One column of the glances."""
        return np.asarray(self.glances[name], dtype=np.float64)

    def noise(self) -> tuple[float, float]:
        """Levels; standard deviation of a pixel's noise, and as blocks of 4x4 px have it.

        NaN without a still patch. The 20th percentile of the glances: movement can only add.
        """
        found = self.glance("noise")
        found = found[np.isfinite(found).all(axis=1)]
        if not len(found):
            return float("nan"), float("nan")
        fine, wide = np.percentile(found, 20, axis=0)
        return float(fine), float(wide)


def iod_of(points: Array) -> float:
    """Distance between the pupils as seen, px, from the outer corners of the eyes.

    Args:
        points: shape (478, 2 or more), px.
    """
    return float(np.hypot(*(points[263, :2] - points[33, :2]))) / _CORNERS_APART
