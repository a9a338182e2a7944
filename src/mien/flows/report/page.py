"""The page itself: verdict, events with their evidence, curves, and what it does not say."""

import json
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

import numpy as np

from mien import __version__
from mien.capture.quality import Quality
from mien.core.face import Event
from mien.core.facs import ACTION_UNITS, INDEX
from mien.core.signal import Track
from mien.flows.report.curves import au_figure, head_figure, units_that_move
from mien.flows.report.evidence import MOMENTS, faces_of_photo, pictures_of

_MOST_EVENTS = 60  # with pictures; the others are in events.json
_MOST_FACES = 5
_NAMES = {column: unit.name for unit in ACTION_UNITS for column in unit.columns}
_VERDICTS = {
    "good": "Good for micro-expressions.",
    "usable": "Usable for micro-expressions.",
    "poor": "Weak for micro-expressions.",
    "none": "No micro-expressions can be claimed from this clip.",
}
_SIDES = {"L": "left side", "R": "right side", "both": "both sides"}


def write_report(
    path: Path,
    source: Path,
    track: Track,
    events: Sequence[Event],
    quality: Quality,
    measured_rest: bool,
) -> None:
    """Write the page.

    Args:
        path: of the page.
        source: the clip or photo that was read; its frames are the evidence.
        track: of all faces.
        events: of all faces.
        quality: of the reading.
        measured_rest: whether the resting face was measured on a photo.

    Raises:
        OSError: the page cannot be written.
        MediaError: the source cannot be read once more.
    """
    figures: dict[str, Any] = {}
    photos = faces_of_photo(source, track)
    body = _photo(track, photos) if photos else _clip(source, track, events, quality, figures)
    folder = files("mien.flows.report")
    page = Template((folder / "page.html").read_text(encoding="utf-8")).substitute(
        title=escape(source.name),
        body=body,
        resting=_resting(bool(photos), measured_rest),
        version=__version__,
        scripts=_scripts(figures, (folder / "plots.js").read_text(encoding="utf-8")),
    )
    path.write_text(page, encoding="utf-8")


def _clip(
    source: Path, track: Track, events: Sequence[Event], quality: Quality, figures: dict[str, Any]
) -> str:
    parts = [_headline(events, quality), _facts(quality)]
    if not quality.faces:
        return "\n".join(parts)
    parts.append(_events(source, track, events, quality))
    parts.append("<h2>What moves</h2>" + _KEY)
    for face in np.unique(track.face)[:_MOST_FACES].tolist():
        rows = track.of_face(face)
        own = [event for event in events if event.face == face]
        if quality.faces > 1:
            parts.append(f"<h3>Face {face}</h3>")
        units = units_that_move(rows, own)
        if units:
            figures[f"aus{face}"] = au_figure(rows, units, own)
            parts.append(f'<div class="plot" id="aus{face}"></div>')
        else:
            parts.append("<p>No action unit moves clearly.</p>")
        figures[f"head{face}"] = head_figure(rows)
        parts.append("<h3>The head</h3>")
        parts.append(
            '<p class="small">Yaw to the person\'s left, pitch up, roll to the left shoulder.</p>'
        )
        parts.append(f'<div class="plot" id="head{face}"></div>')
    if quality.faces > _MOST_FACES:
        parts.append(f"<p>{quality.faces - _MOST_FACES} more faces are in track.csv.</p>")
    return "\n".join(parts)


