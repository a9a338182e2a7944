"""All that is promised of the editor: what it does, how it looks, what stays, drawings, clips."""

from pathlib import Path

from mien.bench.result import Result
from mien.bench.suites import drawings, occlusion, realism, response, video
from mien.core.seams import Progress, silent

_PARTS = (response, realism, occlusion, drawings, video)


def run(data: Path, progress: Progress = silent, jobs: int = 1) -> Result:
    """Every figure of the editor.

    Args:
        data: folder with ``london/``, ``clips/`` and ``drawings/`` and, beside it, ``models/``; see
            docs/bench.md.
        progress: told about each person, drawing and step.
        jobs: how many processes share the people.
    """
    return Result(tuple(row for part in _PARTS for row in part.run(data, progress, jobs).rows))
