"""What a trained nano or mini makes of faces: every category at every strength."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from mien.learn.pixelsmile import checkpoint
from mien.learn.pixelsmile.conditioning import Conditioning
from mien.learn.pixelsmile.mmdit import WORDS, latents_of, small
from mien.learn.pixelsmile.sampling import sampled


def drawn_by(
    model: str,
    weights: Path,
    sources: NDArray[np.uint8],
    categories: Sequence[str],
    strengths: Sequence[float],
    seed: int = 0,
) -> NDArray[np.uint8]:
    """Pictures by a model, from one noise for all pictures of a face.

    Args:
        model: of :data:`mien.learn.pixelsmile.config.SMALL`.
        weights: of :func:`mien.learn.pixelsmile.run.run`, of this backbone.
        sources: RGB, shape (n, S, S, 3), of its side.
        categories: c of the twelve.
        strengths: s of them.
        seed: of the noise.

    Returns:
        Shape (n, c, s, S, S, 3).

    Raises:
        InputError: a file without such a model.
    """
    torch.set_num_threads(1)
    backbone = small(model)
    module = backbone.module.eval()
    checkpoint.fill(weights, module)
    faces = latents_of(torch.from_numpy(np.array(sources)).permute(0, 3, 1, 2))
    words = torch.tensor([WORDS.index(name) for name in categories])
    target = words.repeat_interleave(len(strengths))
    score = torch.tensor(list(strengths), dtype=torch.float32).repeat(len(categories))
    asked = Conditioning(torch.full_like(target, WORDS.index("neutral")), target, score)
    made = []
    for number, face in enumerate(faces):
        chance = torch.Generator().manual_seed(seed + number)
        noise = torch.randn(face.shape, generator=chance)
        every = (len(target), *face.shape)
        made.append(sampled(module, face.expand(every), asked, noise.expand(every)))
    shown = (
        ((backbone.decode(torch.stack(made)) + 1.0) * 127.5).round().clamp(0, 255).to(torch.uint8)
    )
    shown = shown.unflatten(1, (len(categories), len(strengths)))
    return np.ascontiguousarray(shown.permute(0, 1, 2, 4, 5, 3).numpy())
