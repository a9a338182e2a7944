"""From noise to pictures: one loop for many, in real batches.

The schedule, the guidance and the packing are those of diffusers' QwenImageEditPlusPipeline, which
takes one picture at a time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import InputError
from mien.core.seams import Progress, silent
from mien.edit.backends.pixelsmile.load import Pipe

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Sampling:
    """How pictures are drawn.

    Attributes:
        steps: of the sampler, 2 or more; 50 as published, 4 or 8 with a few-step LoRA.
        seed: of the noise, the same for every picture, so that only the wish differs.
        guidance: above 1 a second pass pulls away from an empty prompt (true classifier-free
            guidance) and doubles the time; PixelSmile is published without.
        batch: pictures drawn at once.

    Raises:
        InputError: a value out of range.
    """

    steps: int = 50
    seed: int = 42
    guidance: float = 1.0
    batch: int = 4

    def __post_init__(self) -> None:
        if self.steps < 2 or self.batch < 1:  # the schedule is stretched between two ends
            raise InputError("steps are 2 or more, and batch is 1 or more")
        if not 0 <= self.seed < 2**63:
            raise InputError(f"seed {self.seed}: a seed lies between 0 and 2**63 - 1")
        if not 0.0 <= self.guidance < 100.0:
            raise InputError(f"guidance {self.guidance:g}: lies between 0 and 100; 1 is without")


@dataclass(frozen=True)
class Item:
    """One picture to be drawn.

    Attributes:
        embedding: of its wish, shape (tokens, width).
        source: packed latents of its square, shape (1, n, channels).
        negative: embedding to pull away from, shape (tokens, width); None without guidance.
    """

    embedding: "Tensor"
    source: "Tensor"
    negative: "Tensor | None" = None


def denoise(
    pipe: Pipe, items: Sequence[Item], side: int, how: Sampling, progress: Progress = silent
) -> list["Tensor"]:
    """Draw pictures, as latents.

    Each starts from the same noise as when it is drawn alone, and becomes the same picture but for
    rounding. A batch holds embeddings of one length, so that no token in it is padding.

    Args:
        pipe: the model.
        items: the pictures.
        side: px, of all of them.
        how: see :class:`Sampling`.
        progress: told about each step, over all batches; whatever it raises ends the work.

    Returns:
        Packed latents, shape (1, (side / 16)², channels) each, in the order of ``items``.
    """
    batches = list(_batches(items, how.batch))
    found: dict[int, Tensor] = {}
    for number, batch in enumerate(batches):

        def step(done: int, number: int = number) -> None:
            progress("redraw", number * how.steps + done, len(batches) * how.steps)

        drawn = _loop(pipe, [items[i] for i in batch], side, how, step)
        found.update(zip(batch, drawn.split(1), strict=True))
    return [found[i] for i in range(len(items))]


def decode(pipe: Pipe, latents: "Tensor", side: int) -> NDArray[np.uint8]:
    """The picture of packed latents, RGB, shape (side, side, 3)."""
    import torch

    pipeline: Any = pipe.pipeline
    vae = pipeline.vae
    unpacked = unpack(latents, side // pipeline.vae_scale_factor // 2).to(vae.dtype)
    mean, std = (
        torch.tensor(values).view(1, -1, 1, 1, 1).to(unpacked)
        for values in (vae.config.latents_mean, vae.config.latents_std)
    )
    with torch.no_grad():
        pixels = vae.decode(unpacked * std + mean, return_dict=False)[0][:, :, 0]
    picture = pipeline.image_processor.postprocess(pixels, output_type="np")[0]
    return np.asarray((picture * 255).round().astype(np.uint8))


def unpack(latents: "Tensor", patches: int) -> "Tensor":
    """Packed latents, shape (1, P², 4 C), as a plane of one frame, shape (1, C, 1, 2 P, 2 P)."""
    blocks = latents.unflatten(1, (patches, patches)).unflatten(3, (-1, 2, 2))
    return blocks.permute(0, 3, 1, 4, 2, 5).flatten(4, 5).flatten(2, 3).unsqueeze(2)


def _batches(items: Sequence[Item], limit: int) -> Iterator[list[int]]:
    """Numbers of items that are drawn together: embeddings of one length, up to a limit."""

    def tokens(i: int) -> tuple[int, int]:
        item = items[i]
        return len(item.embedding), 0 if item.negative is None else len(item.negative)

    for _, group in groupby(sorted(range(len(items)), key=tokens), key=tokens):
        alike = list(group)
        yield from (alike[i : i + limit] for i in range(0, len(alike), limit))


def _loop(pipe: Pipe, items: Sequence[Item], side: int, how: Sampling, step: Any) -> "Tensor":
    """Euler's steps from noise to pictures, shape (batch, n, channels)."""
    import torch

    scheduler, times = _schedule(pipe, side, how.steps)
    source = torch.cat([item.source for item in items])
    wanted = torch.stack([item.embedding for item in items])
    shunned = [item.negative for item in items if item.negative is not None]
    latents = torch.cat([_noise(pipe, side, how.seed) for _ in items])
    _forget(pipe)
    with torch.no_grad():
        for done, time in enumerate(times):
            step(done)
            velocity = _velocity(pipe, "cond", latents, source, wanted, time)
            if shunned:
                away = _velocity(pipe, "uncond", latents, source, torch.stack(shunned), time)
                velocity = _guided(velocity, away, how.guidance)
            latents = scheduler.step(velocity, time, latents, return_dict=False)[0]
    step(how.steps)
    _forget(pipe)
    return latents


