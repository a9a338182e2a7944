"""The work on one photo of a shoot; understood once, however many variants there are."""

import warnings
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy.threads import one_thread
from mien.core.errors import InputError
from mien.flows.edit import EditResult
from mien.flows.edit_file import entries, record_of
from mien.flows.engine import stopping, uninterrupted
from mien.flows.shoot.plan import ORIGINAL, Task, Variant, read_record, write_record
from mien.flows.sitters import Sitting, sitting
from mien.guard.provenance import stamper
from mien.media.files import MediaWarning, atomic
from mien.media.image import Picture, load_image, save_image

TILE = 280  # px, side of a tile of the contact sheet
_ROOM = 1.4  # side of a tile's part of the picture, in longer sides of the face's box


@dataclass(frozen=True)
class Outcome:
    """What became of a photo.

    Attributes:
        written: files of this run.
        reason: why there are not more, or None.
        notes: warnings, one line each.
    """

    written: tuple[Path, ...]
    reason: str | None
    notes: tuple[str, ...]


def edit_photo(task: Task) -> Outcome:
    """Write every variant of a photo that is not current; what is wrong with it is told.

    Raises:
        MienError: what is wrong with no photo: a model that does not fit, too little memory.
    """
    written: list[Path] = []
    reason = None
    with warnings.catch_warnings(record=True) as caught, one_thread():
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", MediaWarning)
        try:
            _edit(task, written)
        except (InputError, OSError) as error:
            reason = " ".join(str(error).split())
    return Outcome(tuple(written), reason, tuple(str(note.message) for note in caught))


def _edit(task: Task, written: list[Path]) -> None:
    record = read_record(task.state)
    stale = task.stale(record)
    if not stale or stopping():
        return
    picture = load_image(task.photo)
    people = sitting(picture.pixels, str(task.photo), face=task.face, neutral=task.neutral)
    _save_tile(task, ORIGINAL, picture.pixels, people)
    results = task.backend.edits(people, [variant.asked for variant in stale])
    for variant in stale:
        if stopping():
            return
        with uninterrupted():
            record[variant.name] = _picture(task, variant, picture, people, next(results))
            write_record(task.state, record)
        written.append(task.target(variant))


def _picture(
    task: Task, variant: Variant, picture: Picture, people: Sitting, result: EditResult
) -> dict[str, object]:
    """Write one picture and its tile; what to remember of it."""
    key, path = task.key(variant), task.target(variant)
    with atomic(path) as temporary:
        save_image(temporary, result.image, like=picture)
        stamper().stamp(temporary, record_of(task.photo, result, task.backend))
    _save_tile(task, variant.name, result.image, people)
    left = [f"{task.photo}: face {number} is {why}" for number, why in result.left.items()]
    return {"key": key, "edits": entries(path, result), "left": left}


def _save_tile(task: Task, name: str, pixels: NDArray[np.uint8], people: Sitting) -> None:
    boxes = np.array([sitter.person.landmarks.box for sitter in people.sitters])
    box = (*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0))
    save_image(task.state / f"{name}.jpg", tile(pixels, box), quality=90)


def tile(pixels: NDArray[np.uint8], box: tuple[float, float, float, float]) -> NDArray[np.uint8]:
    """The faces with their hair, shape (280, 280, 3); beyond the picture its edge goes on.

    Args:
        pixels: RGB, shape (H, W, 3).
        box: left, top, right, bottom of the faces, px.
    """
    left, top, right, bottom = box
    side = _ROOM * max(right - left, bottom - top)
    x, y = (left + right) / 2, (top + bottom) / 2 - 0.08 * side
    x0, y0, n = round(x - side / 2), round(y - side / 2), max(round(side), 1)
    rows = np.clip(np.arange(y0, y0 + n), 0, pixels.shape[0] - 1)
    columns = np.clip(np.arange(x0, x0 + n), 0, pixels.shape[1] - 1)
    part = pixels[rows[:, None], columns[None, :]]
    method = cv2.INTER_AREA if n > TILE else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(part, (TILE, TILE), interpolation=method), np.uint8)
