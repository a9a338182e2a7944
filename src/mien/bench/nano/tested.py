"""The people who are tested: their faces at 32 px, and the mesh's edits of them to compare with."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.threads import one_thread
from mien.core.seams import Progress, silent
from mien.flows.edit import MESH, ask
from mien.flows.engine import each
from mien.flows.ffe.build import ROWS
from mien.flows.sitters import sitting
from mien.learn.ffe.files import read_rows
from mien.learn.ffe.row import CATEGORIES, Box
from mien.learn.pixelsmile.config import SMALL
from mien.learn.pixelsmile.crops import TIGHT, crops, place, squared
from mien.media.files import atomic
from mien.media.image import load_image

SIDE = SMALL["nano"]  # px, at which judges look
GRID = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, eq=False)
class Tested:
    """Everybody who is tested.

    Attributes:
        names: n of them.
        sources: RGB, shape (n, 32, 32, 3).
        points: landmarks on these, shape (n, 478, 3), px.
        mesh: the mesh's edits, shape (n, 12, len(GRID), 32, 32, 3).
    """

    names: tuple[str, ...]
    sources: NDArray[np.uint8]
    points: NDArray[np.float64]
    mesh: NDArray[np.uint8]


def make(folder: Path, out: Path, jobs: int, progress: Progress = silent) -> list[Path]:
    """Edit everybody of a set in every way; who is done stays.

    Args:
        folder: of a set of FFE.
        out: folder for a file of each person.
        jobs: how many processes share them.
        progress: told about the people.
    """
    sources = {row.src.identity: row.src for row in read_rows(folder / ROWS)}
    tasks = [
        _Task(name, folder / source.image, source.boxes, out / f"{name}.npz")
        for name, source in sources.items()
    ]
    for done, _ in enumerate(each(_edited, tasks, jobs), start=1):
        progress("test: every strength", done, len(tasks))
    return [task.file for task in tasks]


def read(files: Sequence[Path]) -> Tested:
    """What :func:`make` wrote."""
    found = [np.load(file) for file in files]
    sources, points, mesh = (
        np.stack([one[name] for one in found]) for name in ("source", "points", "mesh")
    )
    return Tested(tuple(file.stem for file in files), sources, points, mesh)


def sources(path: Path, names: Sequence[str], side: int) -> NDArray[np.uint8]:
    """Everybody as a model sees them, shape (n, side, side, 3).

    Args:
        path: rows of the people who are tested.
        names: of them, in their order.
        side: px.
    """
    found = {crop.row.src.identity: crop.squares[0] for crop in crops(path, side, TIGHT)}
    return np.stack([found[name] for name in names])


def reduced(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Pictures, shape (..., S, S, 3), as judges see them: at 32 px."""
    if pictures.shape[-2] == SIDE:
        return pictures
    flat = pictures.reshape(-1, *pictures.shape[-3:])
    small = [squared(one, None, SIDE, None) for one in flat]
    return np.stack(small).reshape(*pictures.shape[:-3], SIDE, SIDE, 3)


@dataclass(frozen=True)
class _Task:
    name: str
    source: Path
    box: Box | None
    file: Path


def _edited(task: _Task) -> None:
    if task.file.is_file():
        return
    image = load_image(task.source).pixels
    size = (image.shape[1], image.shape[0])
    left, top, right, _ = place(size, task.box, TIGHT)
    zoom = SIDE / (right - left)
    with one_thread():
        people = sitting(image, task.name)
        points = people.faces[0].points * zoom
        points[:, :2] -= zoom * np.array([left, top])
        asks = [ask({name: strength}) for name in CATEGORIES for strength in GRID]
        edits = [
            squared(result.image, task.box, SIDE, TIGHT) for result in MESH.edits(people, asks)
        ]
    mesh = np.stack(edits).reshape(len(CATEGORIES), len(GRID), *edits[0].shape)
    source = squared(image, task.box, SIDE, TIGHT)
    with atomic(task.file) as part:
        np.savez_compressed(part, source=source, points=points, mesh=mesh)
