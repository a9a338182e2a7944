# mypy: disallow-subclassing-any=False
"""A small model of our own, trained from nothing, on squares of a face.

An MMDiT (Esser et al., 2024) as Qwen-Image-Edit is one: patches of the noisy picture, each with the
source's at the same place, are tokens of one stream, what is asked is a second one with weights of
its own, and both attend to all. It says the clean picture as source + residual, and a velocity is
made of that: plain velocities, trained from nothing, learn almost nothing in minutes.

An expression changes few pixels, and by little: 0.04 of the range of -1 to 1, root mean square.
Beside noise of 1 that is nothing, and hardly a loss: the contrastive loss then draws stripes that
please its encoder. So the model's latents are pictures times :data:`SCALE` (as Chen, "On the
Importance of Noise Scheduling", 2023, scales pictures), and a change weighs about as much as the
noise.
"""

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.learn.ffe.row import CATEGORIES
from mien.learn.pixelsmile.backbone import Backbone
from mien.learn.pixelsmile.conditioning import Conditioning, interpolated

SIDE = 32  # px
WORDS = ("neutral", *CATEGORIES)
SCALE = 8.0  # of a latent, in pictures
EARLIEST = 0.05  # time below which a velocity is not made steeper; it divides by the time

_PATCH = 4  # px
_WIDTH, _HEADS, _BLOCKS = 96, 4, 4
_TOKENS = 4  # of a word
_GRID = SIDE // _PATCH
_FREQUENCIES = 16
_PLANES, _MIXED = 8, 24  # of the last layers, which see single pixels
_SPREAD = 0.5  # of a picture's values, about


class Nano(nn.Module):
    """The model: 1,443,251 parameters.

    A picture costs 39 million multiplications and additions, and three times that in training.
    """

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(len(WORDS), _TOKENS * _WIDTH)
        self.patches = nn.Linear(2 * 3 * _PATCH**2, _WIDTH)
        self.places = nn.Parameter(_places())
        self.time = nn.Sequential(
            nn.Linear(2 * _FREQUENCIES, _WIDTH), nn.SiLU(), nn.Linear(_WIDTH, _WIDTH)
        )
        self.asked = nn.Linear(_TOKENS * _WIDTH, _WIDTH)
        self.blocks = nn.ModuleList(_Block() for _ in range(_BLOCKS))
        self.shift = _zero(nn.Linear(_WIDTH, 2 * _WIDTH))
        self.planes = nn.Linear(_WIDTH, _PLANES * _PATCH**2)
        self.mix = nn.Conv2d(_PLANES + 6, _MIXED, 3, padding=1)
        self.residual = _zero(nn.Conv2d(_MIXED, 3, 3, padding=1))

    def forward(
        self, noisy: Tensor, time: Tensor, source: Tensor, conditioning: Conditioning
    ) -> Tensor:
        """A :class:`~mien.learn.pixelsmile.backbone.Velocity` of latents (n, 3, SIDE, SIDE).

        Args:
            noisy: a picture of -1 to 1 times :data:`SCALE`, where it is clean.
            time: (n,).
            source: as ``noisy``.
            conditioning: numbers of words of :data:`WORDS`.
        """
        neutral, target = (
            self.words(which).unflatten(1, (_TOKENS, _WIDTH))
            for which in (conditioning.neutral, conditioning.target)
        )
        words = interpolated(neutral, target, conditioning.score)
        state = self.time(_waves(time)) + self.asked(words.flatten(1))
        seen = torch.cat([_evened(noisy, time), source / SCALE], dim=1)
        pictures = self.patches(_cut(seen)) + self.places
        for block in self.blocks:
            pictures, words = block(pictures, words, state)
        clean = source + self._residual(pictures, seen, state)
        return (noisy - clean) / time.clamp(min=EARLIEST).reshape(-1, 1, 1, 1)

    def _residual(self, tokens: Tensor, seen: Tensor, state: Tensor) -> Tensor:
        """What is added to the source; convolutions leave no seams between patches."""
        scale, shift = self.shift(state)[:, None].chunk(2, dim=-1)
        planes = _joined(self.planes(_normed(tokens) * (1.0 + scale) + shift))
        found: Tensor = self.residual(functional.silu(self.mix(torch.cat([planes, seen], dim=1))))
        return found


