"""Clips of one portrait with a hidden micro-expression, and the exact truth about it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.core import facs
from mien.core.envelope import Envelope
from mien.core.errors import InputError
from mien.core.face import Event
from mien.edit.mesh import paint, prepare
from mien.edit.points import Subject, moved

Image = NDArray[np.uint8]

_SIDED = {column for unit in facs.ACTION_UNITS if unit.sided for column in unit.columns}


@dataclass(frozen=True)
class Camera:
    """How the clip is filmed.

    Attributes:
        rate: frames per second.
        noise: standard deviation of the sensor's noise, in levels of 0 to 255.
        drift: px; how far the picture wanders on its way; it begins and ends in place.
        seed: of the noise.
    """

    rate: float = 100.0
    noise: float = 0.0
    drift: float = 0.0
    seed: int = 0


@dataclass(frozen=True, eq=False)
class MicroClip:
    """A clip that is drawn frame by frame when asked for, and what happens in it.

    Attributes:
        image: RGB uint8, shape (H, W, 3), the portrait.
        subject: its face.
        camera: how it is filmed.
        time: shape (n,), seconds from the first frame.
        aus: shape (n, len(COLUMNS)), what is on the face in each frame, 0 to 5.
        event: the hidden expression; its peaks are changes of intensity.
    """

    image: Image
    subject: Subject
    camera: Camera
    time: NDArray[np.float64]
    aus: NDArray[np.float64]
    event: Event

    def frames(self) -> Iterator[tuple[float, Image]]:
        """Seconds and picture of each frame; the same at every call.

        Without noise, each frame at which nothing has happened yet or any more is the portrait.
        """
        canvas = prepare(self.image, self.subject.points)
        rest = facs.resolve(self.subject.aus)
        span = len(self.time) / self.camera.rate
        for index, (time, now) in enumerate(zip(self.time, self.aus, strict=True)):
            shown = self.image
            if (now != rest).any():
                shown, _ = paint(canvas, moved(self.subject, now), now - rest)
            last = index == len(self.time) - 1
            yield float(time), _filmed(shown, self.camera, index, 0.0 if last else time / span)


def micro_clip(
    image: Image,
    subject: Subject,
    aus: Mapping[str, float],
    envelope: Envelope,
    seconds: float,
    camera: Camera | None = None,
) -> MicroClip:
    """Hide an expression in a clip of a portrait.

    Args:
        image: RGB uint8, shape (H, W, 3).
        subject: its face.
        aus: AU name to change of intensity at the apex.
        envelope: when and how it comes and goes.
        seconds: length of the clip.
        camera: how it is filmed; None: 100 frames a second, no noise.

    Raises:
        InputError: an unknown AU, no change at all, an event that does not fit into the clip, or a
            camera that cannot be.
    """
    camera = camera or Camera()
    if not (
        camera.rate > 0 and camera.noise >= 0 and np.isfinite([camera.rate, camera.drift]).all()
    ):
        raise InputError(f"no camera films like this: {camera}")
    if not 0.0 <= envelope.onset < envelope.offset <= seconds:
        raise InputError(
            f"an event from {envelope.onset:g} to {envelope.offset:g} s does not fit into"
            f" {seconds:g} s"
        )
    time = np.arange(round(seconds * camera.rate)) / camera.rate
    rest = facs.resolve(subject.aus)
    shown = facs.resolve(rest + envelope.value(time)[:, None] * facs.vector(aus))
    peak = facs.resolve(rest + facs.vector(aus)) - rest
    if not peak.any():
        raise InputError("there is no expression to hide: name an action unit and its intensity")
    return MicroClip(image, subject, camera, time, shown, _event(envelope, peak))


def _event(envelope: Envelope, peak: NDArray[np.float64]) -> Event:
    """The truth about one expression."""
    aus = {column: value for column, value in facs.to_dict(peak).items() if value != 0.0}
    strongest = max(aus, key=lambda column: abs(aus[column]))
    sides = {column[-1] for column in aus if column in _SIDED}
    return Event(
        kind="micro" if envelope.is_micro else "macro",
        onset=envelope.onset,
        apex=envelope.apex,
        offset=envelope.offset,
        face=0,
        aus=aus,
        side=sides.pop() if len(sides) == 1 else "both",
        region=facs.REGION[strongest],
        confidence=1.0,
    )


def _filmed(image: Image, camera: Camera, index: int, share: float) -> Image:
    """A frame as the camera gives it; the input itself where it adds nothing.

    Args:
        image: what is before it.
        camera: see :class:`Camera`.
        index: number of the frame.
        share: of the clip that is over, 0 to 1.
    """
    turn = 2.0 * np.pi * share
    x, y = camera.drift * np.sin(turn), 0.5 * camera.drift * np.sin(2.0 * turn)
    if x or y:
        shift = np.array([[1.0, 0.0, x], [0.0, 1.0, y]])
        size = (image.shape[1], image.shape[0])
        image = np.asarray(
            cv2.warpAffine(
                image, shift, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
            ),
            np.uint8,
        )
    if not camera.noise:
        return image
    random = np.random.default_rng((camera.seed, index))
    grain = random.standard_normal(image.shape, dtype=np.float32)
    return np.asarray(np.clip(np.rint(image + camera.noise * grain), 0, 255), np.uint8)
