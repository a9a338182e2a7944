"""OpenFace run on a clip: FeatureExtraction of 2.2, or OpenFace 3 in an interpreter of its own.

Neither is part of mien: both are for academic use, and the pins of OpenFace 3 break ours. They run
as programs of their own, write a CSV into a folder that goes away, and are ended with us.
"""

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from mien.core.errors import InputError
from mien.landmark.backends.openface import OpenFace, read_openface
from mien.media.files import readable

PROGRAM = "FeatureExtraction"
HOW_TO = (
    "build OpenFace 2.2 (github.com/TadasBaltrusaitis/OpenFace) and give the path of its"
    f" {PROGRAM}, or the CSV that it wrote"
)

_WANTED = ("-aus", "-pose", "-2Dfp")  # of all that it can write
_NAME = "clip"
_SAID = "said.txt"
_POLL = 0.2  # seconds
_AT_LEAST, _PER_FRAME = 600.0, 2.0  # seconds after which it is taken to hang
_FRAMES = 10**6  # of a clip that does not say
_TAIL = 4096  # bytes of what it said that are looked at
_WORKER = Path(__file__).with_name("openface3_worker.py")


def feature_extraction(
    program: Path, clip: Path, frames: int | None, told: Callable[[int], None]
) -> OpenFace:
    """What OpenFace 2.2 says of a clip.

    Args:
        program: FeatureExtraction, or something that takes its arguments.
        clip: to look at.
        frames: how many it has, None where that is not known.
        told: is given the number of frames that are done.

    Raises:
        InputError: it cannot be started, fails, hangs, or writes no CSV or another one.
        MediaError: there is no such clip.
    """
    clip = readable(clip).absolute()

    def command(folder: Path) -> list[str]:
        where = ["-out_dir", str(folder), "-of", _NAME]
        return [str(program), "-f", str(clip), *where, *_WANTED]

    # Beside the program lie its models.
    return _run(command, program, frames, told, at=program.parent)


def openface3(
    interpreter: Path, clip: Path, frames: int | None, told: Callable[[int], None]
) -> OpenFace:
    """What OpenFace 3 says of a clip: scores of eight units from 0 to 1, no intensities.

    Args:
        interpreter: the Python in which OpenFace 3 is installed; ``openface download`` has put its
            weights into ``weights/`` of the current folder.
        clip: to look at.
        frames: how many it has, None where that is not known.
        told: is given the number of frames that are done.

    Raises:
        InputError: as for :func:`feature_extraction`.
        MediaError: there is no such clip.
    """
    clip = readable(clip).absolute()

    def command(folder: Path) -> list[str]:
        return [str(interpreter), str(_WORKER), str(clip), str(folder / f"{_NAME}.csv")]

    return _run(command, interpreter, frames, told, at=Path.cwd())


def _run(
    command: Callable[[Path], Sequence[str]],
    program: Path,
    frames: int | None,
    told: Callable[[int], None],
    at: Path,
) -> OpenFace:
    """Run a program that writes a CSV into a folder of its own, and read that."""
    with tempfile.TemporaryDirectory(prefix="mien-openface-") as name:
        folder = Path(name)
        limit = _AT_LEAST + _PER_FRAME * (frames or _FRAMES)
        code = _finished(command(folder), folder, at, limit, told)
        if code is None:
            raise InputError(
                f"{program}: was ended after {limit:.0f} s: it does not come to an end"
            )
        said = _last_line(folder / _SAID)
        if code:
            how = f"was ended by signal {-code}" if code < 0 else f"failed with exit code {code}"
            raise InputError(f"{program}: {how}{said}")
        tables = sorted(folder.glob("*.csv"))
        if len(tables) != 1:
            raise InputError(f"{program}: wrote {len(tables) or 'no'} CSV of the clip{said}")
        try:
            return read_openface(tables[0])
        except InputError as error:
            raise InputError(str(error).replace(str(tables[0]), f"{program}: its CSV")) from None


def _finished(
    command: Sequence[str], folder: Path, at: Path, limit: float, told: Callable[[int], None]
) -> int | None:
    """The exit code of a program; None where it was ended for taking too long."""
    with (folder / _SAID).open("wb") as said:
        try:
            process = subprocess.Popen(  # noqa: S603 (the user names the program; there is no shell)
                command,
                cwd=at,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # what it starts in turn ends with it
            )
        except OSError as error:
            reason = error.strerror or str(error)
            raise InputError(f"{command[0]}: cannot be started: {reason}: {HOW_TO}") from None
        try:
            return _awaited(process, folder, limit, told)
        finally:
            _end(process)


def _awaited(
    process: subprocess.Popen[bytes], folder: Path, limit: float, told: Callable[[int], None]
) -> int | None:
    started, rows = time.monotonic(), _Lines()
    while time.monotonic() - started < limit:
        try:
            return process.wait(_POLL)
        except subprocess.TimeoutExpired:
            for table in folder.glob("*.csv"):
                told(max(rows.in_file(table) - 1, 0))
    return None


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program and all that it has started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class _Lines:
    """Counts the lines of a file that grows."""

    def __init__(self) -> None:
        self._at = self._count = 0

    def in_file(self, path: Path) -> int:
        """How many there are by now."""
        with path.open("rb") as file:
            file.seek(self._at)
            while part := file.read(1 << 20):
                self._count += part.count(b"\n")
                self._at += len(part)
        return self._count


def _last_line(path: Path) -> str:
    """The last thing that it said, for the end of a message."""
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - _TAIL, 0))
        lines = file.read().decode("utf-8", "replace").split("\n")
    said = [" ".join(line.split()) for line in lines if line.strip()]
    return f": {said[-1][:200]}" if said else ""
