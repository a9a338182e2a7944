"""The log of recognition, as the challenge of 2019 (MEGC) asks for it; who trains writes it.

A line ``set subject`` opens a fold, a line ``file truth predicted`` follows for each of its clips.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mien.core.errors import InputError
from mien.media.files import atomic


@dataclass(frozen=True)
class Line:
    """A clip and what it was called.

    Attributes:
        set: name of the data set.
        subject: who it is.
        file: name of the clip.
        truth: the label.
        predicted: what it was called.
    """

    set: str
    subject: str
    file: str
    truth: str
    predicted: str


def write(lines: Iterable[Line], path: Path) -> None:
    """Write a log, a fold for each subject.

    Raises:
        InputError: a word with a blank or a comma in it.
        MediaError: the file cannot be written.
    """
    folds: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        folds.setdefault((line.set, line.subject), []).append(line)
    told = []
    for fold, own in folds.items():
        told.append(words(*fold))
        told += [words(one.file, one.truth, one.predicted) for one in own]
    with atomic(path) as part:
        part.write_text("\n".join(told) + "\n", "utf-8")


def words(*parts: str) -> str:
    """Words as a line of a log.

    Raises:
        InputError: a word that is empty, or has a blank or a comma in it.
    """
    for part in parts:
        if not re.fullmatch(r"[^,\s]+", part):
            raise InputError(f"{part!r}: a log has no place for an empty name, blanks or commas")
    return " ".join(parts)
