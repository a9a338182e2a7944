"""A photographed face as the face model sees it: landmarks, neutral mesh, what is on it now."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.drawn import drawn_model
from mien.anatomy.head import View, far_side, neutral_in_head, rotation_of
from mien.anatomy.identity import estimate_neutral
from mien.anatomy.inverse import Prepared, invert, prepare
from mien.anatomy.model import FaceModel, face_model
from mien.core.errors import NoFaceError
from mien.core.face import Landmarks
from mien.core.facs import COLUMNS
from mien.edit.points import Subject
from mien.landmark.detect import detect
from mien.media.image import as_picture, load_image

Source = NDArray[np.uint8] | str | Path


@dataclass(frozen=True)
class Portrait:
    """One face of one picture.

    Attributes:
        landmarks: on the picture.
        model: the person's face.
        prepared: the model made ready for the inverse.
        view: how the head is seen.
        aus: shape (len(COLUMNS),), what is on the face, 0 to 5.
        confidence: shape (len(COLUMNS),), 0 to 1.
    """

    landmarks: Landmarks
    model: FaceModel
    prepared: Prepared
    view: View
    aus: NDArray[np.float64]
    confidence: NDArray[np.float64]

    @property
    def subject(self) -> Subject:
        """What is needed to move its points."""
        return Subject(self.landmarks.points, self.model, self.view, self.aus)

    @property
    def visible_aus(self) -> NDArray[np.float64]:
        """What can be seen of :attr:`aus`: NaN on a side that is turned away."""
        return hidden_as_nan(self.aus, self.view)


def hidden_as_nan(aus: NDArray[np.float64], view: View) -> NDArray[np.float64]:
    """Intensities, shape (len(COLUMNS),), with NaN on the side that a turned head hides.

    Args:
        aus: shape (len(COLUMNS),).
        view: how the head is seen; both sides are seen up to 45 degrees of yaw.
    """
    visible = aus.copy()
    visible[far_side(view.pose.yaw)] = np.nan
    return visible


def pixels_of(source: Source) -> NDArray[np.uint8]:
    """RGB array, shape (H, W, 3), of a file or of an array, checked.

    Raises:
        MediaError: the file cannot be read or the array is no picture.
    """
    if isinstance(source, np.ndarray):
        return as_picture(source).pixels
    return load_image(Path(source)).pixels


def faces_of(image: NDArray[np.uint8], what: str) -> list[Landmarks]:
    """All faces, largest first.

    Args:
        image: RGB, shape (H, W, 3).
        what: name of the picture for the message.

    Raises:
        NoFaceError: there is none.
    """
    found = detect(image)
    if not found:
        raise NoFaceError(f"{what}: no face found; use a picture in which a face is well visible")
    return found


def neutral_model(photo: Source | None) -> FaceModel | None:
    """The model of the person on a neutral photo (its largest face); None without a photo.

    Raises:
        NoFaceError: the photo shows no face.
    """
    if photo is None:
        return None
    name = "the neutral photo" if isinstance(photo, np.ndarray) else str(photo)
    mesh, _ = neutral_in_head(faces_of(pixels_of(photo), name)[0].points)
    return face_model(mesh)


def drawn_portrait(landmarks: Landmarks) -> Portrait:
    """A drawn face, from the mesh through its placed points.

    As drawn, it is its own neutral: nothing is known to be on it. A small mouth or a short chin
    moves less than a large one; lids move with the opening of their eye as on any face.

    Args:
        landmarks: of :func:`mien.landmark.placed.placed`.
    """
    _, rough = neutral_in_head(landmarks.points)
    # Proportions must not be taken for a nod of the head: a chin may be as short as one likes.
    level = rotation_of(rough.pose.yaw, 0.0, rough.pose.roll)
    view = View(level, rough.scale, rough.origin)
    model = drawn_model(view.to_head(landmarks.points))
    nothing = np.zeros(len(COLUMNS))
    return Portrait(landmarks, model, prepare(model), view, nothing, nothing)


def portrait(landmarks: Landmarks, neutral: FaceModel | None = None) -> Portrait:
    """Understand a face.

    Args:
        landmarks: of the face.
        neutral: the person's model where a neutral photo was given; else the neutral face is
            estimated, with less confidence.
    """
    estimate = None
    if neutral is None:
        estimate = estimate_neutral(landmarks.points)
        neutral = face_model(estimate.neutral)
    prepared = prepare(neutral)
    found = invert(prepared, landmarks.points, steps=2)
    confidence = found.confidence if estimate is None else estimate.confidence
    return Portrait(landmarks, neutral, prepared, found.view, found.aus, confidence)