class _Block(nn.Module):
    """Both streams attend to each other, then each goes through a layer of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.streams = nn.ModuleList(_Stream() for _ in range(2))

    def forward(self, pictures: Tensor, words: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        parts = (pictures, words)
        changes = [stream.change(state) for stream in self.streams]
        threes = [
            stream.look(part, change)
            for stream, part, change in zip(self.streams, parts, changes, strict=True)
        ]
        query, key, value = (torch.cat(one, dim=2) for one in zip(*threes, strict=True))
        seen = functional.scaled_dot_product_attention(query, key, value)
        seen = seen.transpose(1, 2).flatten(2)
        shares = seen.split([pictures.shape[1], words.shape[1]], dim=1)
        first, second = (
            stream.go_on(part, share, change)
            for stream, part, share, change in zip(
                self.streams, parts, shares, changes, strict=True
            )
        )
        return first, second


class _Stream(nn.Module):
    """The weights of one kind of tokens; what is asked scales, shifts and gates them."""

    def __init__(self) -> None:
        super().__init__()
        self.modulate = _zero(nn.Linear(_WIDTH, 6 * _WIDTH))
        self.three = nn.Linear(_WIDTH, 3 * _WIDTH)
        self.out = nn.Linear(_WIDTH, _WIDTH)
        self.layer = nn.Sequential(
            nn.Linear(_WIDTH, 4 * _WIDTH), nn.GELU(), nn.Linear(4 * _WIDTH, _WIDTH)
        )

    def change(self, state: Tensor) -> tuple[Tensor, ...]:
        return tuple(self.modulate(functional.silu(state))[:, None].chunk(6, dim=-1))

    def look(self, tokens: Tensor, change: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Queries, keys and values, (n, heads, tokens, width of a head)."""
        scale, shift, *_ = change
        three = self.three(_normed(tokens) * (1.0 + scale) + shift)
        query, key, value = three.unflatten(2, (3, _HEADS, -1)).permute(2, 0, 3, 1, 4)
        return _normed(query), _normed(key), value

    def go_on(self, tokens: Tensor, seen: Tensor, change: tuple[Tensor, ...]) -> Tensor:
        *_, gate, scale, shift, last = change
        tokens = tokens + (1.0 + gate) * self.out(seen)
        return tokens + (1.0 + last) * self.layer(_normed(tokens) * (1.0 + scale) + shift)


def nano(seed: int = 0) -> Backbone:
    """The model with random weights, ready to be trained.

    Args:
        seed: of the weights.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Backbone(Nano(), lambda latents: latents / SCALE, {"backbone": "nano"})


def latents_of(squares: Tensor) -> Tensor:
    """Latents of pictures, float32.

    Args:
        squares: RGB, uint8, shape (..., 3, SIDE, SIDE).
    """
    return SCALE * (squares.float() / 127.5 - 1.0)


def _zero(layer: Any) -> Any:
    """A layer that begins as nothing, so that the model begins as the source."""
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


def _places() -> Tensor:
    """Sines and cosines of row and column, (GRID², width), from which learning goes on."""
    count = _WIDTH // 4
    steps = torch.exp(-math.log(20.0) * torch.arange(count) / count)
    angles = 1.5 * torch.arange(_GRID)[:, None] * steps
    along = torch.cat([angles.sin(), angles.cos()], dim=1)
    rows, columns = along[:, None].expand(-1, _GRID, -1), along.expand(_GRID, -1, -1)
    return 0.5 * torch.cat([rows, columns], dim=2).flatten(0, 1)


def _evened(noisy: Tensor, time: Tensor) -> Tensor:
    """As large at every time as a clean picture is."""
    share = time.reshape(-1, 1, 1, 1)
    spread = (((1.0 - share) * SCALE * _SPREAD) ** 2 + share**2).sqrt()
    return _SPREAD * noisy / spread


def _normed(tokens: Tensor) -> Tensor:
    return functional.layer_norm(tokens, tokens.shape[-1:])


def _waves(time: Tensor) -> Tensor:
    """Sines and cosines of the time, (n, 2 x frequencies)."""
    steps = torch.arange(_FREQUENCIES, device=time.device) / _FREQUENCIES
    angles = time[:, None] * math.pi * torch.exp(math.log(100.0) * steps)
    return torch.cat([angles.sin(), angles.cos()], dim=1)


def _cut(pictures: Tensor) -> Tensor:
    """Patches of pictures, (n, GRID², channels)."""
    return functional.pixel_unshuffle(pictures, _PATCH).flatten(2).transpose(1, 2)


def _joined(patches: Tensor) -> Tensor:
    """The inverse of :func:`_cut`."""
    planes = patches.transpose(1, 2).unflatten(2, (_GRID, _GRID))
    return functional.pixel_shuffle(planes, _PATCH)
