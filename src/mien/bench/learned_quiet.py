"""Is the model silent where nothing happens? Windows of clips without any expression.

The model is asked about a moment at which nothing was spotted, which a reading never does: harder
than what it is used for. It is asked of the motion alone, as where it decides what is listed.
"""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mien.anatomy.threads import one_thread
from mien.bench.people import each
from mien.bench.result import Row
from mien.bench.spot_cases import Case, matrix
from mien.bench.spot_scene import film
from mien.capture.learned.grid import STEPS
from mien.capture.learned.opinion import Model
from mien.capture.learned.window import FORM
from mien.core.facs import COLUMNS
from mien.core.seams import Progress
from mien.flows.learned import Moment, windows
from mien.flows.read import read
from mien.media.files import atomic

KINDS = ("noise", "blink", "flicker", "yaw")
_SILENT = KINDS[:3]  # of which silence is asked
_EACH = 2  # clips of each kind and rate
_ONSET, _APEX = 0.75, 0.9  # seconds
_ASKED = 0.9


@dataclass(frozen=True)
class _Work:
    case: Case
    data: Path
    store: Path


def rows(model: Model, data: Path, folder: Path, jobs: int, progress: Progress) -> Iterator[Row]:
    """A row for each kind of clip: how often no expression is the likeliest.

    Args:
        model: to be asked.
        data: folder with ``london/``.
        folder: keeps the windows.
        jobs: how many processes share the clips.
        progress: told about the clips.
    """
    chosen = _chosen()
    folder.mkdir(parents=True, exist_ok=True)
    work = [_Work(case, data, folder / f"{_key(case)}.npz") for case in chosen]
    for done, _ in enumerate(each(_made, work, jobs), start=1):
        progress("quiet", done, len(work))
    for kind in KINDS:
        own = [one.store for one in work if one.case.confound == kind]
        silent = [_silent(model, store) for store in own]
        share = sum(silent) / len(silent)
        asked = kind in _SILENT
        yield Row(
            f"nothing happens but {kind}: no expression is likeliest",
            f"≥ {_ASKED:g}" if asked else "",
            f"{share:.3f}",
            f"{len(silent)} clips",
            "",
            share >= _ASKED if asked else None,
        )


def _chosen() -> Sequence[Case]:
    cells: dict[tuple[str, float], list[Case]] = {}
    for case in matrix():
        if case.group == "quiet" and case.confound in KINDS:
            cells.setdefault((case.confound, case.rate), []).append(case)
    return [case for cell in cells.values() for case in cell[:_EACH]]


def _key(case: Case) -> str:
    return f"quiet-{FORM}-{case.name.replace('/', '-')}"


def _made(work: _Work) -> None:
    """The window of one clip; none where too little was seen."""
    if work.store.is_file():
        return
    with tempfile.TemporaryDirectory(prefix="mien-learned-") as spare, one_thread():
        clip = Path(spare) / "clip.mp4"
        film(work.case, work.data, clip)
        reading = read(clip, learned=False)
        moment = Moment(0, _ONSET, _APEX)
        found = windows(clip, reading.track, reading.neutrals, [moment])
    there = [one for one in found if one is not None]
    with atomic(work.store) as part, part.open("wb") as file:
        np.savez_compressed(file, windows=np.array(there))


def _silent(model: Model, store: Path) -> bool:
    with np.load(store) as stored:
        windows = stored["windows"]
    untold = np.zeros((len(windows), STEPS, len(COLUMNS)), np.float32)
    return all(next(iter(one.classes)) == "none" for one in model.opinions(windows, untold))
