"""Strength against score, one small panel per expression, drawn as SVG."""

from collections.abc import Iterable
from html import escape

import numpy as np
from numpy.typing import NDArray

from mien.bench.ffe.figures import Content, JudgeFigures
from mien.bench.ffe.metrics import linearity
from mien.bench.ffe.page_table import kin_tag, number

Array = NDArray[np.float64]

_WIDE, _HIGH = 240.0, 168.0  # px of a panel
_LEFT, _RIGHT, _TOP, _BOTTOM = 42.0, 6.0, 8.0, 36.0  # px round the plot
_MOST_TICKS = 6
KEY = (
    '<p class="small key"><span><i style="background: var(--left)"></i>score, median over people'
    '</span><span><i class="block" style="background: var(--left)"></i>the middle half of them'
    '</span><span><i class="dashed"></i>likeness to the source, median</span></p>'
)


def panels(content: Content, judge: JudgeFigures) -> str:
    """All expressions that a judge can tell, each against strength."""
    drawn = "".join(_panel(content, name, scores) for name, scores in judge.scores.items())
    return f'<h3>{escape(judge.judge)}{kin_tag(judge)}</h3><div class="panels">{drawn}</div>'


def quartiles(values: Array) -> Array:
    """Lower quartile, median, upper quartile over people, shape (3, s).

    Args:
        values: shape (people, s); NaN is left out, and a strength at which nobody has a value is
            NaN.
    """
    found = np.full((3, values.shape[1]), np.nan)
    some = np.isfinite(values).any(axis=0)
    found[:, some] = np.nanpercentile(values[:, some], [25, 50, 75], axis=0)
    return found


def _panel(content: Content, name: str, scores: Array) -> str:
    strengths = content.strengths
    low, middle, high = quartiles(scores)
    likeness = np.full(len(strengths), np.nan)
    if name in content.identity:
        likeness = quartiles(content.identity[name])[1]
    floor = -1.0 if (np.nan_to_num(likeness) < 0).any() else 0.0
    x = _places(strengths, strengths[0], strengths[-1], _LEFT, _WIDE - _RIGHT)

    def up(values: Array) -> Array:
        return _places(values, floor, 1.0, _HIGH - _BOTTOM, _TOP)

    dots = "".join(
        f'<circle class="dot" cx="{px:.1f}" cy="{py:.1f}" r="2.4"/>'
        for px, py in zip(x, up(middle), strict=True)
        if np.isfinite(py)
    )
    whole = scores[np.isfinite(scores).all(axis=1)]
    straight = number(linearity(strengths, whole).mean(), 2) if len(whole) else "–"
    drawing = (
        _axes(strengths, x, floor, up(np.array([floor, 0.0, 0.5, 1.0])))
        + _band(x, up(low), up(high))
        + f'<path class="likeness" d="{_line(x, up(likeness))}"/>'
        + f'<path class="median" d="{_line(x, up(middle))}"/>{dots}'
    )
    return (
        f"<figure><figcaption><b>{escape(name)}</b> r {straight}, n {len(scores)}</figcaption>"
        f'<svg viewBox="0 0 {_WIDE:g} {_HIGH:g}" role="img"'
        f' aria-label="{escape(_spoken(name, strengths, middle))}">{drawing}</svg></figure>'
    )


def _axes(strengths: Array, x: Array, floor: float, heights: Array) -> str:
    base, right, bottom = _HIGH - _BOTTOM, _WIDE - _RIGHT, _HIGH - 5
    lines = "".join(
        f'<line class="level" x1="{_LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text x="{_LEFT - 5}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>'
        for value, y in dict(zip((floor, 0.0, 0.5, 1.0), heights, strict=True)).items()
    )
    every = -(-len(strengths) // _MOST_TICKS)
    ticks = "".join(
        f'<line class="axis" x1="{px:.1f}" x2="{px:.1f}" y1="{base}" y2="{base + 3}"/>'
        f'<text x="{px:.1f}" y="{base + 15}" text-anchor="middle">{value:g}</text>'
        for value, px in list(zip(strengths, x, strict=True))[::every]
    )
    middle = (_TOP + base) / 2
    return (
        f'{lines}<line class="axis" x1="{_LEFT}" x2="{right}" y1="{base}" y2="{base}"/>{ticks}'
        f'<text class="title" x="{(_LEFT + right) / 2}" y="{bottom}" text-anchor="middle">strength'
        f'</text><text class="title" x="8" y="{middle}" text-anchor="middle"'
        f' transform="rotate(-90 8 {middle})">score, likeness</text>'
    )


def _band(x: Array, low: Array, high: Array) -> str:
    seen = np.isfinite(low)
    if not seen.any():
        return ""
    there, back = zip(x[seen], high[seen], strict=True), zip(x[seen], low[seen], strict=True)
    outline = " ".join(f"{px:.1f},{py:.1f}" for px, py in [*there, *reversed(list(back))])
    return f'<polygon class="band" points="{outline}"/>'


def _line(x: Array, y: Array) -> str:
    """A path through the points, interrupted where there is none."""
    steps: list[str] = []
    pen = "M"
    for px, py in zip(x, y, strict=True):
        if np.isfinite(py):
            steps.append(f"{pen}{px:.1f} {py:.1f}")
            pen = "L"
        else:
            pen = "M"
    return "".join(steps)


def _places(values: Array, start: float, end: float, first: float, last: float) -> Array:
    """Values from start to end as px from first to last."""
    return np.asarray(first + (values - start) / ((end - start) or 1.0) * (last - first))


def _spoken(name: str, strengths: Iterable[float], middle: Iterable[float]) -> str:
    said = (f"{number(m, 2)} at {s:g}" for s, m in zip(strengths, middle, strict=True))
    return f"{name}: median score {', '.join(said)}"
