"""A face as measured: landmarks, pose, and the events of its motion."""

import math
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

N_POINTS = 478

# Which face of a picture: a number, 0 for the largest; a point on it, (x, y) in px; or all of them.
Which = int | tuple[float, float] | Literal["all"]


@dataclass(frozen=True)
class Landmarks:
    """The 478 points of the MediaPipe face mesh on one picture.

    Attributes:
        points: shape (478, 3), float64; x to the right and y down in pixels of the picture, z in
            the same unit, growing away from the viewer, zero near the middle of the head.
        confidence: 0 to 1.
        spread: shape (478,), px; standard deviation of each point over repeated detections, zeros
            where only one was made.
    """

    points: NDArray[np.float64]
    confidence: float = 1.0
    spread: NDArray[np.float64] = field(default_factory=lambda: np.zeros(N_POINTS))

    def __post_init__(self) -> None:
        if self.points.shape != (N_POINTS, 3):
            raise ValueError(f"expected points of shape ({N_POINTS}, 3), got {self.points.shape}")

    @property
    def xy(self) -> NDArray[np.float64]:
        """Shape (478, 2), pixels."""
        return self.points[:, :2]

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of the points, pixels."""
        low, high = self.xy.min(axis=0), self.xy.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    @property
    def area(self) -> float:
        """Area of the box, px²; faces are ordered by it, largest first."""
        left, top, right, bottom = self.box
        return (right - left) * (bottom - top)


@dataclass(frozen=True)
class Pose:
    """Where the head is and how it is turned.

    Attributes:
        yaw: degrees, positive to the subject's left.
        pitch: degrees, positive looks up.
        roll: degrees, positive tips to the subject's left shoulder.
        x: px, midpoint of the pupils.
        y: px, midpoint of the pupils.
        scale: px per inter-ocular distance (IOD).
    """

    yaw: float
    pitch: float
    roll: float
    x: float
    y: float
    scale: float


@dataclass(frozen=True)
class Opinion:
    """What the learned model says of one event.

    Attributes:
        aus: AU column to probability, of those that are likely enough, likeliest first.
        classes: objective class (``"none"``: no expression) to probability, likeliest first.
        abstains: whether no class is likely enough to be named.
    """

    aus: dict[str, float]
    classes: dict[str, float]
    abstains: bool


@dataclass(frozen=True)
class Event:
    """One expression or micro-expression in time.

    Attributes:
        kind: ``"micro"`` (at most 0.5 s, onset phase at most 0.26 s) or ``"macro"``.
        onset: seconds.
        apex: seconds.
        offset: seconds.
        face: index of the face, largest first.
        aus: AU column to peak intensity over the baseline.
        side: ``"L"``, ``"R"`` or ``"both"``.
        region: ``brow``, ``eye``, ``nose``, ``cheek``, ``mouth`` or ``chin``.
        confidence: 0 to 1.
        velocity: IOD per second, the greatest speed of any point of the face between onset and
            apex; NaN where it is not known.
        evidence: seconds and height over rest in noise levels, sample by sample: the curve in
            which the event was found.
        names: categories that the movement looks like and their probability, most likely first;
            empty where none is asked for or allowed.
        description: the movement in words; empty where there is nothing to add.
        support: how clearly the expression network agrees, in noise levels; 2 and more bears the
            event out, -2 and less speaks against it. NaN where it was not asked or says nothing.
        learned: what the learned model says; None where it was not asked or too little was seen.
    """

    kind: str
    onset: float
    apex: float
    offset: float
    face: int
    aus: dict[str, float]
    side: str
    region: str
    confidence: float
    velocity: float = math.nan
    evidence: tuple[tuple[float, float], ...] = ()
    names: tuple[tuple[str, float], ...] = ()
    description: str = ""
    support: float = math.nan
    learned: Opinion | None = None
