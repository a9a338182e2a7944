"""Who looks at an edited picture: judges of expression, of identity, and of the face's build."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy.topology import OVAL
from mien.bench.pictures import grain
from mien.core.errors import JudgeError, NoFaceError
from mien.core.face import Landmarks
from mien.judge.identity import MOBILEFACENET, Identity, recognisers
from mien.judge.judge import Judge, NoAnswerError
from mien.landmark.detect import detect

Image = NDArray[np.uint8]
Said = dict[str, float]

IDENTITY, BUILD = "identity", "build"
BUILT = ("nose", "face", "sharpness")  # what the latter speaks of
_EYES, _NOSE, _FACE = (33, 263), (129, 358), (234, 454)


@dataclass(frozen=True, eq=False)
class Shown:
    """A picture as a witness is shown it: the square round a face.

    Attributes:
        image: RGB uint8, shape (side, side, 3).
        face: its landmarks; None where none is found.
    """

    image: Image
    face: Landmarks | None


@dataclass(frozen=True)
class Witness:
    """Somebody who says something about an edit.

    Attributes:
        name: a judge's, or one of the two above.
        fingerprint: what was said is kept under it.
        says: from the source and the edit to names and numbers; nothing where it has no answer.
        keys: the names.
    """

    name: str
    fingerprint: str
    says: Callable[[Shown, Shown], Said]
    keys: tuple[str, ...]


def shown(image: Image) -> Shown:
    """A square picture with the largest face on it."""
    found = detect(image)
    return Shown(image, found[0] if found else None)


def witness(judge: Judge) -> Witness:
    """A judge of expressions; it sees the edit alone."""

    def says(source: Shown, edit: Shown) -> Said:
        del source
        try:
            return judge.scores(edit.image)
        except (NoFaceError, NoAnswerError):
            return {}

    return Witness(judge.name, judge.fingerprint, says, judge.classes)


def likeness(models: Path) -> Witness:
    """The cosines between source and edit, -1 to 1, by each recogniser that is there.

    Raises:
        InputError: a model is not there, or none of its kind.
        MissingExtraError: ONNX Runtime is not installed.
    """
    judges = [Identity(models, one) for one in recognisers(models)]

    def says(source: Shown, edit: Shown) -> Said:
        if source.face is None or edit.face is None:
            return {}
        before, after = (source.image, source.face), (edit.image, edit.face)
        return {j.recogniser.key: float(j.embed(*before) @ j.embed(*after)) for j in judges}

    seal = hashlib.sha256()
    for one in recognisers(models):
        if one != MOBILEFACENET:  # whose cosines have always been kept under its file alone
            seal.update(one.key.encode())
        seal.update((models / one.file).read_bytes())
    keys = tuple(one.key for one in recognisers(models))
    return Witness(IDENTITY, seal.hexdigest()[:16], says, keys)


def build() -> Witness:
    """How nose and face have changed in width, and how sharp the edit is beside the source."""
    return Witness(BUILD, BUILD, _built, BUILT)


def _built(source: Shown, edit: Shown) -> Said:
    if source.face is None or edit.face is None:
        return {}
    before, after = _widths(source.face), _widths(edit.face)
    sharp = [_grain(each.image, each.face) for each in (source, edit) if each.face]
    changes = (after[0] / before[0] - 1, after[1] / before[1] - 1, sharp[1] / max(sharp[0], 1e-6))
    return dict(zip(BUILT, changes, strict=True))


def _widths(face: Landmarks) -> tuple[float, float]:
    """Of nose and face, in distances between the outer corners of the eyes."""
    eyes, nose, cheeks = (
        float(np.linalg.norm(face.xy[a] - face.xy[b])) for a, b in (_EYES, _NOSE, _FACE)
    )
    return nose / eyes, cheeks / eyes


def _grain(image: Image, face: Landmarks) -> float:
    area = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(area, [np.rint(face.xy[list(OVAL)]).astype(np.int32)], (1,))
    eyes = float(np.linalg.norm(face.xy[_EYES[0]] - face.xy[_EYES[1]]))
    return grain(image, area > 0, 0.7 * eyes)  # the pupils stand that much closer than the corners


def asked(one: Witness, source: Shown, edit: Shown) -> Said:
    """What a witness says.

    Raises:
        JudgeError: it cannot be asked; the message names it.
    """
    try:
        return one.says(source, edit)
    except JudgeError as error:
        raise JudgeError(f"{one.name}: {error}") from error
