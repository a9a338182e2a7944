"""The set of the benchmark, made once in OUT/set and gone on with where it was stopped.

of.txt                  hash of the photos and the scale that all of it is of
portraits/NAME.png      everybody, 256 px; those made of two people, too
train/, validation/     sets of FFE; ffe.jsonl has the rows of both, with their split
judge/                  other edits of the people who are trained on: the judge learns from them
test/                   edits of the people who are tested, with their exact scores
tested/NAME.npz         the same people, in every category at every strength
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from mien import __version__
from mien.anatomy.threads import one_thread
from mien.bench.nano import tested
from mien.bench.nano.morph import SIDE, face_of, mirrored, mixed, relit
from mien.bench.nano.people import Child, Dealt, children, dealt
from mien.bench.people import Person, people
from mien.core.errors import InputError
from mien.core.seams import Progress, silent
from mien.flows.engine import each
from mien.flows.ffe.annotate import Judging
from mien.flows.ffe.build import ROWS, Plan, build
from mien.flows.ffe.portraits import Portrait
from mien.learn.ffe import jsonl
from mien.learn.ffe.compose import Composition
from mien.learn.ffe.files import moved, read_rows
from mien.learn.ffe.truth import Annotators
from mien.media.files import atomic
from mien.media.image import save_image

STRENGTHS = (0.05, 1.0)  # of the edits that are learned from
_SET = {"train": 1, "validation": 2, "judge": 3, "test": 4}  # seeds of what is asked for
_SOURCE = "Face Research Lab London Set (DeBruine & Jones 2017)"


@dataclass(frozen=True)
class Scale:
    """How large the set is.

    Attributes:
        children: people made of two who are trained on.
        watched: likewise, for validation.
        pairs: of edits, of each portrait.
        judged: of edits that the judge learns from, of each portrait.
    """

    children: int = 200
    watched: int = 8
    pairs: int = 6
    judged: int = 12


@dataclass(frozen=True)
class Material:
    """What is on disk.

    Attributes:
        rows: to train on, with the splits train and validation.
        judge: rows that the judge learns from.
        test: rows of the people who are tested.
        tested: of each of them, see :mod:`mien.bench.nano.tested`.
        people: photos, by part.
        parents: everybody who was made, to both parents.
    """

    rows: Path
    judge: Path
    test: Path
    tested: tuple[Path, ...]
    people: Dealt
    parents: Mapping[str, tuple[str, str]]


def make(
    data: Path, out: Path, scale: Scale, *, jobs: int = 1, progress: Progress = silent
) -> Material:
    """Make what is missing.

    Args:
        data: folder with ``london/``.
        out: folder of the set.
        scale: of the set.
        jobs: how many processes share the portraits.
        progress: told about portraits and edits.

    Raises:
        InputError: too few photos, one without a face, or a folder with the set of others.
        MediaError: a file cannot be read or written.
    """
    everyone = people(data)
    parts = dealt(everyone)
    _claim(out, everyone, scale)
    born = {
        "train": children([one.name for one in parts.train], scale.children),
        "validation": children([one.name for one in parts.validation], scale.watched),
        "test": [],
    }
    photos = {"train": parts.train, "validation": parts.validation, "test": parts.test}
    tasks = [
        *(_Task(one.name, (one.neutral,), out) for part in photos.values() for one in part),
        *(_born(child, photos[part], out) for part, some in born.items() for child in some),
    ]
    for done, _ in enumerate(each(_portrait, tasks, jobs), start=1):
        progress("portraits", done, len(tasks))
    names = {
        part: [*(one.name for one in photos[part]), *(c.name for c in born[part])]
        for part in photos
    }
    names["judge"] = names["train"]
    for part, seed in _SET.items():
        _built(part, names[part], out, _plan(part, scale, seed), jobs, progress)
    _joined(out)
    made = tested.make(out / "test", out / "tested", jobs, progress)
    every = {child.name: child.parents for some in born.values() for child in some}
    return Material(
        out / ROWS, out / "judge" / ROWS, out / "test" / ROWS, tuple(made), parts, every
    )


def _claim(out: Path, everyone: Sequence[Person], scale: Scale) -> None:
    """Files are kept by name, so that a folder is of one choice of photos for good."""
    told = f"{__version__} {scale}".encode()
    photos = b"".join(
        hashlib.sha256(photo.read_bytes()).digest()
        for one in everyone
        for photo in (one.neutral, one.smiling)
    )
    seal = hashlib.sha256(told + photos).hexdigest()
    file = out / "of.txt"
    if not file.is_file():
        if out.is_dir() and any(out.iterdir()):
            raise InputError(f"{out}: holds something else: give another folder")
        with atomic(file) as part:
            part.write_text(seal, encoding="utf-8")
    elif file.read_text(encoding="utf-8") != seal:
        raise InputError(f"{out}: is of other photos, or of another mien: give another folder")


@dataclass(frozen=True)
class _Task:
    """A portrait to make, of one photo or of two."""

    name: str
    photos: tuple[Path, ...]
    out: Path
    child: Child | None = None

    @property
    def file(self) -> Path:
        return _portrait_file(self.out, self.name)


def _born(child: Child, among: Sequence[Person], out: Path) -> _Task:
    photos = {one.name: one.neutral for one in among}
    return _Task(child.name, tuple(photos[name] for name in child.parents), out, child)


def _portrait(task: _Task) -> None:
    if task.file.is_file():
        return
    with one_thread():
        image = _face(task.photos[0]).image
        if task.child is not None:
            image = mixed(_face(task.photos[0]), _face(task.photos[1]), task.child.share)
            image = relit(mirrored(image) if task.child.mirrored else image, task.child.seed)
    with atomic(task.file) as part:
        save_image(part, image)


_face = lru_cache(maxsize=64)(face_of)


def _portrait_file(out: Path, name: str) -> Path:
    return out / "portraits" / f"{name}.png"


def _plan(part: str, scale: Scale, seed: int) -> Plan:
    """The judge is not told the truth either: annotators err. Where it is measured, it is exact."""
    pairs = scale.judged if part == "judge" else scale.pairs
    who = Annotators(1, 0.0) if part == "test" else Annotators(seed=seed)
    return Plan(
        Composition(pairs, strengths=STRENGTHS),
        Judging(annotators=who),
        size=SIDE,
        seed=seed,
        validation=0.0,
        test=0.0,
    )


def _built(
    part: str, names: Sequence[str], out: Path, plan: Plan, jobs: int, progress: Progress
) -> None:
    if not names:
        return
    portraits = [
        Portrait(name, _portrait_file(out, name), name, "CC BY 4.0", _SOURCE, _SOURCE, "human")
        for name in names
    ]

    def told(step: str, done: int, total: int | None) -> None:
        progress(f"{part}: {step}", done, total)

    build(portraits, out / part, plan, jobs=jobs, progress=told)


def _joined(out: Path) -> None:
    """The rows of the first two parts in one file."""
    rows = [
        replace(moved(row, out / part, out), split=part)
        for part in ("train", "validation")
        if (out / part / ROWS).is_file()
        for row in read_rows(out / part / ROWS)
    ]
    jsonl.write(rows, out / ROWS)
