"""A stopped run on disk: safetensors; configuration, data and place are in the header."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mien.capture.learned.window import FORM
from mien.core.errors import InputError
from mien.learn.microexpression.config import Config, parse, told
from mien.media.files import atomic

_RNG = "rng"


@dataclass(frozen=True)
class Place:
    """Where a run is.

    Attributes:
        config: of the run.
        data: digest of what it is trained on.
        step: steps that are done; the windows up to there were seen.
        tensors: of network, optimiser and chance, by name.
    """

    config: Config
    data: str
    step: int
    tensors: dict[str, Any]


def taken(config: Config, data: str, step: int, network: Any, optimiser: Any) -> Place:
    """All that a run needs to go on as if it had not been stopped; it stays as it is.

    Args:
        config: of the run.
        data: digest of what it is trained on.
        step: steps that are done.
        network: between two steps.
        optimiser: likewise.
    """
    import torch

    tensors = {f"network.{name}": value for name, value in network.state_dict().items()}
    state = optimiser.state_dict()["state"]
    for number, kept in state.items():
        tensors |= {f"optimiser.{number}.{name}": value for name, value in kept.items()}
    tensors[_RNG] = torch.get_rng_state()
    held = {
        name: value.detach().clone(memory_format=torch.contiguous_format).cpu()
        for name, value in tensors.items()
    }
    return Place(config, data, step, held)


def save(place: Place, path: Path) -> None:
    """Write a place."""
    from safetensors.torch import save_file

    header = {
        "form": str(FORM),
        "config": told(place.config),
        "data": place.data,
        "step": str(place.step),
    }
    with atomic(path) as part:
        save_file(place.tensors, part, metadata=header)


def load(path: Path) -> Place:
    """Read a place.

    Raises:
        InputError: the file is none, or of windows of another form.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as stored:
            header = stored.metadata() or {}
            tensors = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118
        form, place = header["form"], (parse(header["config"]), header["data"])
        step = int(header["step"])
    except (SafetensorError, KeyError, ValueError, OSError, InputError) as error:
        raise InputError(
            f"{path}: cannot be gone on from: remove it to begin anew ({error})"
        ) from error
    if form != str(FORM):
        raise InputError(f"{path}: is of another version of mien: remove it to begin anew")
    return Place(*place, step, tensors)


def restore(place: Place, network: Any, optimiser: Any) -> None:
    """Put everything back where it was."""
    import torch

    parts: dict[str, dict[str, Any]] = {"network": {}, "optimiser": {}}
    for name, value in place.tensors.items():
        if name != _RNG:
            head, _, rest = name.partition(".")
            parts[head][rest] = value
    network.load_state_dict(parts["network"])
    state: dict[int, dict[str, Any]] = {}
    for name, value in parts["optimiser"].items():
        number, _, kept = name.partition(".")
        state.setdefault(int(number), {})[kept] = value
    whole = optimiser.state_dict()
    optimiser.load_state_dict({**whole, "state": state})
    torch.set_rng_state(place.tensors[_RNG])
