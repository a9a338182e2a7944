"""A model of random weights in the layout of the real one, for tests and timing.

It is made of the same classes, lies on disk in the same folders and is loaded in the same way. What
it draws is noise; how often its parts run, and whether two ways lead to one picture, it does tell.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mien.core.extras import require
from mien.edit.backends.pixelsmile import prompts
from mien.edit.backends.pixelsmile.load import linear_layers

if TYPE_CHECKING:
    from torch import Tensor

_MARKS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>",
          "<|image_pad|>", "<|video_pad|>")  # fmt: skip
_WORDS = 2000  # tokens
# The layers of each block that PixelSmile's LoRA changes.
_LAYERS = (
    "attn.to_q", "attn.to_k", "attn.to_v", "attn.to_out.0",
    "attn.add_q_proj", "attn.add_k_proj", "attn.add_v_proj", "attn.to_add_out",
    "img_mlp.net.0.proj", "img_mlp.net.2", "txt_mlp.net.0.proj", "txt_mlp.net.2",
)  # fmt: skip


@dataclass(frozen=True)
class Size:
    """How large a model is; in brackets the real one, by its published configuration.

    Attributes:
        blocks: of the transformer (60).
        heads: of its attention (24).
        rope: the parts of a head's width that say which picture, row and column a token is from;
            even, and in sum that width (16, 56, 56).
        text: width of the text encoder's states (3584).
        text_layers: of the text encoder (28).
        text_heads: of its attention (28).
        eye: width of the text encoder's eye (1280).
        eye_layers: of the eye (32).
        eye_heads: of its attention (16).
        vae: channels of the autoencoder's first stage (96).
        vae_blocks: in each of its stages (2).
    """

    blocks: int
    heads: int
    rope: tuple[int, int, int]
    text: int
    text_layers: int
    text_heads: int
    eye: int
    eye_layers: int
    eye_heads: int
    vae: int
    vae_blocks: int


TINY = Size(3, 2, (4, 6, 6), 32, 2, 4, 16, 2, 2, 8, 1)
# The transformer has about 2.5 times the weights of the text encoder, as the real one has.
MIDDLE = Size(6, 4, (8, 28, 28), 256, 4, 4, 96, 4, 4, 8, 2)
# As wide as the real one, a few layers deep: for a graphics card.
FULL_WIDTH = Size(4, 24, (16, 56, 56), 3584, 2, 28, 1280, 2, 16, 96, 2)


def write_base(folder: Path, size: Size = TINY) -> None:
    """Write a base model, always the same one, as diffusers has Qwen-Image-Edit-2511.

    Args:
        folder: for its parts; it may be there.
        size: of the model.

    Raises:
        MissingExtraError: the extra ``diffusion`` is not installed.
    """
    torch = require("torch", "diffusion")
    require("diffusers", "diffusion")
    _tokenizer().save_pretrained(folder / "tokenizer")
    with torch.random.fork_rng():
        torch.manual_seed(0)
        for name, part in _parts(size).items():
            part.save_pretrained(folder / name)


def write_lora(
    base: Path,
    path: Path,
    spell: str = "transformer.{}.lora_{}.weight",
    kinds: tuple[str, str] = ("A", "B"),
    alpha: float | None = None,
    strength: float = 1.0,
    **head: str,
) -> Path:
    """Write a LoRA of rank 4 for a base, with matrices for every layer that PixelSmile's has.

    Args:
        base: of :func:`write_base`.
        path: the file.
        spell: a key, with places for the name of a layer and for the kind of a matrix; as
            published.
        kinds: of the first and of the second matrix.
        alpha: stored beside each pair; None for none, as published.
        strength: of what it adds to a layer, about in what the layer gives.
        head: of the file.

    Returns:
        The file.
    """
    import torch
    from safetensors.torch import save_file

    generator = torch.Generator().manual_seed(1)
    tensors: dict[str, Tensor] = {}
    for layer, (outputs, inputs) in linear_layers(base).items():
        if layer.endswith(_LAYERS):
            for kind, shape in zip(kinds, ((4, inputs), (outputs, 4)), strict=True):
                values = torch.randn(shape, generator=generator)
                tensors[spell.format(layer, kind)] = values * (strength / shape[1]) ** 0.5
            if alpha is not None:
                tensors[f"{layer}.alpha"] = torch.tensor(alpha)
    save_file(tensors, path, metadata=head or None)
    return path


def _tokenizer() -> Any:
    """Byte-level, with a token for each word of the template and the expressions."""
    from diffusers.pipelines.qwenimage import pipeline_qwenimage_edit_plus as published
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    from transformers import Qwen2Tokenizer

    template = _template(published.QwenImageEditPlusPipeline)
    words = [prompts.prompt(name) for name in (*prompts.EXPRESSIONS, prompts.NEUTRAL)]
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=_WORDS,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=list(_MARKS),
        show_progress=False,
    )
    trained.train_from_iterator([template, *words] * 9, trainer)
    state = json.loads(trained.to_str())["model"]
    return Qwen2Tokenizer(
        vocab=state["vocab"],
        merges=[tuple(merge) for merge in state["merges"]],
        additional_special_tokens=list(_MARKS[1:]),
    )


def _template(pipeline: Any) -> str:
    """The text that the published pipeline puts around a prompt."""
    parts = ("scheduler", "vae", "text_encoder", "tokenizer", "processor", "transformer")
    return str(pipeline(**dict.fromkeys(parts)).prompt_template_encode)


def _parts(size: Size) -> dict[str, Any]:
    import diffusers
    import transformers

    transformer = diffusers.QwenImageTransformer2DModel(
        num_layers=size.blocks,
        attention_head_dim=sum(size.rope),
        num_attention_heads=size.heads,
        joint_attention_dim=size.text,
        axes_dims_rope=size.rope,
        zero_cond_t=True,  # as 2511 has it
    )
    for name, weight in transformer.named_parameters():
        weight.data *= _gain(name, weight.ndim)
    return {
        "text_encoder": transformers.Qwen2_5_VLForConditionalGeneration(_reader(size)),
        "processor": transformers.Qwen2VLImageProcessorPil(),
        "transformer": transformer,
        "vae": diffusers.AutoencoderKLQwenImage(base_dim=size.vae, num_res_blocks=size.vae_blocks),
        "scheduler": diffusers.FlowMatchEulerDiscreteScheduler(
            use_dynamic_shifting=True, max_shift=0.9, max_image_seq_len=8192, shift_terminal=0.02
        ),
    }


def _gain(name: str, axes: int) -> float:
    """Makes a random transformer behave a little like a trained one, found by trying.

    Steps resemble those before them, and attention picks out tokens, so that prompts and squares
    make a difference.
    """
    if name.startswith("time_text_embed"):
        return 0.2 if axes == 2 else 1.0
    if ".norm_" in name:
        return 3.0
    return 2.0 if axes == 2 else 1.0


def _reader(size: Size) -> Any:
    """The description of the text encoder; widths inside its layers in the real proportions."""
    from transformers import Qwen2_5_VLConfig

    half = size.text // size.text_heads // 2
    plane = (half - half // 4) // 2
    rope = {"mrope_section": [half // 4, plane, half - half // 4 - plane], "rope_type": "default"}
    text = {
        "vocab_size": _WORDS, "hidden_size": size.text, "intermediate_size": 37 * size.text // 7,
        "num_hidden_layers": size.text_layers, "num_attention_heads": size.text_heads,
        "num_key_value_heads": max(1, size.text_heads // 7), "max_position_embeddings": 2048,
        "rope_scaling": {"type": "mrope", **rope},
        "rope_parameters": {"rope_theta": 1000000.0, **rope},
        "bos_token_id": 0, "eos_token_id": 0, "pad_token_id": 0,
    }  # fmt: skip
    vision = {
        "depth": size.eye_layers, "hidden_size": size.eye, "num_heads": size.eye_heads,
        "intermediate_size": 171 * size.eye // 64, "out_hidden_size": size.text,
        "fullatt_block_indexes": [size.eye_layers - 1],
    }  # fmt: skip
    ids = {mark: i for i, mark in enumerate(_MARKS)}
    return Qwen2_5_VLConfig(
        text_config=text,
        vision_config=vision,
        image_token_id=ids["<|image_pad|>"],
        video_token_id=ids["<|video_pad|>"],
        vision_start_token_id=ids["<|vision_start|>"],
        vision_end_token_id=ids["<|vision_end|>"],
    )
