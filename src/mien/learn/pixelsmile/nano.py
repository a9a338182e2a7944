# mypy: disallow-subclassing-any=False
"""A small model of our own, trained from nothing, on squares of a face.

An MMDiT (Esser et al., 2024) as Qwen-Image-Edit is one: patches of the noisy picture and of the
source are tokens of one stream, what is asked is a second one with weights of its own, and both
attend to all. It says the clean picture as source + residual, and a velocity is made of that:
plain velocities, trained from nothing, learn almost nothing in minutes.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.learn.ffe.row import CATEGORIES
from mien.learn.pixelsmile.backbone import Backbone
from mien.learn.pixelsmile.conditioning import Conditioning, interpolated

SIDE = 32  # px
WORDS = ("neutral", *CATEGORIES)
EARLIEST = 0.05  # time below which a velocity is not made steeper; it divides by the time

_PATCH = 4  # px
_WIDTH, _HEADS, _BLOCKS = 64, 4, 4
_TOKENS = 4  # of a word
_GRID = SIDE // _PATCH
_FREQUENCIES = 16


class Nano(nn.Module):
    """The model: 646,320 parameters.

    A picture costs 36 million multiplications and additions, and three times that in training.
    """

    def __init__(self) -> None:
        super().__init__()
        channels = 3 * _PATCH**2
        self.words = nn.Embedding(len(WORDS), _TOKENS * _WIDTH)
        self.patches = nn.Linear(channels, _WIDTH)
        self.places = nn.Parameter(0.02 * torch.randn(2, _GRID**2, _WIDTH))
        self.time = nn.Sequential(
            nn.Linear(2 * _FREQUENCIES, _WIDTH), nn.SiLU(), nn.Linear(_WIDTH, _WIDTH)
        )
        self.asked = nn.Linear(_TOKENS * _WIDTH, _WIDTH)
        self.blocks = nn.ModuleList(_Block() for _ in range(_BLOCKS))
        self.shift = _zero(nn.Linear(_WIDTH, 2 * _WIDTH))
        self.residual = _zero(nn.Linear(_WIDTH, channels))

    def forward(
        self, noisy: Tensor, time: Tensor, source: Tensor, conditioning: Conditioning
    ) -> Tensor:
        """A :class:`~mien.learn.pixelsmile.backbone.Velocity` of pictures (n, 3, SIDE, SIDE).

        Args:
            noisy: -1 to 1 where it is clean.
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
        pictures = torch.cat(
            [
                self.patches(_cut(picture)) + place
                for picture, place in zip((noisy, source), self.places, strict=True)
            ],
            dim=1,
        )
        for block in self.blocks:
            pictures, words = block(pictures, words, state)
        return self._velocity(pictures[:, : _GRID**2], noisy, time, source, state)

    def _velocity(
        self, tokens: Tensor, noisy: Tensor, time: Tensor, source: Tensor, state: Tensor
    ) -> Tensor:
        scale, shift = self.shift(state)[:, None].chunk(2, dim=-1)
        clean = source + _joined(self.residual(_normed(tokens) * (1.0 + scale) + shift))
        return (noisy - clean) / time.clamp(min=EARLIEST).reshape(-1, 1, 1, 1)


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
        return Backbone(Nano(), lambda pictures: pictures, {"backbone": "nano"})


def _zero(layer: nn.Linear) -> nn.Linear:
    """A layer that begins as nothing, so that the model begins as the source."""
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


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
