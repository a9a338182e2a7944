"""The development data that the suites read, see the README beside it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.fields import reflect
from mien.anatomy.fit import Pair, Shape, pair_of
from mien.core.errors import InputError
from mien.core.facs import COLUMNS, SHAPES
from mien.judge.facemesh import plain_points
from mien.media.image import load_image

Item = TypeVar("Item")
Found = TypeVar("Found")


@dataclass(frozen=True)
class Person:
    """One person of the Face Research Lab London Set.

    Attributes:
        name: number in the set.
        neutral: the neutral photo.
        smiling: the smiling photo.
    """

    name: str
    neutral: Path
    smiling: Path


def people(data: Path) -> list[Person]:
    """Everyone with a neutral and a smiling photo.

    Raises:
        InputError: the folder holds none.
    """
    found = [
        Person(photo.stem, photo, data / "london" / "smiling" / photo.name)
        for photo in sorted((data / "london" / "neutral").glob("*.jpg"))
    ]
    if not found:
        raise InputError(f"{data}: no london/neutral/*.jpg; give the data folder with --data")
    return found


def each(task: Callable[[Item], Found], items: Sequence[Item], jobs: int) -> Iterator[Found]:
    """What a task finds on each person, in order.

    Args:
        task: can be sent to another process.
        items: the people.
        jobs: how many processes share them.
    """
    if jobs == 1:
        yield from map(task, items)
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(task, items)


def pixels(photo: Path) -> NDArray[np.uint8]:
    """RGB, shape (H, W, 3)."""
    return load_image(photo).pixels


def smile_pairs(data: Path) -> list[Pair]:
    """Neutral and smile of everyone, aligned."""
    return [
        pair_of(plain_points(pixels(p.neutral)), plain_points(pixels(p.smiling)))
        for p in people(data)
    ]


def sculpted_shapes(data: Path) -> dict[str, Shape]:
    """The ICT-FaceKit shape of each AU that has one, made symmetric; the left one where sided.

    Raises:
        InputError: the file is not there.
    """
    file = data.parent / "peers" / "ict_on_mediapipe.npz"
    if not file.is_file():
        raise InputError(f"{file} is missing: the shapes the action units are compared with")
    with np.load(file) as stored:
        named = dict(zip(stored["names"].tolist(), stored["displacement"], strict=True))
        neutral = stored["neutral"] * (1.0, -1.0, 1.0)
    neutral = (neutral + reflect(neutral)) / 2
    shapes = {}
    for au, names in SHAPES.items():
        left, right = (
            sum(named[_spelt(name, au, side)] for name in names) * (1.0, -1.0, 1.0)
            for side in ("L", "R")
        )
        shapes[au] = Shape(neutral, (left + reflect(right)) / 2)
    return shapes


def _spelt(name: str, au: str, side: str) -> str:
    if au == "AU30":
        return {"L": "jawLeft", "R": "jawRight"}[side]
    return name if au in COLUMNS else f"{name}_{side}"
