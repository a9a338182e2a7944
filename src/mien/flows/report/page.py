"""The page itself: what the clip allows, what moves when, and what the page does not say."""

import json
from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

import numpy as np

from mien import __version__
from mien.capture.quality import VERDICTS, Quality
from mien.capture.recognise import CAVEAT
from mien.core.face import Event
from mien.core.seams import Progress, silent
from mien.core.signal import Track
from mien.flows.report.curves import au_figure, head_figure, units_that_move
from mien.flows.report.events import choose, events_section
from mien.flows.report.photo import photo_body
from mien.flows.report.strip import in_words, lanes, strip, whole_clip
from mien.media.kind import classify

_MOST_FACES = 5


def write_report(
    path: Path,
    source: Path,
    track: Track,
    events: Sequence[Event],
    quality: Quality,
    *,
    zero: str | None = None,
    allowed: str | None = None,
    previews: Path | None = None,
    beside: str | None = None,
    progress: Progress = silent,
) -> list[Event]:
    """Write the page; the pictures for it are the second look that each event gets.

    Args:
        path: of the page.
        source: the clip or photo that was read; its frames are the evidence.
        track: of all faces.
        events: of all faces, numbered on the page from 1 as they come.
        quality: of the reading.
        zero: where the resting face comes from, in words; None where it was estimated.
        allowed: why events may have names, in words; None where nobody asked for any.
        previews: folder for the motion-magnified previews as clips, which is made where there are
            any; None: they are on the page only.
        beside: what else the curves come from, in a sentence; None where that is mien alone.
        progress: told about the events whose pictures are made.

    Returns:
        The events, those with pictures with a second opinion where its model is here.

    Raises:
        OSError: the page cannot be written.
        MediaError: the source cannot be read once more, or a preview not be written.
    """
    figures: dict[str, Any] = {}
    numbered = dict(enumerate(events, 1))
    photo = classify(source) == "image"
    if photo:
        body = photo_body(source, track)
    else:
        section = ""
        if quality.faces:
            section, numbered = events_section(
                source, track, numbered, quality.faces, previews, progress
            )
        body = _clip(track, numbered, quality, section + _about_names(allowed), figures)
    folder = files("mien.flows.report")
    page = Template((folder / "page.html").read_text(encoding="utf-8")).substitute(
        title=escape(source.name),
        style=(folder / "page.css").read_text(encoding="utf-8"),
        body=body,
        learned=_LEARNED if any(event.learned for event in events) else "",
        resting=_resting(photo, zero) + ("" if beside is None else f" {escape(beside)}"),
        version=__version__,
        scripts="" if photo else _scripts(figures, (folder / "page.js").read_text("utf-8")),
    )
    path.write_text(page, encoding="utf-8")
    return list(numbered.values())


def _clip(
    track: Track,
    events: Mapping[int, Event],
    quality: Quality,
    section: str,
    figures: dict[str, Any],
) -> str:
    """The body of a clip's page; curves go into ``figures``, by the place they are drawn in."""
    found = list(events.values())
    parts = [_headline(found, quality), _facts(quality), _over_time(events, quality)]
    if quality.faces:
        parts += [section, '<h2 id="curves">What moves</h2>', _KEY]
        parts += _curves(track, found, quality, figures)
    return "\n".join(parts)


def _over_time(events: Mapping[int, Event], quality: Quality) -> str:
    """The quality strip and the event lanes, which zoom together with the curves."""
    checks, seconds = quality.checks, max(quality.seconds, 1e-3)
    chosen = choose(events)
    rows = strip(checks, seconds)
    rows += lanes(events, {*chosen.cards, *chosen.rows}, seconds, quality.faces)
    if not rows or not quality.faces:
        return whole_clip(checks)
    return (
        f'<section class="over" style="--from:0;--span:{seconds:.4f}">{_ZOOM}{rows}{_SCALE}'
        f'<output class="say">Point at a bar or a mark, or tap it.</output></section>'
        + whole_clip(checks)
        + in_words(checks)
    )


