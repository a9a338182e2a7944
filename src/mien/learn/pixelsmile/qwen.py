# mypy: disallow-subclassing-any=False
"""Qwen-Image-Edit-2511 with a LoRA on its transformer; everything else is frozen."""

import json
from typing import Any

import torch
from torch import Tensor, nn

from mien.core.extras import require
from mien.edit.backends.pixelsmile.denoise import unpack
from mien.edit.backends.pixelsmile.load import Pipe
from mien.learn.pixelsmile.backbone import Backbone
from mien.learn.pixelsmile.conditioning import Conditioning, interpolated

# The layers of each block that are changed, as published.
LAYERS = (
    "to_q", "to_k", "to_v", "add_q_proj", "add_k_proj", "add_v_proj", "to_out.0", "to_add_out",
    "img_mlp.net.0.proj", "img_mlp.net.2", "txt_mlp.net.0.proj", "txt_mlp.net.2",
)  # fmt: skip
_NAME = "expression"


class Qwen(nn.Module):
    """A :class:`~mien.learn.pixelsmile.backbone.Velocity` of packed latents (n, P², channels)."""

    def __init__(self, transformer: Any) -> None:
        super().__init__()
        self.transformer = transformer

    def forward(
        self, noisy: Tensor, time: Tensor, source: Tensor, conditioning: Conditioning
    ) -> Tensor:
        """The source's latents are tokens beside the noisy ones, as in the pipeline."""
        kind = self.transformer.dtype
        neutral, target = conditioning.neutral.float(), conditioning.target.float()
        words = interpolated(neutral, target, conditioning.score)
        patches = round(noisy.shape[1] ** 0.5)
        plane = (1, patches, patches)
        found = self.transformer(
            hidden_states=torch.cat([noisy, source], dim=1).to(kind),
            timestep=time.to(kind),
            encoder_hidden_states=words.to(kind),
            encoder_hidden_states_mask=None,
            img_shapes=[[plane, plane]] * len(noisy),
            return_dict=False,
        )[0]
        velocity: Tensor = found[:, : noisy.shape[1]].float()
        return velocity


def qwen(pipe: Pipe, rank: int = 64, alpha: float = 128.0, seed: int = 0) -> Backbone:
    """The model with a fresh LoRA, whose second matrices are zero: it begins as the base.

    Args:
        pipe: loaded without a LoRA; its transformer and autoencoder are changed in place.
        rank: of the LoRA.
        alpha: over the rank, its weight.
        seed: of its first matrices.

    Raises:
        MissingExtraError: peft is not installed.
    """
    peft = require("peft", "diffusion")
    transformer, vae = pipe.pipeline.transformer, pipe.pipeline.vae
    for part in (transformer, vae):
        part.requires_grad_(requires_grad=False)
    told = peft.LoraConfig(
        r=rank, lora_alpha=alpha, init_lora_weights="gaussian", target_modules=list(LAYERS)
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        transformer.add_adapter(told, adapter_name=_NAME)
    for one in transformer.parameters():
        if one.requires_grad:  # steps of 1e-4 are lost in bfloat16
            one.data = one.data.float()
    transformer.enable_gradient_checkpointing()
    return Backbone(Qwen(transformer), lambda latents: _decoded(pipe, latents), _header(told), _key)


def _decoded(pipe: Pipe, latents: Tensor) -> Tensor:
    vae = pipe.pipeline.vae
    plane = unpack(latents, round(latents.shape[1] ** 0.5)).to(vae.dtype)
    mean, std = (
        torch.tensor(values).reshape(1, -1, 1, 1, 1).to(plane)
        for values in (vae.config.latents_mean, vae.config.latents_std)
    )
    pixels: Tensor = vae.decode(plane * std + mean, return_dict=False)[0][:, :, 0]
    return pixels.float()


def _header(told: Any) -> dict[str, str]:
    """What diffusers reads of a LoRA file: without it the weight alpha / rank would be 1."""
    adapter = {
        "transformer.r": told.r,
        "transformer.lora_alpha": told.lora_alpha,
        "transformer.target_modules": sorted(told.target_modules),
    }
    return {
        "format": "pt", "backbone": "qwen", "lora_adapter_metadata": json.dumps(adapter),
    }  # fmt: skip


def _key(name: str) -> str:
    """The published key of a parameter, ``transformer.….lora_A.weight``."""
    return name.replace(f".{_NAME}.", ".")
