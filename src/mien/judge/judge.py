"""What a judge of expressions is: something that looks at a picture and gives every class a score.

Judges differ in what they tell apart and in how they were made; a figure is worth nothing without
the name of its judge.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import JudgeError

Image = NDArray[np.uint8]


class NoAnswerError(JudgeError):
    """A judge that was asked, but has no usable answer for this one picture."""


@dataclass(frozen=True)
class Judge:
    """A judge of expressions.

    Attributes:
        name: as it is called on the command line and under every figure.
        fingerprint: changes whenever its answers may: what it said is kept under it.
        classes: what it tells apart: names of categories, ``neutral`` among them where it can.
        scores: from the picture of one face, RGB uint8 of shape (H, W, 3), to every class with its
            score, 0 to 1. Raises NoFaceError where it sees no face, NoAnswerError where it
            declines or answers with no scores, another JudgeError where it cannot be asked.
        kin: name of the editor that is built on the same model, empty where there is none: it must
            not judge that one without saying so.
    """

    name: str
    fingerprint: str
    classes: tuple[str, ...]
    scores: Callable[[Image], dict[str, float]]
    kin: str = ""
