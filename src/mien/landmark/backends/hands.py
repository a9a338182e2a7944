"""MediaPipe's bundled hand models as one plain function: the 21 points of each hand."""

import threading
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.core.hush import hushed

_LEAST = 0.3  # confidence from which a palm counts
_lock = threading.Lock()  # a graph that two threads feed at once breaks for good


def hands_in(image: NDArray[np.uint8]) -> list[NDArray[np.float64]]:
    """The hands in a picture, at most two.

    Args:
        image: RGB, shape (H, W, 3), contiguous; the models look at it shrunk to 192 px.

    Returns:
        For each hand its points, shape (21, 2), px, in MediaPipe's order: the wrist, then four for
        each finger from the thumb to the little finger, root to tip.
    """
    size = np.array(image.shape[1::-1], dtype=np.float64)
    with _lock:
        found = _hands().process(image).multi_hand_landmarks or []
    return [np.array([(p.x, p.y) for p in hand.landmark]) * size for hand in found]


@cache
def _hands() -> Any:
    import mediapipe

    def started(least: float) -> Any:
        hands = mediapipe.solutions.hands.Hands(
            static_image_mode=True,
            max_num_hands=2,
            model_complexity=0,
            min_detection_confidence=least,
        )
        hands.process(np.zeros((64, 64, 3), np.uint8))
        return hands

    with hushed():
        started(0.0).close()  # sees hands everywhere, so that the second model has its say, too
        return started(_LEAST)
