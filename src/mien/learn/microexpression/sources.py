"""Where training windows come from: chance, or a folder of windows of labelled clips.

A window has a number, and the same number is always the same window: a run that was stopped goes on
with the very ones it had not seen.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mien.capture.learned.grid import CHANNELS, SIDE, STEPS
from mien.capture.learned.labels import CLASSES, EMOTIONS, UNITS
from mien.capture.learned.window import FORM
from mien.core.errors import InputError
from mien.learn.microexpression.synthetic import Sample, sample, truth

F32 = NDArray[np.float32]

_COUNTED = 4000  # synthetic windows whose labels are counted


class Source(Protocol):
    """Windows by number."""

    def __getitem__(self, number: int) -> Sample:
        """One window."""
        ...

    def counts(self) -> NDArray[np.int64]:
        """How often each class is among them, shape (len(CLASSES),)."""
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


@dataclass(frozen=True, eq=False)
class Labelled:
    """Windows of labelled clips, in memory.

    Attributes:
        windows: shape (n, STEPS, len(CHANNELS), SIDE, SIDE), float16 or float32.
        aus: shape (n, len(UNITS)); NaN where nobody says.
        classes: shape (n,); -1 where nobody says.
        emotions: shape (n,); -1 where nobody says.
        times: shape (n, 3), steps; NaN where nobody says.
        subjects: who, n of them.
        names: of the clips, n of them.
    """

    windows: NDArray[np.floating[Any]]
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
            self.aus[number],
            int(self.classes[number]),
            int(self.emotions[number]),
            self.times[number],
        )

    def counts(self) -> NDArray[np.int64]:
        """Of all whose class is known."""
        return np.bincount(self.classes[self.classes >= 0], minlength=len(CLASSES))


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
        """Of the set; where classes are balanced, as they are drawn."""
        counts = self.labelled.counts()
        if self.balanced:
            counts = np.where(counts > 0, counts.sum() // max(int((counts > 0).sum()), 1), 0)
        return np.asarray(counts, np.int64)


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


def read_windows(path: Path) -> Labelled:
    """Windows that :func:`write_windows` wrote.

    Raises:
        InputError: no such file, or one of another kind or an older form.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            about = json.loads(str(stored["about"]))
            parts = {name: stored[name] for name in stored.files if name != "about"}
        found = Labelled(**parts, subjects=tuple(about["subjects"]), names=tuple(about["names"]))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file: windows are made of a set first") from None
    except (KeyError, ValueError, OSError, TypeError) as error:
        raise InputError(f"{path}: holds no windows: make them again") from error
    shape = (STEPS, len(CHANNELS), SIDE, SIDE)
    fits = about.get("form") == FORM and found.windows.shape[1:] == shape
    if not (fits and found.aus.shape[1:] == (len(UNITS),)):
        raise InputError(f"{path}: windows of another form of mien: make them again")
    return found


def write_windows(labelled: Labelled, path: Path) -> None:
    """Keep windows and labels; EMOTIONS and CLASSES are stored as their numbers."""
    from mien.media.files import atomic

    about = {
        "form": FORM,
        "subjects": labelled.subjects,
        "names": labelled.names,
        "emotions": EMOTIONS,
        "classes": CLASSES,
    }
    with atomic(path) as part, part.open("wb") as file:
        np.savez_compressed(
            file,
            windows=labelled.windows.astype(np.float16),
            aus=labelled.aus,
            classes=labelled.classes,
            emotions=labelled.emotions,
            times=labelled.times,
            about=json.dumps(about),
        )
