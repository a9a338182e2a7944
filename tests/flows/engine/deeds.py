"""Work for the processes of the tests, which import it by name."""

import os
import time
from pathlib import Path

from mien.core.errors import InputError


def double(number: int) -> int:
    return 2 * number


def die_at(fatal: int, number: int) -> int:
    if number == fatal:
        os._exit(3)
    return 2 * number


def die_once(trace: Path) -> str:
    if not trace.exists():
        trace.touch()
        os._exit(3)
    return "alive"


def refuse(number: int) -> int:
    raise InputError(f"{number}: is not wanted")


def take_long(trace: Path) -> None:
    trace.write_text("begun")
    try:
        time.sleep(120)
    finally:
        trace.write_text("cleaned up")


def take_notes(folder: Path, number: int) -> int:
    """Leave a trace of every attempt."""
    (folder / f"{number}-{os.getpid()}").touch()
    time.sleep(1 + number % 2)  # never two at once
    return 2 * number


def threads(_: int) -> tuple[str | None, int]:
    import cv2

    return os.environ.get("OMP_NUM_THREADS"), cv2.getNumThreads()
