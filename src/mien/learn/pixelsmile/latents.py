"""Rows encoded once, before training: latents of the squares, embeddings of the prompts."""

import json
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from mien.core.errors import InputError
from mien.core.seams import Progress, silent
from mien.edit.backends.pixelsmile.encode import encode
from mien.edit.backends.pixelsmile.load import Pipe
from mien.edit.backends.pixelsmile.prompts import NEUTRAL, prompt
from mien.learn.pixelsmile.conditioning import ONE_HOT, score_of
from mien.learn.pixelsmile.config import Config
from mien.learn.pixelsmile.crops import TRAIN, Crop, crops, together
from mien.learn.pixelsmile.examples import Example
from mien.media.files import atomic

_PARTS = ("source", "edits", "neutral", "targets", "scores")


class Latents:
    """Encoded rows on disk, one file each.

    Args:
        files: at least one.
        digest: hash of the set.
        scores: see :func:`mien.learn.pixelsmile.conditioning.score_of`.
    """

    def __init__(self, files: list[Path], digest: str, scores: str) -> None:
        self.digest = digest
        self._files, self._scores = files, scores

    def __len__(self) -> int:
        """How many."""
        return len(self._files)

    def __getitem__(self, number: int) -> Example:
        """One of them."""
        from safetensors.torch import load_file

        found = load_file(self._files[number])
        if self._scores == ONE_HOT:
            found["scores"] = torch.ones_like(found["scores"])
        return Example(*(found[name] for name in _PARTS))


def encoded(
    path: Path,
    folder: Path,
    pipe: Pipe,
    config: Config,
    *,
    splits: tuple[str, ...] = TRAIN,
    limit: int | None = None,
    share: tuple[int, int] = (0, 1),
    progress: Progress = silent,
) -> Latents:
    """Encode the rows that are not encoded yet.

    Args:
        path: of the set.
        folder: for a file of each row; what is there and of the same row stays, so another base
            needs another folder.
        pipe: the model.
        config: for the side of the squares, and which scores the examples have; the files hold
            those of the rows.
        splits: which rows.
        limit: no more rows than this.
        share: number of this process and how many there are; each encodes its part.
        progress: told about the rows.

    Raises:
        InputError: a row that cannot be trained on, or none; prompts of different lengths.
        MediaError: a file cannot be written.
    """
    side = config.side
    files, digests = [], []
    for number, crop in enumerate(islice(crops(path, side, None, splits), limit)):
        file = folder / f"{crop.row.id}.safetensors"
        seal = f"{crop.digest} {side} {pipe.look} {pipe.dtype}"
        if number % share[1] == share[0] and _seal(file) != seal:
            _write(file, _tensors(pipe, crop, side), seal)
        files.append(file)
        digests.append(crop.digest)
        progress("encode", number + 1, None)
    if not files:
        raise InputError(f"{path}: has no rows to train on: none is of the split train")
    return Latents(files, together([*digests, str(side)]), config.scores)


def _tensors(pipe: Pipe, crop: Crop, side: int) -> dict[str, Tensor]:
    source, *edits = crop.squares
    domain = crop.row.domain
    texts = [prompt(NEUTRAL, domain), *(prompt(one.category, domain) for one in crop.row.dst)]
    known = encode(pipe, source, texts, side)
    neutral, *targets = (known.prompts[text] for text in texts)
    if any(one.shape != neutral.shape for one in targets):
        raise InputError("prompts of different lengths cannot be mixed: the tokenizer is another")
    return {
        "source": known.source[0],
        "edits": torch.cat([encode(pipe, edit, (), side).source for edit in edits]),
        "neutral": neutral,
        "targets": torch.stack(targets),
        "scores": torch.tensor([score_of(one) for one in crop.row.dst]),
    }


def _write(file: Path, tensors: dict[str, Tensor], seal: str) -> None:
    from safetensors.torch import save_file

    held = {name: value.cpu().contiguous() for name, value in tensors.items()}
    with atomic(file) as part:
        save_file(held, part, metadata={"seal": seal})


def _seal(file: Path) -> str:
    """Of what row a file is; empty where it is missing or broken."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="pt") as stored:
            header: dict[str, Any] = stored.metadata() or {}
    except (SafetensorError, OSError, json.JSONDecodeError):
        return ""
    return str(header.get("seal", ""))
