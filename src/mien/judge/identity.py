"""Recognisers of faces as independent judges of who a face is.

FFE-Bench takes the mean cosine over ArcFace, AdaFace and FaceNet. Their published weights are for
research that is not commercial, so that mien neither holds nor fetches them: whoever has them puts
them among the models. MobileFaceNet, which is small, stands in for all three.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.core.errors import InputError, JudgeError
from mien.core.face import Landmarks
from mien.judge.network import opened, reason

Image = NDArray[np.uint8]

ARCFACE_PLACES = np.array(
    [[38.29, 51.70], [73.53, 51.50], [56.03, 71.74], [41.55, 92.37], [70.73, 92.20]]
)
"""Where eyes, nose tip and mouth corners lie in the 112 px crop that ArcFace networks expect, px,
shape (5, 2) (Deng et al., CVPR 2019)."""

EYES_NOSE_MOUTH = ((33, 133), (362, 263), (1,), (61,), (291,))
"""The landmarks whose means these five are."""


def aligned(image: Image, face: Landmarks, side: int) -> Image:
    """A face turned and scaled so that eyes, nose and mouth lie where ArcFace has them.

    Args:
        image: RGB, shape (H, W, 3).
        face: its landmarks.
        side: of the result, px; the places are those of 112.
    """
    places = np.array([face.xy[list(points)].mean(axis=0) for points in EYES_NOSE_MOUTH])
    turn, _ = cv2.estimateAffinePartial2D(places, ARCFACE_PLACES, method=cv2.LMEDS)
    return np.asarray(cv2.warpAffine(image, turn, (side, side), flags=cv2.INTER_AREA), np.uint8)


def boxed(image: Image, face: Landmarks, side: int) -> Image:
    """The upright box of a face, as far as it lies in the picture, made square.

    As facenet-pytorch cuts the box of its own detector with margin 0 (models/utils/detect_face.py,
    ``extract_face``), stretched as there; the box here is that of the landmarks.

    Args:
        image: RGB, shape (H, W, 3).
        face: its landmarks.
        side: of the result, px.
    """
    left, top, right, bottom = (max(int(edge), 0) for edge in face.box)
    part = image[top : max(bottom, top + 1), left : max(right, left + 1)]
    how = cv2.INTER_AREA if min(part.shape[:2]) >= side else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(part, (side, side), interpolation=how), np.uint8)


@dataclass(frozen=True)
class Recogniser:
    """A network that knows faces apart, and how it wants to be shown one.

    Attributes:
        name: as its authors write it.
        side: of the square that it sees, px.
        crop: from a picture, RGB, and the landmarks of a face to that square.
        divisor: of the values, 0 to 255, less 127.5.
        bgr: whether blue comes first.
    """

    name: str
    side: int
    crop: Callable[[Image, Landmarks, int], Image] = field(repr=False)
    divisor: float
    bgr: bool = False

    @property
    def key(self) -> str:
        """Under which its cosines are kept."""
        return self.name.lower()

    @property
    def file(self) -> str:
        """Its network among the models."""
        return f"{self.key}.onnx"

    def sees(self, image: Image, face: Landmarks) -> NDArray[np.float32]:
        """What the network is given, shape (1, 3, side, side)."""
        square = self.crop(image, face, self.side)
        ordered = square[..., ::-1] if self.bgr else square
        return ((ordered.astype(np.float32) - 127.5) / self.divisor).transpose(2, 0, 1)[None]


MOBILEFACENET = Recogniser("MobileFaceNet", 112, aligned, 127.5)
PUBLISHED = (
    # insightface, python-package/insightface/model_zoo/arcface_onnx.py: swaps BGR to RGB
    Recogniser("ArcFace", 112, aligned, 127.5),
    # mk-minchul/AdaFace, README.md and inference.py, ``to_input``: BGR
    Recogniser("AdaFace", 112, aligned, 127.5, bgr=True),
    # timesler/facenet-pytorch, models/mtcnn.py, ``fixed_image_standardization``
    Recogniser("FaceNet", 160, boxed, 128.0),
)
"""Those of the paper."""


def recognisers(models: Path) -> tuple[Recogniser, ...]:
    """Those of the paper that are among the models; MobileFaceNet where none is."""
    there = tuple(one for one in PUBLISHED if (models / one.file).is_file())
    return there or (MOBILEFACENET,)


class Identity:
    """Embeddings of faces; the cosine of two says how alike the persons are.

    Args:
        models: folder that holds the network.
        recogniser: whose embeddings.

    Raises:
        InputError: the model is not there, cannot be run, or takes other pictures.
        MissingExtraError: ONNX Runtime is not installed.
    """

    def __init__(self, models: Path, recogniser: Recogniser = MOBILEFACENET) -> None:
        self.recogniser = recogniser
        self._path = models / recogniser.file
        if not self._path.is_file():
            raise InputError(f"{self._path} is missing: the judge of identity")
        self._session = opened(self._path)
        inputs = self._session.get_inputs()
        wanted = (1, 3, recogniser.side, recogniser.side)
        shape = tuple(inputs[0].shape) if len(inputs) == 1 else ()
        fits = len(shape) == len(wanted) and all(
            here == want or not isinstance(here, int)  # an axis without a number takes any
            for here, want in zip(shape, wanted, strict=True)
        )
        if not fits or inputs[0].type != "tensor(float)":
            told = f"{inputs[0].type} {list(shape)}" if shape else f"{len(inputs)} inputs"
            raise InputError(
                f"{self._path}: takes {told}: {recogniser.name} takes one picture,"
                f" tensor(float) {list(wanted)}: put another file there"
            )

    def embed(self, image: Image, face: Landmarks) -> NDArray[np.float64]:
        """Unit vector of a face, shape (n,), as long as the network makes it.

        Args:
            image: RGB, shape (H, W, 3).
            face: its landmarks.

        Raises:
            JudgeError: the network cannot be run, or its answer is no direction.
        """
        name = self._session.get_inputs()[0].name
        try:
            found = self._session.run(None, {name: self.recogniser.sees(image, face)})[0]
        except Exception as error:
            raise JudgeError(f"{self._path}: cannot be run: {reason(error)}") from error
        vector = np.asarray(found[0], dtype=np.float64).ravel()
        length = np.linalg.norm(vector)
        if not np.isfinite(length) or length == 0.0:
            raise JudgeError(f"{self._path}: answers with no direction: use another network")
        return np.asarray(vector / length)
