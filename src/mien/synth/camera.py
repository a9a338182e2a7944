"""How a scene is filmed: when, under which light, with which noise and exposure."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.core.errors import InputError

Array = NDArray[np.float64]
F32 = NDArray[np.float32]
Image = NDArray[np.uint8]

_BANK = 256  # px by which the bank of noise exceeds a frame


@dataclass(frozen=True)
class Camera:
    """A camera and the light it films in.

    Attributes:
        rate: frames per second.
        noise: standard deviation of the sensor's noise, in levels of 0 to 255.
        exposure: share of the time between two frames during which the shutter is open, 0 to 1;
            longer than 0 blurs what moves. It is centred on the frame's time.
        flicker: share by which the light of lamps rises and falls about its mean, 0 to 1.
        mains: Hz of the mains, 50 or 60; the light flickers twice as fast.
        uneven: share by which the light is brighter at the right border of the picture than in its
            middle, and darker at the left one; −1 to 1.
        steps: (seconds, gain): from then on the exposure is that many times the first one.
        times: seconds of the frames, in place of an even rate; they rise.
        seed: of the noise.

    Raises:
        InputError: a camera that cannot be.
    """

    rate: float = 100.0
    noise: float = 0.0
    exposure: float = 0.0
    flicker: float = 0.0
    mains: float = 50.0
    uneven: float = 0.0
    steps: tuple[tuple[float, float], ...] = ()
    times: tuple[float, ...] | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        plain = (self.rate, self.noise, self.mains, *np.ravel(self.steps), *(self.times or ()))
        fits = (
            np.isfinite(plain).all()
            and self.rate > 0.0
            and self.noise >= 0.0
            and self.mains > 0.0
            and 0.0 <= self.exposure <= 1.0
            and 0.0 <= self.flicker <= 1.0
            and -1.0 <= self.uneven <= 1.0
            and all(gain > 0.0 for _, gain in self.steps)
        )
        if not fits:
            raise InputError(f"no camera films like this: {self}")
        if self.times is not None and not (
            len(self.times) and self.times[0] >= 0.0 and (np.diff(self.times) > 0.0).all()
        ):
            raise InputError("times of frames must rise, from 0 s or later")

    def time(self, seconds: float) -> Array:
        """Seconds of each frame of a clip of some length, shape (n,)."""
        if self.times is not None:
            stamps = np.array(self.times)
            return np.asarray(stamps[stamps < seconds])
        return np.arange(round(seconds * self.rate)) / self.rate

    def open(self, time: Array) -> Array:
        """Seconds for which the shutter is open at each frame, shape (n,)."""
        if len(time) < 2:
            return np.full(len(time), self.exposure / self.rate)
        gaps = np.diff(time)
        return self.exposure * np.append(gaps, gaps[-1])

    def gain(self, time: Array) -> Array:
        """How bright each frame is, shape (n,), 1 as the portrait.

        The light ripples at twice the mains and is averaged over the exposure, so its alias at the
        frame rate appears by itself.
        """
        beat = 2.0 * self.mains
        ripple = np.sinc(beat * self.open(time)) * np.sin(2.0 * np.pi * beat * time)
        steps = sorted(self.steps)
        gains = np.array([1.0, *(gain for _, gain in steps)])
        now = np.searchsorted([start for start, _ in steps], time, side="right")
        return np.asarray(gains[now] * (1.0 + self.flicker * ripple))


class Sensor:
    """Turns the light of one clip's frames into pictures; the same ones for the same camera.

    Args:
        camera: how the clip is filmed.
        size: width and height of a frame, px.
    """

    def __init__(self, camera: Camera, size: tuple[int, int]) -> None:
        self._camera, self._size = camera, size
        self._bank: F32 | None = None
        if camera.noise:
            # One bank, cut at a place of chance for each frame: ten times as fast as fresh noise.
            random = np.random.default_rng((camera.seed, 0xBA9C))
            shape = size[1] + _BANK, size[0] + _BANK, 3
            self._bank = camera.noise * random.standard_normal(shape, dtype=np.float32)
        ramp = 1.0 + camera.uneven * np.linspace(-1.0, 1.0, size[0], dtype=np.float32)
        self._ramp = None if not camera.uneven else np.repeat(ramp[None, :, None], 3, axis=2)

    def see(self, light: F32, gain: float, index: int) -> Image:
        """A frame, RGB uint8, shape (H, W, 3).

        Args:
            light: shape (H, W, 3), levels; noise comes before they are rounded.
            gain: how bright it is.
            index: number of the frame.
        """
        if self._ramp is not None:
            light = light * self._ramp
        if self._bank is None:
            return np.asarray(cv2.convertScaleAbs(np.maximum(light, 0.0), alpha=gain), np.uint8)
        top, left, flip = np.random.default_rng((self._camera.seed, index)).integers(
            0, (_BANK, _BANK, 2)
        )
        grain = self._bank[top : top + self._size[1], left : left + self._size[0]]
        sign = 1.0 if flip else -1.0
        return np.asarray(cv2.addWeighted(light, gain, grain, sign, 0.0, dtype=cv2.CV_8U), np.uint8)
