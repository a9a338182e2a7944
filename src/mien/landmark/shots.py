"""Where one shot of a clip ends and the next begins."""

import numpy as np
from numpy.typing import NDArray

_CUT = 30.0  # levels of 255; mean change of the picture that is taken for a scene cut


class Shots:
    """Counts the shots of a clip, picture by picture; remembers a thumbnail only."""

    def __init__(self) -> None:
        self.number = -1
        self._thumbnail: NDArray[np.int16] | None = None

    def starts(self, image: NDArray[np.uint8]) -> bool:
        """Whether the next picture, RGB (H, W, 3), has nothing to do with the one before."""
        rows, columns = (max(side // 24, 1) for side in image.shape[:2])
        thumbnail = image[::rows, ::columns].astype(np.int16)
        before, self._thumbnail = self._thumbnail, thumbnail
        cut = (
            before is None
            or before.shape != thumbnail.shape
            or bool(np.abs(thumbnail - before).mean() > _CUT)
        )
        self.number += cut
        return cut
