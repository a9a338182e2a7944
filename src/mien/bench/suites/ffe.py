"""FFE-Bench: how well an editor makes expressions, whoever made it (arXiv 2603.25728, section 4).

Every portrait is turned into every category at every strength of a grid; judges who see nothing but
the picture say what it shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from mien.bench.ffe.cases import Portrait, portraits
from mien.bench.ffe.curves import measured_strengths
from mien.bench.ffe.editors import MESH, Editor, editor_named
from mien.bench.ffe.figures import COLUMNS, Content, Figure, JudgeFigures
from mien.bench.ffe.page import page
from mien.bench.ffe.page_table import number
from mien.bench.ffe.reading import READING
from mien.bench.ffe.run import Job, verdicts, witnesses
from mien.bench.ffe.tell import AT, content
from mien.bench.result import Result, Row
from mien.core.errors import InputError
from mien.core.expression import MAX_STRENGTH
from mien.core.places import models_folder
from mien.core.seams import Progress, silent
from mien.edit.strengths import save_strengths
from mien.judge.judge import Judge
from mien.judge.table import judge_named
from mien.media.files import atomic

GRID = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, MAX_STRENGTH)
PAGE, CURVES = "index.html", "curves.json"
_READER = "reader"
_FLOORS = {"mscr": 0.10, "acc6": 0.75, "cls6": 0.90, "hes": 0.4723, "id": 0.80}
_FLOORS_FOR = (MESH, "blendshapes")  # editor and judge


@dataclass(frozen=True)
class Judged(Result):
    """All figures, and what tells more.

    Attributes:
        files: the page; then the curves of the strengths, where they were read.
    """

    files: tuple[Path, ...] = ()


def run(
    data: Path,
    progress: Progress = silent,
    jobs: int = 1,
    *,
    editor: str = MESH,
    judges: Sequence[str] = ("blendshapes",),
    out: Path = Path("out/ffe"),
    strengths: Sequence[float] = GRID,
    people: int | None = None,
) -> Judged:
    """All figures of an editor; writes ``index.html`` into ``out`` and keeps what was made there.

    Where mien's own reader is among the judges and 0 among the strengths, it writes what they
    amount to as ``curves.json`` too.

    Args:
        data: see :func:`mien.bench.ffe.cases.portraits`. The judges' models are in the folder
            ``models`` beside it, or where mien keeps its own.
        progress: told about each portrait.
        jobs: how many processes share the portraits.
        editor: see :func:`mien.bench.ffe.editors.editor_named`.
        judges: see :func:`mien.judge.table.judge_named`.
        out: folder for the page and all that was made and said; the same command goes on there.
        strengths: the grid, rising, 1 among them; 0 is the picture as it is.
        people: how many portraits at most.

    Raises:
        InputError: an unknown editor or judge, one that can tell nothing of what is asked for, a
            grid that is none, or no portraits.
        JudgeError: a judge cannot be asked.
    """
    chosen = editor_named(editor)
    grid = _checked(strengths, chosen)
    theirs = data.absolute().parent / "models"
    models = theirs if theirs.is_dir() else models_folder()
    names = tuple(dict.fromkeys(judges))
    job = Job(editor, names, grid, models, out, reads=_READER in names and grid[0] == 0)
    everyone = portraits(data, people)
    named = _judges(names, models, everyone)
    *_, likeness, build = watching = witnesses(job)
    found = []
    for one in verdicts(job, everyone, jobs):
        found.append(one)
        progress("portraits", len(found), len(everyone))
    told = content(chosen.name, found, named, likeness, build, grid, data.name)
    files = [out / PAGE]
    if job.reads:
        reading = next(one for one in watching if one.name == READING)
        # Only the reader compares: no other judge is asked, or sent pictures.
        beside = replace(job, editor=MESH, judges=(), strengths=(0.0, AT))
        mesh = []
        for one in verdicts(beside, everyone, jobs):
            mesh.append(one)
            progress("the mesh, to compare", len(mesh), len(everyone))
        drawn = measured_strengths(found, mesh, reading, likeness, grid, chosen.details)
        if drawn is not None:
            told = replace(told, curves=drawn.curves)
            files.append(out / CURVES)
            save_strengths(files[-1], drawn)
    with atomic(files[0]) as file:
        file.write_text(page(told), "utf-8")
    rows = (row for judge in told.judges for row in _rows(judge, told, editor))
    return Judged(tuple(rows), tuple(files))


def _checked(strengths: Sequence[float], editor: Editor) -> tuple[float, ...]:
    grid = tuple(float(strength) for strength in strengths)
    rising = all(a < b for a, b in pairwise(grid))
    told = ",".join(f"{strength:g}" for strength in grid)
    if len(grid) < 3 or not rising or grid[0] < 0 or AT not in grid:
        raise InputError(f"--strengths {told}: give three or more, rising from 0, 1 among them")
    if grid[-1] > editor.strongest:
        raise InputError(
            f"--strengths {told}: the editor {editor.name} goes up to {editor.strongest:g}"
        )
    return grid


def _judges(names: Sequence[str], models: Path, everyone: Sequence[Portrait]) -> list[Judge]:
    wanted = {category for one in everyone for category in one.wanted}
    named = [judge_named(name, models) for name in names]
    for judge in named:
        if not wanted & set(judge.classes):
            raise InputError(
                f"judge {judge.name}: tells none of {', '.join(sorted(wanted))}: give another one"
            )
    return named


def _rows(judge: JudgeFigures, told: Content, editor: str) -> list[Row]:
    kin = ", same family" if judge.kin else ""
    rows = []
    for column in COLUMNS:
        figure = judge.figures.get(column.key)
        if figure is None:
            continue
        floor = _FLOORS.get(column.key) if (editor, judge.judge) == _FLOORS_FOR else None
        asked = "" if floor is None else f"{'≤' if column.lower else '≥'} {floor:g}"
        held = None if floor is None else _holds(figure, floor, lower=column.lower)
        name = f"{column.title} by {judge.judge}{kin}"
        counted = f"{figure.n}, {told.portraits} people"
        rows.append(Row(name, asked, number(figure.value, 4), counted, _interval(figure), held))
    return rows


def _holds(figure: Figure, floor: float, *, lower: bool) -> bool:
    return figure.value <= floor if lower else figure.value >= floor


def _interval(figure: Figure) -> str:
    return f"{figure.low:.3f} to {figure.high:.3f}" if figure.low == figure.low else ""
