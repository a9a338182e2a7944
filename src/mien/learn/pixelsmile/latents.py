"""Rows encoded once, before training: latents of the squares, embeddings of the prompts, faces."""

import hashlib
import json
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.core.errors import InputError
from mien.core.seams import Progress, silent
from mien.edit.backends.pixelsmile.encode import encode
from mien.edit.backends.pixelsmile.load import Pipe
from mien.edit.backends.pixelsmile.prompts import NEUTRAL, prompt
from mien.learn.pixelsmile.alignment import five_points
from mien.learn.pixelsmile.conditioning import counted, score_of
from mien.learn.pixelsmile.config import Config
from mien.learn.pixelsmile.crops import TRAIN, Crop, crops, together
from mien.learn.pixelsmile.examples import Example
from mien.media.files import atomic

_PARTS = ("source", "edits", "neutral", "targets", "scores", "points")
_SAMPLE = 1 << 16  # bytes, of a file of weights


@dataclass(frozen=True)
class Store:
    """Where encoded rows are kept.

    Attributes:
        folder: for a file of each row.
        base: which base encodes, see :func:`base_seal`.
    """

    folder: Path
    base: str = ""


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
        stored = found["scores"].tolist()
        found["scores"] = torch.tensor([counted(score, self._scores) for score in stored])
        return Example(*(found[name] for name in _PARTS))

    def faces(self) -> int:
        """On how many edits a face was found whose person can be compared."""
        from safetensors import safe_open

        count = 0
        for file in self._files:
            with safe_open(file, framework="pt") as stored:
                count += int(stored.get_tensor("points").isfinite().all(dim=(1, 2)).sum())
        return count


def encoded(
    path: Path,
    store: Store,
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
        store: what is there, of the same row and by the same base, stays.
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
        file = store.folder / f"{crop.row.id}.safetensors"
        seal = f"{crop.digest} {side} {pipe.look} {pipe.dtype} {store.base}"
        if number % share[1] == share[0] and _seal(file) != seal:
            _write(file, _tensors(pipe, crop, side), seal)
        files.append(file)
        digests.append(crop.digest)
        progress("encode", number + 1, None)
    if not files:
        raise InputError(f"{path}: has no rows to train on: none is of the split train")
    return Latents(files, digest_of(digests, store, side), config.scores)


def digest_of(digests: list[str], store: Store, side: int) -> str:
    """The hash of a set as a base has it, from those of its rows, before any is encoded."""
    return together([*digests, str(side), store.base])


def base_seal(folder: Path) -> str:
    """Which base a folder holds: a hash of its descriptions, and of size and middle of its weights.

    All of the weights would take minutes to read; what is trained further differs everywhere.

    Args:
        folder: of a model as diffusers has it.
    """
    whole = hashlib.sha256()
    for file in sorted(one for one in folder.rglob("*") if one.suffix in {".json", ".safetensors"}):
        size = file.stat().st_size
        whole.update(f"{file.relative_to(folder).as_posix()} {size} ".encode())
        weights = file.suffix == ".safetensors"
        with file.open("rb") as content:
            content.seek(size // 2 if weights else 0)
            whole.update(content.read(_SAMPLE if weights else -1))
    return whole.hexdigest()


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
        "points": torch.from_numpy(np.stack([_points(edit, domain) for edit in edits])),
    }


def _points(edit: NDArray[np.uint8], domain: str) -> NDArray[np.float32]:
    """Of a face; a drawing's person is not compared, as published."""
    if domain != "human":
        return np.full((5, 2), np.nan, np.float32)
    return five_points(edit)


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
