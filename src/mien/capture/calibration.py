"""What is known of a person's resting face, and how well: the calibration file.

    {"mien": 1, "subject": "anna", "neutral": [[x, y, z], ...], "uncertainty": 0.0015,
     "sessions": [{"made": "...", "source": "clip", "quality": {...}, "light": {...},
                   "camera": {...}}, ...]}

One session is one sitting under one light, the newest last. The mesh is their mean; noise and light
are those of the newest. The file holds numbers only, never a picture; ``calibration.schema.json``
says the form.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.head import View, view_of
from mien.capture.neutral import FROM_CLIP, FROM_PHOTO, Neutral
from mien.core.errors import InputError
from mien.core.facs import COLUMNS, INDEX

Array = NDArray[np.float64]
Source = Literal["camera", "clip", "photo", "found"]
SOURCES: tuple[Source, ...] = get_args(Source)

# IOD, root mean square over the mesh. The 52 neutral faces of the London set lie .040 apart (median
# of pairs; 5 % below .022); the same photo moved, turned, and lit otherwise lies .0014 from itself.
_SAME = 0.025


@dataclass(frozen=True)
class Light:
    """The light on a face.

    Attributes:
        luma: mean of its skin, 0 to 255, as coded.
        ratio: light on the subject's left half over that on the right, in linear light.
    """

    luma: float
    ratio: float


@dataclass(frozen=True)
class Camera:
    """How a face was filmed.

    Attributes:
        width: px.
        height: px.
        rate: frames per second; None for photos.
        scale: px between the pupils.
    """

    width: int
    height: int
    rate: float | None
    scale: float


@dataclass(frozen=True)
class Session:
    """One sitting.

    Attributes:
        made: when, ISO 8601.
        source: where the resting face was seen; ``"found"`` is the calmest moments of a clip.
        frames: how many count.
        left_out: how many more were named but show a blink or a movement.
        spread: IOD; root mean square over the mesh of how its points waver. 0 for one frame.
        noise: AU column to the standard deviation of its reading at rest; empty for one frame.
        residual: AU column to what still seems to be on the face, 0 to 5, unsure ones scaled down.
        pose: yaw, pitch, roll, degrees, median.
        light: on the face.
        camera: that filmed it.
    """

    made: str
    source: Source
    frames: int
    left_out: int
    spread: float
    noise: Mapping[str, float] = field(hash=False)
    residual: Mapping[str, float] = field(hash=False)
    pose: tuple[float, float, float]
    light: Light
    camera: Camera


@dataclass(frozen=True, eq=False)
class Calibration:
    """A person's zero.

    Attributes:
        subject: the name.
        mesh: shape (478, 3), IOD, head's frame; the face at rest.
        uncertainty: IOD; how far the mesh may be off.
        sessions: the newest last, at least one.
    """

    subject: str
    mesh: Array
    uncertainty: float
    sessions: tuple[Session, ...]

    @property
    def neutral(self) -> Neutral:
        """The zero as the reader takes it."""
        shown = any(session.source != "found" for session in self.sessions)
        return Neutral(self.mesh, FROM_PHOTO if shown else FROM_CLIP)

    @property
    def noise(self) -> Array:
        """Deviation of every reading at rest, shape (len(COLUMNS),), in the newest session.

        NaN where it is not known: one photo does not tell.
        """
        noise = np.full(len(COLUMNS), np.nan)
        for column, value in self.sessions[-1].noise.items():
            noise[INDEX[column]] = value
        return noise


def joined(known: Calibration, fresh: Calibration) -> Calibration:
    """A person calibrated once more: meshes averaged by their uncertainty, sessions in a row.

    Raises:
        InputError: the fresh face is not that of the same person at rest.
    """
    mesh = _laid_on(fresh.mesh, known.mesh)
    apart = float(np.sqrt(((mesh - known.mesh)[:, :2] ** 2).sum(axis=1).mean()))
    if apart > _SAME:
        raise InputError(
            f"{known.subject}: this face is {100 * apart:.1f} % of the distance of the eyes off the"
            " one that is known: film the same person at rest, or choose another name"
        )
    weights = np.array([known.uncertainty, fresh.uncertainty]) ** -2.0
    mean = np.average([known.mesh, mesh], axis=0, weights=weights)
    sessions = (*known.sessions, *fresh.sessions)
    return Calibration(known.subject, mean, float(weights.sum() ** -0.5), sessions)


def _laid_on(mesh: Array, other: Array) -> Array:
    """A mesh in the frame of another one, matched on still points."""
    picture = View(np.eye(3), 100.0, np.zeros(3)).to_picture(mesh)
    return view_of(picture, other).to_head(picture)
