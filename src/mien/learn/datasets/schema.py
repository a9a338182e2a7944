"""One form for the labelled expressions of every set, whatever its own sheets look like."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mien.core import au_string
from mien.core.au_string import CodedUnit

EVENT_TYPES = ("micro", "macro")

# How sets write the same emotion; anything else stays as it is, in small letters.
_EMOTIONS: Mapping[str, str] = MappingProxyType(
    {
        "angry": "anger",
        "disgusted": "disgust",
        "fearful": "fear",
        "happy": "happiness",
        "negtive": "negative",
        "other": "others",
        "sad": "sadness",
        "suprise": "surprise",
        "surprised": "surprise",
    }
)


@dataclass(frozen=True)
class Clip:
    """One labelled expression.

    Attributes:
        dataset: name of the set, as in :mod:`mien.learn.datasets.table`.
        subject: who, in the spelling of the folders (``"01"``, ``"006"``).
        clip: name of the expression, unlike any other of the subject.
        video: the recording it is part of; equal to ``clip`` where each has its own.
        event_type: ``"micro"`` or ``"macro"``.
        fps: frames per second of the recording.
        onset: first frame of the expression, in the numbers that the images have.
        apex: frame of the strongest movement; None where nobody said.
        offset: last frame, which is part of the expression.
        au_raw: the coders' cell, unchanged.
        aus: what it says; None where nothing is coded, which is not the same as no movement.
        emotion_raw: the sheet's word, unchanged.
        emotion: the same word for the same emotion in all sets; empty where there is none.
        objective_class: ``"I"`` to ``"VII"``, as the sheet has it; empty where it has none.
        frame_dir: folder of the images, below the folder of the set, with forward slashes.
        frame_template: name of an image, ``frame_template.format(number)``.
        first_index: number of the first image there, so that frame ``n`` of the sheet is the
            ``n - first_index``-th from 0.
        flags: what to know about it, each a few words.
    """

    dataset: str
    subject: str
    clip: str
    video: str
    event_type: str
    fps: float
    onset: int
    apex: int | None
    offset: int
    au_raw: str
    aus: tuple[CodedUnit, ...] | None
    emotion_raw: str
    emotion: str
    objective_class: str
    frame_dir: str
    frame_template: str
    first_index: int
    flags: tuple[str, ...] = ()

    @property
    def duration(self) -> float:
        """Seconds, both ends included."""
        return (self.offset - self.onset + 1) / self.fps


@dataclass(frozen=True)
class Entry:
    """A clip and where its label stands.

    Attributes:
        clip: the label.
        file: name of the sheet, or of the folder that is the label.
        row: as a spreadsheet counts it, from 1; 0 for a folder.
        index: row below the header, from 0; -1 for a folder.
        count: rows of the table; 0 for a folder.
        folders: where its images may be, below some folder of the set; the first that is there
            counts. ``*`` stands for anything.
    """

    clip: Clip
    file: str
    row: int
    index: int
    count: int
    folders: tuple[str, ...]

    @property
    def where(self) -> str:
        """For messages."""
        place = f"{self.file} row {self.row}" if self.row else self.file
        return f"{place} ({self.clip.subject} {self.clip.clip})"


@dataclass(frozen=True)
class Finding:
    """Something about a copy of a set.

    Attributes:
        kind: ``"error"`` (a check does not hold), ``"fixed"`` (a rule was applied) or ``"note"``.
        where: file and row, or folder.
        what: is wrong or was done; an error says what to do.
    """

    kind: str
    where: str
    what: str


def emotion_of(raw: str) -> str:
    """The common word for a sheet's one: ``" Other "`` and ``"Others"`` are ``"others"``."""
    word = " ".join(raw.split()).casefold()
    return _EMOTIONS.get(word, word)


def one_spelling(subject: str) -> str:
    """The same for ``Ben`` and ``ben``, and for ``1``, ``01`` and ``001``."""
    plain = unicodedata.normalize("NFKC", subject).casefold()
    return re.sub(r"(?<!\d)0+(?=\d)", "", plain)


def coded(cell: object) -> tuple[str, tuple[CodedUnit, ...] | None, tuple[str, ...]]:
    """``au_raw``, ``aus`` and the flags of a cell of action units."""
    parsed = au_string.parse(cell)
    return parsed.text, parsed.units, tuple(f"AU cell: {line}" for line in parsed.warnings)
