"""Published networks for apex-onset flow, rebuilt from their descriptions.

STSTNet (Liong et al., 2019), Off-ApexNet (Gan et al., 2019), SSSNet (Varanka et al., MEB, 2021).
They see one step of a window, the apex, and say nothing of moments.
"""

import torch
from torch import Tensor, nn

from mien.capture.learned.grid import APEX, SIDE


class Ststnet(nn.Module):
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
        """Features of the apex, and none of each step."""
        apex = windows[:, APEX, :3]
        seen = torch.cat([stream(apex) for stream in self.streams], dim=1)
        return self.pool(seen).flatten(1), apex


class OffApexnet(nn.Module):
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
        """Features of the apex, and none of each step."""
        apex = windows[:, APEX]
        seen = [stream(apex[:, at : at + 1]) for at, stream in enumerate(self.streams)]
        return self.wide(torch.cat(seen, dim=1)), apex


class Sssnet(nn.Module):
    """Two convolutions and one wide layer over u, v and strain."""

    def __init__(self) -> None:
        super().__init__()
        self.look = nn.Sequential(
            nn.Conv2d(3, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
            nn.Dropout(0.5), nn.Linear(64 * (SIDE // 4) ** 2, 256), nn.ReLU(), nn.Dropout(0.5),
        )  # fmt: skip

    def forward(self, windows: Tensor) -> tuple[Tensor, Tensor]:
        """Features of the apex, and none of each step."""
        apex = windows[:, APEX, :3]
        return self.look(apex), apex


PUBLISHED: dict[str, tuple[type[nn.Module], int]] = {
    "ststnet": (Ststnet, 16 * 5 * 5),
    "off-apexnet": (OffApexnet, 1024),
    "sssnet": (Sssnet, 256),
}
"""Name to network, and features of a window that it makes."""
