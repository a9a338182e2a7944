"""The trainer of both backbones: fixed steps, exact resume, one process or several."""

import math
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
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
PLACE, CURVES, STRIPS, BOARD = "training.safetensors", "curves.csv", "strips", "tensorboard"
_CLIP = 1.0  # of the gradient's norm
_PLACES = 5  # checkpoints of a run that is shorter than its steps between two of them
_MOST = 1e6  # of a loss; 30 is much


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

    Every ``config.keep`` steps, and at the end, ``out`` gets a checkpoint, the curves of the
    losses, for TensorBoard too, and a strip of pictures. A run that was stopped, by Ctrl-C too,
    goes on from its last checkpoint and on one kind of machine ends in the same bits.

    Args:
        config: of the run.
        backbone: the model.
        examples: what it is trained on.
        judges: of the loss.
        out: folder; None: nothing is kept.
        watch: whom the strips show.
        progress: told about the steps.

    Raises:
        InputError: the folder holds a run with another configuration, other data or other encoders,
            a batch that the processes cannot share evenly, or a loss that is no number any more.
        MissingExtraError: PyTorch, Accelerate or tensorboardX is not installed.
    """
    torch = require("torch", EXTRA)
    require("tensorboardX", EXTRA)
    accelerator = _accelerator(config)
    mine = list(checkpoint.trained(backbone.module).values())
    optimiser = torch.optim.AdamW(mine, lr=config.rate, weight_decay=config.decay)
    backbone.module.to(accelerator.device)
    meant = Place(config, examples.digest, config.steps, {}, judges.compared)
    start, rows = _resumed(out, meant, backbone, optimiser)
    module, optimiser = accelerator.prepare(backbone.module, optimiser)
    module.train()
    began = monotonic() - (rows[-1][-1] if rows else 0.0)
    every = config.keep if config.keep < config.steps else max(config.steps // _PLACES, 1)
    for step in range(start, config.steps):
        rate = rate_at(step, config)
        for group in optimiser.param_groups:
            group["lr"] = rate
        batch = _share(examples, config, step, accelerator)
        done = step + 1
        losses = _stepped(done, accelerator, module, optimiser, mine, batch, judges)
        rows.append([done, rate, *losses, monotonic() - began])
        if out is not None and (done % every == 0 or done == config.steps):
            if accelerator.is_main_process:
                _keep(out, replace(meant, step=done), backbone, optimiser, rows, watch)
            accelerator.wait_for_everyone()
        progress("train", done, config.steps)
    backbone.module.eval()


def rate_at(step: int, config: Config) -> float:
    """Learning rate of a step: up in a line, down as half a cosine."""
    if step < config.warmup:
        return config.rate * (step + 1) / (config.warmup + 1)
    share = (step - config.warmup) / max(config.steps - config.warmup, 1)
    return config.rate * 0.5 * (1.0 + math.cos(math.pi * share))


def share_of(config: Config, processes: int) -> int:
    """Rows per step of each process.

    Raises:
        InputError: they cannot be shared evenly.
    """
    if config.batch % processes:
        raise InputError(
            f"batch: {config.batch} rows cannot be shared by {processes} processes: give a multiple"
        )
    return config.batch // processes


def begun(out: Path, config: Config, data: str) -> Place | None:
    """The checkpoint of a run in its folder; None where there is none yet.

    Args:
        out: the folder.
        config: of the run.
        data: hash of what it is trained on.

    Raises:
        InputError: it is of a run with another configuration or on other data, or broken.
    """
    if not (out / PLACE).is_file():
        return None
    place = checkpoint.load(out / PLACE)
    if place.config != config:
        here, there = asdict(config), asdict(place.config)
        apart = ", ".join(f"{n} {there[n]}, not {here[n]}" for n in here if here[n] != there[n])
        raise InputError(
            f"{out / PLACE}: is of a run with another configuration ({apart}): give another folder"
        )
    if place.data != data:
        raise InputError(f"{out / PLACE}: is of a run on other data: give another folder")
    return place


def _accelerator(config: Config) -> Any:
    import torch

    accelerate = require("accelerate", EXTRA)
    # Nothing uses what the last block makes of the words.
    apart = accelerate.DistributedDataParallelKwargs(find_unused_parameters=True)
    accelerator = accelerate.Accelerator(kwargs_handlers=[apart])
    share_of(config, accelerator.num_processes)
    if accelerator.device.type == "cpu":
        torch.set_num_threads(1)  # sums come out the same on any number of cores
    return accelerator


def _share(examples: "Examples", config: Config, step: int, accelerator: Any) -> "Batch":
    """The part of a step's batch that is this process's."""
    from mien.learn.pixelsmile.examples import drawn

    size = share_of(config, accelerator.num_processes)
    first = step * config.batch + accelerator.process_index * size
    return moved(drawn(examples, config.seed, range(first, first + size)), accelerator.device)


def _stepped(
    step: int,
    accelerator: Any,
    module: Any,
    optimiser: Any,
    mine: Any,
    batch: "Batch",
    judges: "Judges",
) -> list[float]:
    """One step; the losses total, flow, contrast and identity, over all processes.

    Raises:
        InputError: loss or gradient is no number any more, or huge; the weights are as they were.
    """
    import torch

    from mien.learn.pixelsmile.objective import loss_of

    losses = loss_of(module, batch, judges)
    parts = (losses.total, losses.flow, losses.contrast, losses.identity)
    told = torch.stack([part.detach().float() for part in parts])
    found: list[float] = accelerator.reduce(told, "mean").tolist()
    _bounded(
        step, "loss", found[0], _MOST
    )  # gradients of what is none can crash PyTorch (grid_sample)
    optimiser.zero_grad()
    accelerator.backward(losses.total)
    _bounded(step, "gradient", float(accelerator.clip_grad_norm_(mine, _CLIP)), math.inf)
    optimiser.step()
    return found


def _bounded(step: int, what: str, value: float, most: float) -> None:
    if not abs(value) < most:  # nor is what is no number
        raise InputError(
            f"step {step}: the {what} is {value:g}, the run has diverged: give a lower rate and"
            " another folder; the last checkpoint stays"
        )


def _keep(
    out: Path,
    place: Place,
    backbone: "Backbone",
    optimiser: Any,
    rows: list[list[float]],
    watch: Sequence["Example"],
) -> None:
    """Write curves and strip, then the checkpoint, which says that all of it is there."""
    from mien.learn.pixelsmile.board import write_board
    from mien.learn.pixelsmile.sampling import strip

    checkpoint.write_curves(out / CURVES, rows)
    shown = out / STRIPS / f"{place.step:06d}.png" if watch else None
    if shown is not None:
        backbone.module.eval()
        strip(backbone, list(watch), shown, place.config.seed)
        backbone.module.train()
    new = (place.step - 1) % place.config.keep + 1  # steps since the last checkpoint
    write_board(out / BOARD, rows[-new:], shown)
    checkpoint.save(out / PLACE, place, backbone, optimiser)


def _resumed(
    out: Path | None, meant: Place, backbone: "Backbone", optimiser: Any
) -> tuple[int, list[list[float]]]:
    """Steps that are done already, and their curves."""
    place = None if out is None else begun(out, meant.config, meant.data)
    if out is None or place is None:
        return 0, []
    # Older checkpoints say what would be compared even where the configuration has it off.
    if place.compared and not {*_parts(meant)} <= {*_parts(place)}:
        raise InputError(
            f"{out / PLACE}: is of a run that compared {place.compared}: do so again, or give"
            " another folder"
        )
    checkpoint.restore(place, backbone, optimiser)
    return place.step, checkpoint.read_curves(out / CURVES, place.step)


def _parts(place: Place) -> list[str]:
    return place.compared.split(", ") if place.compared else []


def moved(batch: "Batch", device: Any) -> "Batch":
    """A batch on a device."""
    asked = replace(
        batch.asked,
        **{one.name: getattr(batch.asked, one.name).to(device) for one in fields(batch.asked)},
    )
    named = {one.name: getattr(batch, one.name) for one in fields(batch) if one.name != "asked"}
    there = {name: part.to(device) for name, part in named.items() if part is not None}
    return replace(batch, asked=asked, **there)
