"""The quality strip and the event lanes: rows over the clip's time that zoom with the curves."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape

from mien.capture.verdict import LEVELS, Verdict
from mien.core.face import Event
from mien.core.signal import Interval

_FINEST = 150  # parts of the clip; spans closer than that are drawn as one
_MOST_SPANS = 100  # told in words; the worst and longest are kept
_MOST_MARKS = 300  # of a lane
_SIGNS = {"good": "✓", "usable": "~", "poor": "✕"}


def whole_clip(checks: Sequence[Verdict]) -> str:
    """Verdicts of the whole clip as a list, the worst first; the good ones in one line."""
    whole = sorted((c for c in checks if c.span is None), key=lambda c: -LEVELS.index(c.level))
    worse = "".join(
        f'<li class="{c.level}"><b>{_SIGNS[c.level]} {escape(_spoken(c.check))}, {c.level}.</b>'
        f" {escape(_said(c))}</li>"
        for c in whole
        if c.level != "good"
    )
    fine = ", ".join(escape(_spoken(c.check)) for c in whole if c.level == "good")
    if fine:
        worse += f'<li class="good"><b>✓ Good:</b> {fine}.</li>'
    return f'<ul class="checks">{worse}</ul>' if worse else ""


def strip(checks: Sequence[Verdict], seconds: float) -> str:
    """One row per check over the clip's time; empty where nothing was checked.

    A level is told by colour and by shape: good is a thin line, usable a hatched half, poor a full
    bar with a cross.

    Args:
        checks: of the clip.
        seconds: its length.
    """
    if not checks:
        return ""
    names = list(dict.fromkeys(check.check for check in checks))
    rows = "".join(_row(name, [c for c in checks if c.check == name], seconds) for name in names)
    return f'<div class="rows">{rows}</div>'


def lanes(events: Mapping[int, Event], carded: set[int], seconds: float, faces: int) -> str:
    """A row per face with a mark for every event: a peak for micro, a bar for longer ones.

    Args:
        events: number in ``events.json``, counted from 1, to event.
        carded: numbers that the page has a place for; their marks lead there.
        seconds: length of the clip.
        faces: in the clip.
    """
    best = sorted(events, key=lambda n: (n not in carded, -events[n].confidence))[:_MOST_MARKS]
    rows = []
    for face in sorted({event.face for event in events.values()}):
        marks = "".join(
            _mark(n, events[n], n in carded) for n in sorted(best) if events[n].face == face
        )
        name = f"events, face {face}" if faces > 1 else "events"
        rows.append(_track(name, "", marks, seconds))
    return f'<div class="rows">{"".join(rows)}</div>' if rows else ""


def _merged(checks: Sequence[Verdict], seconds: float) -> list[Verdict]:
    """Spans of one check, those of a level that lie close together as one, the worst last.

    So a strip has at most a few hundred bars, however long the clip.
    """
    merged: list[Verdict] = []
    for level in LEVELS:
        spans = [c for c in checks if c.level == level and c.span is not None]
        merged += [c for c in checks if c.level == level and c.span is None]
        last: Verdict | None = None
        for check in sorted(spans, key=lambda c: c.span or Interval(0.0, 0.0)):
            assert check.span is not None
            if last and last.span and check.span.start - last.span.end < seconds / _FINEST:
                span = Interval(last.span.start, max(last.span.end, check.span.end))
                last = merged[-1] = replace(last, span=span)
            else:
                last = check
                merged.append(check)
    return merged


def _row(name: str, checks: Sequence[Verdict], seconds: float) -> str:
    levels = [check.level for check in checks]
    worst = max(levels, key=LEVELS.index, default="good")
    bars = "".join(_bar(check, seconds) for check in _merged(checks, seconds))
    return _track(_spoken(name), worst, bars, seconds)


def _track(name: str, level: str, inside: str, seconds: float) -> str:
    sign = f'<span class="level {level}">{_SIGNS[level]} {level}</span>' if level else ""
    return (
        f'<div class="row"><span class="name">{escape(name)}</span>'
        f'<div class="time" data-length="{seconds:.4f}">{inside}</div>{sign}</div>'
    )


def _bar(check: Verdict, seconds: float) -> str:
    start, end = (check.span.start, check.span.end) if check.span else (0.0, seconds)
    text = f"{_spoken(check.check)}, {check.level}, {_span(check)}: {_said(check)}"
    return (
        f'<button type="button" tabindex="-1" class="bar {check.level}"'
        f' aria-label="{escape(text)}" style="--a:{start:.3f};--b:{end:.3f}"></button>'
    )


def _mark(number: int, event: Event, linked: bool) -> str:
    aus = ", ".join(event.aus)
    text = f"{number}: {event.kind}, {event.onset:.2f} to {event.offset:.2f} s, {aus}"
    link = f' href="#event-{number}"' if linked else ""
    return (
        f'<a class="mark {event.kind}"{link} aria-label="{escape(text)}"'
        f' style="--a:{event.onset:.3f};--b:{event.offset:.3f}"></a>'
    )


def in_words(checks: Sequence[Verdict]) -> str:
    """The strip as a list that opens, for those who do not point; empty without a defect."""
    found = [c for c in checks if c.level != "good" and c.span is not None]
    if not found:
        return ""
    found.sort(key=lambda c: (-LEVELS.index(c.level), -(c.span.duration if c.span else 0.0)))
    told = sorted(found[:_MOST_SPANS], key=lambda c: c.span.start if c.span else 0.0)
    items = "".join(
        f'<li class="{c.level}"><b>{_SIGNS[c.level]} {escape(_spoken(c.check))}, {c.level},'
        f" {_span(c)}.</b> {escape(_said(c))}</li>"
        for c in told
    )
    if len(found) > len(told):
        items += f"<li>The {len(told)} worst and longest are listed.</li>"
    count = f"{len(found)} span" + ("" if len(found) == 1 else "s")
    return (
        f"<details><summary>The strip in words: {count} with a defect</summary>"
        f'<ul class="checks">{items}</ul></details>'
    )


def _said(check: Verdict) -> str:
    return f"{check.reason} {check.advice}".strip()


def _span(check: Verdict) -> str:
    span = check.span
    return "the whole clip" if span is None else f"{span.start:.2f} to {span.end:.2f} s"


def _spoken(name: str) -> str:
    return name.replace("_", " ")
