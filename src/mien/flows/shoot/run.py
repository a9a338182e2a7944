"""The whole of a shoot: plan, work, report, contact sheet."""

import json
import re
import warnings
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from mien.core.errors import InputError
from mien.core.expression import Asked
from mien.core.face import Which
from mien.core.seams import Progress, silent
from mien.flows.backend import Backend
from mien.flows.edit import MESH, STRAIGHT
from mien.flows.engine import Engine, each
from mien.flows.shoot.photo import Outcome, edit_photo
from mien.flows.shoot.plan import ORIGINAL, STATE, Task, read_record, tasks_of, variants_of
from mien.flows.shoot.sheet import Row, pages, write_sheet
from mien.media.files import MediaWarning, atomic, readable

_PART = re.compile(r"^\.[0-9a-f]{12}\.part(\..+)?$")  # what a killed run leaves of a file


@dataclass(frozen=True)
class Shoot:
    """What became of a shoot.

    Attributes:
        written: pictures of this run.
        kept: pictures of an earlier run that are still right.
        failed: photos that could not be edited, and why.
        report: ``report.json``.
        sheet: pages of the contact sheet; none where every photo failed.
    """

    written: tuple[Path, ...]
    kept: tuple[Path, ...]
    failed: Mapping[Path, str]
    report: Path
    sheet: tuple[Path, ...]


def shoot(
    photos: Sequence[Path],
    out: Path,
    wishes: Mapping[str, Asked],
    *,
    set: Mapping[str, float] | None = None,
    strengths: Sequence[float] | None = None,
    face: Which = 0,
    neutral: Path | None = None,
    turn: Sequence[float] = STRAIGHT,
    words: Mapping[str, float] | None = None,
    backend: Backend = MESH,
    jobs: int | None = None,
    engine: Engine = "local",
    progress: Progress = silent,
) -> Shoot:
    """Edit every photo in every way into ``OUT/VARIANT/PHOTO``, and go on where a run was stopped.

    A picture is made again when its photo, its recipe or the version of mien has changed. A photo
    that cannot be edited does not keep the others waiting.

    Args:
        photos: see :func:`photos_in`.
        out: folder of the results: a new one, an empty one, or that of an earlier run.
        wishes: name of a variant, which names its folder, to a wish as in :func:`mien.edit`.
        set: as in :func:`mien.edit`, for all variants.
        strengths: a variant per strength of each, e.g. ``approachable-0.50``.
        face: as in :func:`mien.edit`, on every photo.
        neutral: as in :func:`mien.edit`, where all photos show one person.
        turn: as in :func:`mien.edit`.
        words: as in :func:`mien.edit`, for all variants.
        backend: what edits them.
        jobs: number of processes, of one core each, see :func:`mien.flows.engine.each`; 1 where a
            model draws.
        engine: who works; this machine where a model draws.
        progress: told about each photo.

    Raises:
        InputError: a wish or value that cannot be used, or a folder that holds other files.
        MienError: what draws cannot be used, or no cluster be reached; what is done is kept.
    """
    if jobs is not None and jobs < 1:
        raise InputError(f"jobs={jobs}: at least one process is needed")
    if backend is not MESH and (engine != "local" or jobs not in {None, 1}):
        raise InputError(f"one process of this machine draws with {backend.name}: use 1 job")
    variants = variants_of(wishes, set, strengths, turn, words, backend)
    tasks = tasks_of(photos, out, variants, face, neutral, backend)
    if len(photos) == 1:
        readable(photos[0])  # of many photos a missing one is told at the end
    (out / STATE).mkdir(parents=True, exist_ok=True)
    _sweep(out)
    written: list[Path] = []
    failed: dict[Path, str] = {}
    notes: list[str] = []
    progress("edit", 0, len(tasks))
    with closing(each(edit_photo, tasks, jobs, engine=engine, lost=_lost)) as outcomes:
        for done, (task, outcome) in enumerate(outcomes):
            written += outcome.written
            notes += outcome.notes
            if outcome.reason is not None:
                failed[task.photo] = outcome.reason
            progress("edit", done + 1, len(tasks))
    for note in notes:
        warnings.warn(note, MediaWarning, stacklevel=2)
    good = [task for task in tasks if task.photo not in failed]
    text = json.dumps(_report(good, failed, backend), indent=1, ensure_ascii=False) + "\n"
    report, sheet = _told(out, [v.name for v in variants], good, text, bool(written))
    there = [task.target(variant) for task in good for variant in task.variants]
    kept = tuple(path for path in there if path not in {*written})
    return Shoot(tuple(written), kept, failed, report, tuple(sheet))


def _lost(task: Task, why: str) -> Outcome:
    return Outcome((), f"{task.photo}: {why}", ())


def _told(
    out: Path, names: Sequence[str], good: Sequence[Task], text: str, new: bool
) -> tuple[Path, list[Path]]:
    """Report and contact sheet, written where something has changed."""
    report, sheet = out / "report.json", pages(out, len(good))
    same = report.is_file() and report.read_text("utf-8") == text
    if same and not new and all(page.is_file() for page in sheet):
        return report, sheet
    columns = [ORIGINAL, *names]
    rows = [Row(task.photo.name, [task.state / f"{c}.jpg" for c in columns]) for task in good]
    sheet = write_sheet(out, columns, rows)
    with atomic(report) as temporary:
        temporary.write_text(text, "utf-8")
    return report, sheet


def _report(
    good: Sequence[Task], failed: Mapping[Path, str], backend: Backend
) -> dict[str, object]:
    """What was asked and measured of every picture, and which photos and faces were left out."""
    edits = []
    failures = [{"source": photo.name, "reason": reason} for photo, reason in failed.items()]
    for task in good:
        record = read_record(task.state)
        left = {reason: None for one in task.variants for reason in record[one.name]["left"]}
        failures += [{"source": task.photo.name, "reason": reason} for reason in left]
        for variant in task.variants:
            file = f"{variant.name}/{task.name}"
            told = {"source": task.photo.name, "variant": variant.name, "file": file}
            edits += [{**one, **told} for one in record[variant.name]["edits"]]
    return {"mien": 1, "backend": backend.record, "edits": edits, "failed": failures}


def _sweep(out: Path) -> None:
    """Remove what a killed run has left half written."""
    for path in out.rglob(".*.part*"):
        if _PART.match(path.name) and path.is_file():
            path.unlink(missing_ok=True)
