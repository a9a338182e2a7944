"""What a set holds, and what it lacks to be even."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mien.landmark.detect import detect
from mien.learn.ffe.form import DOMAINS, SPLITS
from mien.learn.ffe.row import CATEGORIES, Person, Row, Target
from mien.learn.ffe.skin import TONES, ita, tone
from mien.media.image import load_image

UNKNOWN = "not given"

_BINS = ("0 to 0.2", "0.2 to 0.4", "0.4 to 0.6", "0.6 to 0.8", "0.8 to 1")
_AGES = ("under 18", "18 to 29", "30 to 44", "45 to 59", "60 and more")
_YOUNGEST = (18, 30, 45, 60)
_GENDERS = ("female", "male")
_SPELT = {
    **dict.fromkeys(("f", "w", "woman", "women"), "female"),
    **dict.fromkeys(("m", "man", "men"), "male"),
}
_UNITS = {"domain": "rows", "category": "targets", "intensity": "targets"}
_FEW = 0.5  # of the mean of its kind; below that something is missing


@dataclass(frozen=True)
class Tally:
    """Counts of a set; classes that could be there and are not count 0.

    Attributes:
        rows: number of rows.
        people: number of people.
        pictures: number of targets, each counted once.
        counts: what is counted (``"category"`` ...) to class to number: of targets for category
            and intensity, of people for gender, age and skin, of rows for domain and split.
        steps: category to number of targets in each of the five bins of intensity.
    """

    rows: int
    people: int
    pictures: int
    counts: Mapping[str, Mapping[str, int]]
    steps: Mapping[str, Sequence[int]]


def with_skin(rows: Iterable[Row], folder: Path) -> list[Row]:
    """The rows with the skin of every photographed person; measured where nobody gave it.

    Args:
        rows: of a set.
        folder: that their paths count from.

    Raises:
        MediaError: a picture cannot be read.
    """
    rows, measured = list(rows), dict[str, Person]()
    for row in rows:
        who = row.src.identity
        if row.domain == "human" and not row.person.skin and who not in measured:
            image = load_image(folder / row.src.image).pixels
            faces = detect(image)
            angle = ita(image, faces[0].points) if faces else math.nan
            measured[who] = row.person
            if math.isfinite(angle):
                measured[who] = replace(row.person, ita=round(angle, 1), skin=tone(angle))
    return [
        replace(row, person=measured[row.src.identity]) if row.src.identity in measured else row
        for row in rows
    ]


def tally(rows: Iterable[Row]) -> Tally:
    """Count a set.

    A target is as intense as the score of its own category says; one that is in several rows
    counts once.
    """
    rows = list(rows)
    people = {row.src.identity: row.person for row in rows}
    targets = {one.picture.image: one for row in rows for one in row.dst}
    steps = {name: [0] * len(_BINS) for name in CATEGORIES}
    for one in targets.values():
        if (place := _bin(one)) is not None:
            steps[one.category][place] += 1
    known = [one for one in targets.values() if _bin(one) is not None]
    counts = {
        "domain": _counted((row.domain for row in rows), DOMAINS),
        "split": _counted((row.split or UNKNOWN for row in rows), SPLITS),
        "category": _counted((one.category for one in targets.values()), CATEGORIES),
        "intensity": _counted((_BINS[_bin(one) or 0] for one in known), _BINS),
        "skin": _people(people.values(), lambda who: who.skin or UNKNOWN, TONES),
        "gender": _people(people.values(), _gender, _GENDERS),
        "age": _people(people.values(), _age, _AGES[1:]),  # nobody is missed under 18
    }
    if len(known) < len(targets):
        counts["intensity"][UNKNOWN] = len(targets) - len(known)
    return Tally(len(rows), len(people), len(targets), counts, steps)


def lacking(found: Tally) -> list[str]:
    """What is missing for balance, a line each.

    A class is too small with less than half of the mean of its kind; the line says how many more
    bring it there. What nobody gave is said too. Domains are weighed where there are both.
    """
    lines = []
    mixed = sum(n > 0 for n in found.counts["domain"].values()) > 1
    for kind in (*["domain"] * mixed, "category", "intensity", "skin", "gender", "age"):
        classes = {name: n for name, n in found.counts[kind].items() if name != UNKNOWN}
        least = math.ceil(_FEW * sum(classes.values()) / max(len(classes), 1))
        unit = _UNITS.get(kind, "people")
        lines += [
            f"{kind} {name}: {n} {unit}, {least - n} more make half of the mean"
            for name, n in classes.items()
            if n < least
        ]
        if unknown := found.counts[kind].get(UNKNOWN, 0):
            lines.append(f"{kind}: not given for {unknown} {unit}")
    for name, counts in found.steps.items():
        if any(counts) and (empty := [_BINS[i] for i, n in enumerate(counts) if not n]):
            lines.append(f"{name}: nothing of intensity {', '.join(empty)}")
    missing = [name for name in SPLITS if not found.counts["split"][name]]
    return [*lines, *(f"split {name}: nobody is in it" for name in missing)]


def _bin(target: Target) -> int | None:
    score = target.scores.get(target.category)
    return None if score is None else min(int(score * len(_BINS)), len(_BINS) - 1)


def _gender(who: Person) -> str:
    said = who.gender.strip().casefold()
    return _SPELT.get(said, said) or UNKNOWN


def _age(who: Person) -> str:
    return UNKNOWN if who.age is None else _AGES[sum(who.age >= age for age in _YOUNGEST)]


def _people(
    people: Iterable[Person], named: Callable[[Person], str], classes: Sequence[str]
) -> dict[str, int]:
    return _counted(map(named, people), classes)


def _counted(names: Iterable[str], classes: Sequence[str]) -> dict[str, int]:
    """Numbers of the classes in their order, then of all other names as they come."""
    counts = Counter(names)
    return {name: counts.get(name, 0) for name in dict.fromkeys((*classes, *counts))}
