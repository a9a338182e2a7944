"""Events as cards: what moved, when, the pictures that show it, and the curve it was found in."""

import math
from collections.abc import Sequence
from html import escape

from mien.capture.describe import cut
from mien.core.face import Event
from mien.core.facs import ACTION_UNITS
from mien.flows.report.moving import Moving
from mien.flows.report.pictures import animation, jpeg, stamped
from mien.flows.report.shots import MOMENTS, Shots

NAMES = {column: unit.name for unit in ACTION_UNITS for column in unit.columns}
_SIDES = {"L": "left side", "R": "right side", "both": "both sides"}
_KINDS = {"micro": "Micro-expression", "macro": "Expression"}
_STEP = 80  # ms per picture of a preview
_MOST = 300_000  # characters of a preview
_SMALL, _LARGE, _ANIMATED = 240, 384, 320  # px
_NAMED = 3  # categories shown
_CLEAR = 2.0  # noise levels from which a second opinion is one
_WIDE, _HIGH = 320, 120  # of the curve, in its own units
_POINTS = 160  # of the curve


def card(number: int, event: Event, shots: Shots | None, shown: Moving | None, faces: int) -> str:
    """One event.

    Args:
        number: in ``events.json``, counted from 1.
        event: to show.
        shots: its pictures; None where the face was not seen.
        shown: what they show; None as well.
        faces: in the clip; with more than one the card names the face.
    """
    pictures = _strip(event, shots, shown) + _closer(event, shown) if shots else ""
    evidence = ""
    if event.evidence:
        words = "Evidence: height over rest, in noise levels"
        evidence = (
            f'<figure class="evidence">{_curve(event)}<figcaption>{words}</figcaption></figure>'
        )
    return (
        f'<article class="card event {event.kind}" id="event-{number}"><div class="head"><div>'
        f'<h3><span class="kind">{number} · {_KINDS[event.kind]}</span>'
        f" <small>{escape(_where(event, faces))}</small></h3>"
        f'<p class="aus">{_units(event)}</p>{_words(event)}{_opinion(event)}{_learned(event)}'
        f'<p class="when">{_times(event, shots)} <button type="button" class="show"'
        f' data-from="{event.onset:.4f}" data-to="{event.offset:.4f}">Show in the curves</button>'
        f"</p>{_names(event)}</div>{evidence}</div>{pictures}</article>"
    )


def row(number: int, event: Event, faces: int) -> str:
    """An event without pictures, as a row of a table."""
    aus = ", ".join(f"{name} +{peak:.1f}" for name, peak in _strongest(event)[:4])
    cells = (
        f"{number}", _KINDS[event.kind], f"{event.onset:.2f}", f"{event.apex:.2f}",
        f"{event.offset:.2f}", aus, escape(_where(event, faces)), f"{event.confidence:.2f}",
    )  # fmt: skip
    return f'<tr id="event-{number}">' + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def stamp_of(shown: Moving) -> str:
    """What is written on every picture of a preview."""
    start, end = shown.preview[0][0], shown.preview[-1][0]
    slower = len(shown.preview) * _STEP / 1e3 / max(end - start, 1e-3)
    return f"motion magnified {shown.alpha} times, {slower:.0f} times slower: not raw"


def _where(event: Event, faces: int) -> str:
    face = f", face {event.face}" if faces > 1 else ""
    return f"{event.region}, {_SIDES[event.side]}{face}"


def _strongest(event: Event) -> list[tuple[str, float]]:
    return sorted(event.aus.items(), key=lambda item: -item[1])


def _units(event: Event) -> str:
    strongest = _strongest(event)
    text = " · ".join(f"<b>{n}</b> {escape(NAMES[n])} +{v:.1f}" for n, v in strongest[:6])
    return text + (f" · and {len(strongest) - 6} more" if len(strongest) > 6 else "")


def _words(event: Event) -> str:
    return f'<p class="words">{escape(event.description)}</p>' if event.description else ""


def _times(event: Event, shots: Shots | None) -> str:
    length, rise = (1e3 * (end - event.onset) for end in (event.offset, event.apex))
    text = f"{event.onset:.3f} to {event.offset:.3f} s"
    if any(cut(event)):
        text += f", which is not all of it: more than {length:.0f} ms."
    else:
        text += f": {length:.0f} ms, of them {rise:.0f} ms rising."
    if math.isfinite(event.velocity):
        px = f" ({event.velocity * shots.place.scale:.0f} px)" if shots else ""
        text += f" Fastest point {event.velocity:.2f} pupil distances a second{px}."
    return f"{text} Confidence {event.confidence:.2f}."


def _names(event: Event) -> str:
    if not event.names:
        return ""
    shown = event.names[:_NAMED]
    named = ", ".join(f"{escape(name)} {p:.0%}" for name, p in shown)
    rest = max(1.0 - sum(p for _, p in shown), 0.0)
    return (
        f'<p class="small">Categories whose prototype resembles this movement: {named}; others or'
        f" none of these {rest:.0%}."
        " A comparison of shapes, no statement about what the person feels.</p>"
    )


def _opinion(event: Event) -> str:
    if math.isnan(event.support):
        return ""
    said = "says nothing clear"
    if abs(event.support) >= _CLEAR:
        said = "bears it out" if event.support > 0 else "speaks against it"
    levels = f"{event.support:+.1f} noise levels".replace("-", "−")
    return f'<p class="small">Second opinion: an expression network {said}, {levels}.</p>'


