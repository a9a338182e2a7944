"""Windows of a labelled set on disk, and which set they are of."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from mien.capture.learned.grid import CHANNELS, SIDE, STEPS
from mien.capture.learned.labels import CLASSES, EMOTIONS, UNITS
from mien.capture.learned.window import FORM
from mien.core.errors import InputError
from mien.core.facs import COLUMNS
from mien.learn.microexpression.sources import Labelled
from mien.media.files import atomic

_NUMBERS = {"units": UNITS, "classes": CLASSES, "emotions": EMOTIONS}
_ARRAYS = ("windows", "courses", "aus", "classes", "emotions", "times")


@dataclass(frozen=True)
class Origin:
    """Where windows come from.

    Attributes:
        name: of the set.
        root: its folder.
        digest: of the clips and their labels.
    """

    name: str
    root: str
    digest: str


@dataclass(frozen=True, eq=False)
class Held:
    """A set that can be trained on and tested.

    Attributes:
        origin: which.
        labelled: its windows, n of them.
        sets: of which set each clip is; a set may be composed of others.
        truths: of each clip, as :func:`mien.learn.microexpression.coding.truths` gives them.
    """

    origin: Origin
    labelled: Labelled
    sets: tuple[str, ...]
    truths: tuple[Mapping[str, str], ...]


def write_windows(held: Held, path: Path) -> None:
    """Keep windows and labels.

    Raises:
        MediaError: the file cannot be written.
    """
    labelled = held.labelled
    about = {
        "form": FORM,
        "origin": asdict(held.origin),
        "subjects": labelled.subjects,
        "names": labelled.names,
        "sets": held.sets,
        "truths": [dict(one) for one in held.truths],
        **_NUMBERS,
    }
    arrays = {name: getattr(labelled, name) for name in _ARRAYS}
    with atomic(path) as part, part.open("wb") as file:
        np.savez_compressed(file, **arrays, about=json.dumps(about))


def read_windows(path: Path, origin: Origin) -> Held:
    """Windows that :func:`write_windows` wrote.

    Args:
        path: of the file.
        origin: that they must be of.

    Raises:
        InputError: no such file, one of another kind or an older form, or windows of another set,
            or of one that was changed since.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file: windows are made of a set first")
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            about = json.loads(str(stored["about"]))
            arrays = {name: stored[name] for name in _ARRAYS}
        fits = about["form"] == FORM and all(about[k] == list(v) for k, v in _NUMBERS.items())
        found = Origin(**about["origin"])
        subjects, names, sets = (tuple(about[name]) for name in ("subjects", "names", "sets"))
        labelled = Labelled(**arrays, subjects=subjects, names=names)
        held = Held(found, labelled, sets, tuple(about["truths"]))
        fits = fits and _whole(held)
    except Exception as error:  # of a broken file numpy, zipfile and zlib raise what they like
        raise InputError(f"{path}: holds no windows: remove it to make them again") from error
    if not fits:
        raise InputError(f"{path}: windows of another version of mien: remove it to make them anew")
    _check(path, found, origin)
    return held


def _check(path: Path, found: Origin, origin: Origin) -> None:
    if (found.name, found.root) != (origin.name, origin.root):
        raise InputError(
            f"{path}: windows of {found.name} in {found.root}, not of {origin.name} in"
            f" {origin.root}: give another folder with -o"
        )
    if found.digest != origin.digest:
        raise InputError(
            f"{path}: the clips or labels of {origin.name} were changed since: remove it to make"
            " its windows again"
        )


def _whole(held: Held) -> bool:
    """Whether all that is stored of a set has the shape that it must have."""
    one = held.labelled
    n = len(one.subjects)
    shapes = (
        (one.windows, (STEPS, len(CHANNELS), SIDE, SIDE)),
        (one.courses, (STEPS, len(COLUMNS))),
        (one.aus, (len(UNITS),)),
        (one.classes, ()),
        (one.emotions, ()),
        (one.times, (3,)),
    )
    words = (one.names, held.sets, held.truths)
    arrays = all(values.shape == (n, *shape) for values, shape in shapes)
    return arrays and all(len(own) == n for own in words)
