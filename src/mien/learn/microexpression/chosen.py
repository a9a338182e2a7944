"""The clips of a set that can be trained on; what is wrong is said before anything is filmed."""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mien.capture.learned.labels import CLASSES, EMOTIONS
from mien.core.errors import InputError
from mien.core.seams import Say, unheard
from mien.learn import clip_log
from mien.learn.datasets.schema import Clip
from mien.learn.datasets.table import DATASETS, load
from mien.learn.microexpression.emotions import THREE
from mien.learn.microexpression.held import Origin

_LABELS = frozenset(one.casefold() for one in (*CLASSES, *EMOTIONS, *THREE))
_UNIT = re.compile(r"0|(AU0*)?[1-9]\d?[LR]?", re.IGNORECASE)


@dataclass(frozen=True)
class Chosen:
    """Micro-expressions of a set, without those that have errors.

    Attributes:
        origin: which set.
        folder: that their ``frame_dir`` is below.
        clips: with labels.
        faulty: how many were left out.
    """

    origin: Origin
    folder: Path
    clips: tuple[Clip, ...]
    faulty: int = 0


def chosen(name: str, root: Path, say: Say = unheard) -> Chosen:
    """Read a set and leave out what is wrong.

    Args:
        name: of the set, as for ``mien data``.
        root: its folder, or the sheet in it.
        say: is given a line for every error.

    Raises:
        InputError: a set that cannot be used, a name that the logs have no place for, or no clip
            without an error.
    """
    loaded = load(name, root)
    errors = [one for one in loaded.findings if one.kind == "error"]
    for one in errors:
        say(f"{one.where}: {one.what}")
    places = [one.where for one in errors]
    micro = [clip for clip in loaded.clips if clip.event_type == "micro"]
    clips = [clip for clip in micro if not _among(clip, places)]
    if errors:
        say(
            f"{name}: {len(micro) - len(clips)} of {len(micro)} clips are left out for these errors"
        )
    if not clips:
        raise InputError(f"{root}: no clip can be used: mien data check {name} says what is wrong")
    for clip in clips:
        clip_log.words(clip.dataset, clip.subject, clip.clip)
    sets = sorted({clip.dataset for clip in clips})
    folder = root if root.is_dir() else root.parent
    title = sets[0] if len(sets) == 1 else name
    origin = Origin(title, str(folder.resolve()), _digest(clips))
    return Chosen(origin, folder, tuple(clips), len(micro) - len(clips))


def check_apart(parts: Sequence[Chosen]) -> None:
    """Refuse sets that cannot be left out one by one.

    Raises:
        InputError: two of them have one name, somebody is in two of them under one name, or a name
            would be misread in the logs.
    """
    whose: dict[tuple[str, str], str] = {}
    names: set[str] = set()
    for part in parts:
        name = part.origin.name
        if name in names:
            raise InputError(
                f"{name}: is there twice: name the sets in the column dataset of each clips.csv"
            )
        names.add(name)
        people = {(clip.dataset, clip.subject) for clip in part.clips}
        if both := sorted(people & whose.keys()):
            told = "/".join(both[0])
            raise InputError(f"{told} is in {whose[both[0]]} and in {name}: leave one of them out")
        whose |= dict.fromkeys(people, name)
    if len({name for name, _ in whose}) > 1:
        _check_subjects(whose)


def _among(clip: Clip, places: Sequence[str]) -> bool:
    """Whether an error is about a clip; it says so at the end of where it is."""
    return any(place.endswith(f"({clip.subject} {clip.clip})") for place in places)


def _check_subjects(people: Iterable[tuple[str, str]]) -> None:
    """A set that nobody knows must not open with a line that reads as a clip and its label."""
    for name, subject in people:
        if name not in DATASETS and (subject.casefold() in _LABELS or _UNIT.fullmatch(subject)):
            told = f"reads as a label in the logs: call it s{subject}"
            raise InputError(f"{name}: subject {subject} {told}")


def _digest(clips: Sequence[Clip]) -> str:
    """Of who is in them, where the images are, and what is said of them."""
    rows = [
        (
            *(clip.dataset, clip.subject, clip.clip, clip.fps, clip.onset, clip.apex, clip.offset),
            *(clip.au_raw, clip.emotion, clip.objective_class),
            *(clip.frame_dir, clip.frame_template, clip.first_index),
        )
        for clip in clips
    ]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()
