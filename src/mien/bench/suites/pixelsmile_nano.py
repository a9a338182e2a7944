"""Does the paper's claim hold in small? PixelSmile's loss and its ablations on faces of 32 px.

The small model is trained by the real trainer on edits whose look-alikes overlap; people it has
never seen are then turned into everything, and a judge that has never seen them either says what
the pictures show. The paper's claim is that the symmetric contrastive loss tells look-alikes apart,
and that continuous scores make strength linear (arXiv 2603.25728, tables 2 and 3).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mien.bench.nano import tested as testing
from mien.bench.nano.agreement import asked, judge_rows, likeness_row
from mien.bench.nano.figures import table
from mien.bench.nano.likeness import Photos, chosen, photos
from mien.bench.nano.material import Material, Scale, make
from mien.bench.nano.rows import CEILING, FLOOR, difference_rows, variant_rows
from mien.bench.nano.runs import FULL, STANDARD, Run, Wanted, made, runs, trained
from mien.bench.nano.seen import Eyes, kept
from mien.bench.nano.sheet import sheet
from mien.bench.people import Person, each, people
from mien.bench.result import Result, Row
from mien.core.extras import require
from mien.core.places import models_folder
from mien.core.seams import Progress, silent
from mien.learn.pixelsmile.config import SMALL
from mien.learn.pixelsmile.train import EXTRA

if TYPE_CHECKING:
    from mien.learn.pixelsmile.small_judge import SmallJudge

ANSWERS = "answers.npz"
WANTED = Wanted()
_JUDGE_SEED = 11  # unlike those of the stand-ins of the losses


@dataclass(frozen=True)
class Compared(Result):
    """All figures, and where the sheet is.

    Attributes:
        files: the sheet.
    """

    files: tuple[Path, ...] = ()


def run(
    data: Path,
    progress: Progress = silent,
    jobs: int = 1,
    *,
    out: Path,
    wanted: Wanted = WANTED,
    scale: Scale | None = None,
) -> Compared:
    """All figures; whatever is made stays in ``out``, and the same command goes on there.

    Args:
        data: folder with ``london/``; ``models`` beside it, or where mien keeps its own, may hold
            MobileFaceNet.
        progress: told about every part.
        jobs: how many processes share portraits and trainings.
        out: folder: ``set/``, ``runs/VARIANT-SEED/`` and the sheet; of mini they are ``runs-mini``
            and ``sheet-mini.png``.
        wanted: which trainings; all pictures are judged at 32 px.
        scale: of the set.

    Raises:
        InputError: too few photos, a folder of another set or of other runs.
        MissingExtraError: what trains is not installed.
    """
    for module in ("torch", "accelerate"):
        require(module, EXTRA)
    from mien.learn.pixelsmile.crops import together
    from mien.learn.pixelsmile.examples import gathered
    from mien.learn.pixelsmile.small_judge import NAME

    material = make(data, out / "set", scale or Scale(), jobs=jobs, progress=progress)
    suffix = "" if wanted.model == WANTED.model else f"-{wanted.model}"
    trainings = runs(wanted, material.rows, out / f"runs{suffix}")
    rows = gathered(material.rows)
    digest = together([row.digest for row in rows])
    judge = _judge(material, out / "set", progress)
    known, unknown = _photos(data, material, out / "set", progress)
    likeness = chosen(_models(data), known, rows)
    eyes = Eyes(judge, likeness, testing.read(material.tested))
    found = _trained(trainings, digest, jobs, progress)
    sources = testing.sources(material.test, eyes.tested.names, SMALL[wanted.model])
    drawn = {one.name: made(one, weights, sources) for one, weights in found.items()}
    pictures = {name: (testing.reduced(shown), seal) for name, (shown, seal) in drawn.items()}
    answers = {
        one.name: kept(eyes, pictures[one.name][0], one.folder / ANSWERS, pictures[one.name][1])
        for one in found
    }
    tables = {
        variant: table([answers[one.name] for one in trainings if one.variant == variant])
        for variant in wanted.variants
    }
    shown = {one.variant: pictures[one.name][0] for one in reversed(trainings)}  # of the first seed
    drawing = out / f"sheet{suffix}.png"
    sheet(eyes.tested, {"mesh": eyes.tested.mesh, **_two(shown)}, drawing)
    told = judge_rows(NAME, asked(judge, gathered(material.test)))
    told += [likeness_row(likeness, unknown), *_bounds(eyes)]
    for variant, one in tables.items():
        told += variant_rows(variant, one)
    return Compared((*told, *difference_rows(tables)), (drawing,))


def _judge(material: Material, folder: Path, progress: Progress) -> "SmallJudge":
    """The judge, from its own edits of the people who are trained on; learned once."""
    from mien.learn.pixelsmile import small_judge
    from mien.learn.pixelsmile.crops import together
    from mien.learn.pixelsmile.examples import gathered

    rows = gathered(material.judge)
    seal = together([f"{_JUDGE_SEED}", *(row.digest for row in rows)])
    file = folder / f"{small_judge.NAME}.safetensors"
    judge = small_judge.load(file, seal)
    if judge is None:
        judge = small_judge.learned(rows, _JUDGE_SEED, seal, progress)
        small_judge.save(judge, file)
    return judge


def _photos(
    data: Path, material: Material, folder: Path, progress: Progress
) -> tuple[Photos, Photos]:
    """Two photos of everybody who is trained on, and of everybody who is tested."""
    everyone = people(data)
    found = photos(everyone, folder / "photos.npz", progress)
    names = [one.name for one in everyone]

    def of(part: Sequence[Person]) -> Photos:
        at = [names.index(one.name) for one in part]
        return Photos(found.squares[at], found.points[at])

    return of(material.people.train), of(material.people.test)


def _models(data: Path) -> Path:
    beside = data.absolute().parent / "models"
    return beside if beside.is_dir() else models_folder()


def _trained(wanted: Sequence[Run], digest: str, jobs: int, progress: Progress) -> dict[Run, Path]:
    """Every run and its weights."""
    if jobs == 1:
        return {one: trained(one, digest, progress) for one in wanted}
    found = {}
    train = partial(trained, digest=digest)
    for one, weights in zip(wanted, each(train, wanted, jobs), strict=True):
        found[one] = weights
        progress("trainings", len(found), len(wanted))
    return found


def _bounds(eyes: Eyes) -> list[Row]:
    """What the best and the worst come to by the same judge: the mesh itself, and nothing done."""
    mesh = eyes.tested.mesh
    still = np.broadcast_to(eyes.tested.sources[:, None, None], mesh.shape)
    return [
        row
        for name, pictures in ((CEILING, mesh), (FLOOR, still))
        for row in variant_rows(name, table([eyes.seen(pictures)]))
    ]


def _two(shown: Mapping[str, NDArray[np.uint8]]) -> dict[str, NDArray[np.uint8]]:
    """Full and one other, for the sheet."""
    names = sorted(
        shown, key=lambda name: (name != FULL, STANDARD.index(name) if name in STANDARD else 9)
    )
    return {name: shown[name] for name in names[:2]}
