"""The model brought into memory: base and LoRA, as much of it at a time as there is room for."""

import math
import warnings
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mien.core.errors import InputError, MissingExtraError
from mien.core.extras import require
from mien.edit.backends.pixelsmile.base import check_base
from mien.edit.backends.pixelsmile.lora import Lora, check_fit, matrices, read_lora
from mien.edit.backends.pixelsmile.presets import Preset, check_preset, machine

if TYPE_CHECKING:
    import torch

# What the text encoder sees of a square, px: PixelSmile was trained and is published with 512,
# the pipeline of diffusers shows it 384.
PIXELSMILE_LOOK = 512
PIPELINE_LOOK = 384

_EXPRESSION, _FEW_STEPS = "expression", "few_steps"
_DTYPES = ("bfloat16", "float32")
_SENSITIVE = ("norm", "embed", "lm_head")  # too small or too exact for 8 bits


@dataclass(frozen=True)
class Pipe:
    """The loaded model.

    Attributes:
        pipeline: diffusers' QwenImageEditPlusPipeline, for its parts and where they are kept. Its
            processor stays empty: it would need torchvision.
        processor: cuts pictures into patches for the text encoder.
        device: where it computes.
        dtype: in what it computes.
        look: px, side at which the text encoder sees a square.
    """

    pipeline: Any
    processor: Any
    device: "torch.device"
    dtype: "torch.dtype"
    look: int = PIXELSMILE_LOOK


def load(
    base: Path,
    lora: Path | None,
    *,
    preset: Preset = Preset.FULL,
    device: str | None = None,
    dtype: str = "bfloat16",
    lora_scale: float = 1.0,
    few_steps: Path | None = None,
) -> Pipe:
    """Load the model; files that do not fit are refused before the first large one is read.

    Args:
        base: folder of Qwen-Image-Edit-2511 as diffusers has it.
        lora: PixelSmile's file; None for the base model alone.
        preset: how it fits into memory, see :mod:`presets`.
        device: ``cuda``, ``mps`` or ``cpu``; None for the best there is.
        dtype: ``bfloat16`` or ``float32``.
        lora_scale: of ``lora``, see :func:`scale_lora`.
        few_steps: a distilled LoRA that draws in 4 or 8 steps (Qwen-Image-Lightning); the noise
            schedule becomes the one it was made with.

    Raises:
        InputError: a missing file, a device or dtype that is not there, or a negative scale.
        ModelError: a file that is broken or of another model.
        MissingExtraError: something that must be installed first.
    """
    torch = require("torch", "diffusion")
    require("peft", "diffusion")
    device = device or machine()[0]
    check_preset(preset, device)
    if device == "cuda" and not torch.cuda.is_available():
        raise InputError("there is no graphics card that torch can use: use the device cpu")
    if device == "mps" and not torch.backends.mps.is_available():
        raise InputError("this is no Mac whose graphics torch can use: use the device cpu")
    check_dtype(dtype)
    check_scale(lora_scale)
    check_base(base)
    files = {_EXPRESSION: lora, _FEW_STEPS: few_steps}
    loras = {name: read_lora(path) for name, path in files.items() if path is not None}
    layers = linear_layers(base)
    for read in loras.values():
        check_fit(read, layers)
    pipe = _assemble(base, preset, torch.device(device), getattr(torch, dtype))
    _add_loras(pipe, loras, lora_scale)
    _place(pipe, preset)
    return pipe


def scale_lora(pipe: Pipe, scale: float) -> None:
    """Weigh PixelSmile's LoRA anew.

    Args:
        pipe: loaded with a LoRA.
        scale: 0 is the base model, 1 is how the published code loads the file. It was trained with
            alpha 128 at rank 64, that is at 2; a file that stores no alpha does not say so. One
            that does is multiplied by it already, see :func:`lora.matrices`.

    Raises:
        InputError: a negative scale, or no LoRA is loaded.
    """
    names = pipe.pipeline.get_list_adapters().get("transformer", [])
    check_scale(scale)
    if _EXPRESSION not in names:
        raise InputError("no LoRA is loaded that could be scaled: load one")
    pipe.pipeline.set_adapters(names, [scale if name == _EXPRESSION else 1.0 for name in names])


def hasten(pipe: Pipe, *, threshold: float = 0.0, compiled: bool = False) -> None:
    """Speed for exactness.

    Args:
        pipe: the model.
        threshold: above 0 steps are skipped in which the first block changes by less than this
            share (diffusers' first-block cache; 0.05 to 0.2 are usual). The pictures of a batch
            then decide together. 0 skips none.
        compiled: have torch compile the transformer's blocks; the first step takes minutes.

    Raises:
        InputError: a negative threshold.
    """
    from diffusers.hooks import FirstBlockCacheConfig

    if not threshold >= 0.0:
        raise InputError(f"{threshold:g}: the threshold of the cache is 0 or more, such as 0.1")
    transformer = pipe.pipeline.transformer
    if transformer.is_cache_enabled:
        transformer.disable_cache()
    if threshold > 0.0:
        transformer.enable_cache(FirstBlockCacheConfig(threshold=threshold))
    if compiled:
        transformer.compile_repeated_blocks()


