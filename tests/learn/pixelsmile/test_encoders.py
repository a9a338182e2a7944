"""CLIP from its folder."""

import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from mien.core.errors import InputError
from mien.learn.pixelsmile.encoders import Named, clip, named

_MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073])[:, None, None]
_STD = torch.tensor([0.26862954, 0.26130258, 0.27577711])[:, None, None]


def test_of_a_whole_model_the_pooled_picture_is_taken(small_clip: Path) -> None:
    transformers = pytest.importorskip("transformers")
    shown = 2.0 * torch.rand(2, 3, 224, 224, generator=torch.Generator().manual_seed(0)) - 1.0
    whole = transformers.CLIPModel.from_pretrained(small_clip)
    with torch.no_grad():
        seen = (shown * 0.5 + 0.5 - _MEAN) / _STD
        theirs = whole.vision_model(pixel_values=seen).pooler_output
    torch.testing.assert_close(clip(small_clip)(shown), theirs)


def test_what_is_missing_would_be_random(small_clip: Path, tmp_path: Path) -> None:
    folder = tmp_path / "clip"
    shutil.copytree(small_clip, folder)
    held = load_file(folder / "model.safetensors")
    held.pop("vision_model.post_layernorm.weight")
    save_file(held, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(InputError, match=r"lacks .*post_layernorm\.weight"):
        clip(folder)
    (folder / "model.safetensors").write_bytes(b"cut")
    with pytest.raises(InputError, match="holds no CLIP vision model"):
        clip(folder)


def test_a_pickle_is_refused_and_can_be_turned_into_safetensors(
    small_clip: Path, tmp_path: Path
) -> None:
    """As docs/training.md has it, of an older file with numbers that nobody reads any more."""
    folder = tmp_path / "clip"
    shutil.copytree(small_clip, folder)
    held = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    places = {"vision_model.embeddings.position_ids": torch.arange(17)[None]}
    torch.save(held | places, folder / "pytorch_model.bin")
    with pytest.raises(InputError, match="in safetensors"):
        clip(folder)
    read = torch.load(folder / "pytorch_model.bin", weights_only=True)
    kept = {name: one.clone() for name, one in read.items()}
    save_file(kept, folder / "model.safetensors", {"format": "pt"})
    shown = torch.zeros(1, 3, 64, 64)
    torch.testing.assert_close(clip(folder)(shown), clip(small_clip)(shown))


def test_what_is_named_says_what_it_was_read_from(tmp_path: Path) -> None:
    def read(_: Path) -> object:
        return torch.relu

    for name in ("a", "b"):
        (tmp_path / f"{name}.safetensors").write_bytes(name.encode())
    one = named(tmp_path / "a.safetensors", read)  # type: ignore[arg-type]
    # SHA-256 of the letter a
    assert one.sha256.startswith("ca978112ca1bbdcafac231b39a23dc4d")
    assert one.told == f"a.safetensors (SHA-256 {one.sha256})"
    both = named(tmp_path, read)  # type: ignore[arg-type]
    (tmp_path / "b.safetensors").write_bytes(b"c")
    assert both.sha256 not in {one.sha256, named(tmp_path, read).sha256}  # type: ignore[arg-type]
    assert Named("random-conv", torch.relu).told == "random-conv"
