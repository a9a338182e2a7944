"""From portraits to what is said about their edits; kept, so that a run can be stopped.

    FOLDER/pictures/KEY.jpg    the square round the face, source or edit, as every judge sees it
    FOLDER/said.jsonl          one line for a picture and a witness

A key is the hash of what a picture is made of (source, editor, category, strength), so that another
judge looks at the same pictures, and nothing that is known is done again.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.threads import one_thread
from mien.bench.ffe.answers import Answer, Known, keeping, kept
from mien.bench.ffe.cases import Portrait
from mien.bench.ffe.editors import Editor, editor_named
from mien.bench.ffe.witnesses import Said, Shown, Witness, asked, build, likeness, shown, witness
from mien.bench.people import each
from mien.core.errors import NoFaceError
from mien.core.face import Landmarks
from mien.edit.inset.crop import cut, square
from mien.edit.portrait import faces_of
from mien.judge.table import judge_named
from mien.media.image import load_image, save_image

Image = NDArray[np.uint8]

STORE = "said.jsonl"
SIDE = 512  # px, of a picture that is judged
_MARGIN = 0.35  # of the face, round it
_QUALITY = 95


@dataclass(frozen=True)
class Job:
    """What is done, alike for every portrait; small, so that it can be sent to other processes.

    Attributes:
        editor: as :func:`editor_named` takes it.
        judges: as :func:`judge_named` takes them.
        strengths: rising.
        models: folder of the judges' models.
        folder: keeps what was made and said.
    """

    editor: str
    judges: tuple[str, ...]
    strengths: tuple[float, ...]
    models: Path
    folder: Path


@dataclass(frozen=True)
class Verdicts:
    """What was said about one portrait.

    Attributes:
        portrait: it.
        source: file of its picture as it is judged.
        pictures: category and strength to the file of the edit.
        said: category and strength to fingerprint of a witness to what it said.
    """

    portrait: Portrait
    source: Path
    pictures: Mapping[tuple[str, float], Path]
    said: Mapping[tuple[str, float], Mapping[str, Said]]


@dataclass(frozen=True)
class _Task:
    """One portrait, and the keys of its source and of its edits."""

    job: Job
    portrait: Portrait
    source: str
    keys: Mapping[tuple[str, float], str]
    known: Mapping[str, frozenset[str]]  # key to fingerprints


def witnesses(job: Job) -> list[Witness]:
    """The judges of expression in the order given, then likeness and build.

    Raises:
        InputError: an unknown judge, or its model is not there.
        MissingExtraError: ONNX Runtime is not installed.
    """
    judges = [witness(judge_named(name, job.models)) for name in job.judges]
    return [*judges, likeness(job.models), build()]


def verdicts(job: Job, everyone: Sequence[Portrait], jobs: int) -> Iterator[Verdicts]:
    """What was said about every portrait, in order.

    Args:
        job: what is done.
        everyone: the portraits.
        jobs: how many processes share them.

    Raises:
        MienError: a portrait cannot be read or edited, or a judge cannot be asked. What was said
            before is kept.
    """
    (job.folder / "pictures").mkdir(parents=True, exist_ok=True)
    known = kept(job.folder / STORE)
    editor = editor_named(job.editor)
    tasks = [_task(job, one, editor, known) for one in everyone]
    for task, new in zip(tasks, each(_judged, tasks, jobs), strict=True):
        for answer in new:
            known.setdefault(answer.picture, {})[answer.by] = answer.said
        yield Verdicts(
            task.portrait,
            _picture(job, task.source),
            {want: _picture(job, key) for want, key in task.keys.items()},
            {want: known[key] for want, key in task.keys.items()},
        )


def _task(job: Job, portrait: Portrait, editor: Editor, known: Known) -> _Task:
    photo = hashlib.sha256(portrait.photo.read_bytes()).hexdigest()
    keys = {
        (category, strength): _hash(
            f"{photo} {portrait.box} {editor.fingerprint} {category} {strength:g} {prompt}"
        )
        for category, prompt in portrait.wanted.items()
        for strength in job.strengths
    }
    said = {key: frozenset(known[key]) for key in keys.values() if key in known}
    return _Task(job, portrait, _hash(f"{photo} {portrait.box}"), keys, said)


def _judged(task: _Task) -> list[Answer]:
    """What was not known yet about one portrait; every answer is kept as it is given."""
    new = []
    with one_thread(), keeping(task.job.folder / STORE) as keep:
        for answer in _answers(task):
            keep(answer)
            new.append(answer)
    return new


def _answers(task: _Task) -> Iterator[Answer]:
    everybody = _witnesses(task.job)
    missing = {
        key: [one for one in everybody if one.fingerprint not in task.known.get(key, ())]
        for key in task.keys.values()
    }
    missing = {key: those for key, those in missing.items() if those}
    made = _make(task)
    source = _seen(task.job, task.source) if made and missing else None
    for key, those in missing.items():
        edit = _seen(task.job, key) if made else None
        for one in those:
            said = asked(one, source, edit) if source and edit else {}
            yield Answer(key, one.fingerprint, said)


def _make(task: _Task) -> bool:
    """Edit the portrait as far as its pictures are not there; whether it has a face to edit."""
    job, portrait = task.job, task.portrait
    source = _picture(job, task.source)
    files = {want: _picture(job, key) for want, key in task.keys.items()}
    wanted = [want for want, file in files.items() if not file.is_file()]
    if not wanted and source.is_file():
        return True
    image = load_image(portrait.photo).pixels
    try:
        face = _face(image, portrait)
        part = square(face.points, (image.shape[1], image.shape[0]), _MARGIN)
        side = min(SIDE, part.side)
        save_image(source, cut(image, part, side), quality=_QUALITY)
        edits = _editor(job.editor).edits(portrait.name, image, face, wanted)
        for want, edit in zip(wanted, edits, strict=True):
            save_image(files[want], cut(edit, part, side), quality=_QUALITY)
    except NoFaceError:
        return False
    return True


def _face(image: Image, portrait: Portrait) -> Landmarks:
    """The face of the box, or the largest."""
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


def _seen(job: Job, key: str) -> Shown:
    return shown(load_image(_picture(job, key)).pixels)


def _picture(job: Job, key: str) -> Path:
    return job.folder / "pictures" / f"{key}.jpg"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]


@cache
def _editor(name: str) -> Editor:
    return editor_named(name)


@cache
def _witnesses(job: Job) -> list[Witness]:
    return witnesses(job)
