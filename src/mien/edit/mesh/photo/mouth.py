"""The inside of a mouth: real pixels where the source shows them, else a painted cavity with teeth.

The upper teeth are fixed to the skull: they stay where they are while lips and jaw move.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.edit.mesh.interior import look_up, sample
from mien.edit.mesh.photo.teeth import upper_teeth
from mien.edit.mesh.pixels import F32, Image, smooth, to_image
from mien.edit.mesh.slit import Edges, Frame

# Colours over their means: of teeth, median of 29 smiles of the London set, and of cheeks there.
_IVORY = np.array([1.045, 0.995, 0.960], np.float32)
_CHEEK = np.array([1.186, 0.954, 0.860], np.float32)
_CAST = 0.4  # how much of an unusual colour of the skin is taken for the light's, not the skin's


@dataclass(frozen=True)
class MouthLight:
    """What the painted mouth takes from the picture.

    Attributes:
        teeth: RGB of a tooth in full light, 0–255.
        cavity: RGB of the depth of the mouth.
        flesh: RGB of tongue and gums where light reaches them.
        shown: 0 where the source's mouth is closed, 1 where its interior can be seen.
        iod: px.
    """

    teeth: F32
    cavity: F32
    flesh: F32
    shown: float
    iod: float


def light_of(skin: F32, sclera: F32, lip: F32, shown: float, iod: float) -> MouthLight:
    """Colours of a mouth in the light of a face; grey where the face is.

    Args:
        skin: RGB of lit skin, 0–255.
        sclera: RGB of the brightest part of the eyes, 0–255.
        lip: RGB of the lower lip.
        shown: see :class:`MouthLight`.
        iod: px.
    """
    sclera = sclera * np.float32(max(1.0, 0.95 * skin.mean() / max(sclera.mean(), 1.0)))
    level = np.float32(sclera.mean())
    cast = (skin / max(float(skin.mean()), 1.0) / _CHEEK) ** np.float32(_CAST)
    ivory = _tinted(_IVORY * np.clip(cast, 0.92, 1.08), skin)
    teeth = min(1.13 * float(level), 210.0) * (0.1 * sclera / level + 0.9 * ivory)
    bright = np.float32(min(0.62 * float(level), 0.92 * float(skin.mean()) + 8))
    flesh = bright * _tinted(np.array([1.32, 0.86, 0.82], np.float32), skin)
    flesh = 0.7 * flesh + 0.3 * lip * flesh.mean() / max(float(lip.mean()), 1.0)
    cavity = 0.11 * level * _tinted(np.array([1.75, 0.66, 0.6], np.float32), skin)
    return MouthLight(teeth, cavity, np.asarray(flesh, np.float32), shown, iod)


def _tinted(colour: F32, skin: F32) -> F32:
    """A colour of flesh as far as the picture has colours: grey where the skin is grey."""
    chroma = float(skin.max() - skin.min()) / max(float(skin.mean()), 1.0)
    return np.asarray(1 + np.float32(min(1.0, chroma / 0.12)) * (colour - 1), np.float32)


def interior(
    image: Image,
    into: Frame,
    pixels: tuple[F32, F32],
    open_now: Edges,
    still: Edges,
    skull: NDArray[np.float64],
    light: MouthLight,
) -> Image:
    """The picture behind the lips for a window round them.

    Args:
        image: the whole picture.
        into: frame of the mouth in the target.
        pixels: p and q of the window's pixels.
        open_now: edges of the target.
        still: edges of the source, carried along with the skull, in the same frame.
        skull: displacement of the skull, px.
        light: of the face.

    Returns:
        Shape (rows, columns, 3).
    """
    p, q = pixels
    left, right = still.start, still.start + still.step * (len(still.upper) - 1)
    middle = (left + right) / 2
    t = (p - np.float32(middle)) / np.float32(into.width / 2)
    wider = max(0.0, into.width - (right - left)) / 2
    upper, lower = open_now.at(p)
    still_upper, still_lower = still.at(p)
    q_still = look_up(q, (upper, lower), (still_upper, still_lower), below=False)
    p_still = p - np.float32(wider) * np.clip(t, -1, 1) ** 3
    shift = into.along @ skull, into.across @ skull
    real = sample(image, into, p_still - np.float32(shift[0]), q_still - np.float32(shift[1]))
    real = _closing(real, lower - upper, still_lower - still_upper, light.iod)
    unit = np.float32(light.iod)
    grown = (lower - upper) - np.maximum(still_lower - still_upper, 0)
    share = smooth(grown / (0.022 * unit)) * np.float32(1 - light.shown)
    dropped = np.clip((lower - still_lower) / (0.06 * unit), 0, 1)
    floor = still_lower - 0.04 * unit * dropped
    deep = smooth((q - floor) / (0.025 * unit)) * np.float32(light.shown) * (dropped > 0)
    if not (share > 0).any() and not (deep > 0).any():
        return real
    cavity, painted = _paint(p - np.float32(middle), q, t, (upper, lower, still_upper), light)
    mixed = real + deep[..., None] * (cavity - real)
    return to_image(mixed + share[..., None] * (painted - mixed))


def _closing(real: Image, gap: F32, before: F32, iod: float) -> Image:
    """What is seen between lips grows dark as they close."""
    full = np.clip(before, 1, np.float32(0.06 * iod))
    shade = np.float32(0.25) + np.float32(0.75) * np.clip(gap / full, 0, 1)
    if (shade >= 1).all():
        return real
    return to_image(real * shade[..., None])


def _paint(
    x: F32, q: F32, t: F32, lines: tuple[F32, F32, F32], light: MouthLight
) -> tuple[F32, F32]:
    """Cavity without and with upper teeth; x is px from the midline, t the same in half widths."""
    upper, lower, rest = lines
    unit = np.float32(light.iod)
    height, deep, up = np.maximum(lower - upper, 1) / unit, (q - upper) / unit, (lower - q) / unit
    colour = light.cavity * (0.75 + 0.5 * smooth(deep / 0.25))[..., None]
    tongue, lit = _tongue(x / unit, t, up, height)
    colour = colour + (tongue[..., None]) * (lit[..., None] * light.flesh - colour)
    # The lower lip's wet inside, and the line along which it meets what lies behind.
    inside = np.clip(1 - up / 0.035, 0, 1) * smooth(height / 0.08)
    colour = colour + (0.8 * inside)[..., None] * (0.66 * light.flesh - colour)
    contact = 1 - 0.45 * np.exp(-np.maximum(deep, 0) / 0.022)
    contact = contact * (1 - 0.2 * np.exp(-np.maximum(up, 0) / 0.008))
    colour = colour * (contact * (1 - 0.45 * smooth((np.abs(t) - 0.55) / 0.45)))[..., None]
    side = np.abs(x) / unit
    tooth, bright, gum = upper_teeth(x / unit, (q - rest) / unit, 1 / light.iod)
    bright = bright * (1 - 0.5 * np.exp(-np.maximum(deep, 0) / 0.011))  # the shadow of the lip
    bright = bright * (1 - 0.7 * smooth((side - 0.12) / 0.36))
    ivory = bright[..., None] * (light.teeth + gum[..., None] * (1.05 * light.flesh - light.teeth))
    tooth = tooth * (0.45 + 0.55 * smooth(height / 0.045))  # hardly any light falls through a crack
    return colour, np.asarray(colour + tooth[..., None] * (ivory - colour))


def _tongue(x: F32, t: F32, up: F32, height: F32) -> tuple[F32, F32]:
    """Opacity and brightness of the tongue that rests behind the lower lip; distances in IOD."""
    high = 0.62 * height * np.sqrt(np.clip(1 - (t / 0.86) ** 2, 0, 1)) * smooth(height / 0.12)
    place = up / np.maximum(high, 1e-3)
    opacity = smooth((1.08 - place) / 0.3) * smooth((high - 0.01) / 0.03)
    lit = 0.38 + 0.80 * smooth((1.05 - place) / 0.75)
    lit = lit * (1 - 0.35 * np.clip(1 - up / 0.04, 0, 1)) * (1 - 0.45 * t * t)
    groove = 1 - 0.06 * np.exp(-((x / 0.022) ** 2)) * smooth((place - 0.1) / 0.5)
    shine = np.exp(-(((place - 0.52) / 0.16) ** 2) - ((np.abs(x) - 0.05) / 0.045) ** 2)
    return opacity, np.asarray(lit * groove + 0.16 * shine * opacity, np.float32)
