"""The editors that FFE-Bench can ask: mien's own two, or a folder of what any other one made."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.core.errors import InputError
from mien.core.face import Landmarks
from mien.core.seams import Say, unheard
from mien.flows.backend import Backend
from mien.flows.drawing.how import Drawing
from mien.flows.drawing.redraw import pixelsmile
from mien.flows.drawing.settings import drawing_of
from mien.flows.edit import MESH as MESH_BACKEND
from mien.flows.edit import ask
from mien.flows.sitters import sitting
from mien.judge.seal import code_seal
from mien.media.image import load_image

Image = NDArray[np.uint8]
Wanted = tuple[str, float]  # category, strength

MESH, PIXELSMILE = MESH_BACKEND.name, "pixelsmile"
_MOST = 3.0  # strength, as far as the paper seems to go
_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
# What an edit by the mesh goes through.
_CODE = (
    "core", "anatomy", "media", "landmark", "edit/mesh", "edit/points.py", "edit/portrait.py",
    "flows/sitters.py", "flows/edit.py",
)  # fmt: skip
_DRAWING_CODE = (
    *_CODE, "edit/inset", "edit/backends", "flows/drawing",
)  # fmt: skip


@dataclass(frozen=True)
class Editor:
    """Something that gives a portrait another expression.

    Attributes:
        name: on the page.
        fingerprint: changes whenever its pictures may: they are kept under it.
        edits: from the name of a portrait, its picture, the face on it, what is wanted, and
            somebody to tell what a user should know, to one picture for each want, of the same
            size.
        strongest: strength that can be asked of it.
        details: what made the pictures, for what is measured on them.
    """

    name: str
    fingerprint: str
    edits: Callable[[str, Image, Landmarks, Sequence[Wanted], Say], Iterator[Image]]
    strongest: float = _MOST
    details: Mapping[str, object] = field(default_factory=dict)


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
        return _editor(name, code_seal(*_CODE), lambda _: MESH_BACKEND)
    kind, _, settings = name.partition(":")
    if kind == PIXELSMILE:
        drawing = drawing_of([one for one in settings.split(",") if one])
        return _editor(name, _drawing_seal(drawing), lambda say: pixelsmile(drawing, say=say))
    folder = Path(name)
    if not folder.is_dir():
        raise InputError(
            f"unknown editor {name!r}: use {MESH}, {PIXELSMILE}, or a folder of pictures made by"
            " another one, as FOLDER/PORTRAIT/CATEGORY/STRENGTH.png"
        )

    whose = folder.resolve().name
    edits = partial(_by_another, folder)
    return Editor(whose, _folder_seal(folder), edits, details={"name": whose})


def _editor(name: str, seal: str, backend: Callable[[Say], Backend]) -> Editor:
    """One of mien's own; ``backend`` is given somebody to tell lines to."""
    plain = backend(unheard)
    return Editor(name, seal, partial(_by_backend, backend), plain.strongest, plain.record)


def _by_backend(
    backend: Callable[[Say], Backend],
    portrait: str,
    image: Image,
    face: Landmarks,
    wanted: Sequence[Wanted],
    say: Say,
) -> Iterator[Image]:
    """As ``mien edit`` does it: what a model draws of a portrait, it draws in one go."""
    left, top, right, bottom = face.box
    people = sitting(image, portrait, face=((left + right) / 2, (top + bottom) / 2))
    editor = backend(say)
    asks = [ask({category: strength}, backend=editor) for category, strength in wanted]
    yield from (result.image for result in editor.edits(people, asks))


def _by_another(
    folder: Path,
    portrait: str,
    image: Image,
    face: Landmarks,
    wanted: Sequence[Wanted],
    say: Say,
) -> Iterator[Image]:
    del face, say
    yield from (_stored(folder / portrait, image, *want) for want in wanted)


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
    text = f"{drawing.seal} {code_seal(*_DRAWING_CODE)}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _folder_seal(folder: Path) -> str:
    seal = hashlib.sha256(str(folder.absolute()).encode())
    for path in sorted(folder.absolute().rglob("*")):
        if path.suffix.lower() in _SUFFIXES:
            about = path.stat()
            seal.update(f"{path} {about.st_size} {about.st_mtime_ns}".encode())
    return seal.hexdigest()[:16]
