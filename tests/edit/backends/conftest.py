"""A model of PixelSmile's own classes, a few layers deep, on disk as the real one lies there."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.edit.backends.pixelsmile import blank
from mien.edit.backends.pixelsmile.load import Pipe, load
from mien.edit.backends.pixelsmile.passes import Passes, counted

if find_spec("torch") is None:  # the extra diffusion is not installed
    collect_ignore = [
        "test_blank.py", "test_conditioning.py", "test_parity.py", "test_redraw.py",
        "test_weights.py", "test_whole_way.py",
    ]  # fmt: skip


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny Qwen-Image-Edit with random weights."""
    import torch

    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("models") / "base"
    blank.write_base(folder, blank.TINY)
    return folder


@pytest.fixture(scope="session")
def write_lora(base: Path) -> Callable[..., Path]:
    """Writes a LoRA with matrices for every layer that PixelSmile's has."""
    return partial(blank.write_lora, base)


@pytest.fixture(scope="session")
def lora(base: Path, write_lora: Callable[..., Path]) -> Path:
    """A LoRA file for the tiny model, with the published keys."""
    return write_lora(base.parent / "lora.safetensors")


@pytest.fixture(scope="session")
def _loaded(base: Path, lora: Path) -> Pipe:
    return replace(load(base, lora, device="cpu", dtype="float32"), look=56)


@pytest.fixture
def pipe(_loaded: Pipe) -> Iterator[Pipe]:
    """The tiny model with its LoRA; what a test hooks onto it comes off again."""
    encoder, transformer = _loaded.pipeline.text_encoder, _loaded.pipeline.transformer
    hooks = [(m, set(m._forward_pre_hooks)) for m in (encoder, transformer)]
    yield _loaded
    for module, before in hooks:
        for key in set(module._forward_pre_hooks) - before:
            del module._forward_pre_hooks[key]


@pytest.fixture
def passes(pipe: Pipe) -> Iterator[Passes]:
    """Counts from here on."""
    with counted(pipe) as count:
        yield count


@pytest.fixture(scope="session")
def squares() -> list[NDArray[np.uint8]]:
    """Three soft pictures, 64 × 64 px."""
    coarse = np.random.default_rng(3).integers(0, 256, (3, 4, 4, 3), dtype=np.uint8)
    return [np.kron(one, np.ones((16, 16, 1), np.uint8)) for one in coarse]
