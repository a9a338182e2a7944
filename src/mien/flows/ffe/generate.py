"""The third stage: the targets of a portrait, drawn by whatever edits behind the seam.

Every picture is kept with what was drawn as soon as it is there, so that a stage may be stopped
between any two of them, and is made again only where its portrait, its wish or the editor changes.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien import __version__
from mien.anatomy.threads import one_thread
from mien.core.errors import NoFaceError
from mien.core.recipe import Recipe
from mien.flows.backend import Backend
from mien.flows.edit import MESH, Ask, EditResult, ask
from mien.flows.engine import stopping, uninterrupted
from mien.flows.ffe.elsewhere import file_of, picture
from mien.flows.ffe.piece import Piece
from mien.flows.sitters import sitting
from mien.guard.provenance import stamper
from mien.learn.ffe.compose import Wanted
from mien.media.files import atomic
from mien.media.image import load_image, save_image

Image = NDArray[np.uint8]
Drawn = tuple[Image, Mapping[str, float]]  # a picture, and the intensities on it


def generate(task: Piece) -> dict[str, Any]:
    """Make what is missing of a piece.

    Returns:
        Name of a picture to its ``aus``, or to the ``reason`` why there is none.

    Raises:
        MienError: what is wrong with no portrait: an editor or a model that cannot be used.
    """
    record = _read(task.record)
    source = _seal(task.out / task.source.image)
    keys = {name: _key(task, source, name, one) for name, one in task.wanted.items()}
    stale = {
        name: task.wanted[name]
        for name, key in keys.items()
        if record.get(name, {}).get("key") != key or not _there(task, name, record)
    }
    if stale and not stopping():
        with one_thread():
            _make(task, stale, keys, record)
    return {name: record[name] for name in keys if name in record}


def _make(
    task: Piece, stale: Mapping[str, Wanted], keys: Mapping[str, str], record: dict[str, Any]
) -> None:
    """Make pictures one by one, each kept in the record at once."""
    image = load_image(task.out / task.source.image).pixels
    made = _elsewhere if task.pictures else _by_backend
    for name, drawn in made(task, image, stale):
        if stopping():
            return
        with uninterrupted():
            if isinstance(drawn, str):
                record[name] = {"key": keys[name], "reason": drawn}
            else:
                pixels, aus = drawn
                with atomic(task.out / task.path(name)) as temporary:
                    save_image(temporary, pixels)
                    stamper().stamp(temporary, _story(task, stale[name]))
                    seal = _seal(temporary)
                record[name] = {"key": keys[name], "aus": dict(aus), "sha256": seal}
            with atomic(task.record) as temporary:
                temporary.write_text(json.dumps(record), "utf-8")


def _by_backend(
    task: Piece, image: Image, stale: Mapping[str, Wanted]
) -> Iterator[tuple[str, Drawn | str]]:
    name = task.found.portrait.name
    try:
        people = sitting(image, name, face=0)
    except NoFaceError as error:
        yield from ((one, str(error)) for one in stale)
        return
    asks = [_asked(one, task.backend) for one in stale.values()]
    drawn = people.sitters[0].drawn
    for one, result in zip(stale, task.backend.edits(people, asks), strict=True):
        yield one, _drawn(result, drawn=drawn, exact=task.backend.name == MESH.name)


def _asked(wanted: Wanted, backend: Backend) -> Ask:
    """The mesh is given the very recipe; others know expressions by name."""
    if backend.name == MESH.name:
        return ask({Recipe(wanted.category, wanted.aus, 0): wanted.strength}, backend=backend)
    return ask(dict(wanted.asked), backend=backend)


def _drawn(result: EditResult, *, drawn: bool, exact: bool) -> Drawn | str:
    if not result.passes:
        return "nothing moves: the wish is what is on the face"
    if not drawn and all(np.isnan(value) for value in result.measured.values()):
        return "the face is not found again on the edit"
    aus = {column: round(value, 3) for column, value in result.aus.items() if value >= 0.001}
    return result.image, aus if exact else {}


def _elsewhere(
    task: Piece, image: Image, stale: Mapping[str, Wanted]
) -> Iterator[tuple[str, Drawn | str]]:
    assert task.pictures is not None
    for name in stale:
        found = picture(task.pictures, name, image)
        yield name, found if isinstance(found, str) else (found, {})


def _key(task: Piece, source: str, name: str, wanted: Wanted) -> str:
    content: list[object] = [__version__, source, asdict(wanted)]
    if task.pictures:
        file = file_of(task.pictures, name)
        about = file.stat() if file else None
        content += ["elsewhere", about and (about.st_size, about.st_mtime_ns)]
    else:
        content += [task.backend.name, task.backend.seal]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:24]


def _story(task: Piece, wanted: Wanted) -> dict[str, object]:
    """What a file's provenance says."""
    asked = dict(wanted.asked)
    return {
        "action": "edit",
        "source": task.source.image,
        "asked": asked,
        "backend": task.generator,
    }


def _there(task: Piece, name: str, record: Mapping[str, Any]) -> bool:
    """Whether a picture is as it was made; records of before have no hash and are believed."""
    about, file = record[name], task.out / task.path(name)
    return "reason" in about or (file.is_file() and about.get("sha256") in (None, _seal(file)))


def _seal(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _read(path: Path) -> dict[str, Any]:
    """What was drawn before; empty where nothing is known."""
    try:
        stored = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    whole = isinstance(stored, dict) and all(isinstance(one, dict) for one in stored.values())
    return stored if whole else {}
