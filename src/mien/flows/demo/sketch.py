"""Plots as a few strokes, painted as SVG for a page or as pixels for a picture."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

# Roles and their colours in a picture; on a page the style sheet gives them theirs.
_COLOURS = {
    "paper": "#ffffff",
    "ink": "#1d2433",
    "faint": "#8891a3",
    "grid": "#e3e6ec",
    "band": "#f3ecd9",
    "asked": "#c07a14",
    "measured": "#1f6feb",
}
_FINE = 2  # pictures are drawn this much larger and then reduced


@dataclass(frozen=True)
class Line:
    """A line through points (x, y), in a role's colour; ``dash`` breaks it."""

    points: tuple[tuple[float, float], ...]
    role: str
    width: float = 1.0
    dash: bool = False


@dataclass(frozen=True)
class Box:
    """A filled rectangle."""

    left: float
    top: float
    right: float
    bottom: float
    role: str


@dataclass(frozen=True)
class Text:
    """Words; ``anchor`` is ``start``, ``middle`` or ``end``, y the middle of the line."""

    x: float
    y: float
    words: str
    role: str = "faint"
    anchor: str = "start"
    size: float = 12.0


Stroke = Line | Box | Text


def to_svg(strokes: Iterable[Stroke], width: float, height: float, title: str) -> str:
    """An inline SVG; its colours come from the page's classes named like the roles.

    Args:
        strokes: in painting order.
        width: of the drawing, in its own unit.
        height: likewise.
        title: for those who do not see it.
    """
    body = "".join(_svg(stroke) for stroke in strokes)
    box = f"0 0 {width:g} {height:g}"
    return f'<svg viewBox="{box}" role="img" aria-label="{escape(title, quote=True)}">{body}</svg>'


def to_pixels(
    strokes: Iterable[Stroke], width: int, height: int, scale: float = 1.0
) -> NDArray[np.uint8]:
    """A picture of the drawing, RGB uint8 of shape (scale * height, scale * width, 3).

    Args:
        strokes: in painting order.
        width: of the drawing, in its own unit.
        height: likewise.
        scale: pixels per unit.
    """
    size = (round(width * scale), round(height * scale))
    image = Pillow.new("RGB", (size[0] * _FINE, size[1] * _FINE), _COLOURS["paper"])
    draw = ImageDraw.Draw(image)
    for stroke in strokes:
        _paint(draw, stroke, scale * _FINE)
    return np.asarray(image.resize(size, Pillow.Resampling.LANCZOS))


def _svg(stroke: Stroke) -> str:
    if isinstance(stroke, Line):
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in stroke.points)
        dash = ' stroke-dasharray="5 4"' if stroke.dash else ""
        return (
            f'<polyline class="line {stroke.role}" stroke-width="{stroke.width:g}"{dash}'
            f' points="{points}"/>'
        )
    if isinstance(stroke, Box):
        return (
            f'<rect class="fill {stroke.role}" x="{stroke.left:.1f}" y="{stroke.top:.1f}"'
            f' width="{stroke.right - stroke.left:.1f}" height="{stroke.bottom - stroke.top:.1f}"/>'
        )
    return (
        f'<text class="fill {stroke.role}" x="{stroke.x:.1f}" y="{stroke.y:.1f}" font-size='
        f'"{stroke.size:g}" text-anchor="{stroke.anchor}" dominant-baseline="central">'
        f"{escape(stroke.words)}</text>"
    )


def _paint(draw: ImageDraw.ImageDraw, stroke: Stroke, scale: float) -> None:
    colour = _COLOURS[stroke.role]
    if isinstance(stroke, Line):
        width = max(round(stroke.width * scale), 1)
        for part in _dashes(stroke, scale) if stroke.dash else [stroke.points]:
            draw.line([(x * scale, y * scale) for x, y in part], colour, width, joint="curve")
    elif isinstance(stroke, Box):
        box = (stroke.left, stroke.top, stroke.right, stroke.bottom)
        draw.rectangle([value * scale for value in box], fill=colour)
    else:
        anchor = {"start": "lm", "middle": "mm", "end": "rm"}[stroke.anchor]
        font = ImageFont.load_default(stroke.size * scale)
        draw.text((stroke.x * scale, stroke.y * scale), stroke.words, colour, font, anchor)


def _dashes(line: Line, scale: float) -> list[tuple[tuple[float, float], ...]]:
    """The parts of a dashed line that are drawn: 5 units of every 9 along it."""
    points = np.array(line.points)
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    parts = []
    for start in np.arange(0.0, along[-1], 9.0):
        at = np.linspace(start, min(start + 5.0, along[-1]), max(round(2 * scale), 2))
        x, y = (np.interp(at, along, points[:, axis]) for axis in (0, 1))
        parts.append(tuple(zip(x.tolist(), y.tolist(), strict=True)))
    return parts
