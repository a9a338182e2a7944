"""The folder of the base model, Qwen-Image-Edit-2511 in the layout of diffusers, looked over.

A base model is 58 GB: what is wrong with its files is said before they are loaded.
"""

import json
from pathlib import Path
from typing import Any

from mien.core.errors import InputError, ModelError
from mien.core.extras import require

# Folder to the file that says what it is, and whether it has weights.
_PARTS = {
    "transformer": ("config.json", True),
    "text_encoder": ("config.json", True),
    "vae": ("config.json", True),
    "tokenizer": ("tokenizer_config.json", False),
    "processor": ("preprocessor_config.json", False),
    "scheduler": ("scheduler_config.json", False),
}
_TRANSFORMER = "QwenImageTransformer2DModel"


def check_base(folder: Path) -> None:
    """Make sure that a folder holds a whole Qwen-Image-Edit model.

    Raises:
        InputError: the folder, or a file in it, is missing.
        ModelError: a file is empty, cut short or of another kind.
        MissingExtraError: the extra ``diffusion`` is not installed.
    """
    if not folder.is_dir():
        raise InputError(
            f"{folder}: no such folder: fetch the base model there: mien models pull pixelsmile;"
            " or give another one: --with base=FOLDER"
        )
    for part, (description, weighty) in _PARTS.items():
        if not (folder / part / description).is_file():
            raise InputError(f"{folder / part / description}: is missing: fetch the model again")
        for file in _weights(folder / part) if weighty else []:
            check_safetensors(file)
    kind = _json(folder / "transformer" / "config.json").get("_class_name")
    if kind != _TRANSFORMER:
        raise ModelError(f"{folder}: holds a {kind} instead of a {_TRANSFORMER}: take another base")


def check_safetensors(path: Path) -> None:
    """Make sure that a file is whole, by its head and its length.

    Raises:
        InputError: no such file.
        ModelError: it is empty, cut short or no safetensors.
        MissingExtraError: safetensors is not installed.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file: fetch it again, or give another path")
    if path.stat().st_size == 0:
        raise ModelError(f"{path}: is empty: remove it and fetch it again")
    safetensors = require("safetensors", "diffusion")
    try:
        with safetensors.safe_open(path, framework="numpy"):
            pass
    except safetensors.SafetensorError:
        raise ModelError(
            f"{path}: is no whole safetensors file: remove it and fetch it again"
        ) from None


def _weights(folder: Path) -> list[Path]:
    """The files of a part's weights, those of its index where they are split."""
    for index in folder.glob("*.safetensors.index.json"):
        names = _json(index).get("weight_map")
        if not isinstance(names, dict) or not names:
            raise ModelError(f"{index}: names no files: remove it and fetch it again")
        return sorted({folder / str(name) for name in names.values()})
    files = sorted(folder.glob("*.safetensors"))
    if not files:
        raise InputError(f"{folder}: has no *.safetensors: fetch the model again")
    return files


def _json(path: Path) -> dict[str, Any]:
    try:
        stored = json.loads(path.read_text("utf-8"))
    except ValueError:
        raise ModelError(f"{path}: is no JSON: remove it and fetch it again") from None
    if not isinstance(stored, dict):
        raise ModelError(f"{path}: is no JSON object: remove it and fetch it again")
    return stored
