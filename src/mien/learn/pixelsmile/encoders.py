"""What pictures are compared by: features, (n, 3, H, W) of -1 to 1 to (n, width), with gradients.

Published: CLIP ViT-L/14 for expressions and ArcFace for persons. Neither has a place in a model of
32 px, and neither comes with mien; who has them gives them: :func:`clip` here, and
:mod:`mien.learn.pixelsmile.recogniser`. What stands in is named: ``random-conv`` here, and what
:mod:`mien.learn.pixelsmile.stand_ins` learns.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.core.errors import InputError
from mien.core.extras import require
from mien.learn.pixelsmile.crops import together

Encoder = Callable[[Tensor], Tensor]

RANDOM = "random-conv"

_WIDTHS = (3, 24, 48, 96)
_SIDE = 32  # px, at which the stand-in looks
_CLIP_SIDE = 224
_CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)  # of CLIP's own preprocessing
_CLIP_STD = (0.26862954, 0.26130258, 0.27577711)


@dataclass(frozen=True, eq=False)
class Named:
    """An encoder, and what it is.

    Attributes:
        name: of it.
        encode: pictures to features.
        sha256: of what it was read from, hexadecimal; empty where it is from no file.
    """

    name: str
    encode: Encoder
    sha256: str = ""

    @property
    def told(self) -> str:
        """Name and hash."""
        return f"{self.name} (SHA-256 {self.sha256})" if self.sha256 else self.name


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
            pictures = resized(pictures, _SIDE)
        network.to(pictures)
        features = network(pictures)
        return (features - features.mean(dim=(2, 3), keepdim=True)).flatten(1)

    return encode


def clip(folder: Path) -> Encoder:
    """The pooled output of a CLIP vision model, as published: the whole frame, 224 px, bilinear.

    Args:
        folder: as transformers has CLIP, with safetensors; of the text encoder, where it is there,
            nothing is read.

    Raises:
        InputError: the folder holds no such model, or not all of it.
        MissingExtraError: the extra ``diffusion`` is not installed.
    """
    transformers = require("transformers", "diffusion")
    from safetensors import SafetensorError

    try:
        network, read = transformers.CLIPVisionModel.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, output_loading_info=True
        )
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise InputError(
            f"{folder}: holds no CLIP vision model in safetensors: give the folder of"
            " clip-vit-large-patch14"
        ) from error
    for name in sorted(read["missing_keys"])[:1]:  # it would be random
        raise InputError(f"{folder}: lacks {name}: give the folder of a whole CLIP vision model")
    network = network.eval().requires_grad_(requires_grad=False)
    mean, std = (torch.tensor(one).reshape(1, 3, 1, 1) for one in (_CLIP_MEAN, _CLIP_STD))

    def encode(pictures: Tensor) -> Tensor:
        network.to(pictures.device)
        shown = resized(pictures.float() * 0.5 + 0.5, _CLIP_SIDE)
        shown = (shown - mean.to(shown)) / std.to(shown)
        pooled: Tensor = network(pixel_values=shown).pooler_output
        return pooled

    return encode


def named(path: Path, read: Callable[[Path], Encoder]) -> Named:
    """An encoder from a file, or from the safetensors of a folder, with their hash.

    Raises:
        InputError: as ``read`` does.
    """
    encode, hashes = read(path), []
    for part in sorted(path.glob("*.safetensors")) if path.is_dir() else [path]:
        with part.open("rb") as file:
            hashes.append(hashlib.file_digest(file, "sha256").hexdigest())
    return Named(path.absolute().name, encode, hashes[0] if len(hashes) == 1 else together(hashes))


def resized(pictures: Tensor, side: int) -> Tensor:
    """Squares (n, 3, S, S) of another side, with gradients."""
    return functional.interpolate(
        pictures, (side, side), mode="bilinear", align_corners=False, antialias=True
    )
