"""What pictures are compared by: features, (n, 3, H, W) of -1 to 1 to (n, width), with gradients.

Published: CLIP ViT-L/14 for expressions and ArcFace for persons. Neither has a place in a model of
32 px, and neither comes with mien. What stands in is named: ``random-conv`` here, and what
:mod:`mien.learn.pixelsmile.stand_ins` learns.
"""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.core.errors import InputError
from mien.core.extras import require

Encoder = Callable[[Tensor], Tensor]

RANDOM = "random-conv"

_WIDTHS = (3, 24, 48, 96)
_SIDE = 32  # px, at which the stand-in looks
_CLIP_SIDE = 224
_CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)  # of CLIP's own preprocessing
_CLIP_STD = (0.26862954, 0.26130258, 0.27577711)


def random_conv(seed: int) -> Encoder:
    """A frozen network of three convolutions that has learned nothing, named for what it is.

    It keeps where in a picture something is, on a grid of 4 x 4, less the mean over the picture, so
    that two pictures differ by shapes before colours. It knows neither expressions nor persons.

    Args:
        seed: another one is another encoder.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        layers: list[nn.Module] = []
        for before, after in pairwise(_WIDTHS):
            layers += [nn.Conv2d(before, after, 3, 2, 1), nn.SiLU()]
        network = nn.Sequential(*layers).eval().requires_grad_(requires_grad=False)

    def encode(pictures: Tensor) -> Tensor:
        if pictures.shape[-1] != _SIDE:
            pictures = _resized(pictures, _SIDE)
        network.to(pictures)
        features = network(pictures)
        return (features - features.mean(dim=(2, 3), keepdim=True)).flatten(1)

    return encode


def clip(folder: Path) -> Encoder:
    """The pooled output of a CLIP vision model, as published: the whole frame, 224 px, bilinear.

    Args:
        folder: as transformers has CLIP, with safetensors.

    Raises:
        InputError: the folder holds no such model.
        MissingExtraError: the extra ``diffusion`` is not installed.
    """
    transformers = require("transformers", "diffusion")
    try:
        network = transformers.CLIPVisionModel.from_pretrained(
            folder, local_files_only=True, use_safetensors=True
        )
    except (OSError, ValueError) as error:
        raise InputError(
            f"{folder}: holds no CLIP vision model in safetensors: give the folder of"
            " clip-vit-large-patch14"
        ) from error
    network = network.eval().requires_grad_(requires_grad=False)
    mean, std = (torch.tensor(one).reshape(1, 3, 1, 1) for one in (_CLIP_MEAN, _CLIP_STD))

    def encode(pictures: Tensor) -> Tensor:
        network.to(pictures.device)
        shown = _resized(pictures.float() * 0.5 + 0.5, _CLIP_SIDE)
        shown = (shown - mean.to(shown)) / std.to(shown)
        pooled: Tensor = network(pixel_values=shown).pooler_output
        return pooled

    return encode


def _resized(pictures: Tensor, side: int) -> Tensor:
    return functional.interpolate(
        pictures, (side, side), mode="bilinear", align_corners=False, antialias=True
    )
