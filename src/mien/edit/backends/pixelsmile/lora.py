"""LoRA files: pairs of small matrices that change a transformer's layers.

PixelSmile's has 60 blocks x 12 layers x 2 matrices of rank 64. Two spellings of the same are
read: that of diffusers (``transformer.transformer_blocks.0.attn.to_q.lora_A.weight``) and that of
peft while it trains (``base_model.model.transformer_blocks.0.attn.to_q.lora_A.default.weight``);
few-step files say ``lora_down`` and ``lora_up``.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mien.core.errors import InputError, ModelError
from mien.core.extras import require
from mien.edit.backends.pixelsmile.base import check_safetensors

if TYPE_CHECKING:
    from torch import Tensor

_KEY = re.compile(
    r"(?:base_model\.model\.|transformer\.|diffusion_model\.)*(?P<layer>.+?)"
    r"\.(?:lora_(?P<kind>A|B|down|up)(?:\.\w+)?\.weight|(?P<alpha>alpha))"
)
_DOWN = ("A", "down")


@dataclass(frozen=True)
class Pair:
    """The two matrices of a layer; what they add is ``factor * up @ down``.

    Attributes:
        down: key of the first, shape (rank, inputs).
        up: key of the second, shape (outputs, rank).
        shape: outputs and inputs of the layer.
        rank: of the matrices.
        factor: alpha over rank, 1 where no alpha is stored.
    """

    down: str
    up: str
    shape: tuple[int, int]
    rank: int
    factor: float


@dataclass(frozen=True)
class Lora:
    """A LoRA file.

    Attributes:
        path: of the file.
        pairs: name of a layer of the transformer to its matrices.
    """

    path: Path
    pairs: Mapping[str, Pair]

    @property
    def matrices(self) -> int:
        """How many there are; 1440 in PixelSmile's."""
        return 2 * len(self.pairs)


def check_lora(path: Path) -> None:
    """Make sure that a file of a LoRA is whole, by its head and its length.

    Raises:
        InputError: no such file.
        ModelError: empty, cut short, or no safetensors.
        MissingExtraError: the extra ``diffusion`` is not installed.
    """
    if not path.is_file():
        raise InputError(
            f"{path}: no such file: mien models pull pixelsmile, or give another with lora=FILE"
        )
    check_safetensors(path)


def read_lora(path: Path) -> Lora:
    """What a LoRA file holds, read from its head.

    Raises:
        InputError: no such file.
        ModelError: empty, cut short, no safetensors, no LoRA, or a matrix without its partner.
        MissingExtraError: the extra ``diffusion`` is not installed.
    """
    check_lora(path)
    keys: dict[str, dict[str, str]] = {}
    with require("safetensors", "diffusion").safe_open(path, framework="pt") as file:
        for key in file.keys():  # noqa: SIM118 - it is no mapping
            part = _KEY.fullmatch(key)
            if part is None:
                raise ModelError(f"{path}: {key} is no matrix of a LoRA: give another file")
            kind = part["alpha"] or ("down" if part["kind"] in _DOWN else "up")
            keys.setdefault(part["layer"], {})[kind] = key
        alpha = _stored_alpha(file.metadata())
        pairs = {layer: _pair(path, layer, found, file, alpha) for layer, found in keys.items()}
    if not pairs:
        raise ModelError(f"{path}: holds no matrices: fetch it again")
    return Lora(path, pairs)


def check_fit(lora: Lora, layers: Mapping[str, tuple[int, int]]) -> None:
    """Make sure that a LoRA was made for a transformer.

    Args:
        lora: the file.
        layers: name of each linear layer of the transformer to its outputs and inputs.

    Raises:
        ModelError: it was not; the message says the first difference.
    """
    for layer, pair in lora.pairs.items():
        if layer not in layers:
            why = f"there is no {layer}"
        elif layers[layer] != pair.shape:
            why = f"{layer} is {_by(layers[layer])} here and {_by(pair.shape)} there"
        else:
            continue
        raise ModelError(f"{lora.path}: made for another base: {why}: use the base it names")


def matrices(lora: Lora) -> dict[str, "Tensor"]:
    """The tensors of a LoRA by the keys of diffusers, with what alpha asks for multiplied in."""
    with require("safetensors", "diffusion").safe_open(lora.path, framework="pt") as file:
        found: dict[str, Tensor] = {}
        for layer, pair in lora.pairs.items():
            down = file.get_tensor(pair.down)
            scaled = down if pair.factor == 1.0 else down * pair.factor
            found[f"transformer.{layer}.lora_A.weight"] = scaled
            found[f"transformer.{layer}.lora_B.weight"] = file.get_tensor(pair.up)
    return found


def _pair(path: Path, layer: str, keys: dict[str, str], file: Any, alpha: float | None) -> Pair:
    if "down" not in keys or "up" not in keys:
        raise ModelError(f"{path}: {layer} has one matrix without the other: fetch it again")
    down = file.get_slice(keys["down"]).get_shape()
    up = file.get_slice(keys["up"]).get_shape()
    if len(down) != 2 or len(up) != 2 or down[0] != up[1]:
        raise ModelError(f"{path}: the matrices of {layer} do not multiply: give another file")
    if "alpha" in keys:
        alpha = float(file.get_tensor(keys["alpha"]))
    factor = 1.0 if alpha is None else alpha / down[0]
    return Pair(keys["down"], keys["up"], (up[0], down[1]), down[0], factor)


def _stored_alpha(head: Mapping[str, str] | None) -> float | None:
    """The alpha that diffusers wrote into the head of a file, if it did."""
    try:
        stored = json.loads((head or {}).get("lora_adapter_metadata", "{}"))
        return float(stored["transformer.lora_alpha"])
    except (ValueError, KeyError, TypeError):
        return None


def _by(shape: tuple[int, int]) -> str:
    return f"{shape[1]} to {shape[0]}"
