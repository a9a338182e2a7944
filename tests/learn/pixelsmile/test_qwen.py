"""The large model's way, on random weights of its own classes."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import QwenImageTransformer2DModel
from PIL import Image
from safetensors import safe_open
from torch import Tensor

from mien.core.errors import InputError
from mien.edit.backends.pixelsmile import blank
from mien.edit.backends.pixelsmile.denoise import Sampling, decode
from mien.edit.backends.pixelsmile.editor import redraw
from mien.edit.backends.pixelsmile.load import Pipe, load
from mien.edit.backends.pixelsmile.lora import read_lora
from mien.edit.backends.pixelsmile.prompts import Wish
from mien.learn.ffe.row import Row
from mien.learn.pixelsmile import checkpoint
from mien.learn.pixelsmile import latents as latents_module
from mien.learn.pixelsmile.config import Config
from mien.learn.pixelsmile.examples import drawn
from mien.learn.pixelsmile.judges import judges_of
from mien.learn.pixelsmile.latents import Latents, Store, base_seal, encoded
from mien.learn.pixelsmile.objective import loss_of
from mien.learn.pixelsmile.qwen import LAYERS, qwen
from mien.learn.pixelsmile.train import PLACE, train

SIDE = 32
CONFIG = Config(side=SIDE, steps=10, batch=2, rate=2e-3, warmup=0, keep=10, rank=4, alpha=8.0)


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny Qwen-Image-Edit with random weights."""
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("models") / "base"
    blank.write_base(folder, blank.TINY)
    return folder


@pytest.fixture
def fresh(base: Path) -> Callable[..., Pipe]:
    def loaded(lora: Path | None = None) -> Pipe:
        return replace(load(base, lora, device="cpu", dtype="float32"), look=56)

    return loaded


@pytest.fixture(scope="session")
def latents(base: Path, ffe: Path, tmp_path_factory: pytest.TempPathFactory) -> Latents:
    pipe = replace(load(base, None, device="cpu", dtype="float32"), look=56)
    folder = tmp_path_factory.mktemp("latents")
    return encoded(ffe, Store(folder), pipe, CONFIG, limit=2)


def state(part: torch.nn.Module) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in part.state_dict().items()}


def test_ten_steps_change_the_lora_alone(
    fresh: Callable[..., Pipe], latents: Latents, tmp_path: Path
) -> None:
    pipe = fresh()
    made = qwen(pipe, CONFIG.rank, CONFIG.alpha)
    parts = (pipe.pipeline.transformer, pipe.pipeline.vae, pipe.pipeline.text_encoder)
    before = [state(part) for part in parts]
    train(CONFIG, made, latents, judges_of(CONFIG, made), tmp_path, watch=[latents[0]])
    after = [state(part) for part in parts]
    changed = {
        name for old, new in zip(before, after, strict=True) for name in old
        if not torch.equal(old[name], new[name])
    }  # fmt: skip
    trained = {name.removeprefix("transformer.") for name in checkpoint.trained(made.module)}
    assert len(trained) == 3 * len(LAYERS) * 2
    assert changed <= trained
    words = ("txt_mlp", "to_add_out", "add_q_proj")  # of the last block, which nothing reads
    assert all("blocks.2" in name and any(w in name for w in words) for name in trained - changed)
    rows = checkpoint.read_curves(tmp_path / "curves.csv", 10)
    assert len(rows) == 10
    assert (tmp_path / PLACE).is_file()
    with Image.open(tmp_path / "strips" / "000010.png") as shown:
        assert shown.size == (7 * 128, 128)