def _schedule(pipe: Pipe, side: int, steps: int) -> tuple[Any, Any]:
    """A scheduler of one's own with its times, shifted for the size as the pipeline does."""
    from diffusers.pipelines.qwenimage import pipeline_qwenimage_edit_plus as published

    config = pipe.pipeline.scheduler.config
    scheduler = type(pipe.pipeline.scheduler).from_config(config)
    shift = published.calculate_shift(
        (side // pipe.pipeline.vae_scale_factor // 2) ** 2,
        config.get("base_image_seq_len", 256),
        config.get("max_image_seq_len", 4096),
        config.get("base_shift", 0.5),
        config.get("max_shift", 1.15),
    )
    sigmas = np.linspace(1.0, 1.0 / steps, steps)
    scheduler.set_timesteps(sigmas=sigmas, mu=shift, device=pipe.device)
    scheduler.set_begin_index(0)
    return scheduler, scheduler.timesteps


def _noise(pipe: Pipe, side: int, seed: int) -> "Tensor":
    """Where a picture starts, packed; drawn on the CPU, so that every device gets the same."""
    import torch

    generator = torch.Generator("cpu").manual_seed(seed)
    noise, _ = pipe.pipeline.prepare_latents(
        None, 1, pipe.pipeline.latent_channels, side, side, pipe.dtype, pipe.device, generator
    )
    found: Tensor = noise
    return found


def _velocity(
    pipe: Pipe, context: str, latents: "Tensor", source: "Tensor", wanted: "Tensor", time: "Tensor"
) -> "Tensor":
    """Where the transformer wants the pictures to go; their squares are tokens beside them."""
    import torch

    transformer = pipe.pipeline.transformer
    patches = round(latents.shape[1] ** 0.5)
    plane = (1, patches, patches)
    with transformer.cache_context(context):
        found: Tensor = transformer(
            hidden_states=torch.cat([latents, source], dim=1),
            timestep=time.expand(len(latents)).to(latents.dtype) / 1000,
            encoder_hidden_states=wanted,
            encoder_hidden_states_mask=None,
            img_shapes=[[plane, plane]] * len(latents),
            return_dict=False,
        )[0]
    return found[:, : latents.shape[1]]


def _guided(towards: "Tensor", away: "Tensor", guidance: float) -> "Tensor":
    """Guidance that keeps the length of each token's velocity, as Qwen-Image does."""
    combined = away + guidance * (towards - away)
    length = towards.norm(dim=-1, keepdim=True)
    return combined * (length / combined.norm(dim=-1, keepdim=True))


def _forget(pipe: Pipe) -> None:
    """Empty the first-block cache, which belongs to one batch."""
    if pipe.pipeline.transformer.is_cache_enabled:
        from diffusers.hooks import HookRegistry

        registry = HookRegistry.check_if_exists_or_initialize(pipe.pipeline.transformer)
        registry.reset_stateful_hooks()
