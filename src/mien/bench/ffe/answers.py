"""What was said about pictures, kept line by line: a run may be stopped between any two."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from mien.bench.ffe.witnesses import Said
from mien.core.errors import InputError

Known = dict[str, dict[str, Said]]  # key of a picture to fingerprint to what was said


@dataclass(frozen=True)
class Answer:
    """A line.

    Attributes:
        picture: key of the picture.
        by: fingerprint of the witness.
        said: names and numbers; empty where it saw no face.
    """

    picture: str
    by: str
    said: Said


@contextmanager
def keeping(store: Path) -> Iterator[Callable[[Answer], None]]:
    """Something that puts an answer on disk at once; several processes may do so together."""
    with store.open("a", encoding="utf-8") as file:

        def keep(answer: Answer) -> None:
            file.write(json.dumps(asdict(answer)) + "\n")
            file.flush()  # a line is less than the buffer, so that it goes out in one piece

        yield keep


def kept(store: Path) -> Known:
    """What an earlier run was told; the line at which it was stopped is cut off.

    Raises:
        InputError: a line that mien did not write.
    """
    if not store.is_file():
        return {}
    content = store.read_bytes()
    end = content.rfind(b"\n") + 1
    known: Known = {}
    for number, line in enumerate(content[:end].splitlines(), start=1):
        try:
            answer = Answer(**json.loads(line))
            known.setdefault(answer.picture, {})[answer.by] = dict(answer.said)
        except (ValueError, TypeError, RecursionError):
            raise InputError(
                f"{store}:{number}: is damaged: remove the line, or give another folder with --out"
            ) from None
    if end < len(content):
        with store.open("r+b") as file:
            file.truncate(end)
    return known
