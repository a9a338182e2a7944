"""A person at rest, measured: the resting face, how it wavers, the light on it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from mien.anatomy import topology
from mien.anatomy.head import View, neutral_in_head, view_of
from mien.anatomy.identity import estimate_neutral
from mien.anatomy.inverse import invert, prepare
from mien.anatomy.model import face_model
from mien.anatomy.template import template
from mien.capture.calibration import Calibration, Camera, Light, Session, Source
from mien.capture.neutral import EXPRESSIVE, calmest, frontal, neutral_of_clip
from mien.core.facs import COLUMNS

Array = NDArray[np.float64]

_SHOWN = 1.0  # intensity over the middle of the moments: a blink, a word, a twitch
_FLOOR = 0.0015  # IOD; what light, camera and pose do to landmarks, however many frames there are
_SINGLE = 0.003  # IOD; how far the landmarks of one picture are off
_BELIEVED = 0.25  # intensity from which what seems to be on the face is worth a word
_LUMA = np.array([0.2126, 0.7152, 0.0722])  # ITU-R BT.709


@dataclass(frozen=True, eq=False)
class Moment:
    """A face on one picture.

    Attributes:
        points: shape (478, 3), px.
        light: on it.
        size: width and height of the picture, px.
    """

    points: Array
    light: Light
    size: tuple[int, int]


def moment_of(image: NDArray[np.uint8], points: Array) -> Moment:
    """What a calibration keeps of a picture: no pixel of it.

    Args:
        image: RGB, shape (H, W, 3).
        points: shape (478, 3), px, the face on it.
    """
    height, width = image.shape[:2]
    return Moment(points, _light(image, points), (width, height))


def calibration_of(
    subject: str,
    moments: Sequence[Moment],
    source: Source,
    made: str,
    rate: float | None = None,
) -> Calibration:
    """A calibration of one session.

    Moments at which the face does more than the others (blinks, words) are left out. Of a clip in
    which rest is to be found, the calmest moments are taken.

    Args:
        subject: the name.
        moments: at least one.
        source: where they come from.
        made: when, ISO 8601.
        rate: frames per second.
    """
    mesh = None
    if source == "found":
        points = np.array([moment.points for moment in moments])
        mesh = neutral_of_clip(points).mesh
        moments = [moments[i] for i in calmest(points)]
    named = len(moments)
    rest = _quiet(moments)
    moments = [moments[i] for i in rest]
    points = np.array([moment.points for moment in moments])
    mesh = _mean(points) if mesh is None else mesh
    views = [view_of(each, mesh) for each in points]
    wavering = np.array(
        [view.to_head(each) - mesh for view, each in zip(views, points, strict=True)]
    )
    spread = float(np.sqrt(wavering[:, :, :2].var(axis=0).sum(axis=1).mean()))
    width, height = moments[0].size
    session = Session(
        made=made,
        source=source,
        frames=len(moments),
        left_out=named - len(moments),
        spread=spread,
        noise=_noise(mesh, points),
        residual=_residual(mesh),
        pose=_pose(views),
        light=Light(
            float(np.median([moment.light.luma for moment in moments])),
            float(np.median([moment.light.ratio for moment in moments])),
        ),
        camera=Camera(width, height, rate, float(np.median([view.scale for view in views]))),
    )
    random = _SINGLE if len(moments) == 1 else spread / np.sqrt(len(moments))
    return Calibration(subject, mesh, float(np.hypot(_FLOOR, random)), (session,))


def _quiet(moments: Sequence[Moment]) -> NDArray[np.int64]:
    """Which moments show the same face as most of them; all where there is no such face."""
    points = np.array([moment.points for moment in moments])
    aus = _read(_mean(points, np.median), points)[:, EXPRESSIVE]
    quiet = np.flatnonzero(aus.max(axis=1) < _SHOWN)
    return quiet if 4 * len(quiet) >= len(moments) else np.arange(len(moments))


def _mean(points: Array, middle: Callable[..., Array] = np.mean) -> Array:
    """The mesh of moments, each laid on the others by its still points; unit IOD."""
    mesh, _ = neutral_in_head(points[0])
    for _ in range(2):
        laid = [view_of(each, mesh).to_head(each) for each in points]
        mesh, _ = neutral_in_head(frontal(middle(laid, axis=0)))
    return mesh


def _read(mesh: Array, points: Array) -> Array:
    """Action units of every moment against a mesh, shape (n, len(COLUMNS))."""
    prepared = prepare(face_model(mesh))
    return np.array([invert(prepared, each).aus for each in points])


def _noise(mesh: Array, points: Array) -> dict[str, float]:
    """Standard deviation of every reading; nothing for one moment."""
    if len(points) == 1:
        return {}
    return dict(zip(COLUMNS, _read(mesh, points).std(axis=0).tolist(), strict=True))


def _residual(mesh: Array) -> dict[str, float]:
    """What a mesh shows against faces in general, as far as it can be told from its build."""
    found = estimate_neutral(frontal(mesh))
    shown = np.where(EXPRESSIVE, found.aus * found.confidence, 0.0)
    return {COLUMNS[i]: float(shown[i]) for i in np.flatnonzero(shown > _BELIEVED)}


def _pose(views: Sequence[View]) -> tuple[float, float, float]:
    poses = np.array([(v.pose.yaw, v.pose.pitch, v.pose.roll) for v in views])
    yaw, pitch, roll = np.median(poses, axis=0).tolist()
    return yaw, pitch, roll


def _light(image: NDArray[np.uint8], points: Array) -> Light:
    """The light on the skin, from the pixels under its landmarks."""
    height, width = image.shape[:2]
    x, y = points[:, 0].astype(int).clip(0, width - 1), points[:, 1].astype(int).clip(0, height - 1)
    luma = image[y, x] @ _LUMA
    # Coded values to light: the power law that sRGB comes near to.
    left, right = ((luma[side] / 255.0) ** 2.2 for side in _halves())
    both = np.concatenate(_halves())
    return Light(float(luma[both].mean()), float((left.mean() + 1e-3) / (right.mean() + 1e-3)))


@cache
def _halves() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Landmarks on bare skin, the subject's left and right: no lips, eyes, brows or outline."""
    other = {*topology.LIPS, *topology.OVAL, *topology.NOSTRILS}
    other.update(*topology.EYES, *topology.BROWS)
    skin = np.array([i for i in range(topology.IRIS_RIGHT) if i not in other])
    across = template()[skin, 0]
    return skin[across > 0.1], skin[across < -0.1]
