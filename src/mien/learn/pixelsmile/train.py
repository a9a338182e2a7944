"""The trainer of both backbones: fixed steps, exact resume, one process or several."""

import math
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from mien.core.errors import InputError
from mien.core.extras import require
from mien.core.seams import Progress, silent
from mien.learn.pixelsmile import checkpoint
from mien.learn.pixelsmile.checkpoint import Place
from mien.learn.pixelsmile.config import Config

if TYPE_CHECKING:
    from mien.learn.pixelsmile.backbone import Backbone
    from mien.learn.pixelsmile.examples import Example, Examples
    from mien.learn.pixelsmile.objective import Batch, Judges

EXTRA = "train"
PLACE, CURVES, STRIPS = "training.safetensors", "curves.csv", "strips"
_CLIP = 1.0  # of the gradient's norm


def train(
    config: Config,
    backbone: "Backbone",
    examples: "Examples",
    judges: "Judges",
    out: Path | None = None,
    *,
    watch: Sequence["Example"] = (),
    progress: Progress = silent,
) -> None:
    """Train a model in place.

    Every ``config.keep`` steps, and at the end, ``out`` gets a checkpoint, the curves of the losses
    and a strip of pictures. A run that was stopped, by Ctrl-C too, goes on from its last checkpoint
    and on one kind of machine ends in the same bits.

    Args:
        config: of the run.
        backbone: the model.
        examples: what it is trained on.
        judges: of the loss.
        out: folder; None: nothing is kept.
        watch: whom the strips show.
        progress: told about the steps.

    Raises:
        InputError: the folder holds a run with another configuration or data, or a batch that the
            processes cannot share evenly.
        MissingExtraError: PyTorch or Accelerate is not installed.
    """
    torch = require("torch", EXTRA)
    accelerator = _accelerator(config)
    mine = list(checkpoint.trained(backbone.module).values())
    optimiser = torch.optim.AdamW(mine, lr=config.rate, weight_decay=config.decay)
    backbone.module.to(accelerator.device)
    start, rows = _resumed(out, config, examples.digest, backbone, optimiser)
    module, optimiser = accelerator.prepare(backbone.module, optimiser)
    module.train()
    began = monotonic() - (rows[-1][-1] if rows else 0.0)
    for step in range(start, config.steps):
        rate = rate_at(step, config)
        for group in optimiser.param_groups:
            group["lr"] = rate
        batch = _share(examples, config, step, accelerator)
        losses = _stepped(accelerator, module, optimiser, mine, batch, judges)
        rows.append([step + 1, rate, *losses, monotonic() - began])
        done = step + 1
        if out is not None and (done % config.keep == 0 or done == config.steps):
            if accelerator.is_main_process:
                place = Place(config, examples.digest, done, {})
                _keep(out, place, backbone, optimiser, rows, watch)
            accelerator.wait_for_everyone()
        progress("train", done, config.steps)
    backbone.module.eval()


def rate_at(step: int, config: Config) -> float:
    """Learning rate of a step: up in a line, down as half a cosine."""
    if step < config.warmup:
        return config.rate * (step + 1) / (config.warmup + 1)
    share = (step - config.warmup) / max(config.steps - config.warmup, 1)
    return config.rate * 0.5 * (1.0 + math.cos(math.pi * share))


def _accelerator(config: Config) -> Any:
    import torch

    accelerate = require("accelerate", EXTRA)
    # Nothing uses what the last block makes of the words.
    apart = accelerate.DistributedDataParallelKwargs(find_unused_parameters=True)
    accelerator = accelerate.Accelerator(kwargs_handlers=[apart])
    if config.batch % accelerator.num_processes:
        raise InputError(
            f"batch: {config.batch} rows cannot be shared by {accelerator.num_processes} processes:"
            " give a multiple"
        )
    if accelerator.device.type == "cpu":
        torch.set_num_threads(1)  # sums come out the same on any number of cores
    return accelerator


def _share(examples: "Examples", config: Config, step: int, accelerator: Any) -> "Batch":
    """The part of a step's batch that is this process's."""
    from mien.learn.pixelsmile.examples import drawn

    size = config.batch // accelerator.num_processes
    first = step * config.batch + accelerator.process_index * size
    return moved(drawn(examples, config.seed, range(first, first + size)), accelerator.device)


def _stepped(
    accelerator: Any, module: Any, optimiser: Any, mine: Any, batch: "Batch", judges: "Judges"
) -> list[float]:
    """One step; the losses total, flow, contrast and identity, over all processes."""
    import torch

    from mien.learn.pixelsmile.objective import loss_of

    losses = loss_of(module, batch, judges)
    optimiser.zero_grad()
    accelerator.backward(losses.total)
    accelerator.clip_grad_norm_(mine, _CLIP)
    optimiser.step()
    parts = (losses.total, losses.flow, losses.contrast, losses.identity)
    told = torch.stack([part.detach().float() for part in parts])
    return [float(value) for value in accelerator.reduce(told, "mean")]


def _keep(
    out: Path,
    place: Place,
    backbone: "Backbone",
    optimiser: Any,
    rows: list[list[float]],
    watch: Sequence["Example"],
) -> None:
    """Write curves and strip, then the checkpoint, which says that all of it is there."""
    from mien.learn.pixelsmile.sampling import strip

    checkpoint.write_curves(out / CURVES, rows)
    if watch:
        backbone.module.eval()
        strip(backbone, list(watch), out / STRIPS / f"{place.step:06d}.png", place.config.seed)
        backbone.module.train()
    checkpoint.save(out / PLACE, place, backbone, optimiser)


def _resumed(
    out: Path | None, config: Config, data: str, backbone: "Backbone", optimiser: Any
) -> tuple[int, list[list[float]]]:
    """Steps that are done already, and their curves."""
    if out is None or not (out / PLACE).is_file():
        return 0, []
    place = checkpoint.load(out / PLACE)
    if place.config != config:
        raise InputError(
            f"{out / PLACE}: is of a run with another configuration: give another folder"
        )
    if place.data != data:
        raise InputError(f"{out / PLACE}: is of a run on other data: give another folder")
    checkpoint.restore(place, backbone, optimiser)
    return place.step, checkpoint.read_curves(out / CURVES, place.step)


def moved(batch: "Batch", device: Any) -> "Batch":
    """A batch on a device."""
    asked = replace(
        batch.asked,
        **{one.name: getattr(batch.asked, one.name).to(device) for one in fields(batch.asked)},
    )
    named = ("source", "edits", "noise", "time")
    return replace(batch, asked=asked, **{name: getattr(batch, name).to(device) for name in named})