def _headline(events: Sequence[Event], quality: Quality) -> str:
    micro = sum(event.kind == "micro" for event in events)
    count = _counted(micro, "micro-expression"), _counted(len(events) - micro, "longer expression")
    found = f"<p>Found: {count[0]} and {count[1]}.</p>" if quality.faces else ""
    reasons = "".join(f"<p>{escape(reason)}</p>" for reason in quality.reasons)
    return (
        f'<div class="card verdict" style="--level: var(--{quality.verdict})">'
        f"<p><b>{_VERDICTS[quality.verdict]}</b></p>{reasons}{found}</div>"
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


def _events(source: Path, track: Track, events: Sequence[Event], quality: Quality) -> str:
    if not events:
        return "<h2>Events</h2><p>Nothing stands out from the noise of this clip.</p>"
    shown = sorted(events, key=lambda e: (e.kind != "micro", -e.confidence))[:_MOST_EVENTS]
    shown.sort(key=lambda e: (e.onset, e.face))
    pictures = pictures_of(source, track, shown)
    cards = [
        _event(event, shots, quality.faces > 1)
        for event, shots in zip(shown, pictures, strict=True)
    ]
    more = len(events) - len(shown)
    rest = f'<p class="small">{more} less certain ones are in events.json.</p>' if more else ""
    return "<h2>Events</h2>" + "".join(cards) + rest


def _event(event: Event, shots: dict[str, str], name_face: bool) -> str:
    kind = "Micro-expression" if event.kind == "micro" else "Expression"
    where = f"{event.region}, {_SIDES[event.side]}" + (f", face {event.face}" if name_face else "")
    strongest = sorted(event.aus.items(), key=lambda item: -item[1])
    aus = " · ".join(f"<b>{n}</b> {escape(_NAMES[n])} +{v:.1f}" for n, v in strongest[:6])
    aus += f" · and {len(strongest) - 6} more" if len(strongest) > 6 else ""
    figure = "".join(
        f'<figure><img alt="{moment}" src="{shots[moment]}"><figcaption>{moment}'
        f" {getattr(event, moment):.2f} s</figcaption></figure>"
        for moment in MOMENTS
        if shots.get(moment)
    )
    return (
        f'<div class="card event" style="--kind: var(--{event.kind})"><div>'
        f'<h3><span class="kind">{kind}</span> <small>{where}</small></h3>'
        f"<p>{event.onset:.2f} to {event.offset:.2f} s, apex {event.apex:.2f} s:"
        f" {1e3 * (event.offset - event.onset):.0f} ms, of them"
        f" {1e3 * (event.apex - event.onset):.0f} ms rising. Confidence {event.confidence:.2f}.</p>"
        f'<p class="aus">{aus}</p></div><div class="shots">{figure}</div></div>'
    )


def _photo(track: Track, photos: Sequence[str]) -> str:
    parts = []
    for face, picture in enumerate(photos):
        heading = f"Face {face}" if len(photos) > 1 else "The face"
        pose = track.pose[face]
        parts.append(
            f'<h2>{heading}</h2><figure class="photo"><img alt="face" src="{picture}"></figure>'
            f'<p class="small">Head: {_angles(*pose)}. Confidence {track.confidence[face]:.2f}.</p>'
            + _bars(track.aus[face])
        )
    return "\n".join(parts)


def _angles(yaw: float, pitch: float, roll: float) -> str:
    """A pose in words."""
    turned = f"turned {abs(yaw):.0f}° to the person's {'left' if yaw > 0 else 'right'}"
    nodded = f"{abs(pitch):.0f}° {'up' if pitch > 0 else 'down'}"
    tipped = f"tipped {abs(roll):.0f}° to the {'left' if roll > 0 else 'right'} shoulder"
    return f"{turned}, {nodded}, {tipped}"


def _bars(aus: "np.ndarray[Any, np.dtype[np.float64]]") -> str:
    """A bar per side of every action unit that shows."""
    cells = ['<div class="head"></div><div class="head">right</div><div class="head">left</div>']
    for unit in ACTION_UNITS:
        values = [float(aus[INDEX[column]]) for column in unit.columns]
        if not any(value >= 0.2 for value in values):
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


def _resting(photo: bool, measured: bool) -> str:
    if measured:
        return "The resting face was measured on the neutral photo."
    if photo:
        return "The resting face was estimated from faces in general; a neutral photo is better."
    return "The resting face is the calmest moments of the clip; a neutral photo is better."


def _counted(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}" + ("" if number == 1 else "s")


def _scripts(figures: dict[str, Any], code: str) -> str:
    if not figures:
        return ""
    from plotly.offline import get_plotlyjs

    data = json.dumps(figures, separators=(",", ":")).replace("</", "<\\/")
    return (
        f"<script>{get_plotlyjs()}</script>\n"
        f'<script type="application/json" id="figures">{data}</script>\n<script>{code}</script>'
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
