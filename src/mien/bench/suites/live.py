"""Is ``mien live`` fast, prompt, steady and as good as reading afterwards?

Speed, latency and memory are measured on this machine as it is: leave it alone meanwhile.
"""

import tempfile
from pathlib import Path

from mien.bench.live_faults import faults
from mien.bench.live_runs import growth, latency, speed
from mien.bench.live_spots import rows_of, spotted
from mien.bench.result import Result, Row
from mien.core.errors import InputError
from mien.core.seams import Progress, silent


def run(
    data: Path,
    progress: Progress = silent,
    jobs: int = 1,
    share: float = 0.1,
    minutes: float = 1.0,
) -> Result:
    """All figures of ``mien live``.

    Args:
        data: folder with ``london/``, and ``peers`` beside it; see docs/bench.md.
        progress: told about each step.
        jobs: how many processes share the clips on which spotting is compared.
        share: of these clips, 0 (none) to 1.
        minutes: how long memory is watched; 0: not at all.

    Raises:
        InputError: a share or time that is none.
    """
    if not 0.0 <= share <= 1.0 or minutes < 0.0:
        raise InputError("--share is a part of the clips, 0 to 1; --minutes at least 0")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="mien-live-") as name:
        folder = Path(name)
        progress("speed", 0, 4)
        rows.append(speed(data, folder))
        progress("latency", 1, 4)
        rows += latency(data, folder)
        progress("faults", 2, 4)
        rows += faults(data, folder)
        progress("memory", 3, 4)
        if minutes:
            rows.append(growth(data, folder, minutes))
    done = []
    if share:
        for number, count, one in spotted(data, share, jobs):
            done.append(one)
            progress("spot", number, count)
        rows += rows_of(sorted(done, key=lambda one: one.case.name))
    return Result(tuple(rows))
