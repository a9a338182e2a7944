"""The trainer of all networks: fixed steps, exact resume, nothing chosen on a test."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mien.capture.learned.labels import CLASSES, EMOTIONS
from mien.core.errors import InputError
from mien.core.extras import require
from mien.core.seams import Progress, silent
from mien.learn.microexpression import checkpoint
from mien.learn.microexpression.config import Config
from mien.learn.microexpression.sources import Source, Synthetic
from mien.learn.microexpression.synthetic import Sample

if TYPE_CHECKING:
    import torch

    from mien.learn.microexpression.losses import Batch

EXTRA = "train"
_WARM = 0.1  # share of the steps over which the rate rises
_KEEP = 250  # steps between two checkpoints
_CLIP = 1.0  # of the gradient's norm
_VALIDATION = 1  # added to the seed: no window of the validation is ever trained on
PLACE = "training.safetensors"


@dataclass(frozen=True)
class _Batches:
    """Batches by number, for a loader in a process of its own."""

    source: Source
    size: int
    count: int

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, number: int) -> "Batch":
        first = number * self.size
        return batch_of([self.source[first + at] for at in range(self.size)])


def train(
    config: Config,
    source: Source,
    out: Path | None = None,
    progress: Progress = silent,
    workers: int = 1,
) -> "torch.nn.Module":
    """Train a network.

    Args:
        config: of the run.
        source: what it is trained on.
        out: folder of the checkpoint; the same run goes on there. None: nothing is kept.
        progress: told about the steps.
        workers: processes that make windows beside the one that trains; 0: none.

    Returns:
        The network, in evaluation mode.

    Raises:
        MissingExtraError: PyTorch or Accelerate is not installed.
        InputError: the folder holds a run with another configuration.
    """
    torch = require("torch", EXTRA)
    accelerate = require("accelerate", EXTRA)
    from mien.learn.microexpression.losses import Loss
    from mien.learn.microexpression.networks import network

    torch.manual_seed(config.seed)
    torch.set_num_threads(1)  # sums come out the same on any number of cores
    accelerator = accelerate.Accelerator()
    net = network(config.network)
    optimiser = torch.optim.AdamW(net.parameters(), lr=config.rate, weight_decay=config.decay)
    start = 0 if out is None else _resumed(out, config, net, optimiser)
    net, optimiser = accelerator.prepare(net, optimiser)
    loss = Loss(config.switches, source.counts())
    net.train()
    for step, batch in enumerate(_loaded(config, source, start, workers), start=start):
        seen = _varied(_on(batch, accelerator.device), config)
        for group in optimiser.param_groups:
            group["lr"] = rate_at(step, config)
        optimiser.zero_grad()
        accelerator.backward(loss(net(seen.windows), seen))
        accelerator.clip_grad_norm_(net.parameters(), _CLIP)
        optimiser.step()
        done = step + 1
        if out is not None and (done % _KEEP == 0 or done == config.steps):
            plain = accelerator.unwrap_model(net)
            checkpoint.save(out / PLACE, config, done, plain, optimiser)
        progress("train", done, config.steps)
    return accelerator.unwrap_model(net).cpu().eval()


def rate_at(step: int, config: Config) -> float:
    """Learning rate of a step: up in a line, down as half a cosine."""
    warm = max(_WARM * config.steps, 1.0)
    if step < warm:
        return config.rate * (step + 1) / (warm + 1)
    share = (step - warm) / max(config.steps - warm, 1.0)
    return config.rate * 0.5 * (1.0 + math.cos(math.pi * share))


def validation(config: Config) -> list[Sample]:
    """Synthetic windows that no run of this seed is trained on."""
    source = Synthetic(config.seed + _VALIDATION + 10_000)
    return [source[number] for number in range(config.validation)]


def batch_of(samples: list[Sample]) -> "Batch":
    """Windows as tensors."""
    import torch

    from mien.learn.microexpression.losses import Batch

    def shares(numbers: list[int], count: int) -> NDArray[np.float32]:
        found = np.eye(count, dtype=np.float32)[numbers]
        found[np.array(numbers) < 0] = np.nan
        return found

    return Batch(
        torch.from_numpy(np.stack([one.window for one in samples])),
        torch.from_numpy(np.stack([one.aus for one in samples])),
        torch.from_numpy(shares([one.klass for one in samples], len(CLASSES))),
        torch.from_numpy(shares([one.emotion for one in samples], len(EMOTIONS))),
        torch.from_numpy(np.stack([one.times for one in samples])),
    )


def _loaded(config: Config, source: Source, start: int, workers: int) -> Iterator["Batch"]:
    """The batches that are left, in order, made ahead by other processes."""
    import torch
    from torch.utils.data import DataLoader

    batches: Any = _Batches(source, config.batch, config.steps)
    numbers = range(start, config.steps)
    return iter(
        DataLoader(
            batches,
            batch_size=None,
            sampler=numbers,
            num_workers=workers,
            worker_init_fn=_one_thread if workers else None,
            generator=torch.Generator(),  # else it draws from ours, at every start
        )
    )


def _varied(batch: "Batch", config: Config) -> "Batch":
    """A batch with some windows mirrored or mixed, where that is asked for."""
    import torch

    from mien.learn.microexpression.losses import mirrored, mixed

    if "flip" in config.switches:
        chosen = torch.rand(len(batch.windows), device=batch.windows.device) < 0.5
        batch = mirrored(batch, chosen)
    return mixed(batch) if "mixup" in config.switches else batch


def _one_thread(_: int) -> None:
    import cv2

    cv2.setNumThreads(0)


def _on(batch: "Batch", device: Any) -> "Batch":
    from mien.learn.microexpression.losses import Batch

    parts = (batch.windows, batch.aus, batch.classes, batch.emotions, batch.times)
    return Batch(*(part.to(device) for part in parts))


def _resumed(out: Path, config: Config, net: Any, optimiser: Any) -> int:
    """Steps that are done already."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / PLACE
    if not path.is_file():
        return 0
    place = checkpoint.load(path)
    if place.config != config:
        raise InputError(f"{path}: is of a run with another configuration: give another folder")
    checkpoint.restore(place, net, optimiser)
    return place.step
