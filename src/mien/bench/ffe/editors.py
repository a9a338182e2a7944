"""The editors that FFE-Bench can ask: mien's own two, or a folder of what any other one made."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.core.errors import InputError
from mien.core.face import Landmarks
from mien.flows.drawing_settings import drawing_of
from mien.flows.edit import ask, edited
from mien.flows.redraw import Drawing, redrawn
from mien.flows.sitters import Sitting, sitting
from mien.judge.seal import code_seal
from mien.media.image import load_image

Image = NDArray[np.uint8]
Wanted = tuple[str, float]  # category, strength

MESH, PIXELSMILE = "mesh", "pixelsmile"
_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
# What an edit by the mesh goes through.
_CODE = (
    "core", "anatomy", "media", "landmark", "edit/mesh", "edit/points.py", "edit/portrait.py",
    "flows/sitters.py", "flows/edit.py",
)  # fmt: skip
_DRAWING_CODE = (
    *_CODE, "edit/inset", "edit/backends", "flows/redraw.py", "flows/drawing_model.py",
)  # fmt: skip


@dataclass(frozen=True)
class Editor:
    """Something that gives a portrait another expression.

    Attributes:
        name: on the page.
        fingerprint: changes whenever its pictures may: they are kept under it.
        edits: from the name of a portrait, its picture, the face on it, and what is wanted, to one
            picture for each, of the same size.
    """

    name: str
    fingerprint: str
    edits: Callable[[str, Image, Landmarks, Sequence[Wanted]], Iterator[Image]]


def editor_named(name: str) -> Editor:
    """An editor by its name, or by the folder that holds what it made.

    Args:
        name: ``mesh``; ``pixelsmile``, with or without settings of ``mien edit --with``, as
            ``pixelsmile:lora-scale=2,steps=8``; or a folder.

    Raises:
        InputError: none of them, or settings that are none.
        ModelError: PixelSmile's file is another one.
    """
    if name == MESH:
        return Editor(MESH, code_seal(*_CODE), _by_mesh)
    kind, _, settings = name.partition(":")
    if kind == PIXELSMILE:
        drawing = drawing_of([one for one in settings.split(",") if one])
        return Editor(name, _drawing_seal(drawing), partial(_by_pixelsmile, drawing))
    folder = Path(name)
    if not folder.is_dir():
        raise InputError(
            f"unknown editor {name!r}: use {MESH}, {PIXELSMILE}, or a folder of pictures made by"
            " another one, as FOLDER/PORTRAIT/CATEGORY/STRENGTH.png"
        )

    def edits(
        portrait: str, image: Image, face: Landmarks, wanted: Sequence[Wanted]
    ) -> Iterator[Image]:
        del face
        yield from (_stored(folder / portrait, image, *want) for want in wanted)

    return Editor(folder.resolve().name, _folder_seal(folder), edits)


def _by_mesh(
    portrait: str, image: Image, face: Landmarks, wanted: Sequence[Wanted]
) -> Iterator[Image]:
    people = _people(portrait, image, face)
    for category, strength in wanted:
        yield edited(people, ask({category: strength})).image


def _by_pixelsmile(
    drawing: Drawing, portrait: str, image: Image, face: Landmarks, wanted: Sequence[Wanted]
) -> Iterator[Image]:
    """All that is wanted of a portrait is drawn in one go; strength 0 is the portrait."""
    people = _people(portrait, image, face)
    asks = [ask({category: strength}) for category, strength in wanted]
    yield from (result.image for result in redrawn(drawing, people, asks))


def _people(portrait: str, image: Image, face: Landmarks) -> Sitting:
    left, top, right, bottom = face.box
    return sitting(image, portrait, face=((left + right) / 2, (top + bottom) / 2))


def _stored(folder: Path, image: Image, category: str, strength: float) -> Image:
    """A picture that was made elsewhere, at the size of its source.

    Strength 0 without a picture of its own is the source.
    """
    name = f"{strength:g}"
    found = [
        path
        for suffix in _SUFFIXES
        for text in dict.fromkeys((name, f"{strength:.1f}", f"{strength:.2f}"))
        if (path := folder / category / f"{text}{suffix}").is_file()
    ]
    if not found and strength == 0:
        return image
    if not found:
        raise InputError(f"{folder / category / name}.png is missing: the edit to be judged")
    pixels = load_image(found[0]).pixels
    if pixels.shape == image.shape:
        return pixels
    size = image.shape[1::-1]
    how = cv2.INTER_AREA if pixels.shape[0] > image.shape[0] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, size, interpolation=how), np.uint8)


def _drawing_seal(drawing: Drawing) -> str:
    """Of the settings, the files of the model and the code."""
    model = drawing.model
    files = [model.lora, model.few_steps, *sorted(model.base.rglob("*"))]
    seal = hashlib.sha256(f"{drawing} {code_seal(*_DRAWING_CODE)}".encode())
    for path in files:
        if path is not None and path.is_file():
            seal.update(_about(path).encode())
    return seal.hexdigest()[:16]


def _folder_seal(folder: Path) -> str:
    seal = hashlib.sha256(str(folder.absolute()).encode())
    for path in sorted(folder.absolute().rglob("*")):
        if path.suffix.lower() in _SUFFIXES:
            seal.update(_about(path).encode())
    return seal.hexdigest()[:16]


def _about(path: Path) -> str:
    about = path.stat()
    return f"{path} {about.st_size} {about.st_mtime_ns}"
