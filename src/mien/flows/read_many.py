"""Read folders of clips and photos: shared among processes, resumable, whatever is wrong with some.

OUT/sub/interview/    a folder per input, as :mod:`mien.flows.read_files` writes it, with a mark
OUT/failed.csv        what could not be read, and why; none where nothing failed
"""

import csv
import hashlib
import json
import re
import shutil
import warnings
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mien import __version__
from mien.capture.evidence import MODEL
from mien.capture.learned import opinion
from mien.core.errors import InputError, MediaError, MienError
from mien.core.models import find_model
from mien.core.seams import Progress, Say, silent, unheard
from mien.export import at_hand
from mien.flows.calibrations import path_of
from mien.flows.engine import Engine, finished
from mien.flows.inputs import named
from mien.flows.openface import check_one_each
from mien.flows.read_files import MARK, Manner, read_into
from mien.landmark.backends.openface import SUFFIX
from mien.media.files import MediaWarning, atomic

FAILED = "failed.csv"
_PART = re.compile(r"^\.[0-9a-f]{12}\.(part|old)$")  # what a killed process leaves of a folder


@dataclass(frozen=True)
class Task:
    """One input; plain values, so that any process can take it.

    Attributes:
        path: of the clip or photo.
        folder: to write.
        manner: how it is read.
        mark: changes when the input, the manner or mien does.
    """

    path: Path
    folder: Path
    manner: Manner
    mark: str

    def is_done(self) -> bool:
        """Whether the folder is there, made of just this."""
        try:
            stored = json.loads((self.folder / MARK).read_text("utf-8"))
            same = stored["made_of"] == self.mark
            return same and all((self.folder / name).exists() for name in stored["files"])
        except (OSError, ValueError, LookupError, TypeError):
            return False


@dataclass(frozen=True)
class Outcome:
    """What became of an input.

    Attributes:
        reason: why there is no reading, in one line, or None.
        notes: what a clip does not allow, and warnings; one line each.
    """

    reason: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Many:
    """What became of many inputs.

    Attributes:
        written: folders of this run.
        kept: number of readings of an earlier run that are still right.
        failed: inputs that could not be read, and why.
        table: ``failed.csv``.
    """

    written: tuple[Path, ...]
    kept: int
    failed: Mapping[Path, str]
    table: Path


def read_many(
    sources: Sequence[Path],
    out: Path,
    manner: Manner | None = None,
    *,
    jobs: int | None = None,
    engine: Engine = "local",
    progress: Progress = silent,
    say: Say = unheard,
) -> Many:
    """Read all clips and photos of folders, and go on where a run was stopped.

    An input is read again when it, the manner or the version of mien has changed, and when it
    failed before. One that cannot be read, or that kills two processes in turn, does not keep the
    others waiting.

    Args:
        sources: folders, with all folders in them, and files.
        out: the folder of the folders; each is where its input is, seen from its source.
        manner: how they are read.
        jobs: number of processes, see :func:`mien.flows.engine.finished`.
        engine: who works.
        progress: told about the inputs.
        say: is given a line about every clip that does not allow all that one may expect.

    Raises:
        InputError: nothing to read, a manner in which nothing can be read, an output folder that
            cannot be one.
        MienError: Ray is not installed or cannot be reached; a model is not what it should be.
    """
    manner = manner or Manner()
    manner.check()
    check_one_each(manner.openface, sources)
    if out.exists() and not out.is_dir():
        raise MediaError(f"{out}: is a file: give the name of a folder to make")
    names = named(sources, out, taken=(FAILED,))
    seal = _seal(manner)
    tasks = [Task(p, out / name, manner, _mark(seal, p, manner)) for p, name in names.items()]
    _sweep(tasks)
    todo = [task for task in tasks if not task.is_done()]
    kept = len(tasks) - len(todo)
    written: list[Path] = []
    failed: dict[Path, str] = {}
    progress("read", kept, len(tasks))
    try:
        with closing(finished(read_one, todo, jobs, engine=engine, lost=_lost)) as outcomes:
            for done, (index, outcome) in enumerate(outcomes, start=kept + 1):
                task = todo[index]
                if outcome.reason is None:
                    written.append(task.folder)
                else:
                    failed[task.path] = outcome.reason
                for note in outcome.notes:
                    say(note)
                progress("read", done, len(tasks))
    finally:
        _sweep(tasks)
        _write(out / FAILED, failed)
    return Many(tuple(written), kept, failed, out / FAILED)


def read_one(task: Task) -> Outcome:
    """Read one input; what is wrong with it is told.

    Raises:
        MienError: what is wrong with none: a model that does not fit, an extra that is missing.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", MediaWarning)
        try:
            _, said = read_into(task.path, task.folder, task.manner, mark=task.mark)
        except (InputError, OSError) as error:
            reason = str(error)
        except MienError:
            raise
        except Exception as error:  # noqa: BLE001 (of a million inputs one may find what we missed)
            reason = f"a bug of mien, please report it: {type(error).__name__}: {error}"
        else:
            notes = [f"{task.path}: {said}"] if said else []
            return Outcome(notes=(*notes, *(str(note.message) for note in caught)))
    if task.is_done():  # by a process that was taken for dead while its node was out of reach
        return Outcome()
    return Outcome(" ".join(reason.removeprefix(f"{task.path}: ").split()))


def _lost(task: Task, why: str) -> Outcome:
    del task
    return Outcome(why)


def _mark(seal: str, path: Path, manner: Manner) -> str:
    """Changes with an input and with what OpenFace says of it, there or not."""
    said = manner.openface
    if said is not None and said.is_dir():
        said /= f"{path.stem}{SUFFIX}"
    about = [path.name, _stat(path), None if said is None else [str(said), _stat(said)]]
    return hashlib.sha256(json.dumps([seal, about]).encode()).hexdigest()


def _seal(manner: Manner) -> str:
    """Changes with all that every reading depends on."""
    neutral: object = manner.neutral
    if isinstance(neutral, np.ndarray):
        neutral = hashlib.sha256(neutral.tobytes()).hexdigest()
    elif neutral is not None:
        path = Path(str(neutral))
        neutral = [str(neutral), _stat(path if path.exists() else path_of(str(neutral)))]
    ground = manner.ground and [manner.ground.kind, manner.ground.record]
    wishes = [manner.context, ground, manner.confidence, manner.learned, manner.magnify]
    here = [[*at_hand()], opinion.available(), find_model(MODEL) is not None]
    return json.dumps([__version__, neutral, wishes, here])


def _stat(path: Path) -> list[int]:
    try:
        found = path.stat()
    except OSError:
        return []
    return [found.st_size, found.st_mtime_ns]


def _sweep(tasks: Sequence[Task]) -> None:
    """Remove what killed processes have left half written."""
    for parent in {task.folder.parent for task in tasks}:
        for path in parent.glob(".*") if parent.is_dir() else ():
            if _PART.match(path.name) and path.is_dir():
                shutil.rmtree(path, ignore_errors=True)


def _write(table: Path, failed: Mapping[Path, str]) -> None:
    """The table of failures, in order of name; no table where there are none."""
    if not failed:
        table.unlink(missing_ok=True)
        return
    with (
        atomic(table) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as file,
    ):
        rows = csv.writer(file)
        rows.writerow(("file", "reason"))
        rows.writerows(sorted((str(path), reason) for path, reason in failed.items()))
