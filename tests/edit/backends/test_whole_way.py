"""From a real portrait through the tiny model to a file."""

from pathlib import Path

import numpy as np
import pytest

from mien.core.errors import ModelError
from mien.edit.backends.pixelsmile.denoise import Sampling
from mien.flows.drawing.how import Drawing
from mien.flows.drawing.model import Model
from mien.flows.drawing.redraw import pixelsmile
from mien.flows.edit_file import edit_file
from mien.media.image import load_image


@pytest.fixture
def photo(data: Path) -> Path:
    return data / "london" / "neutral" / "024.jpg"


def _drawing(base: Path, lora: Path) -> Drawing:
    model = Model(base, lora, device="cpu", dtype="float32")
    return Drawing(model, Sampling(steps=2), side=64)


def test_a_portrait_goes_through(photo, base, lora, tmp_path) -> None:
    heard: list[str] = []
    told: list[tuple[str, int, int | None]] = []
    backend = pixelsmile(_drawing(base, lora), lambda *step: told.append(step), heard.append)
    out = tmp_path / "a.png"
    written = edit_file(photo, out, {"happy": 1.0}, strengths=[0, 1], backend=backend)
    before, *after = (load_image(path).pixels for path in (photo, *written))
    # A model of random weights draws no face, so the portrait stays; nothing else may change.
    assert np.array_equal(after[0], before)
    assert np.array_equal(after[1], before)
    assert "is not found on what was drawn" in heard[-1]
    assert len({step for step, _, _ in told}) >= 2  # prompts, then steps


def test_a_lora_for_another_model(photo, base, lora, write_lora, tmp_path) -> None:
    other = write_lora(tmp_path / "other.safetensors", spell="transformer.{}.other.lora_{}.weight")
    backend = pixelsmile(_drawing(base, other))
    with pytest.raises(ModelError, match=r"other\.safetensors"):
        edit_file(photo, tmp_path / "a.png", {"happy": 1.0}, backend=backend)
    assert not (tmp_path / "a.png").exists()


def test_the_first_block_cache(base, lora) -> None:
    from mien.flows.drawing.model import loaded

    with_cache, without = (
        loaded(Model(base, lora, device="cpu", dtype="float32", cache=cache)).pipeline.transformer
        for cache in (0.1, 0.0)
    )
    assert with_cache.is_cache_enabled
    assert not without.is_cache_enabled
