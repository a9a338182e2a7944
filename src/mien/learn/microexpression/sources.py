"""Where training windows come from: chance, or a folder of windows of labelled clips.

A window has a number, and the same number is always the same window: a run that was stopped goes on
with the very ones it had not seen.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mien.capture.learned.labels import CLASSES
from mien.learn.microexpression.synthetic import Sample, sample, truth

F32 = NDArray[np.float32]

_COUNTED = 4000  # synthetic windows whose labels are counted
_HASHED = 8  # synthetic windows that stand for all of them


class Source(Protocol):
    """Windows by number."""

    def __getitem__(self, number: int) -> Sample:
        """One window."""
        ...

    def counts(self) -> NDArray[np.int64]:
        """How often each class is among them, shape (len(CLASSES),)."""
        ...

    def digest(self) -> str:
        """Another one where the windows, or what is said of them, are others."""
        ...


@dataclass(frozen=True)
class Synthetic:
    """Windows of nobody, without end.

    Attributes:
        seed: of all of them.
    """

    seed: int

    def __getitem__(self, number: int) -> Sample:
        """One window."""
        return sample(self.seed, number)

    def counts(self) -> NDArray[np.int64]:
        """Of the first few thousand."""
        classes = [truth(self.seed, number) for number in range(_COUNTED)]
        return np.bincount(classes, minlength=len(CLASSES))

    def digest(self) -> str:
        """Of the first few."""
        some = [self[number] for number in range(_HASHED)]
        parts = [np.round(part, 3) for one in some for part in (one.window, one.courses, one.aus)]
        return _digest(*parts, str(self.seed))


@dataclass(frozen=True, eq=False)
class Labelled:
    """Windows of labelled clips, in memory.

    Attributes:
        windows: shape (n, STEPS, len(CHANNELS), SIDE, SIDE), float16 or float32.
        courses: shape (n, STEPS, len(COLUMNS)), what the reader found of each action unit.
        aus: shape (n, len(UNITS)); NaN where nobody says.
        classes: shape (n,); -1 where nobody says.
        emotions: shape (n,), see ``emotions``; -1 where nobody says.
        times: shape (n, 3), steps; NaN where nobody says.
        subjects: who, n of them.
        names: of the clips, n of them.
    """

    windows: NDArray[np.floating[Any]]
    courses: F32
    aus: F32
    classes: NDArray[np.int64]
    emotions: NDArray[np.int64]
    times: F32
    subjects: tuple[str, ...]
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.windows)

    def only(self, rows: Sequence[int] | NDArray[np.int64]) -> "Labelled":
        """Some of them."""
        at = np.asarray(rows, dtype=np.int64)
        who, what = ([values[i] for i in at] for values in (self.subjects, self.names))
        return Labelled(
            self.windows[at],
            self.courses[at],
            self.aus[at],
            self.classes[at],
            self.emotions[at],
            self.times[at],
            tuple(who),
            tuple(what),
        )

    def __getitem__(self, number: int) -> Sample:
        """One window."""
        return Sample(
            self.windows[number].astype(np.float32),
            self.courses[number],
            self.aus[number],
            int(self.classes[number]),
            int(self.emotions[number]),
            self.times[number],
        )

    def counts(self) -> NDArray[np.int64]:
        """Of all whose class is known."""
        return np.bincount(self.classes[self.classes >= 0], minlength=len(CLASSES))

    def digest(self) -> str:
        """Of everything in it."""
        return _digest(*(getattr(self, part.name) for part in fields(self)))


def gathered(samples: Sequence[Sample], subjects: Sequence[str], names: Sequence[str]) -> Labelled:
    """Windows one by one as a set.

    Args:
        samples: the windows.
        subjects: who each is of.
        names: of their clips.
    """
    return Labelled(
        np.stack([one.window for one in samples]).astype(np.float16),
        np.stack([one.courses for one in samples]),
        np.stack([one.aus for one in samples]),
        np.array([one.klass for one in samples]),
        np.array([one.emotion for one in samples]),
        np.stack([one.times for one in samples]),
        tuple(subjects),
        tuple(names),
    )


def joined(parts: Sequence[Labelled]) -> Labelled:
    """Several sets as one, in order."""
    if len(parts) == 1:
        return parts[0]

    def whole(name: str) -> Any:
        return np.concatenate([getattr(one, name) for one in parts])

    return Labelled(
        whole("windows"),
        whole("courses"),
        whole("aus"),
        whole("classes"),
        whole("emotions"),
        whole("times"),
        tuple(who for one in parts for who in one.subjects),
        tuple(what for one in parts for what in one.names),
    )


@dataclass(frozen=True, eq=False)
class Drawn:
    """A set seen over and over, in an order of its own each time.

    Attributes:
        labelled: the set.
        seed: of the order.
        balanced: whether every class is drawn as often as the others.
        beside: windows of which every second one is taken, or None.
    """

    labelled: Labelled
    seed: int
    balanced: bool = False
    beside: Synthetic | None = None

    def __getitem__(self, number: int) -> Sample:
        """One window."""
        if self.beside is not None:
            number, odd = divmod(number, 2)
            if odd:
                return self.beside[number]
        turn, at = divmod(number, len(self.labelled))
        random = np.random.default_rng((self.seed, turn))
        if not self.balanced:
            return self.labelled[int(random.permutation(len(self.labelled))[at])]
        classes = self.labelled.classes
        there = np.unique(classes)
        random = np.random.default_rng((self.seed, turn, at))
        rows = np.flatnonzero(classes == random.choice(there))
        return self.labelled[int(random.choice(rows))]

    def counts(self) -> NDArray[np.int64]:
        """As they are drawn: balanced or not, with as many windows beside as the set has."""
        counts = self.labelled.counts()
        if self.balanced:
            counts = np.where(counts > 0, counts.sum() // max(int((counts > 0).sum()), 1), 0)
        if self.beside is not None:
            others = self.beside.counts()
            counts = counts + np.ceil(others * (len(self.labelled) / others.sum()))
        return np.asarray(counts, np.int64)

    def digest(self) -> str:
        """Of the set, and of what is beside it."""
        beside = "" if self.beside is None else self.beside.digest()
        return _digest(self.labelled.digest(), str(self.seed), str(self.balanced), beside)


def source_of(seed: int, switches: Collection[str], labelled: Labelled | None) -> Source:
    """What a run is trained on.

    Args:
        seed: of the run.
        switches: of ``config.SWITCHES``.
        labelled: a set; None: windows of nobody.
    """
    if labelled is None:
        return Synthetic(seed)
    beside = Synthetic(seed) if "synthetic" in switches else None
    return Drawn(labelled, seed, "oversample" in switches, beside)


def _digest(*parts: object) -> str:
    """SHA-256 of arrays and words."""
    found = hashlib.sha256()
    for part in parts:
        if isinstance(part, np.ndarray):
            found.update(f"{part.dtype}{part.shape}".encode())
            found.update(np.ascontiguousarray(part).tobytes())
        else:
            found.update(repr(part).encode())
    return found.hexdigest()
