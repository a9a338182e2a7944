"""What was left out, and why: in a file beside the rows, and in what is raised because of it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from mien.core.errors import InputError, MienError
from mien.media.files import atomic

_SHOWN = 5  # reasons in a message


@contextmanager
def told(path: Path, dropped: Mapping[str, str]) -> Iterator[None]:
    """Write at the end what was left out, whether or not anything came of the rest.

    Args:
        path: of the file.
        dropped: name to reason; it may grow in the block.

    Raises:
        InputError: that of the block, with the first reasons.
        MienError: any other of the block.
    """
    try:
        yield
    except MienError as error:
        _write(path, dropped)
        some = "; ".join(f"{name} {why}" for name, why in islice(dropped.items(), _SHOWN))
        more = f"; all {len(dropped)} are in {path}" if len(dropped) > _SHOWN else ""
        if not some or not isinstance(error, InputError):
            raise
        raise InputError(f"{error}; left out: {some}{more}") from error
    _write(path, dropped)


def write_lines(path: Path, lines: Iterable[Mapping[str, object]]) -> None:
    """Write objects as JSON lines.

    Raises:
        MediaError: the file cannot be written.
    """
    with atomic(path) as part, part.open("w", encoding="utf-8", newline="\n") as file:
        for line in lines:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _write(path: Path, dropped: Mapping[str, str]) -> None:
    write_lines(path, ({"name": name, "reason": why} for name, why in dropped.items()))
