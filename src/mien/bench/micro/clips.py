"""Clips of labelled sets with what they were called, and their counts by person and by set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from mien.bench.micro.metrics import Counted
from mien.core.errors import InputError


@dataclass(frozen=True)
class Clip:
    """A clip of a labelled set, with what it is called.

    Attributes:
        set: name of the data set.
        subject: who it is, of their own within the set.
        file: name of the clip, of its own within the subject.
        truth: the label.
        predicted: what it was called.
        where: file and line it comes from, for messages.
    """

    set: str
    subject: str
    file: str
    truth: str
    predicted: str
    where: str = field(default="", compare=False)

    @property
    def person(self) -> str:
        """Set and subject."""
        return f"{self.set}/{self.subject}"


def classes(clips: Sequence[Clip], names: Sequence[str]) -> tuple[list[int], list[int]]:
    """Labels and what was called, as places in a list of classes.

    Args:
        clips: whose labels are names of the list, or places in it from 0.
        names: of the classes.

    Raises:
        InputError: another label.
    """
    place: Mapping[str, int] = {
        **{str(i): i for i in range(len(names))},
        **{name.lower(): i for i, name in enumerate(names)},
    }
    found: tuple[list[int], list[int]] = ([], [])
    for clip in clips:
        for side, label in zip(found, (clip.truth, clip.predicted), strict=True):
            if label.lower() not in place:
                known = ", ".join(f"{i} {name}" for i, name in enumerate(names))
                raise InputError(f"{clip.where}: {label} is no class: {known}")
            side.append(place[label.lower()])
    return found


def grouped(clips: Sequence[Clip], counts: Sequence[Counted]) -> dict[str, Counted]:
    """Counts of each person, of all clips (``all sets``) and, where there are several, of each set.

    Args:
        clips: whose.
        counts: of each clip, of one shape.

    Returns:
        Name to shape (people, ...).
    """
    people: dict[tuple[str, str], list[Counted]] = {}
    for clip, own in zip(clips, counts, strict=True):
        people.setdefault((clip.set, clip.subject), []).append(own)
    sums = {key: np.sum(own, axis=0) for key, own in people.items()}
    sets = dict.fromkeys(name for name, _ in sums)
    everyone = {"all sets": np.array(list(sums.values()))}
    if len(sets) == 1:
        return everyone
    return everyone | {
        one: np.array([own for (name, _), own in sums.items() if name == one]) for one in sets
    }
