"""The squares that are judged: a portrait and its edits, cut out at the same place and kept."""

import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.bench.ffe.cases import Portrait
from mien.bench.ffe.editors import Editor, Wanted
from mien.core.errors import NoFaceError
from mien.core.face import Landmarks
from mien.edit.inset.crop import cut, square
from mien.edit.portrait import faces_of
from mien.media.image import load_image, save_image

Image = NDArray[np.uint8]

SIDE = 512  # px, of a picture that is judged
_MARGIN = 0.35  # of the face, round it
_QUALITY = 95


def make(editor: Editor, portrait: Portrait, source: Path, files: Mapping[Wanted, Path]) -> bool:
    """Edit a portrait as far as its pictures are not there.

    Args:
        editor: who edits it; what it has to say goes to stderr.
        portrait: it.
        source: where the square of the portrait is kept.
        files: where those of the edits are.

    Returns:
        Whether it has a face that can be edited.
    """
    wanted = [want for want, file in files.items() if not file.is_file()]
    if not wanted and source.is_file():
        return True
    image = load_image(portrait.photo).pixels
    try:
        face = face_of(image, portrait)
        part = square(face.points, (image.shape[1], image.shape[0]), _MARGIN)
        side = min(SIDE, part.side)
        save_image(source, cut(image, part, side), quality=_QUALITY)
        edits = editor.edits(portrait.name, image, face, wanted, _tell)
        for want, edit in zip(wanted, edits, strict=True):
            save_image(files[want], cut(edit, part, side), quality=_QUALITY)
    except NoFaceError:
        return False
    return True


def face_of(image: Image, portrait: Portrait) -> Landmarks:
    """The face of the box, or the largest.

    Args:
        image: the portrait's, RGB, shape (H, W, 3).
        portrait: it.

    Raises:
        NoFaceError: none is found, or none there.
    """
    faces = faces_of(image, str(portrait.photo))
    if portrait.box is None:
        return faces[0]
    left, top, right, bottom = portrait.box
    middle = np.array([(left + right) / 2, (top + bottom) / 2])
    for face in faces:
        low, high = np.array(face.box[:2]), np.array(face.box[2:])
        if (low <= middle).all() and (middle <= high).all():
            return face
    raise NoFaceError(f"{portrait.photo}: no face found in the box {portrait.box}")


def _tell(line: str) -> None:
    sys.stderr.write(f"mien: {line}\n")
