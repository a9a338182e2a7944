"""The page of a photo: a picture of each face, and a bar for every action unit that shows."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.core.facs import ACTION_UNITS, INDEX
from mien.core.signal import Track
from mien.flows.report.pictures import jpeg
from mien.flows.report.steady import Place, upright
from mien.media.image import load_image

_LARGE = 384  # px
_SHOWN = 0.2  # intensity from which a unit gets a bar


def photo_body(source: Path, track: Track) -> str:
    """What was read from a photo.

    Args:
        source: the photo.
        track: one row per face.

    Raises:
        MediaError: the photo cannot be read once more.
    """
    pixels = load_image(source).pixels
    parts = []
    for face in range(len(track)):
        heading = f"Face {face}" if len(track) > 1 else "The face"
        x, y, scale = track.position[face].tolist()
        yaw, pitch, roll = track.pose[face].tolist()
        picture = jpeg(upright(pixels, Place(x, y, scale, roll)), _LARGE)
        parts.append(
            f'<h2>{heading}</h2><figure class="photo"><img alt="face" src="{picture}"></figure>'
            f'<p class="small">Head: {_angles(yaw, pitch, roll)}.'
            f" Confidence {track.confidence[face]:.2f}.</p>" + _bars(track.aus[face])
        )
    return "\n".join(parts)


def _angles(yaw: float, pitch: float, roll: float) -> str:
    """A pose in words."""
    turned = f"turned {abs(yaw):.0f}° to the person's {'left' if yaw > 0 else 'right'}"
    nodded = f"{abs(pitch):.0f}° {'up' if pitch > 0 else 'down'}"
    tipped = f"tipped {abs(roll):.0f}° to the {'left' if roll > 0 else 'right'} shoulder"
    return f"{turned}, {nodded}, {tipped}"


def _bars(aus: NDArray[np.float64]) -> str:
    """A bar per side of every action unit that shows."""
    cells = ['<div class="head"></div><div class="head">right</div><div class="head">left</div>']
    for unit in ACTION_UNITS:
        values = [float(aus[INDEX[column]]) for column in unit.columns]
        if not any(value >= _SHOWN for value in values):
            continue
        cells.append(f"<div><b>{unit.code}</b> {unit.name}</div>")
        wide = "" if len(values) == 2 else " wide"
        colours = ("right", "left") if len(values) == 2 else ("both",)
        for value, colour in zip(reversed(values), colours, strict=True):
            cells.append(_bar(value, colour, wide))
    if len(cells) == 1:
        return "<p>A resting face: no action unit shows.</p>"
    return '<div class="bars">' + "".join(cells) + "</div>"


def _bar(value: float, colour: str, wide: str) -> str:
    if np.isnan(value):
        return f'<div class="bar{wide}"><span>not seen</span></div>'
    style = f"width: {20 * value:.0f}%; background: var(--{colour})"
    return f'<div class="bar{wide}"><i style="{style}"></i><span>{value:.1f}</span></div>'
