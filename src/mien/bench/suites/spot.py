"""Are micro-expressions found, where they are and only there? On clips with known truth.

Faces of real people, 300 px wide, moved by shapes and curves that mien's own spotter does not
contain, filmed cleanly and with everything that goes wrong with cameras and heads.
"""

import tempfile
from pathlib import Path

from mien.bench.result import Result
from mien.bench.spot_beside import rows_beside
from mien.bench.spot_cases import matrix, subset
from mien.bench.spot_rows import rows_of
from mien.bench.spot_run import outcomes
from mien.core.errors import InputError
from mien.core.seams import Progress, silent


def run(
    data: Path,
    progress: Progress = silent,
    jobs: int = 1,
    share: float = 1.0,
    out: Path | None = None,
) -> Result:
    """All figures of spotting.

    Args:
        data: folder with ``london/``, and ``peers`` beside it; see docs/bench.md.
        progress: told about each clip.
        jobs: how many processes share the clips.
        share: of every cell of the matrix, above 0 and up to 1, for a quicker look.
        out: folder that keeps what each clip gave, so that a stopped run goes on; begin a new one
            when the code has changed. None: nothing is kept.

    Raises:
        InputError: a share that is none.
    """
    if not 0.0 < share <= 1.0:
        raise InputError(f"--share is a part of the clips, above 0 and up to 1, not {share:g}")
    cases = subset(matrix(), share)
    with tempfile.TemporaryDirectory(prefix="mien-spot-") as spare:
        done = []
        for one in outcomes(cases, data, out or Path(spare), jobs):
            done.append(one)
            progress("spot", len(done), len(cases))
    order = {case.name: i for i, case in enumerate(cases)}
    done.sort(key=lambda one: order[one[0].name])
    return Result((*rows_of(done), *rows_beside(done)))
