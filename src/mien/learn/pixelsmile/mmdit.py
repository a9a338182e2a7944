# mypy: disallow-subclassing-any=False
"""Small models of our own, trained from nothing, on squares of a face: nano and mini.

MMDiTs (Esser et al., 2024) as Qwen-Image-Edit is one: patches of the noisy picture, each with the
source's at the same place, are tokens of one stream, what is asked is a second one with weights of
its own, and both attend to all. They say the clean picture as the source, each pixel moved, plus a
residual, and a velocity is made of that: plain velocities, trained from nothing, learn almost
nothing in minutes, and a residual alone redraws the faces it knows on those it does not.

An expression changes few pixels, and by little: 0.04 of the range of -1 to 1, root mean square.
Beside noise of 1 that is nothing, and hardly a loss: the contrastive loss then draws stripes that
please its encoder. So their latents are pictures times :data:`SCALE` (as Chen, "On the
Importance of Noise Scheduling", 2023, scales pictures), and a change weighs about as much as the
noise.
"""

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.learn.ffe.row import CATEGORIES
from mien.learn.pixelsmile.backbone import Backbone
from mien.learn.pixelsmile.conditioning import Conditioning, interpolated
from mien.learn.pixelsmile.config import SMALL

WORDS = ("neutral", *CATEGORIES)
SCALE = 8.0  # of a latent, in pictures
EARLIEST = 0.05  # time below which a velocity is not made steeper; it divides by the time

_PATCH = 4  # px
_HEADS, _BLOCKS = 4, 4
_TOKENS = 4  # of a word
_FREQUENCIES = 16
_PLANES, _MIXED = 8, 24  # of the last layers, which see single pixels
_SPREAD = 0.5  # of a picture's values, about
_WIDTHS: Mapping[str, int] = {"nano": 96, "mini": 128}


class MMDiT(nn.Module):
    """A model.

    Args:
        side: px of the pictures.
        width: of a token.
    """

    def __init__(self, side: int, width: int) -> None:
        super().__init__()
        self.words = nn.Embedding(len(WORDS), _TOKENS * width)
        self.patches = nn.Linear(2 * 3 * _PATCH**2, width)
        self.places = nn.Parameter(_places(side // _PATCH, width))
        self.time = nn.Sequential(
            nn.Linear(2 * _FREQUENCIES, width), nn.SiLU(), nn.Linear(width, width)
        )
        self.asked = nn.Linear(_TOKENS * width, width)
        self.blocks = nn.ModuleList(_Block(width) for _ in range(_BLOCKS))
        self.shift = _zero(nn.Linear(width, 2 * width))
        self.planes = nn.Linear(width, _PLANES * _PATCH**2)
        self.mix = nn.Conv2d(_PLANES + 6, _MIXED, 3, padding=1)
        self.residual = _zero(nn.Conv2d(_MIXED, 3, 3, padding=1))
        self.moves = _zero(nn.Conv2d(_MIXED, 2, 3, padding=1))

    def forward(
        self, noisy: Tensor, time: Tensor, source: Tensor, conditioning: Conditioning
    ) -> Tensor:
        """A :class:`~mien.learn.pixelsmile.backbone.Velocity` of latents (n, 3, S, S).

        Args:
            noisy: a picture of -1 to 1 times :data:`SCALE`, where it is clean.
            time: (n,).
            source: as ``noisy``.
            conditioning: numbers of words of :data:`WORDS`.
        """
        neutral, target = (
            self.words(which).unflatten(1, (_TOKENS, -1))
            for which in (conditioning.neutral, conditioning.target)
        )
        words = interpolated(neutral, target, conditioning.score)
        state = self.time(_waves(time)) + self.asked(words.flatten(1))
        seen = torch.cat([_evened(noisy, time), source / SCALE], dim=1)
        pictures = self.patches(_cut(seen)) + self.places
        for block in self.blocks:
            pictures, words = block(pictures, words, state)
        moves, residual = self._change(pictures, seen, state)
        clean = _moved(source, moves) + residual
        return (noisy - clean) / time.clamp(min=EARLIEST).reshape(-1, 1, 1, 1)

    def _change(self, tokens: Tensor, seen: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Moves, px, and what is added then; convolutions leave no seams between patches."""
        scale, shift = self.shift(state)[:, None].chunk(2, dim=-1)
        planes = _joined(self.planes(_normed(tokens) * (1.0 + scale) + shift))
        mixed = functional.silu(self.mix(torch.cat([planes, seen], dim=1)))
        return self.moves(mixed), self.residual(mixed)


class _Block(nn.Module):
    """Both streams attend to each other, then each goes through a layer of its own."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.streams = nn.ModuleList(_Stream(width) for _ in range(2))

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

    def __init__(self, width: int) -> None:
        super().__init__()
        self.modulate = _zero(nn.Linear(width, 6 * width))
        self.three = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.layer = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
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


def small(name: str, seed: int = 0) -> Backbone:
    """A model with random weights, ready to be trained.

    nano has 1,443,685 parameters; a picture of 32 px costs 40 million multiplications and
    additions, and three times that in training. mini has 2,566,565, and a picture of 64 px
    costs 300 million.

    Args:
        name: of :data:`mien.learn.pixelsmile.config.SMALL`.
        seed: of the weights.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        module = MMDiT(SMALL[name], _WIDTHS[name])
    return Backbone(module, lambda latents: latents / SCALE, {"backbone": name})


def latents_of(squares: Tensor) -> Tensor:
    """Latents of pictures, float32.

    Args:
        squares: RGB, uint8, shape (..., 3, S, S).
    """
    return SCALE * (squares.float() / 127.5 - 1.0)


def _zero(layer: Any) -> Any:
    """A layer that begins as nothing, so that the model begins as the source."""
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


def _places(grid: int, width: int) -> Tensor:
    """Sines and cosines of row and column, (grid², width), from which learning goes on."""
    count = width // 4
    steps = torch.exp(-math.log(20.0) * torch.arange(count) / count)
    angles = 1.5 * torch.arange(grid)[:, None] * steps
    along = torch.cat([angles.sin(), angles.cos()], dim=1)
    rows, columns = along[:, None].expand(-1, grid, -1), along.expand(grid, -1, -1)
    return 0.5 * torch.cat([rows, columns], dim=2).flatten(0, 1)


def _moved(pictures: Tensor, moves: Tensor) -> Tensor:
    """Every pixel from elsewhere: at (n, 2, S, S) px to the right and down."""
    unit = torch.eye(2, 3, device=pictures.device).expand(len(pictures), -1, -1)
    grid = functional.affine_grid(unit, list(pictures.shape), align_corners=False)
    grid = grid + 2.0 / pictures.shape[-1] * moves.permute(0, 2, 3, 1)
    return functional.grid_sample(pictures, grid, padding_mode="border", align_corners=False)


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
    """Patches of pictures, (n, grid², channels)."""
    return functional.pixel_unshuffle(pictures, _PATCH).flatten(2).transpose(1, 2)


def _joined(patches: Tensor) -> Tensor:
    """The inverse of :func:`_cut`."""
    grid = math.isqrt(patches.shape[1])
    planes = patches.transpose(1, 2).unflatten(2, (grid, grid))
    return functional.pixel_shuffle(planes, _PATCH)
