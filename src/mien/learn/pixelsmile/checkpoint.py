"""A run on disk: safetensors with its story in the header, and the curves of its losses."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mien.core.errors import InputError
from mien.learn.pixelsmile.config import Config, parse, told
from mien.media.files import atomic

if TYPE_CHECKING:
    from mien.learn.pixelsmile.backbone import Backbone

CURVES = ("step", "rate", "total", "flow", "contrast", "identity", "seconds")


@dataclass(frozen=True, eq=False)
class Place:
    """Where a run is.

    Attributes:
        config: of the run.
        data: hash of what it is trained on.
        step: steps that are done.
        tensors: of model and optimiser, by name.
        compared: by what pictures are; empty where a file does not say.
    """

    config: Config
    data: str
    step: int
    tensors: Mapping[str, Any]
    compared: str = ""


def trained(module: Any) -> dict[str, Any]:
    """The parameters that are trained, by name."""
    return {name: one for name, one in module.named_parameters() if one.requires_grad}


def save(path: Path, place: Place, backbone: "Backbone", optimiser: Any) -> None:
    """Write all that a run needs to go on as if it had not been stopped.

    Schedule, order and noise follow from the step, see
    :func:`mien.learn.pixelsmile.examples.drawn`.

    Raises:
        MediaError: the file cannot be written.
    """
    tensors = {f"model.{name}": one for name, one in trained(backbone.module).items()}
    for number, kept in optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser.{number}.{name}": value for name, value in kept.items()}
    _write(path, tensors, _header(place, backbone))


def load(path: Path) -> Place:
    """Read a place.

    Raises:
        InputError: the file is none.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as stored:
            header = stored.metadata() or {}
            tensors = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118
        config, step = parse(header["config"]), int(header["step"])
        return Place(config, header["data"], step, tensors, header.get("compared", ""))
    except (SafetensorError, KeyError, ValueError, OSError, InputError) as error:
        raise InputError(
            f"{path}: cannot be gone on from: remove it to begin anew ({error})"
        ) from error


def restore(place: Place, backbone: "Backbone", optimiser: Any) -> None:
    """Put everything back where it was.

    Raises:
        InputError: the place is of another model.
    """
    import torch

    state: dict[int, dict[str, Any]] = {}
    mine = trained(backbone.module)
    shapes = {f"model.{name}": one.shape for name, one in mine.items()}
    if shapes != {n: one.shape for n, one in place.tensors.items() if n.startswith("model.")}:
        raise InputError("the checkpoint is of another model: give another folder, or its base")
    for name, value in place.tensors.items():
        head, _, rest = name.partition(".")
        if head == "model":
            with torch.no_grad():
                mine[rest].copy_(value)
        else:
            number, _, kept = rest.partition(".")
            state.setdefault(int(number), {})[kept] = value
    optimiser.load_state_dict({**optimiser.state_dict(), "state": state})


def export(path: Path, place: Place, backbone: "Backbone") -> None:
    """Write the trained weights alone.

    Of a LoRA, as diffusers and mien load it; alpha, configuration, hash of the data and by what
    pictures were compared are in the header.

    Raises:
        MediaError: the file cannot be written.
    """
    tensors = {backbone.key(name): one for name, one in trained(backbone.module).items()}
    _write(path, tensors, _header(place, backbone))


def finished(path: Path, config: Config, data: str) -> bool:
    """Whether a file of :func:`export` is what a run with this configuration and data ends in.

    By what pictures were compared is not asked: older files do not say.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as stored:
            header = stored.metadata() or {}
    except (SafetensorError, OSError):
        return False
    story = _story(config, data, config.steps)
    return all(header.get(name) == value for name, value in story.items())


def fill(path: Path, module: Any) -> None:
    """Put the weights of :func:`export` into a model whose parameters are called as in the file.

    Raises:
        InputError: the file holds no weights, or those of another model.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        module.load_state_dict(load_file(path))
    except (SafetensorError, RuntimeError, OSError) as error:
        raise InputError(f"{path}: holds no weights of this model: train it again") from error


def write_curves(path: Path, rows: Sequence[Sequence[float]]) -> None:
    """Write the losses of every step, :data:`CURVES`.

    Raises:
        MediaError: the file cannot be written.
    """
    with atomic(path) as part, part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(CURVES)
        writer.writerows([int(row[0]), *(f"{value:.6g}" for value in row[1:])] for row in rows)


def read_curves(path: Path, until: int) -> list[list[float]]:
    """The losses of the steps up to one; nothing where there is no file.

    Raises:
        InputError: the file is another one.
    """
    if not path.is_file():
        return []
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = [[float(value) for value in row] for row in list(csv.reader(file))[1:]]
    except ValueError:
        raise InputError(f"{path}: holds no curves: remove it") from None
    return [row for row in rows if row[0] <= until]


def _story(config: Config, data: str, step: int) -> dict[str, str]:
    return {"config": told(config), "data": data, "step": str(step)}


def _header(place: Place, backbone: "Backbone") -> dict[str, str]:
    story = _story(place.config, place.data, place.step)
    return story | {"compared": place.compared} | dict(backbone.header)


def _write(path: Path, tensors: Mapping[str, Any], header: dict[str, str]) -> None:
    from safetensors.torch import save_file

    held = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    with atomic(path) as part:
        save_file(held, part, metadata=header)
