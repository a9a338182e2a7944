"""Small encoders for nano and mini, learned from the rows of the run and from nothing else.

``scores-cnn`` has learned to say the twelve scores, ``persons-cnn`` who somebody is; what they
compare by is what they make of a picture before they answer. They stand in for CLIP and ArcFace,
and know no more than those rows teach.
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from mien.learn.ffe.row import CATEGORIES
from mien.learn.pixelsmile.crops import Crop
from mien.learn.pixelsmile.encoders import Encoder, resized

SCORES, PERSONS = "scores-cnn", "persons-cnn"

_SIDE = 32  # px, at which they look
_WIDTHS = (32, 64, 96)
_STEPS, _BATCH, _RATE = 400, 32, 2e-3
_GRAIN = 0.05  # noise on what they learn from: what is compared later is no clean picture

Missed = Callable[[Tensor, Tensor], Tensor]


def scores_cnn(rows: Sequence[Crop], seed: int) -> Encoder:
    """Compares pictures by what they show of the twelve expressions.

    Args:
        rows: annotated; the edits are learned from.
        seed: of the weights and of the order.
    """
    pictures = torch.cat([_pictures(row)[1:] for row in rows])
    said = [one.scores for row in rows for one in row.row.dst]
    known = [[scores.get(name) for name in CATEGORIES] for scores in said]
    truth = torch.tensor(np.array(known, np.float32))  # None becomes NaN
    return _learned(pictures, truth, len(CATEGORIES), _scores_missed, seed)


def persons_cnn(rows: Sequence[Crop], seed: int) -> Encoder:
    """Compares pictures by who is on them.

    Args:
        rows: sources and edits are learned from.
        seed: of the weights and of the order.
    """
    names = sorted({row.row.src.identity for row in rows})
    pictures = torch.cat([_pictures(row) for row in rows])
    truth = torch.tensor([names.index(row.row.src.identity) for row in rows for _ in range(3)])
    return _learned(pictures, truth, len(names), functional.cross_entropy, seed)


def embedded(encoder: Encoder, squares: NDArray[np.uint8]) -> NDArray[np.float64]:
    """What an encoder makes of pictures, shape (n, width).

    Args:
        encoder: one of these.
        squares: RGB, shape (n, 32, 32, 3).
    """
    shown = torch.from_numpy(squares).permute(0, 3, 1, 2).float() / 127.5 - 1.0
    with torch.no_grad():
        return np.asarray(encoder(shown).double().numpy())


def _learned(pictures: Tensor, truth: Tensor, answers: int, missed: Missed, seed: int) -> Encoder:
    torch.set_num_threads(1)  # the same weights on any number of cores
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        body, head = _body(), nn.Linear(_WIDTHS[-1], answers)
        parameters = [*body.parameters(), *head.parameters()]
        optimiser = torch.optim.AdamW(parameters, lr=_RATE)
        for _ in range(_STEPS):
            some = torch.randint(len(pictures), (_BATCH,))
            shown = pictures[some] + _GRAIN * torch.randn(_BATCH, *pictures.shape[1:])
            optimiser.zero_grad()
            missed(head(body(shown)), truth[some]).backward()
            optimiser.step()
    body = body.eval().requires_grad_(requires_grad=False)
    # Only what differs between pictures is compared: else every cosine is near 1.
    features = body(pictures)
    mean, spread = features.mean(dim=0), features.std(dim=0).clamp(min=1e-3)

    def encode(shown: Tensor) -> Tensor:
        body.to(shown.device)
        shown = _seen(shown)
        found: Tensor = (body(shown) - mean.to(shown)) / spread.to(shown)
        return found

    return encode


def _body() -> nn.Sequential:
    layers: list[nn.Module] = []
    before = 3
    for width in _WIDTHS:
        layers += [nn.Conv2d(before, width, 3, 2, 1), nn.GroupNorm(8, width), nn.SiLU()]
        before = width
    # 4 x 4 places are kept: where something moves is what tells expressions apart.
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(16 * before, before), nn.Tanh())


def _scores_missed(said: Tensor, truth: Tensor) -> Tensor:
    """Cross-entropy with scores; what no judge could say, NaN, does not count."""
    known = ~truth.isnan()
    return functional.binary_cross_entropy_with_logits(said[known], truth[known])


def _pictures(row: Crop) -> Tensor:
    """Source and edits, (3, 3, 32, 32), -1 to 1."""
    return _seen(torch.from_numpy(row.squares).permute(0, 3, 1, 2).float() / 127.5 - 1.0)


def _seen(pictures: Tensor) -> Tensor:
    """At 32 px, whatever the model draws."""
    return pictures if pictures.shape[-1] == _SIDE else resized(pictures, _SIDE)
