"""A judge for the model nano: a network that sees 32 px and says the twelve scores.

It measures and is never trained by: it learns from edits of its own, on which a model has not been
trained, and is larger than the stand-ins of the losses. What it sees while it learns is mirrored,
moved, made lighter, blurred and noisy by chance, so that it goes by the face and not by the pixel.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from mien.core.errors import InputError
from mien.core.seams import Progress, silent
from mien.learn.ffe.row import CATEGORIES
from mien.learn.pixelsmile.crops import Crop
from mien.media.files import atomic

NAME = "judge-32"

_WIDTHS, _HIDDEN = (24, 48, 96), 128
_STEPS, _BATCH, _RATE, _DECAY = 6000, 48, 2e-3, 5e-2
_DROPPED = 0.2
_TURN, _ZOOM, _MOVE = 0.03, 0.03, 0.04  # radians; share; half sides: standard deviations
_GAIN, _LIGHT, _GRAIN = 0.10, 0.05, 0.02  # likewise, of pictures of -1 to 1
_AT_ONCE = 256  # pictures


@dataclass(frozen=True, eq=False)
class SmallJudge:
    """A judge that has learned.

    Attributes:
        network: pictures (n, 3, 32, 32) of -1 to 1 to logits (n, 12).
        seal: says what it has learned from.
    """

    network: Any
    seal: str

    def scores(self, squares: NDArray[np.uint8]) -> NDArray[np.float64]:
        """How strongly each category shows, shape (n, 12), 0 to 1, in their order.

        Args:
            squares: RGB, shape (n, 32, 32, 3).
        """
        said = []
        with torch.no_grad():
            for start in range(0, len(squares), _AT_ONCE):
                shown = _pictures(squares[start : start + _AT_ONCE])
                said.append(self.network(shown).sigmoid().double().numpy())
        return np.concatenate(said) if said else np.zeros((0, len(CATEGORIES)))


def learned(
    rows: Sequence[Crop], seed: int, seal: str, progress: Progress = silent, steps: int = _STEPS
) -> SmallJudge:
    """A judge from annotated rows; a face before it is edited shows nothing.

    Args:
        rows: whose every score is known.
        seed: of the weights, the order and all chance.
        seal: see :class:`SmallJudge`.
        progress: told about the steps.
        steps: of the optimiser.
    """
    torch.set_num_threads(1)  # the same weights on any number of cores
    squares = np.concatenate([row.squares for row in rows])
    zeros = dict.fromkeys(CATEGORIES, 0.0)
    said = [scores for row in rows for scores in (zeros, *(one.scores for one in row.row.dst))]
    truth = torch.tensor([[scores[name] for name in CATEGORIES] for scores in said])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = _network()
        optimiser = torch.optim.AdamW(network.parameters(), lr=_RATE, weight_decay=_DECAY)
        falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
        for step in range(steps):
            some = torch.randint(len(squares), (_BATCH,))
            shown = _changed(_pictures(squares[some.numpy()]))
            optimiser.zero_grad()
            functional.binary_cross_entropy_with_logits(network(shown), truth[some]).backward()
            optimiser.step()
            falling.step()
            progress("judge", step + 1, steps)
    return SmallJudge(network.eval().requires_grad_(requires_grad=False), seal)


def save(judge: SmallJudge, path: Path) -> None:
    """Write a judge, with its seal.

    Raises:
        MediaError: the file cannot be written.
    """
    from safetensors.torch import save_file

    with atomic(path) as part:
        save_file(judge.network.state_dict(), part, metadata={"seal": judge.seal})


def load(path: Path, seal: str) -> SmallJudge | None:
    """A judge that was written; None where there is none, or one that learned from other rows.

    Raises:
        InputError: the file is no judge.
    """
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        return None
    network = _network()
    try:
        with safe_open(path, framework="pt") as stored:
            if (stored.metadata() or {}).get("seal") != seal:
                return None
            network.load_state_dict({name: stored.get_tensor(name) for name in stored.keys()})  # noqa: SIM118
    except (SafetensorError, RuntimeError, OSError) as error:
        raise InputError(f"{path}: is no {NAME}: remove it to have it made again") from error
    return SmallJudge(network.eval().requires_grad_(requires_grad=False), seal)


def _network() -> nn.Sequential:
    layers: list[nn.Module] = []
    before = 3
    for width in _WIDTHS:
        for step in (1, 2):
            layers += [
                nn.Conv2d(before, width, 3, step, 1), nn.GroupNorm(8, width), nn.SiLU()
            ]  # fmt: skip
            before = width
    head = [nn.Linear(16 * before, _HIDDEN), nn.SiLU(), nn.Dropout(_DROPPED)]
    return nn.Sequential(
        *layers, nn.Flatten(), nn.Dropout(_DROPPED), *head, nn.Linear(_HIDDEN, len(CATEGORIES))
    )


def _pictures(squares: NDArray[np.uint8]) -> Tensor:
    return torch.from_numpy(np.array(squares)).permute(0, 3, 1, 2).float() / 127.5 - 1.0


def _changed(pictures: Tensor) -> Tensor:
    """The same faces as another camera might have them."""
    count = len(pictures)
    turn, zoom = _TURN * torch.randn(count), 1.0 + _ZOOM * torch.randn(count)
    side = torch.where(torch.rand(count) < 0.5, -1.0, 1.0)  # mirrored, or not
    cosine, sine = zoom * turn.cos(), zoom * turn.sin()
    move = _MOVE * torch.randn(2, count)
    rows = [
        torch.stack([cosine * side, -sine, move[0]]),
        torch.stack([sine * side, cosine, move[1]]),
    ]
    grid = functional.affine_grid(
        torch.stack(rows).permute(2, 0, 1), list(pictures.shape), align_corners=False
    )
    seen = functional.grid_sample(pictures, grid, padding_mode="border", align_corners=False)
    blurred = functional.avg_pool2d(seen, 3, 1, 1, count_include_pad=False)
    share = (2.0 * torch.rand(count, 1, 1, 1) - 1.0).clamp(min=0.0)  # half stay sharp
    seen = torch.lerp(seen, blurred, share)
    gain, light = 1.0 + _GAIN * torch.randn(count, 1, 1, 1), _LIGHT * torch.randn(count, 3, 1, 1)
    return seen * gain + light + _GRAIN * torch.rand(count, 1, 1, 1) * torch.randn(seen.shape)