def _learned(event: Event) -> str:
    """What the learned model names, with probabilities."""
    if event.learned is None:
        return ""
    units = ", ".join(f"{name} {p:.0%}" for name, p in event.learned.aus.items())
    kind, p = next(iter(event.learned.classes.items()))
    called = "no expression" if kind == "none" else f"objective class {kind}"
    said = "unsure of the class" if event.learned.abstains else f"{called} {p:.0%}"
    return f'<p class="small">Learned opinion: {units or "no unit"}; {said}.</p>'


def _strip(event: Event, shots: Shots, shown: Moving | None) -> str:
    """The apex strip: the face at each moment."""
    pictures = shown.strip if shown else shots.moments
    figures = "".join(
        _figure(
            f'<img alt="the face, {moment}" src="{jpeg(pictures[moment], _SMALL)}">',
            _caption(moment, event, shots),
        )
        for moment in MOMENTS
        if moment in pictures
    )
    return f'<div class="strip">{figures}</div>'


def _closer(event: Event, shown: Moving | None) -> str:
    """Rest and apex compared."""
    if shown is None:
        return (
            '<p class="small">The face is not seen at rest before it: nothing to compare with.</p>'
        )
    figures = [_marked(shown), _flip(shown)]
    if shown.preview:
        figures.append(_preview(event, shown))
    return f'<div class="closer">{"".join(figures)}</div>'


def _caption(moment: str, event: Event, shots: Shots) -> str:
    count = shots.counts[moment]
    mean = f"mean of {count} frames" if count > 1 else "one frame"
    if moment == "rest":
        return f"<b>rest</b> before it, {mean}"
    early, late = cut(event)
    name = {"onset": early and "first seen", "offset": late and "last seen"}.get(moment) or moment
    return f"<b>{name}</b> {getattr(event, moment):.3f} s, {mean}"


def _marked(shown: Moving) -> str:
    return _figure(
        f'<img alt="the apex with the moving region marked" src="{jpeg(shown.marked, _LARGE)}">',
        f'<span class="ramp">{shown.noise:.1f}<i></i>{shown.largest:.1f} px</span> Measured'
        " movement from rest to apex. Line: where the action units above move the skin.",
    )


def _flip(shown: Moving) -> str:
    rest, apex = shown.close
    pictures = "".join(
        f'<img alt="" src="{jpeg(stamped(picture, name), _LARGE)}">'
        for name, picture in (("rest", rest), ("apex", apex))
    )
    return _figure(
        f'<button type="button" class="flip" aria-label="Flip between rest and apex">{pictures}'
        "</button>",
        f"Rest and apex in turn, the head held still, ×{shown.zoom:.1f}. Press to flip by hand.",
    )


def _preview(event: Event, shown: Moving) -> str:
    words = stamp_of(shown)
    frames = [stamped(picture, words) for _, picture in shown.preview]
    top = min(range(len(frames)), key=lambda i: abs(shown.preview[i][0] - event.apex))
    live = animation(frames, _ANIMATED, _STEP, _MOST)
    return _figure(
        f'<img class="live" alt="{words}" src="{live}">'
        f'<img class="held" alt="{words}, the apex" src="{jpeg(frames[top], _ANIMATED)}">',
        f"Motion magnified ×{shown.alpha}: to see it, not to measure it.",
    )


def _figure(inside: str, caption: str) -> str:
    return f"<figure>{inside}<figcaption>{caption}</figcaption></figure>"


def _curve(event: Event) -> str:
    """The evidence as a drawing: the curve, the event as a band, its moments."""
    points = _thinned(event.evidence)
    start, end = points[0][0], max(points[-1][0], points[0][0] + 1e-6)
    top = max(6.0, *(height for _, height in points))
    low = min(0.0, *(height for _, height in points))

    def x(time: float) -> float:
        return 26 + (_WIDE - 30) * min(max((time - start) / (end - start), 0.0), 1.0)

    def y(height: float) -> float:
        return 6 + (_HIGH - 26) * (top - height) / (top - low)

    line = " ".join(f"{x(t):.1f},{y(h):.1f}" for t, h in points)
    band = f'x="{x(event.onset):.1f}" width="{x(event.offset) - x(event.onset):.1f}"'
    marks = "".join(
        f'<text x="{place:.1f}" y="{_HIGH - 5}" text-anchor="{anchor}">{time:.2f} s</text>'
        for place, anchor, time in ((26.0, "start", start), (_WIDE - 4.0, "end", end))
    )
    levels = "".join(
        f'<line class="level" x1="26" x2="{_WIDE - 4}" y1="{y(h):.1f}" y2="{y(h):.1f}"/>'
        f'<text x="22" y="{y(h) + 4:.1f}" text-anchor="end">{h:.0f}</text>'
        for h in (0.0, top)
    )
    apex = x(event.apex)
    return (
        f'<svg viewBox="0 0 {_WIDE} {_HIGH}" role="img" aria-label="evidence over time, up to'
        f' {top:.0f} noise levels"><rect class="band" y="6" height="{_HIGH - 26}" {band}/>{levels}'
        f'<line class="apex" x1="{apex:.1f}" x2="{apex:.1f}" y1="6" y2="{_HIGH - 20}"/>'
        f'<polyline points="{line}"/>{marks}</svg>'
    )


def _thinned(evidence: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """At most some points: of each run of samples the one furthest from rest."""
    step = max(math.ceil(len(evidence) / _POINTS), 1)
    runs = (evidence[i : i + step] for i in range(0, len(evidence), step))
    return [max(run, key=lambda sample: abs(sample[1])) for run in runs]