def test_a_base_in_half_precision(base: Path, ffe: Path, tmp_path: Path) -> None:
    """As on a graphics card: the base in bfloat16, what is trained in float32."""
    pipe = replace(load(base, None, device="cpu", dtype="bfloat16"), look=56)
    rows = encoded(ffe, Store(tmp_path), pipe, CONFIG, limit=2)
    assert rows[0].edits.dtype == torch.bfloat16
    made = qwen(pipe, CONFIG.rank, CONFIG.alpha)
    before = {name: one.detach().clone() for name, one in checkpoint.trained(made.module).items()}
    train(replace(CONFIG, steps=2), made, rows, judges_of(CONFIG, made))
    after = checkpoint.trained(made.module)
    assert {one.dtype for one in after.values()} == {torch.float32}
    assert all(one.isfinite().all() for one in after.values())
    assert any(not torch.equal(before[name], one) for name, one in after.items())


def test_loss_falls_on_a_batch_by_heart(fresh: Callable[..., Pipe], latents: Latents) -> None:
    config = replace(CONFIG, steps=40, rate=1e-2)
    made = qwen(fresh(), 8, 16.0)
    judges = judges_of(config, made)
    batch = drawn(latents, config.seed, range(2))

    def total() -> float:
        with torch.no_grad():
            return float(loss_of(made.module, batch, judges).flow)

    before = total()
    optimiser = torch.optim.AdamW(checkpoint.trained(made.module).values(), lr=config.rate)
    for _ in range(config.steps):
        optimiser.zero_grad()
        loss_of(made.module, batch, judges).total.backward()
        optimiser.step()
    assert total() < 0.8 * before


def test_the_saved_lora_draws_the_same_everywhere(
    fresh: Callable[..., Pipe], latents: Latents, tmp_path: Path
) -> None:
    pipe = fresh()
    made = qwen(pipe, CONFIG.rank, CONFIG.alpha)
    train(CONFIG, made, latents, judges_of(CONFIG, made))
    chance = torch.Generator().manual_seed(1)
    for one in checkpoint.trained(made.module).values():  # as if it were trained for long
        one.data += 0.2 * torch.randn(one.shape, generator=chance)
    file = tmp_path / "lora.safetensors"
    checkpoint.export(file, checkpoint.Place(CONFIG, latents.digest, 10, {}), made)

    with safe_open(file, framework="pt") as stored:
        header = stored.metadata()
    assert header["data"] == latents.digest
    assert '"transformer.lora_alpha": 8.0' in header["lora_adapter_metadata"]
    assert all(pair.factor == 2.0 for pair in read_lora(file).pairs.values())

    coarse = np.random.default_rng(3).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    square = np.kron(coarse, np.ones((8, 8, 1), np.uint8))
    stock = fresh()
    stock.pipeline.load_lora_weights(tmp_path, weight_name=file.name, adapter_name="expression")
    how, wish = Sampling(steps=3), [Wish({"happy": 1.0})]
    pictures = [redraw(one, [square], wish, how)[0] for one in (pipe, stock, fresh(file), fresh())]
    for other in pictures[1:3]:
        assert np.abs(pictures[0].astype(int) - other).max() <= 1
    assert np.abs(pictures[0].astype(int) - pictures[3]).max() > 20


def test_what_is_decoded_is_what_the_editor_decodes(
    fresh: Callable[..., Pipe], latents: Latents
) -> None:
    pipe = fresh()
    made = qwen(pipe)
    with torch.no_grad():
        pixels = made.decode(latents[0].edits)
    ours = ((pixels / 2 + 0.5).clamp(0, 1) * 255).round().permute(0, 2, 3, 1).numpy()
    theirs = decode(pipe, latents[0].edits[:1], SIDE)
    assert np.abs(ours[0] - theirs).max() <= 1


