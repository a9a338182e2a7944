"""From noise to pictures, to look at while a model is trained."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from mien.learn.pixelsmile.backbone import Backbone, Velocity
from mien.learn.pixelsmile.conditioning import Conditioning
from mien.learn.pixelsmile.examples import Example
from mien.media.files import atomic

STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)
_STEPS = 10
_SHOWN = 128  # px, of a square in a strip at least, about


def sampled(
    model: Velocity, source: Tensor, conditioning: Conditioning, noise: Tensor, steps: int = _STEPS
) -> Tensor:
    """Euler's equal steps from noise to latents.

    Args:
        model: the model.
        source: latents (n, ...) of what is edited.
        conditioning: what is asked of each.
        noise: as ``source``.
        steps: 1 or more.
    """
    latents = noise
    with torch.no_grad():
        for step in range(steps, 0, -1):
            time = torch.full((len(source),), step / steps, device=source.device)
            latents = latents - model(latents, time, source, conditioning) / steps
    return latents


def strip(backbone: Backbone, examples: list[Example], path: Path, seed: int) -> None:
    """Write a picture: each row a source, what is made of it for a at growing strengths, and a.

    Args:
        backbone: the model.
        examples: whom to draw.
        path: of a PNG.
        seed: of the noise, one for all.

    Raises:
        MediaError: the file cannot be written.
    """
    device = next(backbone.module.parameters()).device
    lines = []
    for one in examples:
        source = one.source[None].to(device)
        chance = torch.Generator().manual_seed(seed)
        noise = torch.randn(one.source.shape, generator=chance)[None].to(device)
        made = [
            sampled(backbone.module, source, _asked(one, strength, device), noise)
            for strength in STRENGTHS
        ]
        latents = torch.cat([source, *made, one.edits[:1].to(device)])
        with torch.no_grad():
            squares = [backbone.decode(each[None]) for each in latents]
        lines.append(torch.cat(squares, dim=3)[0])
    shown = ((torch.cat(lines, dim=1).float().cpu() + 1.0) * 127.5).round().clamp(0, 255)
    image = Image.fromarray(shown.permute(1, 2, 0).numpy().astype(np.uint8))
    zoom = max(1, _SHOWN // squares[0].shape[2])
    image = image.resize((image.width * zoom, image.height * zoom), Image.Resampling.NEAREST)
    with atomic(path) as part:
        image.save(part)


def _asked(one: Example, strength: float, device: torch.device) -> Conditioning:
    neutral, target = one.neutral[None].to(device), one.targets[:1].to(device)
    return Conditioning(neutral, target, torch.tensor([strength], device=device))