def linear_layers(base: Path) -> dict[str, tuple[int, int]]:
    """Outputs and inputs of each linear layer of a base's transformer, from its description."""
    import torch
    from diffusers import QwenImageTransformer2DModel as Transformer

    with torch.device("meta"):  # shapes without memory
        model = Transformer.from_config(Transformer.load_config(base / "transformer"))
    return {
        name: (layer.out_features, layer.in_features)
        for name, layer in model.named_modules()
        if isinstance(layer, torch.nn.Linear)
    }


def check_dtype(dtype: str) -> None:
    """Make sure that the model can compute in it.

    Raises:
        InputError: it cannot.
    """
    if dtype not in _DTYPES:
        raise InputError(f"unknown dtype {dtype!r}: use one of {', '.join(_DTYPES)}")


def check_scale(scale: float) -> None:
    """Make sure that a LoRA can be weighed by it.

    Raises:
        InputError: it is negative, or no finite number.
    """
    if not math.isfinite(scale) or scale < 0.0:
        raise InputError(f"{scale:g}: the scale of a LoRA is 0 or more")


def _assemble(base: Path, preset: Preset, device: "torch.device", dtype: "torch.dtype") -> Pipe:
    """The parts from their folders. Nothing is fetched, and nothing is unpickled."""
    import diffusers
    import transformers

    local: dict[str, Any] = {"local_files_only": True, "use_safetensors": True}
    quantised = _four_bit(dtype) if preset is Preset.FOUR_BIT else {}
    transformer = diffusers.QwenImageTransformer2DModel.from_pretrained(
        base / "transformer", torch_dtype=dtype, **quantised.get("diffusers", {}), **local
    )
    encoder = transformers.Qwen2_5_VLForConditionalGeneration.from_pretrained(
        base / "text_encoder", dtype=dtype, **quantised.get("transformers", {}), **local
    )
    vae = diffusers.AutoencoderKLQwenImage.from_pretrained(base / "vae", torch_dtype=dtype, **local)
    pipeline = diffusers.QwenImageEditPlusPipeline(
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler.from_pretrained(
            base / "scheduler", local_files_only=True
        ),
        vae=vae,
        text_encoder=encoder.eval(),
        tokenizer=transformers.Qwen2Tokenizer.from_pretrained(
            base / "tokenizer", local_files_only=True
        ),
        processor=None,
        transformer=transformer,
    )
    # Pillow's resizing, also where torchvision is installed: the same picture everywhere.
    processor = transformers.Qwen2VLImageProcessorPil.from_pretrained(
        base / "processor", local_files_only=True
    )
    return Pipe(pipeline, processor, device, dtype)


def _four_bit(dtype: "torch.dtype") -> dict[str, dict[str, Any]]:
    """What both libraries need to know for NF4 (Dettmers et al., 2023)."""
    if find_spec("bitsandbytes") is None:
        raise MissingExtraError(
            "preset 4-bit needs bitsandbytes, which is not installed: pip install bitsandbytes"
        )
    import diffusers
    import transformers

    how = {
        "load_in_4bit": True, "bnb_4bit_quant_type": "nf4", "bnb_4bit_compute_dtype": dtype,
    }  # fmt: skip
    return {
        "diffusers": {"quantization_config": diffusers.BitsAndBytesConfig(**how)},
        "transformers": {"quantization_config": transformers.BitsAndBytesConfig(**how)},
    }


def _add_loras(pipe: Pipe, loras: dict[str, Lora], scale: float) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Already found a `peft_config`")  # two are meant
        for name, lora in loras.items():
            pipe.pipeline.load_lora_weights(matrices(lora), adapter_name=name)
    if _EXPRESSION in loras:
        scale_lora(pipe, scale)
    if _FEW_STEPS in loras:
        scheduler = pipe.pipeline.scheduler
        # Distilled with a constant shift of 3 (README of Qwen-Image-Lightning).
        pipe.pipeline.scheduler = type(scheduler).from_config(
            scheduler.config,
            use_dynamic_shifting=True,
            time_shift_type="exponential",
            base_shift=math.log(3),
            max_shift=math.log(3),
            shift_terminal=None,
        )


def _place(pipe: Pipe, preset: Preset) -> None:
    """Put the parts where they compute, after the LoRAs, whose small matrices stay exact."""
    if preset is Preset.EIGHT_BIT:
        import torch
        from diffusers.hooks import apply_layerwise_casting

        eight: dict[str, Any] = {
            "storage_dtype": torch.float8_e4m3fn, "compute_dtype": pipe.dtype,
        }  # fmt: skip
        pipe.pipeline.transformer.enable_layerwise_casting(**eight)
        apply_layerwise_casting(
            pipe.pipeline.text_encoder, skip_modules_pattern=_SENSITIVE, **eight
        )
    if preset is Preset.OFFLOAD:
        pipe.pipeline.enable_model_cpu_offload(device=pipe.device)
    else:
        pipe.pipeline.to(pipe.device)
