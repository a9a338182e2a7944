import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from mien.core.errors import InputError, MissingExtraError, ModelError
from mien.edit.backends.pixelsmile.base import check_base
from mien.edit.backends.pixelsmile.load import linear_layers, load
from mien.edit.backends.pixelsmile.lora import _KEY, check_fit, matrices, read_lora
from mien.edit.backends.pixelsmile.presets import Preset

# Bytes of PixelSmile-preview.safetensors.
PUBLISHED = 849_543_736


@pytest.fixture
def copy(base: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(base, tmp_path / "copy"))


def test_the_base_is_whole(base: Path) -> None:
    check_base(base)


def test_no_base(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder: fetch the base model there"):
        check_base(tmp_path / "base")


@pytest.mark.parametrize(
    "part", ["vae/config.json", "tokenizer/tokenizer_config.json", "text_encoder/model.safetensors"]
)
def test_part_of_a_base(copy: Path, part: str) -> None:
    (copy / part).unlink()
    with pytest.raises(InputError, match=r"fetch the model again") as caught:
        check_base(copy)
    assert str(copy / part) in str(caught.value) or "has no *.safetensors" in str(caught.value)


def test_missing_share_of_a_split_part(copy: Path) -> None:
    index = {"weight_map": {"a": "a.safetensors", "b": "b.safetensors"}}
    (copy / "vae" / "d.safetensors.index.json").write_text(json.dumps(index))
    shutil.copy(copy / "vae" / "diffusion_pytorch_model.safetensors", copy / "vae/a.safetensors")
    with pytest.raises(InputError, match=r"b\.safetensors: no such file"):
        check_base(copy)


@pytest.mark.parametrize(
    ("content", "said"), [(b"", "is empty"), (b"x" * 99, "no whole"), (None, "no whole")]
)
def test_broken_weights(copy: Path, content: bytes | None, said: str) -> None:
    file = copy / "transformer" / "diffusion_pytorch_model.safetensors"
    file.write_bytes(file.read_bytes()[:-1] if content is None else content)
    with pytest.raises(ModelError, match=said):
        check_base(copy)


def test_another_model(copy: Path) -> None:
    config = copy / "transformer" / "config.json"
    config.write_text(config.read_text().replace("QwenImage", "Flux"))
    with pytest.raises(ModelError, match="holds a FluxTransformer2DModel instead of"):
        check_base(copy)
    config.write_text("{")
    with pytest.raises(ModelError, match="is no JSON"):
        check_base(copy)


def test_published_layout(tmp_path: Path) -> None:
    """The keys and shapes of the published file, told by its size, fit the real transformer."""
    from diffusers import QwenImageTransformer2DModel as Transformer

    with torch.device("meta"):
        real = Transformer()
    real.save_config(tmp_path / "transformer")
    layers = linear_layers(tmp_path)
    targets = (
        "to_q", "to_k", "to_v", "add_q_proj", "add_k_proj", "add_v_proj", "to_out.0", "to_add_out",
        "img_mlp.net.0.proj", "img_mlp.net.2", "txt_mlp.net.0.proj", "txt_mlp.net.2",
    )  # fmt: skip
    chosen = {name: shape for name, shape in layers.items() if name.endswith(targets)}
    assert len(chosen) == 60 * 12
    assert sum(weight.numel() for weight in real.parameters()) == pytest.approx(20.4e9, rel=0.01)
    data = sum(64 * (outputs + inputs) * 2 for outputs, inputs in chosen.values())
    entry = (
        '"transformer.{}.lora_A.weight":{{"dtype":"BF16","shape":[64,3072],'
        '"data_offsets":[123456789,123456789]}},'
    )
    head = 2 * sum(len(entry.format(name)) for name in chosen)
    assert PUBLISHED - data == pytest.approx(head, rel=0.01)


def test_lora_file(lora: Path, base: Path) -> None:
    read = read_lora(lora)
    check_fit(read, linear_layers(base))
    assert read.matrices == 3 * 12 * 2
    assert {pair.rank for pair in read.pairs.values()} == {4}
    assert matrices(read).keys() == load_file(lora).keys()


@pytest.mark.parametrize(
    ("spell", "kinds"),
    [
        ("base_model.model.{}.lora_{}.default.weight", "AB"), ("{}.lora_{}.weight", "AB"),
        ("diffusion_model.{}.lora_{}.weight", "AB"), ("{}.lora_{}.weight", ("down", "up")),
        ("transformer.base_model.model.{}.lora_{}.weight", "AB"),
    ],
)  # fmt: skip
def test_spellings_are_one(
    lora: Path, write_lora: Callable[..., Path], tmp_path: Path, spell: str, kinds: tuple[str, str]
) -> None:
    other = matrices(read_lora(write_lora(tmp_path / "other.safetensors", spell, tuple(kinds))))
    known = load_file(lora)
    assert other.keys() == known.keys()
    assert all(torch.equal(other[key], known[key]) for key in known)


def test_stored_alpha_counts(lora: Path, write_lora: Callable[..., Path], tmp_path: Path) -> None:
    known = load_file(lora)
    head = {"lora_adapter_metadata": json.dumps({"transformer.lora_alpha": 8, "transformer.r": 4})}
    for file in (
        write_lora(tmp_path / "head.safetensors", **head),
        write_lora(tmp_path / "each.safetensors", alpha=8.0),
    ):
        for key, values in matrices(read_lora(file)).items():
            assert torch.equal(values, known[key] * (2.0 if "lora_A" in key else 1.0))


names = st.from_regex(
    r"transformer_blocks\.[0-9]{1,2}\.[a-z_]{1,9}(\.[0-9a-z_]{1,9}){0,3}", fullmatch=True
)


@given(names, st.sampled_from(["", "transformer.", "base_model.model.", "diffusion_model."]))
def test_layer_of_a_key(layer: str, prefix: str) -> None:
    for end in ("lora_A.weight", "lora_B.default.weight", "lora_up.weight", "alpha"):
        found = _KEY.fullmatch(f"{prefix}{layer}.{end}")
        assert found is not None
        assert found["layer"] == layer


def broken(path: Path, **changes: torch.Tensor | None) -> Path:
    """A LoRA file with other tensors under some keys, or without them."""
    layer = "transformer.transformer_blocks.0.attn.to_q"
    tensors: dict[str, torch.Tensor | None] = {
        "lora_A": torch.ones(4, 32), "lora_B": torch.ones(32, 4), **changes
    }  # fmt: skip
    save_file({f"{layer}.{k}.weight": v for k, v in tensors.items() if v is not None}, path)
    return path


def test_lora_for_another_base(base: Path, tmp_path: Path) -> None:
    layers = linear_layers(base)
    wide = broken(tmp_path / "wide", lora_A=torch.ones(4, 3072), lora_B=torch.ones(3072, 4))
    with pytest.raises(ModelError, match=r"another base: .*to_q is 32 to 32 here and 3072 to 3072"):
        check_fit(read_lora(wide), layers)
    del layers["transformer_blocks.0.attn.to_q"]
    with pytest.raises(ModelError, match=r"there is no transformer_blocks\.0\.attn\.to_q"):
        check_fit(read_lora(broken(tmp_path / "deep")), layers)


def test_loras_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_lora(tmp_path / "nowhere")
    with pytest.raises(ModelError, match="one matrix without the other"):
        read_lora(broken(tmp_path / "half", lora_B=None))
    with pytest.raises(ModelError, match="do not multiply"):
        read_lora(broken(tmp_path / "odd", lora_B=torch.ones(32, 5)))
    with pytest.raises(ModelError, match="is no matrix of a LoRA"):
        read_lora(broken(tmp_path / "bias", bias=torch.ones(32)))
    with pytest.raises(ModelError, match="holds no matrices"):
        read_lora(broken(tmp_path / "none", lora_A=None, lora_B=None))


def test_refused_before_loading(base: Path, tmp_path: Path, lora: Path) -> None:
    with pytest.raises(ModelError, match="another base"):
        load(base, broken(tmp_path / "lora", lora_A=torch.ones(4, 9)), device="cpu")
    with pytest.raises(InputError, match="offload is not for cpu"):
        load(base, lora, device="cpu", preset=Preset.OFFLOAD)
    with pytest.raises(InputError, match="0 or more"):
        load(base, lora, device="cpu", lora_scale=-1.0)
    with pytest.raises(InputError, match="unknown dtype 'int8'"):
        load(base, lora, device="cpu", dtype="int8")


def test_offload_is_diffusers_own(base: Path, lora: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from diffusers import QwenImageEditPlusPipeline

    asked: list[torch.device] = []
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(
        QwenImageEditPlusPipeline,
        "enable_model_cpu_offload",
        lambda self, device: asked.append(device),
    )
    pipe = load(base, lora, device="cuda", preset=Preset.OFFLOAD)
    assert asked == [pipe.device] == [torch.device("cuda")]
    assert next(pipe.pipeline.transformer.parameters()).device.type == "cpu"


def test_what_is_not_installed(base: Path, lora: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mien.edit.backends.pixelsmile import load as module

    monkeypatch.setattr(module, "find_spec", lambda name: None)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    with pytest.raises(MissingExtraError, match="pip install bitsandbytes"):
        load(base, lora, device="cuda", preset=Preset.FOUR_BIT)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(InputError, match="use the device cpu"):
        load(base, lora, device="cuda")
