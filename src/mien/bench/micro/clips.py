"""Clips of labelled sets with what they were called, and their counts by person and by set."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from mien.bench.micro.metrics import Counted
from mien.core.errors import InputError
from mien.learn.clip_log import Line


@dataclass(frozen=True)
class Clip(Line):
    """A clip of a labelled set with what it is called, as it was read.

    Attributes:
        where: file and line it comes from, for messages.
    """

    where: str = field(default="", compare=False)

    @property
    def person(self) -> str:
        """Set and subject."""
        return f"{self.set}/{self.subject}"


def places(names: Sequence[str]) -> dict[str, int]:
    """What a label can say, in small letters, to the class: names, and their places from 0."""
    return {
        **{str(i): i for i in range(len(names))},
        **{name.lower(): i for i, name in enumerate(names)},
    }


def classes(clips: Sequence[Clip], names: Sequence[str]) -> tuple[list[int], list[int]]:
    """Labels and what was called, as places in a list of classes.

    Args:
        clips: whose labels are names of the list, or places in it from 0.
        names: of the classes.

    Raises:
        InputError: another label.
    """
    place = places(names)
    found: tuple[list[int], list[int]] = ([], [])
    for clip in clips:
        for side, label in zip(found, (clip.truth, clip.predicted), strict=True):
            if label.lower() not in place:
                known = ", ".join(f"{i} {name}" for i, name in enumerate(names))
                told = f"{label} is no class: {known} (or name classes with --classes)"
                raise InputError(f"{clip.where}: {told}")
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
