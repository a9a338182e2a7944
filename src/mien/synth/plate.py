"""A portrait made ready for filming: finer than the film, with its face understood.

A pixel of the film is one bilinear look-up on a plate three times as fine, blurred to what the film
can show. There, what bilinear interpolation loses between two pixels is hardly anything: frames are
equally sharp however far the face has moved (a bicubic look-up on a plate twice as fine does as
well, and takes four times as long). What is lost is the more the nearer a look-up is to the middle
between two pixels, so a still face looks half-way there.
"""

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy.head import View
from mien.anatomy.topology import OVAL
from mien.core.errors import InputError
from mien.edit.mesh import Canvas, prepare
from mien.edit.mesh.pixels import F32
from mien.edit.points import Subject
from mien.synth.sheet import STEP, Sheet, sheet_of

Image = NDArray[np.uint8]

FINE = 3  # px of the plate per px of the film
DRAWN = 2  # px of the picture that is redrawn per px of the film
_SHARP = 0.5  # px of the film: sigma of what a lens and a pixel's area blur
_MARGIN = 0.12  # of the film's larger side: what a moving head may bring into the picture
_PHASE = 0.25  # px of the plate
_SMALLEST, _LARGEST = 60.0, 2000.0  # px, width of a face


@dataclass(frozen=True, eq=False)
class Plate:
    """What is filmed.

    Attributes:
        light: float32, the portrait, shape (rows, columns, 3), in levels, at :data:`FINE` times the
            film's resolution and with ``margin`` round it.
        sharp: RGB uint8, the same as it is redrawn, at :data:`DRAWN` times the film's resolution
            and with nothing blurred.
        soft: px of the film; sigma of the blur on ``light``.
        size: width and height of the film, px.
        margin: px of the film.
        subject: the face, in px of the film.
        states: redrawn lids and lips, kept for the next clip, see :mod:`mien.synth.redraw`.
    """

    light: F32
    sharp: Image
    soft: float
    size: tuple[int, int]
    margin: int
    subject: Subject
    states: OrderedDict[bytes, Any] = field(default_factory=OrderedDict, repr=False)

    @cached_property
    def sheet(self) -> Sheet:
        """The face as a sheet of nodes."""
        return sheet_of(self.subject, self.size, self.margin)

    @cached_property
    def canvas(self) -> Canvas:
        """``sharp`` made ready to be redrawn."""
        return prepare(self.sharp, self.drawn(self.subject.points))

    def drawn(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points of the film, shape (n, 2 or 3), in px of ``sharp``."""
        shift = np.zeros(points.shape[1])
        shift[:2] = first(DRAWN, self.margin)
        return np.asarray(DRAWN * points + shift)


def first(scale: int, margin: int) -> float:
    """Where the film's first pixel is on a picture so many times as fine with a margin, px."""
    return scale * margin + (scale - 1) / 2 + _PHASE


def plate_of(
    image: Image,
    subject: Subject,
    face_width: float | None = 300.0,
    size: tuple[int, int] = (480, 480),
) -> Plate:
    """Frame a portrait for the film.

    Args:
        image: RGB uint8, shape (H, W, 3).
        subject: its face, e.g. :attr:`mien.edit.portrait.Portrait.subject`.
        face_width: px on the film from one side of the face's oval to the other; None: the film
            shows the portrait as it is, whatever ``size`` says.
        size: width and height of the film, px.

    Raises:
        InputError: a face too small or too large, or one that does not fit on the film.
    """
    oval = subject.points[list(OVAL), :2]
    wide = float(np.ptp(oval[:, 0]))
    ratio, start = 1.0, np.zeros(2)  # px of the portrait per px of the film, its first pixel
    if face_width is None:
        size = image.shape[1], image.shape[0]
    else:
        ratio = wide / face_width
        middle = (oval.min(axis=0) + oval.max(axis=0)) / 2
        start = middle - ratio * (np.array(size) - 1) / 2
    if not _SMALLEST <= wide / ratio <= _LARGEST:
        raise InputError(
            f"a face {wide / ratio:.0f} px wide cannot be filmed:"
            f" use {_SMALLEST:g} to {_LARGEST:g} px"
        )
    if face_width is not None and (np.ptp(oval, axis=0) / ratio > np.array(size)).any():
        raise InputError(f"a face {face_width:g} px wide does not fit on {size[0]} × {size[1]} px")
    margin = STEP * round(_MARGIN * max(size) / STEP)
    own = _SHARP / ratio  # px of the film: what the portrait's own pixels blurred
    soft = float(np.sqrt(max(_SHARP**2 - own**2, 0.0)))
    light, sharp = (_resampled(image, ratio, start, size, margin, n) for n in (FINE, DRAWN))
    light = softened(light, FINE * soft)
    levels = np.clip(sharp + 0.5, 0, 255).astype(np.uint8)
    return Plate(light, levels, soft, size, margin, _filmed(subject, ratio, start))


def softened(pixels: F32, soft: float) -> F32:
    """Pixels blurred by a sigma in px; themselves where that is next to nothing."""
    return pixels if soft < 0.2 else np.asarray(cv2.GaussianBlur(pixels, (0, 0), soft), np.float32)


def _resampled(
    image: Image,
    ratio: float,
    start: NDArray[np.float64],
    size: tuple[int, int],
    margin: int,
    scale: int,
) -> F32:
    """The portrait and, beyond its border, its mirror image, at a scale of the film; levels."""
    coarse = ratio / scale  # px of the portrait per px of the result
    blur = np.sqrt(max((0.5 * coarse) ** 2 - 0.25, 0.0))
    source = softened(image.astype(np.float32), float(blur))
    offset = start - coarse * first(scale, margin)
    to_portrait = np.array([[coarse, 0.0, offset[0]], [0.0, coarse, offset[1]]])
    wide, high = (scale * (n + 2 * margin) for n in size)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    found = cv2.warpAffine(
        source, to_portrait, (wide, high), flags=flags, borderMode=cv2.BORDER_REFLECT_101
    )
    return np.asarray(found, np.float32)


def _filmed(subject: Subject, ratio: float, start: NDArray[np.float64]) -> Subject:
    """A subject of the portrait, in px of the film."""
    points = subject.points.copy()
    points[:, :2] -= start
    view = subject.view
    origin = (view.origin - [start[0], -start[1], 0.0]) / ratio
    return replace(
        subject, points=points / ratio, view=View(view.rotation, view.scale / ratio, origin)
    )
