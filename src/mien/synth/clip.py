"""Clips of one portrait in which something happens, and the exact truth about them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import InputError
from mien.core.face import N_POINTS, Event
from mien.synth.camera import Camera, Sensor
from mien.synth.exposure import Exposure
from mien.synth.hand import Passing
from mien.synth.plate import Plate
from mien.synth.scene import Scene, aus_at, points_at, pose_at, shares_at

Array = NDArray[np.float64]
Image = NDArray[np.uint8]

_MOST = 1e7  # frames


@dataclass(frozen=True, eq=False)
class Clip:
    """A scene as it is filmed; frames are made when asked for, the truth is known before.

    Attributes:
        plate: the portrait.
        scene: what happens.
        camera: how it is filmed.
        time: shape (n,), seconds of each frame, the middle of its exposure.
    """

    plate: Plate
    scene: Scene
    camera: Camera
    time: Array

    @property
    def events(self) -> tuple[Event, ...]:
        """What happens, in order of onset; their peaks are changes of intensity."""
        found = (movement.event for movement in self.scene.movements)
        return tuple(sorted(found, key=lambda event: event.onset))

    @cached_property
    def shares(self) -> Array:
        """How much of its peak each movement shows, shape (n, movements), 0 to 1."""
        return shares_at(self.scene, self.time)

    @cached_property
    def aus(self) -> Array:
        """Change of intensity against the portrait, shape (n, len(COLUMNS)), blinks and talk too.

        A movement whose action units are not known adds nothing.
        """
        return aus_at(self.plate, self.scene, self.time)

    @cached_property
    def pose(self) -> Array:
        """Yaw, pitch, roll, x, y, scale, shape (n, 6), as in :class:`mien.core.face.Pose`."""
        return pose_at(self.plate, self.scene, self.time)

    def landmarks(
        self, rows: slice = slice(None), noise: float = 0.0, seed: int = 0
    ) -> NDArray[np.float64]:
        """Where the landmarks are in some frames, shape (frames, 478, 3), px; z as the portrait's.

        Args:
            rows: which frames.
            noise: px; standard deviation of what is added to x and y, as a detector's jitter.
            seed: of the noise.
        """
        found = points_at(self.plate, self.scene, self.time[rows])
        if noise:
            random = np.random.default_rng((seed, rows.start or 0))
            jitter = random.standard_normal((*found.shape[:2], 2), dtype=np.float32)
            found[..., :2] += noise * jitter
        return found

    def covered(self, rows: slice = slice(None)) -> NDArray[np.bool_]:
        """Which landmarks a hand covers in some frames, shape (frames, 478)."""
        if self.scene.hand is None:
            return np.zeros((len(self.time[rows]), N_POINTS), np.bool_)
        hand = Passing(self.scene.hand, self.plate)
        found = []
        for time in self.time[rows]:
            (points,) = points_at(self.plate, self.scene, np.array([time]))
            found.append(hand.covered(points[:, :2], float(time)))
        return np.stack(found)

    def frames(self) -> Iterator[tuple[float, Image]]:
        """Seconds and picture, RGB uint8, shape (H, W, 3), of each frame; always the same ones."""
        exposure = Exposure(self.plate, self.scene)
        sensor = Sensor(self.camera, self.plate.size)
        gains, opens = self.camera.gain(self.time).tolist(), self.camera.open(self.time).tolist()
        for index, time in enumerate(self.time.tolist()):
            yield time, sensor.see(exposure.light(time, opens[index]), gains[index], index)


def film(plate: Plate, scene: Scene, camera: Camera | None = None) -> Clip:
    """Film a scene.

    Args:
        plate: the portrait.
        scene: what happens.
        camera: how it is filmed; None: 100 frames a second, no noise.

    Raises:
        InputError: a clip without a frame, or of more than ten million.
    """
    camera = camera or Camera()
    if scene.seconds * camera.rate > _MOST:
        raise InputError(
            f"a clip of {scene.seconds:g} s at {camera.rate:g} frames a second is too long"
        )
    time = camera.time(scene.seconds)
    if not len(time):
        raise InputError(f"a clip of {scene.seconds:g} s holds no frame: make it longer")
    return Clip(plate, scene, camera, time)
