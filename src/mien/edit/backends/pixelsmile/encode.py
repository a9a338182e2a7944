"""What the model reads before it draws: a square and its prompts, each encoded once.

The published code encodes both prompts and the picture again for each strength. Here an
:class:`Encoded` is kept, and whatever of it still holds is taken over.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mien.core.errors import InputError
from mien.core.seams import Progress, silent
from mien.edit.backends.pixelsmile.load import Pipe

if TYPE_CHECKING:
    from torch import Tensor

MULTIPLE = 32  # px: sides that encoder, patches and the rounding of the pipeline agree on

_PICTURE = "Picture 1: <|vision_start|>{}<|vision_end|>"  # before each prompt, as the pipeline does
_PATCH = "<|image_pad|>"


@dataclass(frozen=True)
class Encoded:
    """What the model knows of a square.

    Attributes:
        square: RGB, shape (S, S, 3).
        side: px, at which it will be drawn.
        look: px, side at which the text encoder saw it.
        source: packed latents of the square at ``side``, shape (1, (side / 16)², 64).
        prompts: prompt to embedding, shape (tokens, width).
    """

    square: NDArray[np.uint8]
    side: int
    look: int
    source: "Tensor"
    prompts: Mapping[str, "Tensor"]


def encode(
    pipe: Pipe,
    square: NDArray[np.uint8],
    prompts: Iterable[str],
    side: int | None = None,
    *,
    known: Encoded | None = None,
    progress: Progress = silent,
) -> Encoded:
    """Encode a square and prompts about it.

    Args:
        pipe: the model.
        square: RGB, shape (S, S, 3).
        prompts: what is asked.
        side: px, at which it is drawn; None for its own.
        known: an earlier result; what it holds of the same square is not encoded again.
        progress: told about the prompts.

    Raises:
        InputError: no square, or a side that is no multiple of 32.
    """
    side = _check(square, side)
    source, done = None, {}
    if known is not None and np.array_equal(known.square, square):
        source = known.source if known.side == side else None
        done = dict(known.prompts) if known.look == pipe.look else {}
    wanted = list(dict.fromkeys(prompts))
    lacking = [text for text in wanted if text not in done]
    patches = _patches(pipe, square) if lacking else {}
    for i, text in enumerate(lacking):
        progress("encode", i, len(lacking))
        done[text] = _embedding(pipe, text, patches)
    if source is None:
        source = _latents(pipe, square, side)
    progress("encode", len(lacking), len(lacking))
    return Encoded(square, side, pipe.look, source, MappingProxyType(done))


def end_of_prompt(pipe: Pipe) -> str:
    """What the model's template puts after a prompt."""
    return str(pipe.pipeline.prompt_template_encode.rpartition("{}")[2])


def _check(square: NDArray[np.uint8], side: int | None) -> int:
    shape = square.shape
    if square.dtype != np.uint8 or len(shape) != 3 or shape[0] != shape[1] or shape[2] != 3:
        raise InputError(f"a {square.dtype} of {shape} is no square: give uint8 RGB, S × S × 3")
    side = shape[0] if side is None else side
    if side < MULTIPLE or side % MULTIPLE:
        raise InputError(
            f"{side} px: the side of a square is a multiple of {MULTIPLE}, such as 512"
        )
    return side


def _patches(pipe: Pipe, square: NDArray[np.uint8]) -> dict[str, "Tensor"]:
    """The square as the text encoder's eye takes it."""
    picture = Image.fromarray(square)
    if picture.size != (pipe.look, pipe.look):
        picture = picture.resize((pipe.look, pipe.look), Image.Resampling.LANCZOS)
    found = pipe.processor(images=[picture], return_tensors="pt")
    return {name: value.to(pipe.device) for name, value in found.items()}


def _embedding(pipe: Pipe, text: str, patches: Mapping[str, "Tensor"]) -> "Tensor":
    """The last hidden states of a prompt, without the template's preamble, shape (tokens, width).

    ``mm_token_type_ids`` says which tokens are picture. transformers 5 places them in the plane
    only where it is given, and diffusers 0.42 does not give it (its issue 14194): the tokens would
    stand in a row, which is not what model and LoRA were trained with.
    """
    import torch

    pipeline = pipe.pipeline
    count = int(patches["image_grid_thw"].prod()) // pipe.processor.merge_size**2
    whole = pipeline.prompt_template_encode.format(_PICTURE.format(_PATCH * count) + text)
    ids = pipeline.tokenizer(whole, return_tensors="pt")["input_ids"].to(pipe.device)
    with torch.no_grad():
        out = pipeline.text_encoder(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            mm_token_type_ids=(ids == pipeline.tokenizer.convert_tokens_to_ids(_PATCH)).int(),
            output_hidden_states=True,
            logits_to_keep=1,
            **patches,
        )
    hidden: Tensor = out.hidden_states[-1][0, pipeline.prompt_template_encode_start_idx :]
    return hidden.to(pipe.dtype).clone()  # a copy, so that the preamble's share is freed


def _latents(pipe: Pipe, square: NDArray[np.uint8], side: int) -> "Tensor":
    """The square through the autoencoder, packed as the transformer takes it."""
    import torch

    pipeline: Any = pipe.pipeline
    pixels = pipeline.image_processor.preprocess(Image.fromarray(square), side, side)
    with torch.no_grad():
        _, source = pipeline.prepare_latents(
            [pixels.unsqueeze(2)], 1, pipeline.latent_channels, side, side, pipe.dtype,
            pipe.device, None, latents=torch.empty(0),
        )  # fmt: skip
    latents: Tensor = source
    return latents
