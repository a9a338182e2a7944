"""The events of a clip on the page: cards with pictures for the best, a table for the others."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mien.core.face import Event
from mien.core.seams import Progress
from mien.core.signal import Track
from mien.flows.report.cards import card, row, stamp_of
from mien.flows.report.moving import Moving, moving
from mien.flows.report.opinion import supported
from mien.flows.report.pictures import stamped
from mien.flows.report.shots import shots_of
from mien.guard.provenance import stamper
from mien.media.writer import write_video

_CARDS = 24  # events with pictures
_PREVIEWS = 6  # of them, micro-expressions shown magnified
_ROWS = 300  # of the table
_RATE = 12.5  # pictures a second of a preview
_HEAD = ("", "kind", "onset s", "apex s", "offset s", "action units", "where", "confidence")


@dataclass(frozen=True)
class Choice:
    """Which events get what; numbers as in ``events.json``, counted from 1.

    Attributes:
        cards: with pictures, in order of time.
        previews: shown magnified.
        rows: in the table, in order of time.
    """

    cards: tuple[int, ...]
    previews: frozenset[int]
    rows: tuple[int, ...]


def choose(events: Mapping[int, Event]) -> Choice:
    """Micro-expressions before longer ones, the surest first."""
    best = sorted(events, key=lambda n: (events[n].kind != "micro", -events[n].confidence, n))
    micro = [n for n in best if events[n].kind == "micro"]
    rows = best[_CARDS : _CARDS + _ROWS]
    return Choice(tuple(sorted(best[:_CARDS])), frozenset(micro[:_PREVIEWS]), tuple(sorted(rows)))


def events_section(
    source: Path,
    track: Track,
    events: Mapping[int, Event],
    faces: int,
    previews: Path | None,
    progress: Progress,
) -> tuple[str, dict[int, Event]]:
    """The section of the page, and the events with the second opinion on those that have pictures.

    Args:
        source: the clip, which is read once more for the pictures.
        track: of all faces.
        events: of all faces, by number.
        faces: in the clip.
        previews: folder for the magnified previews as clips, made where there are any; None where
            they are not wanted.
        progress: told about the events.

    Raises:
        MediaError: the clip cannot be read, or a preview not be written.
    """
    judged = dict(events)
    if not events:
        return "<h2>Events</h2><p>Nothing stands out from the noise of this clip.</p>", judged
    chosen = choose(events)
    cards = {n: card(n, events[n], None, None, faces) for n in chosen.cards}
    magnify = frozenset(i for i, n in enumerate(chosen.cards) if n in chosen.previews)
    picked = [events[n] for n in chosen.cards]
    progress("pictures", 0, len(picked))
    for done, (i, shots) in enumerate(shots_of(source, track, picked, magnify), 1):
        number = chosen.cards[i]
        event = judged[number] = supported(picked[i], shots)
        shown = moving(shots, event.aus)
        cards[number] = card(number, event, shots, shown, faces)
        if previews is not None and shown and shown.preview:
            _clip(previews / f"event-{number}.mp4", shown)
        progress("pictures", done, len(picked))
    listed = "".join(cards[n] for n in sorted(cards)) + _table(events, chosen, faces)
    return "<h2>Events</h2>" + listed, judged


def _table(events: Mapping[int, Event], chosen: Choice, faces: int) -> str:
    if not chosen.rows:
        return ""
    heads = "".join(f"<th>{name}</th>" for name in _HEAD)
    rows = "".join(row(n, events[n], faces) for n in chosen.rows)
    left = len(events) - len(chosen.cards) - len(chosen.rows)
    more = f"<p class='small'>{left} more are in events.json.</p>" if left else ""
    return (
        f"<details><summary>{len(chosen.rows)} less certain ones</summary>"
        f'<div class="wide"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
        f"</div></details>{more}"
    )


def _clip(path: Path, shown: Moving) -> None:
    """A preview as a clip, in slow motion as on the page."""
    words = stamp_of(shown)
    pictures = (
        (step / _RATE, stamped(picture, words)) for step, (_, picture) in enumerate(shown.preview)
    )

    def mark(file: Path) -> None:
        stamper().stamp(file, {"action": "magnify", "alpha": shown.alpha})

    write_video(path, pictures, rate=_RATE, mark=mark)
