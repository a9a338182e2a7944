"""The model of random weights: always the same, and as wide as the real one where it says so."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from mien.edit.backends.pixelsmile.base import _PARTS, check_base
from mien.edit.backends.pixelsmile.blank import (
    FULL_WIDTH,
    MIDDLE,
    TINY,
    Size,
    _parts,
    _reader,
    write_base,
)
from mien.edit.backends.pixelsmile.denoise import Sampling
from mien.edit.backends.pixelsmile.editor import redraw
from mien.edit.backends.pixelsmile.load import Pipe, load
from mien.edit.backends.pixelsmile.passes import counted
from mien.edit.backends.pixelsmile.prompts import Wish


def test_always_the_same(base: Path, tmp_path: Path) -> None:
    state = torch.get_rng_state()
    write_base(tmp_path / "again")
    assert torch.equal(torch.get_rng_state(), state)  # nobody else's chance is touched
    check_base(tmp_path / "again")
    assert sorted(path.name for path in base.iterdir()) == sorted(_PARTS)
    for file in base.rglob("*.safetensors"):
        again = tmp_path / "again" / file.relative_to(base)
        assert again.read_bytes() == file.read_bytes()


def test_another_size_is_loaded_and_draws(tmp_path: Path, squares: list) -> None:
    write_base(tmp_path, replace(TINY, blocks=1, text=64, vae_blocks=2))
    pipe = replace(load(tmp_path, None, device="cpu", dtype="float32"), look=56)
    (drawn,) = redraw(pipe, squares[:1], [Wish({"happy": 1.0})], Sampling(steps=2))
    assert drawn.shape == squares[0].shape


@pytest.mark.parametrize("size", [MIDDLE, FULL_WIDTH])
def test_most_weights_draw_as_in_the_real_one(size: Size) -> None:
    with torch.device("meta"):  # shapes without memory
        parts = _parts(size)
    weights = {
        name: sum(weight.numel() for weight in parts[name].parameters())
        for name in ("transformer", "text_encoder")
    }
    assert weights["transformer"] > weights["text_encoder"]


def test_full_width_is_the_real_width() -> None:
    """The transformer's defaults are the published configuration; see also ``test_weights``."""
    from diffusers import QwenImageTransformer2DModel as Transformer

    with torch.device("meta"):
        real, ours = Transformer(num_layers=1), _parts(FULL_WIDTH)["transformer"]
    shapes = {name: weight.shape for name, weight in ours.named_parameters()}
    for name, weight in real.named_parameters():
        assert shapes[name] == weight.shape
    text = _reader(FULL_WIDTH).text_config
    assert (text.hidden_size, text.intermediate_size) == (3584, 18944)
    assert (text.num_attention_heads, text.num_key_value_heads) == (28, 4)
    assert text.rope_scaling["mrope_section"] == [16, 24, 24]


def test_counting_ends(pipe: Pipe, squares: list) -> None:
    def drawn() -> None:
        redraw(pipe, squares[:2], [Wish({"happy": 1.0})] * 2, Sampling(steps=3))

    with counted(pipe) as passes:
        drawn()
    found = (passes.prompts, passes.squares, passes.steps, passes.pictures, passes.whole)
    assert found == (4, 2, 3, 6, 3)
    drawn()
    assert passes.prompts == 4
