"""Tallies of a copy beside the published ones, so that one sees at once whether it is complete."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from statistics import fmean
from typing import Any

from mien.core.au_string import present
from mien.learn.datasets.labelled import CLASSES
from mien.learn.datasets.objective import objective_class
from mien.learn.datasets.schema import EVENT_TYPES, Clip


@dataclass(frozen=True)
class Tally:
    """What a list of clips holds.

    Attributes:
        clips: how many.
        subjects: how many people; those of different sets are different.
        videos: how many recordings.
        types: micro and macro.
        emotions: clips by emotion, the commonest first; no emotion counts as ``"none"``.
        parts: clips by set and emotion, where there are several sets.
        fps: clips by rate.
        aus: clips by the number of an action unit, ascending.
        coded: clips with action units.
        objective: clips by the sheet's objective class.
        derived: clips by the class that follows from their action units.
        agree: clips whose two classes are the same, of those that have both.
        both: clips that have both.
        durations: shortest, mean and longest expression, seconds, of those that do not end before
            they begin; None where there are none.
    """

    clips: int
    subjects: int
    videos: int
    types: Mapping[str, int]
    emotions: Mapping[str, int]
    parts: Mapping[str, Mapping[str, int]]
    fps: Mapping[float, int]
    aus: Mapping[int, int]
    coded: int
    objective: Mapping[str, int]
    derived: Mapping[str, int]
    agree: int
    both: int
    durations: tuple[float, float, float] | None


def tally(clips: Sequence[Clip]) -> Tally:
    """Count."""
    aus = Counter(number for clip in clips for number in present(clip.aus))
    seconds = [clip.duration for clip in clips if clip.duration > 0]
    classes = [(clip.objective_class, objective_class(clip.aus)) for clip in clips]
    both = [(given, found) for given, found in classes if given and found]
    sets = list(dict.fromkeys(clip.dataset for clip in clips))
    return Tally(
        clips=len(clips),
        subjects=len({(clip.dataset, clip.subject) for clip in clips}),
        videos=len({(clip.dataset, clip.subject, clip.video) for clip in clips}),
        types=Counter(clip.event_type for clip in clips),
        emotions=_emotions(clips),
        parts={one: _emotions([clip for clip in clips if clip.dataset == one]) for one in sets},
        fps=Counter(clip.fps for clip in clips),
        aus=dict(sorted(aus.items())),
        coded=sum(clip.aus is not None for clip in clips),
        objective=_in_order(given for given, _ in classes),
        derived=_in_order(found for _, found in classes),
        agree=sum(given == found for given, found in both),
        both=len(both),
        durations=(min(seconds), fmean(seconds), max(seconds)) if seconds else None,
    )


@cache
def published(name: str) -> Mapping[str, Any]:
    """The published counts of a set, from ``tallies.json`` beside this file; empty if none.

    Keys, as far as known: clips, micro, macro, subjects, fps, emotion, objective, parts.
    """
    stored = json.loads((files("mien.learn.datasets") / "tallies.json").read_text("utf-8"))
    found: Mapping[str, Any] = stored["sets"].get(name, {})
    return found


def beside(counted: Tally, known: Mapping[str, Any]) -> list[tuple[str, int, int | None]]:
    """Rows of what is counted here and what is published.

    Args:
        counted: here.
        known: as :func:`published` gives it.

    Returns:
        What, how many here, how many published (None: not known).
    """
    rows: list[tuple[str, int, int | None]] = [
        ("clips", counted.clips, known.get("clips")),
        ("subjects", counted.subjects, known.get("subjects")),
        ("videos", counted.videos, known.get("videos")),
    ]
    rows += [
        (name, counted.types.get(name, 0), known.get(name))
        for name in EVENT_TYPES
        if counted.types.get(name) or known.get(name)
    ]
    rows += _pairs("", counted.emotions, known.get("emotion", {}))
    if len(counted.parts) > 1:
        for part, emotions in counted.parts.items():
            rows += _pairs(f"{part} ", emotions, known.get("parts", {}).get(part, {}))
    if counted.objective or "objective" in known:
        rows += _pairs("class ", counted.objective, known.get("objective", {}))
    return rows


def _pairs(
    before: str, here: Mapping[str, int], known: Mapping[str, int]
) -> list[tuple[str, int, int | None]]:
    names = list(dict.fromkeys((*known, *here)))
    return [
        (before + name, here.get(name, 0), known.get(name, 0 if known and name != "none" else None))
        for name in names
    ]


def _emotions(clips: Sequence[Clip]) -> dict[str, int]:
    return dict(Counter(clip.emotion or "none" for clip in clips).most_common())


def _in_order(classes: Iterable[str]) -> dict[str, int]:
    counts = Counter(classes)
    return {name: counts[name] for name in CLASSES if counts[name]}
