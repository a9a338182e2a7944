"""The networks: windows in, action units by side, objective class, emotion and moments out.

Ours is a small CNN that looks at each step and a GRU that reads the steps. The others are published
ones for apex-onset flow, rebuilt from their descriptions with the same heads, so that all of them
go through one trainer: STSTNet (Liong et al., 2019), Off-ApexNet (Gan et al., 2019), SSSNet
(Varanka et al., MEB, 2021). Those three see one step, the apex, and say nothing of moments.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.capture.learned.grid import APEX, CHANNELS, SIDE, STEPS
from mien.capture.learned.labels import CLASSES, EMOTIONS, UNITS
from mien.learn.microexpression.fields import matched

_WIDE, _HIDDEN = 96, 64  # features of a step; of the GRU, each way
_SIZES = {"ststnet": 16 * 5 * 5, "off-apexnet": 1024, "sssnet": 256}  # features of a window
NAMES = ("cnn-gru", "ststnet", "off-apexnet", "sssnet")
_FLOOR = 0.05  # hundredths of an IOD; motion this small is noise


class Network(nn.Module):
    """A body that makes one feature vector of a window, and heads.

    Args:
        body: (batch, STEPS, channels, SIDE, SIDE) to features (batch, size) and, of each step,
            (batch, STEPS, steps_size); the latter is empty where a body looks at the apex alone.
        size: of the features.
        steps_size: of the features of each step; 0 where there are none.
    """

    def __init__(self, body: nn.Module, size: int, steps_size: int) -> None:
        super().__init__()
        self.body = body
        self.aus = nn.Linear(size, len(UNITS))
        self.classes = nn.Linear(size, len(CLASSES))
        self.emotions = nn.Linear(size, len(EMOTIONS))
        self.times = nn.Linear(steps_size, 3) if steps_size else None

    def forward(self, windows: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Logits.

        Args:
            windows: (batch, STEPS, len(CHANNELS), SIDE, SIDE), as
                :func:`mien.capture.learned.window.window` gives them.

        Returns:
            Units (batch, len(UNITS)), classes (batch, len(CLASSES)), emotions (batch,
            len(EMOTIONS)), and of onset, apex and offset (batch, 3, STEPS).
        """
        whole, steps = self.body(_scaled(windows))
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

    def forward(self, windows: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Probabilities of units, classes, emotions, and of each step to be each moment."""
        units, classes, emotions, times = self.net(windows)
        a, b, c = self._temperatures
        likely = (classes / b).softmax(dim=1), (emotions / c).softmax(dim=1)
        return (units / a).sigmoid(), *likely, times.softmax(dim=2)


def network(name: str) -> Network:
    """One of :data:`NAMES`, untrained."""
    if name == "cnn-gru":
        return Network(_CnnGru(_WIDE, _HIDDEN), 4 * _HIDDEN, 2 * _HIDDEN)
    bodies = {"ststnet": _Ststnet, "off-apexnet": _OffApexnet, "sssnet": _Sssnet}
    return Network(bodies[name](), _SIZES[name], 0)


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


class _CnnGru(nn.Module):
    """Per step three strided convolutions, and how far each action unit is; then a GRU both ways.

    The units begin as the anatomy model's own fields find them, and are learned on from there.
    """

    def __init__(self, wide: int, hidden: int) -> None:
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
        self.read = nn.GRU(wide + len(start), hidden, batch_first=True, bidirectional=True)

    def forward(self, windows: Tensor) -> tuple[Tensor, Tensor]:
        steps = windows.flatten(0, 1)
        both = torch.cat([self.look(steps), self.units(steps[:, :2].flatten(1))], dim=1)
        read, _ = self.read(both.reshape(-1, STEPS, self.read.input_size))
        return torch.cat([read.mean(dim=1), read.amax(dim=1)], dim=1), read


def _layer(before: int, after: int) -> nn.Sequential:
    """A strided convolution: half as many cells."""
    return nn.Sequential(
        nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(),
    )


class _Ststnet(nn.Module):
    """Three shallow streams of 3, 5 and 8 filters over u, v and strain."""

    def __init__(self) -> None:
        super().__init__()
        self.streams = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(3, filters, 3, padding=1),
                nn.ReLU(),
                nn.MaxPool2d(3, 3, padding=1),
                nn.Dropout(0.1),
            )
            for filters in (3, 5, 8)
        )
        self.pool = nn.AvgPool2d(2, 2)

    def forward(self, windows: Tensor) -> tuple[Tensor, Tensor]:
        apex = windows[:, APEX, :3]
        seen = torch.cat([stream(apex) for stream in self.streams], dim=1)
        return self.pool(seen).flatten(1), apex


class _OffApexnet(nn.Module):
    """Two streams, u and v, and two wide layers."""

    def __init__(self) -> None:
        super().__init__()
        self.streams = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
                nn.Conv2d(6, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
            )
            for _ in range(2)
        )  # fmt: skip
        cells = 2 * 16 * (SIDE // 4) ** 2
        self.wide = nn.Sequential(
            nn.Linear(cells, 1024), nn.ReLU(), nn.Dropout(0.5), nn.Linear(1024, 1024), nn.ReLU()
        )

    def forward(self, windows: Tensor) -> tuple[Tensor, Tensor]:
        apex = windows[:, APEX]
        seen = [stream(apex[:, at : at + 1]) for at, stream in enumerate(self.streams)]
        return self.wide(torch.cat(seen, dim=1)), apex


class _Sssnet(nn.Module):
    """Two convolutions and one wide layer over u, v and strain."""

    def __init__(self) -> None:
        super().__init__()
        self.look = nn.Sequential(
            nn.Conv2d(3, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
            nn.Dropout(0.5), nn.Linear(64 * (SIDE // 4) ** 2, 256), nn.ReLU(), nn.Dropout(0.5),
        )  # fmt: skip

    def forward(self, windows: Tensor) -> tuple[Tensor, Tensor]:
        apex = windows[:, APEX, :3]
        return self.look(apex), apex
