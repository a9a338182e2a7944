"""Whatever file comes: a reading or one clear line; no crash, no hang, nothing half-written."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from mien.bench.isolated import CRASHED, HUNG, isolated
from mien.bench.malformed.kinds import kind_of, write_case
from mien.bench.result import Result, Row
from mien.core.errors import MienError
from mien.core.seams import Progress, silent
from mien.flows.read_files import read_files

CASES = 1000
_LIMIT = 30.0  # seconds a case may take on a busy machine; the slowest needs one

READ, REFUSED = "read", "refused"
_FAULTS = {
    CRASHED: "processes that died",
    HUNG: f"cases that took longer than {_LIMIT:.0f} s",
    "foreign": "errors that are not mien's own",
    "unclear": "messages that are not one line",
    "partial": "outputs that are not whole, or left behind",
}


def run(data: Path, progress: Progress = silent, jobs: int = 1) -> Result:
    """1,000 malformed photos and clips through the whole reader.

    Args:
        data: not used; all cases are made here.
        progress: told about each case.
        jobs: how many processes share the cases.
    """
    del data
    endings = []
    for done, ending in enumerate(isolated(outcome, range(CASES), jobs, _LIMIT)):
        endings.append(ending)
        progress("malformed files", done + 1, CASES)
    return Result(tuple(rows(endings)))


def outcome(number: int) -> str:
    """What becomes of a case: :data:`READ`, :data:`REFUSED`, or a fault and what was said."""
    with TemporaryDirectory(prefix="mien-") as name:
        path, out = write_case(number, Path(name)), Path(name) / "out"
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                written = read_files([path], out)
        except MienError as error:
            if len(str(error).splitlines()) != 1:
                return f"unclear: {error!r}"
            left = [file.name for file in out.rglob("*")] if out.exists() else []
            return f"partial: {left}" if left else REFUSED
        except Exception as error:  # noqa: BLE001 (that there is none is what is measured)
            return f"foreign: {error!r}"
        whole = all(file.stat().st_size for file in written)
        found = sorted(file for file in out.rglob("*") if file.is_file())
        return READ if whole and found == sorted(written) else f"partial: {found}"


def rows(endings: Sequence[str]) -> list[Row]:
    """What became of the cases, counted.

    Args:
        endings: of case 0, 1, 2 ...
    """
    n = f"{len(endings)} files"
    found = [
        Row(what, "", str(endings.count(ending)), n, "", None)
        for ending, what in ((READ, "malformed files read"), (REFUSED, "refused in one line"))
    ]
    for fault, what in _FAULTS.items():
        bad = [i for i, ending in enumerate(endings) if ending.startswith(fault)]
        named = ", ".join(f"{kind_of(i)} ({i})" for i in bad[:8])
        found.append(Row(what, "0", f"{len(bad)} {named}".strip(), n, "", not bad))
    return found
