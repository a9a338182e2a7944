"""What the trainer draws from: rows as tensors, by number."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from mien.core.errors import InputError
from mien.core.seams import Progress, silent
from mien.learn.pixelsmile.conditioning import Conditioning, score_of
from mien.learn.pixelsmile.config import SMALL
from mien.learn.pixelsmile.crops import TIGHT, TRAIN, Crop, crops, together
from mien.learn.pixelsmile.mmdit import WORDS, latents_of
from mien.learn.pixelsmile.objective import Batch


@dataclass(frozen=True, eq=False)
class Example:
    """A row.

    Attributes:
        source: latents (...).
        edits: (2, ...), a and b.
        neutral: what stands for "neutral", as in
            :class:`~mien.learn.pixelsmile.conditioning.Conditioning`, without its first axis.
        targets: for the categories of a and b, one axis more.
        scores: (2,).
        points: (2, 5, 2), of the faces of a and b, as in
            :class:`~mien.learn.pixelsmile.objective.Batch`.
    """

    source: Tensor
    edits: Tensor
    neutral: Tensor
    targets: Tensor
    scores: Tensor
    points: Tensor | None = None


class Examples(Protocol):
    """Rows by number; the digest says which."""

    digest: str

    def __len__(self) -> int:
        """How many."""
        ...

    def __getitem__(self, number: int) -> Example:
        """One of them, by a number below their count."""
        ...


class Faces:
    """Squares of faces as latents of a small model, kept in memory as bytes.

    Args:
        found: rows, at least one.
        scores: see :func:`mien.learn.pixelsmile.conditioning.score_of`.
    """

    def __init__(self, found: Sequence[Crop], scores: str) -> None:
        self.digest = together([one.digest for one in found])
        squares = np.stack([one.squares for one in found]).transpose(0, 1, 4, 2, 3)
        self._squares = torch.from_numpy(np.ascontiguousarray(squares))
        targets = [one.row.dst for one in found]
        self._words = torch.tensor([[WORDS.index(t.category) for t in two] for two in targets])
        self._scores = torch.tensor([[score_of(t, scores) for t in two] for two in targets])

    def __len__(self) -> int:
        """How many."""
        return len(self._squares)

    def __getitem__(self, number: int) -> Example:
        """One of them."""
        squares = latents_of(self._squares[number])
        neutral = torch.tensor(WORDS.index("neutral"))
        return Example(squares[0], squares[1:], neutral, self._words[number], self._scores[number])


def gathered(
    path: Path,
    splits: tuple[str, ...] = TRAIN,
    progress: Progress = silent,
    side: int = SMALL["nano"],
) -> list[Crop]:
    """The rows of some splits as a small model sees them.

    Args:
        path: as :func:`mien.learn.ffe.files.entries` takes it.
        splits: which.
        progress: told about the rows.
        side: px of the model's pictures.

    Raises:
        InputError: a row that cannot be trained on, or none.
    """
    found = []
    for crop in crops(path, side, TIGHT, splits):
        found.append(crop)
        progress("read", len(found), None)
    if not found:
        raise InputError(f"{path}: has no rows to train on: none is of the split train")
    return found


def drawn(examples: Examples, seed: int, numbers: Sequence[int]) -> Batch:
    """A batch of draws; a draw and all chance in it follow from its number.

    So a run can go on anywhere, and any number of processes sees the same.

    Args:
        examples: the rows; each comes once in as many draws as there are rows.
        seed: of the run.
        numbers: of the draws.
    """
    rows = len(examples)
    turns = {number // rows for number in numbers}
    orders = {turn: np.random.default_rng((seed, 0, turn)).permutation(rows) for turn in turns}
    found = [examples[int(orders[number // rows][number % rows])] for number in numbers]
    chances = [np.random.default_rng((seed, 1, number)) for number in numbers]
    shape = tuple(found[0].source.shape)
    noise = np.stack([one.standard_normal(shape, np.float32) for one in chances])
    times = np.array([one.random() for one in chances], np.float32)
    return Batch(
        torch.stack([one.source for one in found]),
        _branches([one.edits for one in found]),
        asked(found),
        torch.from_numpy(noise),
        torch.from_numpy(times),
        None if found[0].points is None else _branches([one.points for one in found]),
    )


def asked(found: Sequence[Example]) -> Conditioning:
    """What is asked of the edits of some rows, those of a first.

    Raises:
        InputError: their prompts have different lengths.
    """
    if any(one.neutral.shape != found[0].neutral.shape for one in found):
        raise InputError(
            "prompts for people and for drawings have different lengths with this tokenizer: train"
            " one model of each"
        )
    return Conditioning(
        torch.stack([one.neutral for one in found] * 2),
        _branches([one.targets for one in found]),
        _branches([one.scores for one in found]),
    )


def _branches(found: Sequence[Tensor]) -> Tensor:
    """What a row has of both its edits, those of a of all rows first."""
    return torch.cat([torch.stack([one[branch] for one in found]) for branch in (0, 1)])
