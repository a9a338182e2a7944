"""Probabilities that mean what they say, and when to say nothing: chosen on synthetic windows.

Temperature scaling: Guo et al., ICML 2017.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.capture.learned.labels import UNITS
from mien.learn.microexpression.synthetic import Sample

Array = NDArray[np.float64]

_TEMPERATURES = np.exp(np.linspace(np.log(0.4), np.log(3.0), 41))
_THRESHOLDS = np.linspace(0.1, 0.9, 33)
_RIGHT = 0.9  # share of the classes that are named that must be right


@dataclass(frozen=True)
class Calibration:
    """What turns logits into answers.

    Attributes:
        temperatures: logits of units, classes and emotions are divided by these.
        thresholds: probability from which a unit is named, one per unit.
        sure: probability from which a class is named.
        figures: of the validation, name to value.
    """

    temperatures: tuple[float, float, float]
    thresholds: tuple[float, ...]
    sure: float
    figures: dict[str, float]


def calibrated(net: Any, samples: list[Sample]) -> Calibration:
    """Choose all of it.

    Args:
        net: a trained network.
        samples: that it was not trained on, of known labels.
    """
    units, classes, emotions = logits_of(net, samples)
    aus = np.array([one.aus for one in samples]) > 0.5
    klass = np.array([one.klass for one in samples])
    emotion = np.array([one.emotion for one in samples])
    said = emotion >= 0
    temperatures = (
        _best_temperature(lambda t: _unit_loss(units / t, aus)),
        _best_temperature(lambda t: _class_loss(classes / t, klass)),
        _best_temperature(lambda t: _class_loss(emotions[said] / t, emotion[said]))
        if said.any()
        else 1.0,
    )
    shares = sigmoid(units / temperatures[0])
    thresholds = tuple(_best_threshold(shares[:, at], aus[:, at]) for at in range(len(UNITS)))
    chances = _softmax(classes / temperatures[1])
    named = f1_of(shares > np.array(thresholds), aus)
    figures = {
        "AU F1": float(np.mean(named)),
        "class accuracy": float((chances.argmax(axis=1) == klass).mean()),
        "class UF1": float(np.mean(class_f1(chances.argmax(axis=1), klass))),
    }
    return Calibration(temperatures, thresholds, _sure_from(chances, klass), figures)


def logits_of(net: Any, samples: list[Sample], batch: int = 64) -> tuple[Array, Array, Array]:
    """Logits of units, classes and emotions, (n, ...) each."""
    import torch

    found = []
    with torch.inference_mode():
        for start in range(0, len(samples), batch):
            part = samples[start : start + batch]
            windows = torch.from_numpy(np.stack([one.window for one in part]))
            courses = torch.from_numpy(np.stack([one.courses for one in part]))
            answers = net(windows, courses)[:3]
            found.append([answer.double().numpy() for answer in answers])
    units, classes, emotions = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return units, classes, emotions


def f1_of(said: NDArray[np.bool_], true: NDArray[np.bool_]) -> Array:
    """F1 of each column; 0 where it is neither there nor said."""
    both = 2.0 * (said & true).sum(axis=0)
    return np.asarray(both / np.maximum(said.sum(axis=0) + true.sum(axis=0), 1))


def class_f1(said: NDArray[np.int64], true: NDArray[np.int64]) -> Array:
    """F1 of each class that is there."""
    kinds = np.unique(true)
    return f1_of(said[:, None] == kinds, true[:, None] == kinds)


def _best_temperature(loss: Any) -> float:
    return float(min(_TEMPERATURES, key=loss))


def _best_threshold(shares: Array, true: NDArray[np.bool_]) -> float:
    scores = f1_of(shares[:, None] > _THRESHOLDS, np.repeat(true[:, None], len(_THRESHOLDS), 1))
    best = scores >= scores.max() - 1e-3
    return float(_THRESHOLDS[best].mean())  # the middle of those that are as good


def _sure_from(chances: Array, true: NDArray[np.int64]) -> float:
    """The least probability above which enough of what is said is right; 1 where none is."""
    order = np.argsort(-chances.max(axis=1))
    right = np.cumsum((chances.argmax(axis=1) == true)[order]) / np.arange(1, len(true) + 1)
    held = np.flatnonzero(right >= _RIGHT)
    return float(chances.max(axis=1)[order[held[-1]]]) if len(held) else 1.0


def _unit_loss(logits: Array, true: NDArray[np.bool_]) -> float:
    return float(np.logaddexp(0.0, np.where(true, -logits, logits)).mean())


def _class_loss(logits: Array, true: NDArray[np.int64]) -> float:
    return -float(np.log(_softmax(logits)[np.arange(len(true)), true] + 1e-12).mean())


def sigmoid(logits: Array) -> Array:
    """Logits as probabilities, each by itself."""
    return np.asarray(1.0 / (1.0 + np.exp(-logits)))


def _softmax(logits: Array) -> Array:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))
