"""From portraits to what is said about their edits; kept, so that a run can be stopped.

    FOLDER/pictures/KEY.jpg    the square round the face, source or edit, as every judge sees it
    FOLDER/said.jsonl          one line for a picture and a witness

A key is the hash of what a picture is made of (source, editor, category, strength), so that another
judge looks at the same pictures, and nothing that is known is done again. Pictures of one portrait
that are the same, as all are at strength 0, are shown once.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mien.anatomy.threads import one_thread
from mien.bench.ffe.answers import Answer, Known, keeping, kept
from mien.bench.ffe.cases import Portrait
from mien.bench.ffe.editors import Editor, editor_named
from mien.bench.ffe.pictures import make
from mien.bench.ffe.reading import reading
from mien.bench.ffe.witnesses import Said, Shown, Witness, asked, build, likeness, shown, witness
from mien.bench.people import each
from mien.judge.table import judge_named
from mien.media.image import load_image

STORE = "said.jsonl"


@dataclass(frozen=True)
class Job:
    """What is done, alike for every portrait; small, so that it can be sent to other processes.

    Attributes:
        editor: as :func:`editor_named` takes it.
        judges: as :func:`judge_named` takes them.
        strengths: rising.
        models: folder of the judges' models.
        folder: keeps what was made and said.
        reads: whether mien's reader measures how far every edit has gone.
    """

    editor: str
    judges: tuple[str, ...]
    strengths: tuple[float, ...]
    models: Path
    folder: Path
    reads: bool = False


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
    """The judges of expression as given, the reading where the job has one, likeness, build.

    Raises:
        InputError: an unknown judge, or its model is not there.
        MissingExtraError: ONNX Runtime is not installed.
    """
    judges = [witness(judge_named(name, job.models)) for name in job.judges]
    return [*judges, *([reading()] if job.reads else []), likeness(job.models), build()]


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
    job, everybody = task.job, _witnesses(task.job)
    missing = {
        key: [one for one in everybody if one.fingerprint not in task.known.get(key, ())]
        for key in task.keys.values()
    }
    missing = {key: those for key, those in missing.items() if those}
    files = {want: _picture(job, key) for want, key in task.keys.items()}
    made = make(_editor(job.editor), task.portrait, _picture(job, task.source), files)
    source = _seen(job, task.source) if made and missing else None
    for alike in _alike(job, missing) if made else [list(missing)]:
        edit = _seen(job, alike[0]) if made else None
        for one in everybody:
            keys = [key for key in alike if one in missing[key]]
            if keys:
                said = asked(one, source, edit) if source and edit else {}
                yield from (Answer(key, one.fingerprint, said) for key in keys)


def _alike(job: Job, keys: Iterable[str]) -> list[list[str]]:
    """Keys of pictures, those with the same picture together."""
    groups: dict[bytes, list[str]] = {}
    for key in keys:
        content = hashlib.sha256(_picture(job, key).read_bytes()).digest()
        groups.setdefault(content, []).append(key)
    return list(groups.values())


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
