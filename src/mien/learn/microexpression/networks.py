"""The networks: windows in, action units by side, objective class, emotion and moments out.

Ours is a small CNN that looks at each step and a GRU that reads the steps. Those of ``published``
get the same heads, so that all of them go through one trainer.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.capture.learned.grid import CHANNELS, STEPS
from mien.capture.learned.labels import CLASSES, EMOTIONS, UNITS
from mien.core.facs import COLUMNS
from mien.learn.microexpression.fields import matched
from mien.learn.microexpression.published import PUBLISHED

_WIDE, _HIDDEN = 96, 64  # features of a step; of the GRU, each way
_TOLD = 32  # features of what was read
_FLOOR = 0.05  # hundredths of an IOD; motion this small is noise
_FAINT = 0.05  # intensity; what is read below it is noise


class Network(nn.Module):
    """A body that makes one feature vector of a window, and heads.

    Args:
        body: (batch, STEPS, channels, SIDE, SIDE) to features (batch, size) and, of each step,
            (batch, STEPS, steps_size); the latter is empty where a body looks at the apex alone.
        size: of the features.
        steps_size: of the features of each step; 0 where there are none.
        courses: whether the body is also given what was read of the action units.
    """

    def __init__(self, body: nn.Module, size: int, steps_size: int, courses: bool = False) -> None:
        super().__init__()
        self.courses = courses
        self.body = body
        self.aus = nn.Linear(size, len(UNITS))
        self.classes = nn.Linear(size, len(CLASSES))
        self.emotions = nn.Linear(size, len(EMOTIONS))
        self.times = nn.Linear(steps_size, 3) if steps_size else None

    def forward(
        self, windows: Tensor, courses: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Logits.

        Args:
            windows: (batch, STEPS, len(CHANNELS), SIDE, SIDE), as
                :func:`mien.capture.learned.window.window` gives them.
            courses: (batch, STEPS, len(COLUMNS)), as
                :func:`mien.capture.learned.courses.courses` gives them; not looked at by a network
                that was made without them.

        Returns:
            Units (batch, len(UNITS)), classes (batch, len(CLASSES)), emotions (batch,
            len(EMOTIONS)), and of onset, apex and offset (batch, 3, STEPS).
        """
        given = (_scaled(windows), _compared(courses)) if self.courses else (_scaled(windows),)
        whole, steps = self.body(*given)
        if self.times is None:
            moments = torch.zeros(windows.shape[0], 3, STEPS, device=windows.device)
        else:
            moments = self.times(steps).transpose(1, 2)
        return self.aus(whole), self.classes(whole), self.emotions(whole), moments


class Answering(nn.Module):
    """A network that answers with probabilities.

    Args:
        net: trained.
        temperatures: that logits of units, classes and emotions are divided by.
    """

    def __init__(self, net: Network, temperatures: tuple[float, float, float]) -> None:
        super().__init__()
        self.net, self._temperatures = net, temperatures

    def forward(
        self, windows: Tensor, courses: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Probabilities of units, classes, emotions, and of each step to be each moment."""
        units, classes, emotions, times = self.net(windows, courses)
        a, b, c = self._temperatures
        likely = (classes / b).softmax(dim=1), (emotions / c).softmax(dim=1)
        return (units / a).sigmoid(), *likely, times.softmax(dim=2)


def network(name: str, courses: bool = False) -> Network:
    """One of ``config.NETWORKS``, untrained.

    Args:
        name: of the network.
        courses: whether it is told what was read of the action units; ours alone can be.
    """
    if name == "cnn-gru":
        return Network(_CnnGru(_WIDE, _HIDDEN, courses), 4 * _HIDDEN, 2 * _HIDDEN, courses)
    body, size = PUBLISHED[name]
    return Network(body(), size, 0)


def _scaled(windows: Tensor) -> Tensor:
    """Motion against the largest of the window, and how large that is.

    Returns:
        (batch, STEPS, len(CHANNELS) + 1, SIDE, SIDE).
    """
    moving, seen = windows[:, :, :3], windows[:, :, 3:]
    flow = windows[:, :, :2]
    size = (flow * flow).sum(dim=2).flatten(0, 1).unsqueeze(1)
    size = functional.avg_pool2d(size, 3, 2).flatten(1).amax(dim=1)
    most = size.reshape(-1, STEPS).amax(dim=1).sqrt() + _FLOOR
    most = most.reshape(-1, 1, 1, 1, 1)
    level = 0.5 * most.log() * torch.ones_like(seen) * seen
    flow, strain = 2.0 * moving[:, :, :2] / most, 0.3 * moving[:, :, 2:] / most
    return torch.cat([flow, strain, seen, level], dim=2)


def _compared(courses: Tensor) -> Tensor:
    """What was read against the most of the window, and how much that is.

    Returns:
        (batch, STEPS, len(COLUMNS) + 1).
    """
    most = courses.abs().flatten(1).amax(dim=1).reshape(-1, 1, 1) + _FAINT
    level = 0.5 * most.log() * torch.ones_like(courses[:, :, :1])
    return torch.cat([courses / most, level], dim=2)


class _CnnGru(nn.Module):
    """Per step three strided convolutions, and how far each action unit is; then a GRU both ways.

    The units begin as the anatomy model's own fields find them, and are learned on from there.
    Where the reader's courses are given, they stand beside.
    """

    def __init__(self, wide: int, hidden: int, courses: bool) -> None:
        super().__init__()
        self.look = nn.Sequential(
            _layer(len(CHANNELS) + 1, 16),
            _layer(16, 32),
            _layer(32, 48),
            nn.Flatten(),
            nn.Linear(48 * 16, wide),
            nn.ReLU(),
            nn.Dropout(0.2),
        )
        start = torch.tensor(matched())
        self.units = nn.Linear(start.shape[1], len(start), bias=False)
        self.units.weight = nn.Parameter(start)
        told = _TOLD if courses else 0
        self.read = nn.GRU(wide + len(start) + told, hidden, batch_first=True, bidirectional=True)
        if courses:
            self.told = nn.Sequential(nn.Linear(len(COLUMNS) + 1, _TOLD), nn.ReLU())

    def forward(self, windows: Tensor, courses: Tensor | None = None) -> tuple[Tensor, Tensor]:
        steps = windows.flatten(0, 1)
        parts = [self.look(steps), self.units(steps[:, :2].flatten(1))]
        if courses is not None:
            parts.append(self.told(courses.flatten(0, 1)))
        both = torch.cat(parts, dim=1)
        read, _ = self.read(both.reshape(-1, STEPS, self.read.input_size))
        return torch.cat([read.mean(dim=1), read.amax(dim=1)], dim=1), read


def _layer(before: int, after: int) -> nn.Sequential:
    """A strided convolution: half as many cells."""
    return nn.Sequential(
        nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(),
    )
