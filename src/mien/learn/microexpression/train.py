"""The trainer of all networks: fixed steps, exact resume, nothing chosen on a test."""

import math
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mien.core.errors import InputError
from mien.core.extras import require
from mien.core.seams import Progress, Say, silent, unheard
from mien.learn.microexpression import checkpoint
from mien.learn.microexpression.batches import loaded
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


def train(
    config: Config,
    source: Source,
    out: Path | None = None,
    progress: Progress = silent,
    workers: int = 1,
    say: Say = unheard,
) -> "torch.nn.Module":
    """Train a network.

    Args:
        config: of the run.
        source: what it is trained on.
        out: folder of the checkpoint; the same run goes on there, also where it was interrupted in
            the middle of a step. None: nothing is kept.
        progress: told about the steps.
        workers: processes that make windows beside the one that trains; 0: none.
        say: is given a line where a run goes on, and where it is stopped.

    Returns:
        The network, in evaluation mode.

    Raises:
        MissingExtraError: PyTorch or Accelerate is not installed.
        InputError: the folder holds a run with another configuration or on other windows, or is no
            folder; or the loss is no number any more, and nothing is kept.
    """
    torch = require("torch", EXTRA)
    accelerate = require("accelerate", EXTRA)
    from mien.learn.microexpression.losses import Loss
    from mien.learn.microexpression.networks import network

    torch.manual_seed(config.seed)
    torch.set_num_threads(1)  # sums come out the same on any number of cores
    accelerator = accelerate.Accelerator()
    net = network(config.network, config.courses)
    optimiser = torch.optim.AdamW(net.parameters(), lr=config.rate, weight_decay=config.decay)
    data = "" if out is None else source.digest()
    start = 0 if out is None else _resumed(out, config, data, net, optimiser)
    if 0 < start < config.steps:
        say(f"going on from step {start}")
    net, optimiser = accelerator.prepare(net, optimiser)
    loss = Loss(config.switches, source.counts())
    net.train()
    place = None  # after the last whole step: a key may be pressed in the middle of one
    try:
        with closing(loaded(config, source, start, workers)) as batches:
            for step, batch in enumerate(batches, start=start):
                for group in optimiser.param_groups:
                    group["lr"] = rate_at(step, config)
                seen = _varied(_on(batch, accelerator.device), config)
                if not _stepped(accelerator, net, optimiser, loss, seen):
                    raise _diverged(step + 1, out)
                if out is not None:
                    plain = accelerator.unwrap_model(net)
                    place = checkpoint.taken(config, data, step + 1, plain, optimiser)
                    if place.step % _KEEP == 0 or place.step == config.steps:
                        checkpoint.save(place, out / PLACE)
                progress("train", step + 1, config.steps)
    except KeyboardInterrupt:
        if out is not None:
            if place is not None:
                checkpoint.save(place, out / PLACE)
            done = start if place is None else place.step
            say(f"stopped at step {done} of {config.steps}: the same command goes on")
        raise
    return accelerator.unwrap_model(net).cpu().eval()


def _stepped(accelerator: Any, net: Any, optimiser: Any, loss: Any, seen: "Batch") -> bool:
    """One step of the optimiser, unless the loss is no number."""
    import torch

    optimiser.zero_grad()
    cost = loss(net(seen.windows, seen.courses), seen)
    if not torch.isfinite(cost):
        return False
    accelerator.backward(cost)
    accelerator.clip_grad_norm_(net.parameters(), _CLIP)
    optimiser.step()
    return True


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


def _varied(batch: "Batch", config: Config) -> "Batch":
    """A batch with some windows mirrored or mixed, where that is asked for."""
    import torch

    from mien.learn.microexpression.losses import mirrored, mixed

    if "flip" in config.switches:
        chosen = torch.rand(len(batch.windows), device=batch.windows.device) < 0.5
        batch = mirrored(batch, chosen)
    return mixed(batch) if "mixup" in config.switches else batch


def _on(batch: "Batch", device: Any) -> "Batch":
    from mien.learn.microexpression.losses import Batch

    return Batch(*(getattr(batch, part.name).to(device) for part in fields(batch)))


def _resumed(out: Path, config: Config, data: str, net: Any, optimiser: Any) -> int:
    """Steps that are done already."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / PLACE
    if not path.is_file():
        return 0
    place = checkpoint.load(path)
    if place.config != config:
        raise InputError(f"{path}: is of a run with another configuration: give another folder")
    if place.data != data:
        raise InputError(f"{path}: is of a run on other windows or labels: give another folder")
    try:
        checkpoint.restore(place, net, optimiser)
    except (RuntimeError, KeyError, ValueError) as error:
        raise InputError(f"{path}: is of a network with other layers: remove it") from error
    return place.step


def _diverged(step: int, out: Path | None) -> InputError:
    """What is raised; a place that leads there is of no use."""
    if out is not None:
        (out / PLACE).unlink(missing_ok=True)
    return InputError(f"the loss is no number at step {step}: use a smaller rate")
