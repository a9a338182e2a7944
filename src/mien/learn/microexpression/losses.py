"""What is minimised, and what can be done about classes that are rare.

Class-balanced weights: Cui et al., CVPR 2019. Focal loss: Lin et al., ICCV 2017. Logit adjustment:
Menon et al., ICLR 2021. Mixup: Zhang et al., ICLR 2018.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from mien.capture.learned.grid import STEPS
from mien.capture.learned.labels import MIRRORED
from mien.core import facs

_OTHER_SIDE = [facs.INDEX[facs.mirrored(column)] for column in facs.COLUMNS]
_BETA = 0.999  # of class-balanced weights
_GAMMA = 2.0  # of the focal loss
_MIX = 0.2  # of the beta density that mixup draws from
_UNITS, _EMOTIONS, _TIMES = 8.0, 0.3, 0.3  # weights of the heads; the class counts 1
_SPREAD = 1.0  # steps; how far off a moment may be


@dataclass(frozen=True, eq=False)
class Batch:
    """Windows and labels.

    Attributes:
        windows: (n, STEPS, channels, SIDE, SIDE).
        courses: (n, STEPS, len(COLUMNS)), what a reader found of each action unit.
        aus: (n, len(UNITS)), 0 to 1; NaN where nobody says.
        classes: (n, len(CLASSES)), shares that sum to 1; NaN where nobody says.
        emotions: (n, len(EMOTIONS)), likewise.
        times: (n, 3), steps; NaN where there is none.
    """

    windows: Tensor
    courses: Tensor
    aus: Tensor
    classes: Tensor
    emotions: Tensor
    times: Tensor


class Loss:
    """The loss of all heads.

    Args:
        switches: of ``config.SWITCHES``.
        counts: shape (len(CLASSES),), how often each class is among what is trained on.
    """

    def __init__(self, switches: Collection[str], counts: NDArray[np.int64]) -> None:
        self._focal = "focal" in switches
        seen = np.maximum(counts, 1)
        shares = torch.tensor(seen / seen.sum(), dtype=torch.float32)
        self._prior = shares.log() if "logit-adjustment" in switches else torch.zeros(len(seen))
        weights = np.ones(len(seen))
        if "class-balanced" in switches and counts.any():
            weights = (1.0 - _BETA) / (1.0 - _BETA**seen)
            weights = np.where(counts > 0, weights, 0.0)
            weights = weights / weights[counts > 0].mean()
        self._weights = torch.tensor(weights, dtype=torch.float32)

    def __call__(self, logits: tuple[Tensor, Tensor, Tensor, Tensor], batch: Batch) -> Tensor:
        """The loss of a batch, a number."""
        aus, classes, emotions, times = logits
        device = classes.device
        total = _UNITS * self._units(aus, batch.aus)
        adjusted = classes + self._prior.to(device)
        total = total + self._shares(adjusted, batch.classes, self._weights.to(device))
        plain = torch.ones(emotions.shape[1], device=device)
        total = total + _EMOTIONS * self._shares(emotions, batch.emotions, plain)
        return total + _TIMES * _moments(times, batch.times)

    def _units(self, logits: Tensor, truth: Tensor) -> Tensor:
        known = ~truth.isnan()
        truth = truth.nan_to_num()
        each = functional.binary_cross_entropy_with_logits(logits, truth, reduction="none")
        if self._focal:
            each = 4.0 * (truth - logits.sigmoid()).abs() ** _GAMMA * each
        return _mean(each, known)

    def _shares(self, logits: Tensor, truth: Tensor, weights: Tensor) -> Tensor:
        known = ~truth.isnan().any(dim=1)
        truth = truth.nan_to_num()
        each = -truth * logits.log_softmax(dim=1) * weights
        if self._focal:
            each = 2.0 * (1.0 - logits.softmax(dim=1)) ** _GAMMA * each
        return _mean(each.sum(dim=1), known)


def mirrored(batch: Batch, chosen: Tensor) -> Batch:
    """Some windows (a mask, (n,)) as of the mirrored face: sides swapped, u's sign turned."""
    other = batch.windows.flip(-1)
    sign = torch.ones(other.shape[2], device=other.device)
    sign[0] = -1.0
    other = other * sign.reshape(1, 1, -1, 1, 1)
    windows = torch.where(chosen.reshape(-1, 1, 1, 1, 1), other, batch.windows)
    read = batch.courses[:, :, _OTHER_SIDE]
    courses = torch.where(chosen.reshape(-1, 1, 1), read, batch.courses)
    swapped = batch.aus[:, list(MIRRORED)]
    aus = torch.where(chosen[:, None], swapped, batch.aus)
    return replace(batch, windows=windows, courses=courses, aus=aus)


def mixed(batch: Batch) -> Batch:
    """Each window mixed with another of the batch; moments are those of the stronger one."""
    n = len(batch.windows)
    share = float(torch.distributions.Beta(_MIX, _MIX).sample())
    share = max(share, 1.0 - share)
    order = torch.randperm(n, device=batch.windows.device)

    def mix(one: Tensor) -> Tensor:
        return share * one + (1.0 - share) * one[order]

    return replace(
        batch,
        windows=mix(batch.windows),
        courses=mix(batch.courses),
        aus=mix(batch.aus),
        classes=mix(batch.classes),
        emotions=mix(batch.emotions),
    )


def _moments(logits: Tensor, truth: Tensor) -> Tensor:
    """Cross-entropy of a soft step around each moment."""
    known = ~truth.isnan()
    steps = torch.arange(STEPS, device=logits.device)
    soft = torch.exp(-0.5 * ((steps - truth.nan_to_num()[..., None]) / _SPREAD) ** 2)
    soft = soft / soft.sum(dim=-1, keepdim=True)
    return _mean(-(soft * logits.log_softmax(dim=-1)).sum(dim=-1), known)


def _mean(values: Tensor, known: Tensor) -> Tensor:
    return (values * known).sum() / known.sum().clamp(min=1)
