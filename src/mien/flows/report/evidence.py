"""The frames that an event rests on: small pictures of the face at onset, apex and offset."""

import base64
import io
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mien.core.face import Event
from mien.core.signal import Track
from mien.media.image import load_image
from mien.media.kind import classify
from mien.media.video import frames

SIDE = 160  # px
_AROUND = 3.0  # side of the picture in IOD
_BELOW = 0.45  # IOD from the pupils down to the middle of the picture
MOMENTS = ("onset", "apex", "offset")


def pictures_of(path: Path, track: Track, events: Sequence[Event]) -> list[dict[str, str]]:
    """For each event a picture per moment, as the text of a ``data:`` address.

    The clip is read once more, up to the last moment that is needed. A moment at which the face was
    not seen has no picture.

    Args:
        path: of the clip.
        track: what was read from it.
        events: whose moments to show.
    """
    wanted: dict[int, list[tuple[int, str, NDArray[np.float64]]]] = {}
    for number, event in enumerate(events):
        rows = track.of_face(event.face)
        for moment in MOMENTS:
            row = int(np.argmin(np.abs(rows.time - getattr(event, moment))))
            if np.isfinite(rows.position[row]).all():
                entry = (number, moment, rows.position[row])
                wanted.setdefault(int(rows.frame[row]), []).append(entry)
    found: list[dict[str, str]] = [{} for _ in events]
    if not wanted:
        return found
    with closing(frames(path)) as source:
        for frame in source:
            for number, moment, position in wanted.pop(frame.index, []):
                found[number][moment] = face_picture(frame.pixels, position)
            if not wanted:
                break
    return found


def faces_of_photo(path: Path, track: Track) -> list[str]:
    """A picture of each face of a photo, as the text of a ``data:`` address."""
    if classify(path) != "image":
        return []
    pixels = load_image(path).pixels
    return [face_picture(pixels, position) for position in track.position]


def face_picture(image: NDArray[np.uint8], position: NDArray[np.float64]) -> str:
    """The surroundings of a face as a small JPEG in a ``data:`` address.

    Args:
        image: RGB, shape (H, W, 3).
        position: x, y (px, midpoint of the pupils) and scale (px per IOD).
    """
    x, y, scale = position
    half, middle = _AROUND * scale / 2, y + _BELOW * scale
    box = (x - half, middle - half, x + half, middle + half)
    left, top = max(int(box[0]), 0), max(int(box[1]), 0)
    right, bottom = min(int(box[2]) + 1, image.shape[1]), min(int(box[3]) + 1, image.shape[0])
    if right - left < 2 or bottom - top < 2:
        return ""
    part = Image.fromarray(image[top:bottom, left:right])
    part.thumbnail((SIDE, SIDE))
    file = io.BytesIO()
    part.save(file, "JPEG", quality=82)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode("ascii")
