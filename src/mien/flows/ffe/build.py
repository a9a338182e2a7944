"""From portraits to a set: collect, compose, generate, annotate.

    OUT/ffe.jsonl             the rows; OUT/dropped.jsonl what became none, and why
    OUT/sources/, OUT/edits/  the pictures
    OUT/prompts.jsonl         every edit in words, for generators that are told
    OUT/.ffe/NAME/            what is known of a portrait, per stage; OUT/.ffe/said.jsonl of judges

A stage is a function of one portrait and what is wanted of it; what it finds is on disk before the
next begins, and nothing of it depends on other portraits, so that pieces may be run anywhere.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from mien.core.errors import InputError
from mien.core.seams import Progress, silent
from mien.flows.backend import Backend
from mien.flows.edit import MESH
from mien.flows.engine import Engine, each
from mien.flows.ffe.annotate import Annotated, Judging, annotate
from mien.flows.ffe.collect import Collect, Collected, collect, without_twins
from mien.flows.ffe.generate import generate
from mien.flows.ffe.left_out import told, write_lines
from mien.flows.ffe.piece import Piece, prompts, rows_of
from mien.flows.ffe.portraits import Portrait
from mien.flows.ffe.withdraw import withdraw
from mien.learn.ffe import jsonl
from mien.learn.ffe.compose import Composition, compose
from mien.learn.ffe.deal import dealt, enough
from mien.learn.ffe.row import Row

ROWS, DROPPED, PROMPTS = "ffe.jsonl", "dropped.jsonl", "prompts.jsonl"
STAGES = ("collect", "compose", "generate", "annotate")
_SMALLEST, _LARGEST = 64, 4096  # px


@dataclass(frozen=True)
class Plan:
    """How a set is made.

    Attributes:
        composition: which targets there are.
        judging: who scores them.
        backend: what edits.
        pictures: a folder of edits made elsewhere, in place of ``backend``.
        size: px, longer side of all pictures at most.
        seed: of the targets and of the splits.
        validation: share of the people who are validated on.
        test: share of the people who are tested on.

    Raises:
        InputError: what does not fit together.
    """

    composition: Composition = field(default_factory=Composition)
    judging: Judging = field(default_factory=Judging)
    backend: Backend = MESH
    pictures: Path | None = None
    size: int = 1024
    seed: int = 0
    validation: float = 0.1
    test: float = 0.1

    def __post_init__(self) -> None:
        if not _SMALLEST <= self.size <= _LARGEST:
            raise InputError(f"size {self.size}: give {_SMALLEST} to {_LARGEST} px")
        exact = self.backend.name == MESH.name and self.pictures is None
        if not exact and not self.judging.judges:
            raise InputError("only the mesh knows what it drew: say who scores with --judge")
        if not exact and self.composition.one_sided:
            raise InputError("one side of the face alone is for the mesh: leave --one-sided out")


@dataclass(frozen=True)
class Built:
    """What became of a set.

    Attributes:
        files: written, the rows first.
        rows: number of rows.
        dropped: portrait or pair to why it was left out.
        removed: portrait to person of whom nothing is kept any more.
        annotated: rows and agreement; None where an earlier stage was the last.
    """

    files: tuple[Path, ...]
    rows: int
    dropped: Mapping[str, str]
    removed: Mapping[str, str]
    annotated: Annotated | None = None


def build(
    portraits: Sequence[Portrait],
    out: Path,
    how: Plan,
    *,
    until: str = STAGES[-1],
    jobs: int | None = None,
    engine: Engine = "local",
    progress: Progress = silent,
) -> Built:
    """Make a set, and go on where a run was stopped.

    What earlier runs made of portraits that are no longer given is deleted first.

    Args:
        portraits: of :func:`mien.flows.ffe.portraits.portraits`.
        out: folder of the set: a new one, an empty one, or that of an earlier run.
        how: it is made.
        until: the last stage.
        jobs: number of processes, of one core each, see :func:`mien.flows.engine.each`; 1 where a
            model draws.
        engine: who works; this machine where a model draws.
        progress: told about the portraits of each stage.

    Raises:
        InputError: an unknown stage, a folder that holds other files, no portrait that is usable,
            too few people for the splits; what was left out is told, and in ``dropped.jsonl``.
        MienError: an editor or judge cannot be used; what is done is kept.
    """
    _check(out, how, until, jobs, engine)
    if not portraits:
        raise InputError("no portraits are given: name one at least")
    (out / ".ffe").mkdir(parents=True, exist_ok=True)
    removed = withdraw(out, {one.name: one.identity for one in portraits}, (ROWS, PROMPTS))
    tasks = [Collect(one, out, how.size) for one in portraits]
    done = partial(_done, jobs=jobs, engine=engine, progress=progress)
    found = without_twins(done("collect", collect, tasks, _uncollected))
    dropped = {one.portrait.name: one.reason for one in found if one.reason is not None}
    with told(out / DROPPED, dropped):
        usable = [one for one in found if one.reason is None]
        if not usable:
            raise InputError("no portrait can be used")
        if until == "collect":
            return Built((out / DROPPED,), 0, dropped, removed)
        if until != "compose":
            enough((one.portrait.identity for one in usable), how.validation, how.test)
        pieces = _composed(usable, out, how)
        write_lines(out / PROMPTS, prompts(pieces))
        if until == "compose":
            return Built((out / PROMPTS, out / DROPPED), 0, dropped, removed)
        rows = _generated(pieces, dropped, how.seed, done)
        annotated = None
        if until == "annotate":
            annotated = annotate(
                rows, out, how.judging, jobs=jobs, engine=engine, progress=progress
            )
            rows = _scored(annotated, dropped)
        rows = dealt(rows, how.validation, how.test, how.seed)
        jsonl.write(rows, out / ROWS)
    files = out / ROWS, out / PROMPTS, out / DROPPED
    return Built(files, len(rows), dropped, removed, annotated)


def _check(out: Path, how: Plan, until: str, jobs: int | None, engine: Engine) -> None:
    if until not in STAGES:
        raise InputError(f"unknown stage {until!r}: use {', '.join(STAGES)}")
    if jobs is not None and jobs < 1:
        raise InputError(f"jobs={jobs}: at least one process is needed")
    if how.backend is not MESH and (engine != "local" or jobs not in {None, 1}):
        raise InputError(f"one process of this machine draws with {how.backend.name}: use 1 job")
    if how.pictures is not None and not how.pictures.is_dir():
        raise InputError(f"{how.pictures}: no such folder: give the one with the pictures")
    if out.exists() and not out.is_dir():
        raise InputError(f"{out}: is a file: give the name of a folder to make")
    if out.is_dir() and any(out.iterdir()) and not (out / ".ffe").is_dir():
        raise InputError(f"{out}: holds other files: give the name of another folder")


def _composed(usable: Iterable[Collected], out: Path, how: Plan) -> list[Piece]:
    """What is wanted of each portrait, of the categories that somebody can score."""
    known = how.judging.known()
    own = tuple(name for name in how.composition.categories if name in known)
    chosen = replace(how.composition, categories=own)
    return [
        Piece(
            one,
            tuple(compose(one.portrait.name, chosen, how.seed)),
            out,
            how.backend,
            how.pictures,
        )
        for one in usable
    ]


def _generated(
    pieces: Sequence[Piece], dropped: dict[str, str], seed: int, done: Callable[..., list[Any]]
) -> list[Row]:
    """Rows of all pieces; pairs that could not be made go to those that are dropped."""
    rows = []
    for piece, made in zip(pieces, done("generate", generate, pieces, _unmade), strict=True):
        good, bad = rows_of(piece, made, seed)
        rows += good
        dropped |= bad
    if not rows:
        raise InputError("no pair of edits could be made")
    return rows


def _done(
    stage: str,
    work: Any,
    tasks: Sequence[Any],
    lost: Any,
    *,
    jobs: int | None,
    engine: Engine,
    progress: Progress,
) -> list[Any]:
    """Every task of a stage, done."""
    answers = []
    progress(stage, 0, len(tasks))
    with closing(each(work, tasks, jobs, engine=engine, lost=lost)) as finished:
        for number, (_, answer) in enumerate(finished, start=1):
            answers.append(answer)
            progress(stage, number, len(tasks))
    return answers


def _uncollected(task: Collect, why: str) -> Collected:
    return Collected(task.portrait, why)


def _unmade(piece: Piece, why: str) -> dict[str, Any]:
    return {name: {"reason": why} for name in piece.wanted}


def _scored(found: Annotated, dropped: dict[str, str]) -> list[Row]:
    """Rows whose targets have a score for their own category; the others are dropped."""
    good = []
    for row in found.rows:
        if all(one.scores[one.category] is not None for one in row.dst):
            good.append(row)
        else:
            dropped[row.id] = "no judge sees a face on an edit, or can say what it shows"
    if not good:
        raise InputError("no row could be scored: no judge sees a face on the edits")
    return good