def test_a_fresh_lora_changes_nothing(fresh: Callable[..., Pipe], latents: Latents) -> None:
    batch = drawn(latents, 0, range(1))
    pipe = fresh()
    transformer: QwenImageTransformer2DModel = pipe.pipeline.transformer
    asked = batch.asked
    words = torch.lerp(asked.neutral, asked.target, asked.score.reshape(-1, 1, 1))
    noise = torch.cat([batch.noise, batch.noise])
    plane = (1, SIDE // 16, SIDE // 16)
    with torch.no_grad():
        plain = transformer(
            hidden_states=torch.cat([noise, torch.cat([batch.source] * 2)], dim=1),
            timestep=torch.full((2,), 0.5), encoder_hidden_states=words,
            encoder_hidden_states_mask=None, img_shapes=[[plane, plane]] * 2, return_dict=False,
        )[0][:, : noise.shape[1]]  # fmt: skip
        ours = qwen(pipe).module(noise, torch.full((2,), 0.5), torch.cat([batch.source] * 2), asked)
    torch.testing.assert_close(ours, plain)


def test_rows_are_encoded_once(
    base: Path, ffe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = replace(load(base, None, device="cpu", dtype="float32"), look=56)
    rows: list[str] = []
    write = latents_module._write

    def counted(file: Path, *more: Any) -> None:
        rows.append(file.stem)
        write(file, *more)

    monkeypatch.setattr(latents_module, "_write", counted)
    first = encoded(ffe, Store(tmp_path), pipe, CONFIG, limit=2)
    assert rows == ["a", "aa"]
    (tmp_path / "a.safetensors").write_bytes(b"cut")
    again = encoded(ffe, Store(tmp_path), pipe, replace(CONFIG, scores="one-hot"), limit=2)
    assert rows[2:] == ["a"]
    assert again.digest == first.digest
    assert again[1].scores.tolist() == [1.0, 1.0]
    assert first[1].scores.tolist() == pytest.approx([0.7, 0.4])
    levels = encoded(ffe, Store(tmp_path), pipe, replace(CONFIG, scores="levels"), limit=2)
    assert levels[1].scores.tolist() == [0.75, 0.5]
    encoded(ffe, Store(tmp_path), pipe, replace(CONFIG, side=2 * SIDE), limit=1)
    assert rows[3:] == ["a"]
    parts = [encoded(ffe, Store(tmp_path), pipe, CONFIG, share=(at, 2)) for at in (0, 1)]
    assert len(parts[0]) == 5
    assert sorted(rows[4:]) == ["a", "aaa", "aaaa", "aaaaa"]
    changed = encoded(ffe, Store(tmp_path, "another"), pipe, CONFIG, limit=1)
    assert rows[8:] == ["a"]
    assert changed.digest != encoded(ffe, Store(tmp_path), pipe, CONFIG, limit=1).digest


def test_a_base_is_known_by_its_files(base: Path, tmp_path: Path) -> None:
    seal = base_seal(base)
    copy = tmp_path / "moved"
    shutil.copytree(base, copy)
    assert base_seal(copy) == seal
    weights = next((copy / "vae").glob("*.safetensors"))
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1  # trained on: as long as it was
    weights.write_bytes(content)
    other = base_seal(copy)
    (copy / "vae" / "config.json").write_text("{}")
    assert len({seal, other, base_seal(copy)}) == 3


def test_faces_are_found_once_and_on_persons_alone(
    base: Path,
    ffe: Path,
    spoil: Callable[[Callable[[Row], Row]], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pipe = replace(load(base, None, device="cpu", dtype="float32"), look=56)
    plain = encoded(ffe, Store(tmp_path / "plain"), pipe, CONFIG, limit=2)
    assert plain.faces() == 0  # they show noise
    assert drawn(plain, 0, range(2)).points.isnan().all()
    found = np.arange(10, dtype=np.float32).reshape(5, 2)
    monkeypatch.setattr(latents_module, "five_points", lambda _: found)
    mixed = spoil(lambda row: replace(row, domain="anime"))
    rows = encoded(mixed, Store(tmp_path / "mixed"), pipe, CONFIG, limit=2)
    assert rows.faces() == 2  # of the second row; the first is drawn
    assert rows[0].points.isnan().all()
    assert np.array_equal(rows[1].points[1].numpy(), found)
    with pytest.raises(InputError, match="train one model of each"):
        drawn(rows, 0, range(2))