def _curves(
    track: Track, events: Sequence[Event], quality: Quality, figures: dict[str, Any]
) -> list[str]:
    shown = np.unique(track.face)[:_MOST_FACES].tolist()
    parts: list[str] = []
    for face in shown:
        rows = track.of_face(face)
        own = [event for event in events if event.face == face]
        if quality.faces > 1:
            parts.append(f"<h3>Face {face}</h3>")
        units = units_that_move(rows, own)
        if units:
            figures[f"aus{face}"] = au_figure(rows, units, own, len(shown))
            parts.append(f'<div class="plot" id="aus{face}"></div>')
        else:
            parts.append("<p>No action unit moves clearly.</p>")
        figures[f"head{face}"] = head_figure(rows)
        parts.append(
            '<h3>The head</h3><p class="small">Yaw to the person\'s left, pitch up, roll to the'
            f' left shoulder.</p><div class="plot" id="head{face}"></div>'
        )
    if quality.faces > _MOST_FACES:
        parts.append(f"<p>{quality.faces - _MOST_FACES} more faces are in track.csv.</p>")
    return parts


def _headline(events: Sequence[Event], quality: Quality) -> str:
    micro = sum(event.kind == "micro" for event in events)
    count = _counted(micro, "micro-expression"), _counted(len(events) - micro, "other expression")
    found = f"<p>Found: {count[0]} and {count[1]}.</p>" if quality.faces else ""
    reasons = "".join(f"<p>{escape(reason)}</p>" for reason in quality.reasons[:1])
    if (more := len(quality.reasons) - 1) > 0:
        reasons = reasons.replace("</p>", f" {_counted(more, 'more reason')} below.</p>")
    return (
        f'<div class="card verdict" style="--level: var(--{quality.verdict})">'
        f"<p><b>{VERDICTS[quality.verdict]}</b></p>{reasons}{found}</div>"
    )


def _facts(quality: Quality) -> str:
    size = f"{quality.face_size:.0f} px" if np.isfinite(quality.face_size) else "–"
    rate = f"{quality.rate:.4g} a second" if np.isfinite(quality.rate) else "–"
    facts = {
        "frames": f"{quality.frames}",
        "length": f"{quality.seconds:.2f} s",
        "frame rate": rate,
        "faces": f"{quality.faces}",
        "between the pupils": size,
        "face lost": f"{quality.lost:.0%} of frames",
    }
    return (
        "<dl>" + "".join(f"<div><dt>{k}</dt><dd>{v}</dd></div>" for k, v in facts.items()) + "</dl>"
    )


def _about_names(allowed: str | None) -> str:
    if allowed is None:
        return ""
    return f'<p class="small">Names are allowed: {escape(allowed)}. {CAVEAT}</p>'


def _resting(photo: bool, zero: str | None) -> str:
    if zero is not None:
        return f"The resting face comes from {escape(zero)}."
    if photo:
        return "The resting face was estimated from faces in general; a neutral photo is better."
    return "The resting face is the calmest moments of the clip; a neutral photo is better."


def _counted(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}" + ("" if number == 1 else "s")


def _scripts(figures: dict[str, Any], code: str) -> str:
    from plotly.offline import get_plotlyjs

    data = json.dumps(figures, separators=(",", ":")).replace("</", "<\\/")
    library = f"<script>{get_plotlyjs()}</script>\n" if figures else ""
    return (
        f'{library}<script type="application/json" id="figures">{data}</script>\n'
        f"<script>{code}</script>"
    )


_LEARNED = (
    "A learned opinion comes from a small network that was trained on motion made by computer and"
    " on no real micro-expression: the action units it finds, and the objective class (I to VII, a"
    " sorting of movements by their action units alone), each with its probability. "
)
_SCALE = '<div class="row"><span></span><div class="scale"></div></div>'
_ZOOM = (
    '<div class="zoom"><h2>The clip over time</h2>'
    + "".join(
        f'<button type="button" data-zoom="{way}" aria-label="{said}">{sign}</button>'
        for way, sign, said in (
            ("left", "◀", "earlier"),
            ("right", "▶", "later"),
            ("in", "+", "zoom in"),
            ("out", "−", "zoom out"),
            ("all", "all", "the whole clip"),
        )
    )
    + '<button type="button" class="pause">Hold the pictures still</button></div>'
)
_KEY = (
    '<p class="small key">'
    + "".join(
        f'<span><i class="{shape}" style="background: var(--{colour})"></i>{name}</span>'
        for colour, shape, name in (
            ("left", "", "left"),
            ("right", "", "right"),
            ("both", "", "no sides"),
            ("micro", "block", "micro-expression"),
            ("macro", "block", "expression"),
        )
    )
    + "</p>"
)
